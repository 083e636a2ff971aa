#include "gateway/request/request_id.h"

#include <algorithm>

#include "base/made_id.h"

namespace drover::gateway {
namespace {

bool may_stand_in_an_id(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._-:/+=").find(c) != std::string_view::npos;
}

}  // namespace

std::string request_id(std::string_view offered, Random& random) {
  std::string id;
  set_request_id(offered, random, id);
  return id;
}

void set_request_id(std::string_view offered, Random& random, std::string& id) {
  if (!offered.empty() && offered.size() <= kMaxRequestIdBytes && std::ranges::all_of(offered, may_stand_in_an_id)) {
    id.assign(offered);
    return;
  }
  make_request_id(random, id);
}

}  // namespace drover::gateway
