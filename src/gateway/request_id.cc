#include "gateway/request_id.h"

#include <algorithm>
#include <array>
#include <cstdint>

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
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<char, 28> made{'r', 'e', 'q', '_'};
  std::size_t at = 4;
  for (int word = 0; word < 2; ++word) {
    std::uint64_t bits = random();
    for (int digit = 0; digit < 12; ++digit, bits >>= 4) made[at++] = kHex[bits & 15];
  }
  id.assign(made.data(), made.size());
}

}  // namespace drover::gateway
