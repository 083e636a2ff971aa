#include "directory/key_text.h"

#include <algorithm>
#include <span>

#include "base/sha256.h"

namespace drover::directory {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// CRC-32 as in IEEE 802.3: it notices every wrong character and every pair of neighbours that changed places.
std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

std::string checksum(std::string_view text) {
  std::string made(kKeyChecksum, '0');
  std::uint32_t rest = crc32(text);
  for (auto digit = made.rbegin(); digit != made.rend(); ++digit, rest /= 62) *digit = kBase62[rest % 62];
  return made;
}

/// `count` base62 digits of the number that `bytes` are; it is divided by 62 as by hand.
void write_base62(KeyChance bytes, std::span<char> into) {
  for (char& digit : into) {
    unsigned rest = 0;
    for (std::uint8_t& byte : bytes) {
      const unsigned value = rest * 256 + byte;
      byte = static_cast<std::uint8_t>(value / 62);
      rest = value % 62;
    }
    digit = kBase62[rest];
  }
}

bool is_base62(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

MadeKey make_key(const KeyChance& chance) {
  std::string text(kKeyTextBytes, '0');
  std::ranges::copy(kKeyPrefix, text.begin());
  write_base62(chance, std::span(text).subspan(kKeyPrefix.size(), kKeyChance));
  const std::size_t body = text.size() - kKeyChecksum;
  text.replace(body, kKeyChecksum, checksum(std::string_view(text).substr(0, body)));
  MadeKey made{.text = {}, .digest = sha256(text), .shown = shown_key(text)};
  made.text = Secret(std::move(text));
  return made;
}

std::string make_key_id(const KeyChance& chance) {
  std::string id = "key_0000000000000000";
  write_base62(chance, std::span(id).subspan(4));
  return id;
}

KeyTextVerdict judge_key_text(std::string_view text) {
  if (text.size() != kKeyTextBytes || !text.starts_with(kKeyPrefix)) return KeyTextVerdict::NotOurs;
  if (!std::ranges::all_of(text.substr(kKeyPrefix.size()), is_base62)) return KeyTextVerdict::NotOurs;
  const std::size_t body = text.size() - kKeyChecksum;
  return checksum(text.substr(0, body)) == text.substr(body) ? KeyTextVerdict::Good : KeyTextVerdict::Typo;
}

std::string shown_key(std::string_view text) {
  constexpr std::size_t kShown = 4;
  if (text.size() != kKeyTextBytes || !text.starts_with(kKeyPrefix)) return "…";
  return std::string(text.substr(0, kKeyPrefix.size() + kShown)) + "…" + std::string(text.substr(text.size() - kShown));
}

}  // namespace drover::directory
