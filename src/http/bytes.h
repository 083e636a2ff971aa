// Which bytes HTTP allows where, as one table, and a fast search for the first byte that may not stand in a value.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace drover::http {

/// What a byte may be part of. One byte can be several of these.
enum ByteClass : std::uint8_t {
  kToken = 1,        ///< tchar, RFC 9110 section 5.6.2
  kValue = 2,        ///< SP, HTAB, VCHAR, obs-text
  kTarget = 4,       ///< VCHAR: what a request target may be made of before url.h judges it
  kPathPlain = 8,    ///< pchar without '%', RFC 3986 section 3.3
  kQueryPlain = 16,  ///< query without '%', and '[' ']', which fetch() sends raw
  kUnreserved = 32,  ///< RFC 3986 section 2.3
  kRegName = 64,     ///< what we allow in a host name: letters, digits, '-', '.', '_', '~'
  kHex = 128,
};

namespace bytes_detail {

constexpr bool is_alnum(int c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::uint8_t classes_of(int c) {
  const std::string_view token_marks = "!#$%&'*+-.^_`|~";
  const std::string_view path_marks = "-._~!$&'()*+,;=:@";
  const auto in = [c](std::string_view set) { return c < 0x80 && set.find(static_cast<char>(c)) != set.npos; };
  unsigned classes = 0;
  if (is_alnum(c) || in(token_marks)) classes |= kToken;
  if (c == '\t' || (c >= 0x20 && c != 0x7f)) classes |= kValue;
  if (c > 0x20 && c < 0x7f) classes |= kTarget;
  if (is_alnum(c) || in(path_marks)) classes |= kPathPlain;
  if (is_alnum(c) || in(path_marks) || in("/?[]")) classes |= kQueryPlain;
  if (is_alnum(c) || in("-._~")) classes |= kUnreserved | kRegName;
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) classes |= kHex;
  return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) table[static_cast<std::size_t>(c)] = classes_of(c);
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

}  // namespace bytes_detail

[[nodiscard]] constexpr bool is(char c, ByteClass wanted) {
  return (bytes_detail::kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

/// Position of the first byte at or after `from` that is not in this class; text.size(): all are.
[[nodiscard]] constexpr std::size_t skip(std::string_view text, std::size_t from, ByteClass wanted) {
  const auto good = [&](std::size_t at) { return bytes_detail::kClasses[static_cast<unsigned char>(text[at])]; };
  for (; from + 4 <= text.size(); from += 4) {
    if ((good(from) & good(from + 1) & good(from + 2) & good(from + 3) & wanted) == 0) break;
  }
  while (from < text.size() && is(text[from], wanted)) ++from;
  return from;
}

/// A word of eight equal bytes.
[[nodiscard]] constexpr std::uint64_t eight_of(std::uint8_t byte) {
  return 0x0101010101010101ULL * byte;
}

/// The eight bytes at `at`, the first in the lowest place.
[[nodiscard]] inline std::uint64_t load_word(std::string_view text, std::size_t at) {
  std::uint64_t word;
  std::memcpy(&word, text.data() + at, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = std::byteswap(word);
  return word;
}

/// All bytes of a text of 4 to 7 bytes in one word: its first four and its last four, which overlap.
[[nodiscard]] inline std::uint64_t load_short_word(std::string_view text) {
  std::uint32_t first;
  std::uint32_t last;
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
  return std::uint64_t{first} << 32 | last;
}

/// The high bit of each byte that is not in kValue. It is exact for every byte: no sum carries into the next byte.
[[nodiscard]] constexpr std::uint64_t not_value_bits(std::uint64_t word) {
  constexpr std::uint64_t kHighs = eight_of(0x80);
  constexpr std::uint64_t kLows = eight_of(0x7f);
  const auto is_zero = [](std::uint64_t x) { return ~(((x & kLows) + kLows) | x) & kHighs; };
  const std::uint64_t control = ~(((word & kLows) + eight_of(0x80 - 0x20)) | word) & kHighs;
  return (control & ~is_zero(word ^ eight_of('\t'))) | is_zero(word ^ eight_of(0x7f));
}

/// skip(text, from, kValue), in steps of sixteen bytes where the machine has SSE2, then of eight.
[[nodiscard]] inline std::size_t skip_value(std::string_view text, std::size_t from) {
#if defined(__SSE2__)
  for (; from + 16 <= text.size(); from += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i bad = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')), control),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(bad));
    if (stops != 0) return from + static_cast<std::size_t>(std::countr_zero(stops));
  }
#endif
  if (text.size() < 8) return skip(text, from, kValue);
  for (; from + 8 <= text.size(); from += 8) {
    const std::uint64_t stops = not_value_bits(load_word(text, from));
    if (stops != 0) return from + static_cast<std::size_t>(std::countr_zero(stops)) / 8;
  }
  if (from >= text.size()) return text.size();
  // The last step takes the last eight bytes of the text, which overlap bytes that are checked.
  const std::size_t seen = from - (text.size() - 8);
  const std::uint64_t stops = not_value_bits(load_word(text, text.size() - 8)) >> (8 * seen);
  return stops == 0 ? text.size() : from + static_cast<std::size_t>(std::countr_zero(stops)) / 8;
}

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
/// lower() of eight bytes at once. Bytes from 0x80 on stay as they are.
[[nodiscard]] constexpr std::uint64_t lower_word(std::uint64_t word) {
  const std::uint64_t low_bits = word & eight_of(0x7f);
  const std::uint64_t from_a = low_bits + eight_of(0x80 - 'A');
  const std::uint64_t past_z = low_bits + eight_of(0x7f - 'Z');
  return word | ((from_a ^ past_z) & ~word & eight_of(0x80)) >> 2;
}

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// A control byte, HTAB and DEL too.
[[nodiscard]] constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
[[nodiscard]] constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Whether these bytes are UTF-8 in its one shortest form (RFC 3629). For short texts.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned>(static_cast<unsigned char>(text[index])); };
    const unsigned first = byte(at);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size == 0 || at + size > text.size()) return false;
    unsigned code = size == 1 ? first : first & (0x7fU >> size);
    for (std::size_t next = 1; next < size; ++next) {
      if ((byte(at + next) & 0xc0U) != 0x80U) return false;
      code = code << 6 | (byte(at + next) & 0x3fU);
    }
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10ffff)) || surrogate) return false;
    at += size;
  }
  return true;
}

/// The value of one hexadecimal digit; -1: it is none.
[[nodiscard]] constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// The text without SP and HTAB at both ends (RFC 9110 section 5.6.3: OWS is nothing else).
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace drover::http
