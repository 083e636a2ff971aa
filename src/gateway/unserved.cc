#include "gateway/unserved.h"

namespace drover::gateway {

std::vector<std::string> unserved(const config::Settings& settings) {
  std::vector<std::string> notes;
  if (settings.admin) notes.emplace_back("nothing listens on 'admin' yet: there is no status page in this version");
  return notes;
}

}  // namespace drover::gateway
