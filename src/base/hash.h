// A fast 64-bit hash of bytes, for affinity and for our own tables. It is not for secrets, and it resists forged
// collisions only with a seed that the attacker does not know.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace drover {

namespace hash_detail {

// Odd constants with about as many ones as zeros, so that a multiplication spreads every input bit.
inline constexpr std::uint64_t kMix0 = 0x9e3779b97f4a7c15U;
inline constexpr std::uint64_t kMix1 = 0xd6e8feb86659fd93U;

#if defined(__SIZEOF_INT128__)
__extension__ using Product = unsigned __int128;

/// Both halves of the 128-bit product, folded.
[[nodiscard]] inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Product product = Product{a} * b;
  return static_cast<std::uint64_t>(product >> 64U) ^ static_cast<std::uint64_t>(product);
}
#else
[[nodiscard]] inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a_low = a & 0xffffffffU;
  const std::uint64_t a_high = a >> 32U;
  const std::uint64_t b_low = b & 0xffffffffU;
  const std::uint64_t b_high = b >> 32U;
  const std::uint64_t low = a_low * b_low;
  const std::uint64_t middle = a_high * b_low + (low >> 32U);
  const std::uint64_t cross = a_low * b_high + (middle & 0xffffffffU);
  const std::uint64_t high = a_high * b_high + (middle >> 32U) + (cross >> 32U);
  return high ^ (a * b);
}
#endif

[[nodiscard]] inline std::uint64_t word(const char* from, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, size);
  return value;
}

}  // namespace hash_detail

/// The same bytes and seed give the same value within one build. The value must not be stored or sent.
[[nodiscard]] inline std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) {
  using namespace hash_detail;
  std::uint64_t state = fold(seed ^ kMix0, bytes.size() ^ kMix1);
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 16; at += 16, left -= 16) {
    state = fold(word(at, 8) ^ kMix1, word(at + 8, 8) ^ state);
  }
  const std::uint64_t first = left >= 8 ? word(at, 8) : (left > 0 ? word(at, left) : 0);
  const std::uint64_t second = left > 8 ? word(at + 8, left - 8) : 0;
  state = fold(first ^ kMix0, second ^ state);
  return fold(state ^ kMix0, kMix1);
}

}  // namespace drover
