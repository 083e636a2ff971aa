#include "gateway/unserved.h"

namespace drover::gateway {

std::vector<std::string> unserved(const config::Settings& settings) {
  std::vector<std::string> notes;
  if (settings.admin) notes.emplace_back("nothing listens on 'admin' yet: there is no status page in this version");
  if (!settings.plan->health.probe.empty()) {
    notes.emplace_back("'health.probe' is not used yet: keys and servers are judged by real requests only");
  }
  return notes;
}

}  // namespace drover::gateway
