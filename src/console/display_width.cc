#include "console/display_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace drover::console {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Characters without a column of their own (Unicode's Mn, Me and Cf in the scripts that our words and names use).
constexpr std::array<Range, 11> kNoColumn = {{{0x0300, 0x036f},
                                              {0x0483, 0x0489},
                                              {0x0591, 0x05bd},
                                              {0x064b, 0x065f},
                                              {0x0e31, 0x0e31},
                                              {0x0e34, 0x0e3a},
                                              {0x0e47, 0x0e4e},
                                              {0x200b, 0x200f},
                                              {0x20d0, 0x20f0},
                                              {0xfe00, 0xfe0f},
                                              {0xfe20, 0xfe2f}}};
/// Two columns (East Asian Width W and F), rounded to blocks.
constexpr std::array<Range, 9> kTwoColumns = {{{0x1100, 0x115f},
                                               {0x2e80, 0x303e},
                                               {0x3041, 0xa4cf},
                                               {0xac00, 0xd7a3},
                                               {0xf900, 0xfaff},
                                               {0xfe30, 0xfe6f},
                                               {0xff00, 0xff60},
                                               {0x1f300, 0x1faff},
                                               {0x20000, 0x3fffd}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, std::uint32_t code) {
  return std::ranges::any_of(ranges, [&](Range range) { return code >= range.first && code <= range.last; });
}

/// Takes one character off the front. A byte that begins no character counts as one.
std::uint32_t next(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (size == 1 || text.size() < size) {
    text.remove_prefix(1);
    return lead < 0x80 ? lead : 0xfffd;
  }
  std::uint32_t code = lead & (0xffU >> (size + 1));
  for (std::size_t at = 1; at < size; ++at) code = code << 6U | (static_cast<unsigned char>(text[at]) & 0x3fU);
  text.remove_prefix(size);
  return code;
}

std::string spaces(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(columns > width ? columns - width : 0, ' ');
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const std::uint32_t code = next(utf8);
    if (within(kNoColumn, code)) continue;
    width += within(kTwoColumns, code) ? 2 : 1;
  }
  return width;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string_view rest = text;
  std::size_t width = 1;  // of the mark
  while (!rest.empty()) {
    std::string_view after = rest;
    const std::uint32_t code = next(after);
    const std::size_t own = within(kNoColumn, code) ? 0 : within(kTwoColumns, code) ? 2 : 1;
    if (width + own > columns) break;
    width += own;
    rest = after;
  }
  return std::string(text.substr(0, text.size() - rest.size())) + "…";
}

std::string padded(std::string_view text, std::size_t columns) {
  return std::string(text) + spaces(text, columns);
}

std::string padded_left(std::string_view text, std::size_t columns) {
  return spaces(text, columns) + std::string(text);
}

}  // namespace drover::console
