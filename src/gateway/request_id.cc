#include "gateway/request_id.h"

#include <algorithm>

namespace drover::gateway {
namespace {

bool may_stand_in_an_id(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._-:/+=").find(c) != std::string_view::npos;
}

}  // namespace

std::string request_id(std::string_view offered, Random& random) {
  if (!offered.empty() && offered.size() <= kMaxRequestIdBytes && std::ranges::all_of(offered, may_stand_in_an_id)) {
    return std::string(offered);
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string made = "req_";
  for (int word = 0; word < 2; ++word) {
    std::uint64_t bits = random();
    for (int digit = 0; digit < 12; ++digit, bits >>= 4) made.push_back(kHex[bits & 15]);
  }
  return made;
}

}  // namespace drover::gateway
