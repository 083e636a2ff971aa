#include "translate/model/base64.h"

#include <cstdint>

namespace drover::translate {
namespace {

constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of a digit; 64: it is none.
std::uint32_t base64_value(char digit) {
  if (digit == '-') return 62;
  if (digit == '_') return 63;
  const std::size_t at = kBase64Digits.find(digit);
  return at == std::string_view::npos ? 64 : static_cast<std::uint32_t>(at);
}

}  // namespace

void append_base64(std::string_view bytes, std::string& out) {
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t each = 0; each < 3; ++each) {
      bits = bits << 8U | (each < group.size() ? static_cast<unsigned char>(group[each]) : 0U);
    }
    for (std::size_t digit = 0; digit < 4; ++digit) {
      out += digit <= group.size() ? kBase64Digits[bits >> (18U - 6U * digit) & 63U] : '=';
    }
  }
}

bool append_from_base64(std::string_view text, std::string& out) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char digit : text) {
    const std::uint32_t value = base64_value(digit);
    if (value == 64) return false;
    bits = (bits << 6U | value) & 0xFFFFU;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xFFU);
  }
  return held < 6;
}

}  // namespace drover::translate
