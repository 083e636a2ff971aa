#include "gateway/unserved.h"

#include <algorithm>

namespace drover::gateway {

std::vector<std::string> unserved(const config::Settings& settings) {
  std::vector<std::string> notes;
  if (settings.admin) notes.emplace_back("nothing listens on 'admin' yet: there is no status page in this version");
  if (!settings.plan->health.probe.empty()) {
    notes.emplace_back("'health.probe' is not used yet: keys and servers are judged by real requests only");
  }
  const auto limits_apis = [](const core::Provider& provider) { return !provider.apis.empty(); };
  if (std::ranges::any_of(settings.plan->providers, limits_apis)) {
    notes.emplace_back("'apis' is not used yet: every path goes to every target of its model");
  }
  return notes;
}

}  // namespace drover::gateway
