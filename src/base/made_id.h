// An id for a request that came without one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"

namespace drover {

/// Writes "req_" and 24 hex digits into `id`, which keeps its memory.
inline void make_request_id(Random& random, std::string& id) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<char, 28> made{'r', 'e', 'q', '_'};
  std::size_t at = 4;
  for (int word = 0; word < 2; ++word) {
    std::uint64_t bits = random();
    for (int digit = 0; digit < 12; ++digit, bits >>= 4) made[at++] = kHex[bits & 15];
  }
  id.assign(made.data(), made.size());
}

}  // namespace drover
