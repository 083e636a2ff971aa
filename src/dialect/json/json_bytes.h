// The three searches that readers of JSON here are built on: where a string stops being plain, where a string or a
// bracket comes next, and where a key may begin. 16 bytes at a time where the machine has SSE2, one at a time
// elsewhere; never past `end`.
#pragma once

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstdint>

namespace drover::dialect {

[[nodiscard]] constexpr bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The first quote, backslash or control byte in [at, end), or `end`.
[[nodiscard]] inline const char* find_string_stop(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i stop =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), control);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stop));
    if (mask != 0) return at + __builtin_ctz(mask);
  }
#endif
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) > 0x1f) ++at;
  return at;
}

/// The same for strings that have turned out to be long: 64 bytes at a time where the machine has AVX2.
[[nodiscard]] const char* find_string_stop_far(const char* at, const char* end);
/// From this many plain bytes on a string counts as long.
inline constexpr std::ptrdiff_t kFarString = 64;

/// The first quote or bracket in [at, end), or `end`.
[[nodiscard]] inline const char* find_quote_or_bracket(const char* at, const char* end) {
#if defined(__SSE2__)
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // makes '[' into '{' and ']' into '}'
    const __m128i brackets =
        _mm_or_si128(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')), _mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
    const __m128i found = _mm_or_si128(brackets, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (mask != 0) return at + __builtin_ctz(mask);
  }
#endif
  while (at != end && *at != '"' && *at != '{' && *at != '[' && *at != '}' && *at != ']') ++at;
  return at;
}

/// The first quote in [at, end) that a key may begin with, because a brace, a comma or white space stands before it; or
/// `end`. `at[-1]` must be readable. A quote inside a string has a backslash before it, so it is never found.
[[nodiscard]] inline const char* find_key(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i comma = _mm_set1_epi8(',');
  const __m128i brace = _mm_set1_epi8('{');
  const __m128i last_space = _mm_set1_epi8(' ');
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i before = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at - 1));
    const __m128i space = _mm_cmpeq_epi8(_mm_min_epu8(before, last_space), before);
    const __m128i fits =
        _mm_or_si128(space, _mm_or_si128(_mm_cmpeq_epi8(before, comma), _mm_cmpeq_epi8(before, brace)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(bytes, quote), fits)));
    if (mask != 0) return at + __builtin_ctz(mask);
  }
#endif
  const auto fits = [](char c) { return c == ',' || c == '{' || static_cast<unsigned char>(c) <= ' '; };
  while (at != end && !(*at == '"' && fits(at[-1]))) ++at;
  return at;
}

}  // namespace drover::dialect
