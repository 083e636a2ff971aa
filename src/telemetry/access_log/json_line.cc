#include "telemetry/access_log/json_line.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>

#include "base/printable.h"

namespace drover::telemetry {
namespace {

constexpr std::string_view kReplacement = "\\ufffd";

/// Bytes of the well-formed UTF-8 character at the front of `text` (RFC 3629); 0: there is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0U) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
      (lead == 0xf4 && second > 0x8f)) {
    return 0;  // overlong, a surrogate, or past U+10FFFF
  }
  return size;
}

std::string_view escape(std::array<char, 6>& room, unsigned code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  room = {'\\', 'u', kHex[code >> 12U & 0xfU], kHex[code >> 8U & 0xfU], kHex[code >> 4U & 0xfU], kHex[code & 0xfU]};
  return {room.data(), room.size()};
}

/// The first character of `text` as it is written; `used` is its length in `text`.
std::string_view written(std::string_view text, std::array<char, 6>& room, std::size_t& used) {
  used = character(text);
  if (used == 0) {
    used = 1;
    return kReplacement;
  }
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead == '"') return "\\\"";
  if (lead == '\\') return "\\\\";
  if (lead < 0x20 || lead == 0x7f) return escape(room, lead);
  if (const Unseen unseen = unseen_at(text); unseen.size > 0) {
    return unseen.code < 0x10000 ? escape(room, unseen.code) : kReplacement;
  }
  return text.substr(0, used);
}

bool plain(char c) {
  return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
}

/// How many bytes at the front of `text` are written unchanged.
std::size_t plain_run(std::string_view text) {
  std::size_t run = 0;
#if defined(__SSE2__)
  for (; run + 16 <= text.size(); run += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + run));
    // As signed bytes, those from 0x80 on are below 0x20 too.
    const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    const __m128i marks =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    const __m128i stop = _mm_or_si128(_mm_or_si128(low, marks), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stop));
    if (mask != 0) return run + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (run < text.size() && plain(text[run])) ++run;
  return run;
}

}  // namespace

void JsonLine::text(std::string_view value) {
  comma();
  put('"');
  std::size_t left = kMaxTextBytes;
  while (!value.empty() && left > 0) {
    const std::size_t run = plain_run(value.substr(0, left));
    put(value.substr(0, run));
    value.remove_prefix(run);
    left -= run;
    if (value.empty() || left == 0) break;
    std::array<char, 6> room{};
    std::size_t used = 0;
    const std::string_view piece = written(value, room, used);
    if (piece.size() > left) break;
    put(piece);
    left -= piece.size();
    value.remove_prefix(used);
  }
  put('"');
  first_ = false;
}

}  // namespace drover::telemetry
