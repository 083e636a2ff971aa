// CRC-32 (IEEE 802.3), to find what a crash or a bad disk did to a file of ours. It stops no forger.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace drover::store {

namespace checksum_detail {

constexpr std::array<std::uint32_t, 256> table() {
  std::array<std::uint32_t, 256> made{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 1U) != 0 ? 0xedb88320U ^ (rest >> 1U) : rest >> 1U;
    made[byte] = rest;
  }
  return made;
}

inline constexpr auto kTable = table();

}  // namespace checksum_detail

[[nodiscard]] constexpr std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0xffffffffU;
  for (const char c : bytes) sum = checksum_detail::kTable[(sum ^ static_cast<std::uint8_t>(c)) & 0xffU] ^ (sum >> 8U);
  return sum ^ 0xffffffffU;
}

static_assert(checksum("123456789") == 0xcbf43926U);

}  // namespace drover::store
