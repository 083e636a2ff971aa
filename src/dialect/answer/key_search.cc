#include "dialect/answer/key_search.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/bytes.h"

namespace drover::dialect {
namespace {

/// One character of a JSON text.
struct Letter {
  int byte = -1;         ///< -1: none that a key can hold
  std::size_t size = 1;  ///< 0: the text ends inside it
};

Letter letter_at(std::string_view text, std::size_t at) {
  if (text[at] != '\\') return {static_cast<unsigned char>(text[at]), 1};
  if (at + 1 == text.size()) return {-1, 0};
  if (text[at + 1] == '/') return {'/', 2};
  if (text[at + 1] != 'u') return {-1, 2};
  int code = 0;
  for (std::size_t digit = at + 2; digit < at + 6; ++digit) {
    if (digit == text.size()) return {-1, 0};
    const int value = http::hex_value(text[digit]);
    if (value < 0) return {-1, 2};
    code = code * 16 + value;
  }
  return {code < 0x80 ? code : -1, 6};
}

/// Bytes from the rarest in answers to the commonest; what is not named is commoner than the first and rarer than the
/// last of them.
int commonness(char c) {
  constexpr std::string_view kRareFirst = "QZXJKVYWUGzqjxPFHLDNORBMTSCEIA9876543210-_kvwybgfpmuclhd";
  const std::size_t place = kRareFirst.find(c);
  return place == kRareFirst.npos ? 100 : static_cast<int>(place);
}

constexpr std::size_t kEscape = 6;  ///< bytes of "\u002d"

}  // namespace

KeySearch::KeySearch(std::string_view key) {
  const bool has_digit = std::ranges::any_of(key, http::is_digit);
  if (key.size() < (has_digit ? kShortest : kShortestWithoutDigit)) return;
  key_ = key;
  rare_at_ = static_cast<std::size_t>(std::ranges::min_element(key, {}, commonness) - key.begin());
  has_slash_ = key.find('/') != key.npos;
  for (const char c : key) may_end_.set(static_cast<unsigned char>(c));
  for (const char c : std::string_view("\\u0123456789abcdefABCDEF")) may_end_.set(static_cast<unsigned char>(c));
}

bool KeySearch::clean(std::string_view text) const {
  return key_.empty() || (!has_literal(text) && !has_escapes(text) && open_end(text) == 0);
}

bool KeySearch::has_literal(std::string_view text) const {
  if (text.size() < key_.size()) return false;
  const char* at = text.data() + rare_at_;
  const char* const end = text.data() + text.size() - (key_.size() - rare_at_ - 1);
  while (at < end) {
    at = static_cast<const char*>(std::memchr(at, key_[rare_at_], static_cast<std::size_t>(end - at)));
    if (at == nullptr) return false;
    if (std::memcmp(at - rare_at_, key_.data(), key_.size()) == 0) return true;
    ++at;
  }
  return false;
}

/// Whether there are escapes of characters that a key may hold. Few texts have any: what must be escaped is a quote, a
/// backslash or a control byte, and the rest is beyond ASCII.
bool KeySearch::has_escapes(std::string_view text) const {
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at + 2)) {
    const std::string_view rest = text.substr(at + 1, 4);
    if (rest.starts_with('/') && has_slash_) return true;
    if (rest.size() >= 4 && rest.starts_with("u00") && rest[3] >= '2' && rest[3] <= '7') return true;
  }
  return false;
}

KeySearch::Match KeySearch::match(std::string_view text, std::size_t at, std::size_t& size) const {
  std::size_t end = at;
  for (const char wanted : key_) {
    if (end == text.size()) return Match::Open;
    const Letter letter = letter_at(text, end);
    if (letter.size == 0) return Match::Open;
    if (letter.byte != static_cast<unsigned char>(wanted)) return Match::No;
    end += letter.size;
  }
  size = end - at;
  return Match::Whole;
}

void KeySearch::mask(std::string& text) const {
  if (key_.empty()) return;
  for (std::size_t at = 0; at < text.size();) {
    at = text.find_first_of(std::array{key_.front(), '\\', '\0'}.data(), at);
    if (at == text.npos) return;
    std::size_t size = 0;
    if (match(text, at, size) == Match::Whole) {
      std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, '*');
      at += size;
    } else {
      at += text[at] == '\\' ? std::max<std::size_t>(letter_at(text, at).size, 1) : 1;
    }
  }
}

std::size_t KeySearch::open_end(std::string_view text) const {
  if (key_.empty() || text.empty() || !may_end_[static_cast<unsigned char>(text.back())]) return 0;
  const std::size_t escaped = std::min(text.size(), kEscape * key_.size());
  const bool has_backslash = text.find('\\', text.size() - escaped) != text.npos;
  const std::size_t window = has_backslash ? escaped : std::min(text.size(), key_.size() - 1);
  for (std::size_t at = text.size() - window; at < text.size(); ++at) {
    if (text[at] != key_.front() && text[at] != '\\') continue;
    std::size_t size = 0;
    if (match(text, at, size) == Match::Open) return text.size() - at;
  }
  return 0;
}

std::optional<std::string> KeyGuard::held_to(const KeySearch& search, std::span<const std::string_view> pieces,
                                             bool last) {
  const bool clean = kept_.empty() && std::ranges::all_of(pieces, [&](std::string_view p) { return search.clean(p); });
  if (clean) return std::nullopt;
  std::string text = std::exchange(kept_, {});
  for (const std::string_view piece : pieces) text.append(piece);
  search.mask(text);
  const std::size_t open = last ? 0 : search.open_end(text);
  kept_ = text.substr(text.size() - open);
  text.resize(text.size() - open);
  return text;
}

}  // namespace drover::dialect
