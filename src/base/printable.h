// Characters that a terminal obeys and does not show: control codes, and characters that turn, hide or join the text
// beside them. Names of models come from clients and providers, and are printed on terminals and in logs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover {

/// One such character at the front of a UTF-8 text.
struct Unseen {
  std::size_t size = 0;  ///< bytes; 0: the character is an ordinary one
  std::uint32_t code = 0;
};

/// The unseen character at the front of `text`, which is not empty: C0 and C1 controls (U+0080 to U+009F begin
/// sequences as ESC does), turns of direction, line separators, characters without width, tags.
[[nodiscard]] constexpr Unseen unseen_at(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return at < text.size() ? std::uint32_t{static_cast<unsigned char>(text[at])} : 0U;
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x20 || lead == 0x7f) return {1, lead};
  if (lead < 0xc2) return {};
  const auto low = [&](std::size_t at) { return byte(at) & 0x3fU; };
  if (lead < 0xe0) {
    const std::uint32_t code = (lead & 0x1fU) << 6 | low(1);
    return code < 0xa0 || code == 0xad || code == 0x61c ? Unseen{2, code} : Unseen{};
  }
  if (lead < 0xf0) {
    const std::uint32_t code = (lead & 0xfU) << 12 | low(1) << 6 | low(2);
    const bool obeyed = code == 0x180e || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                        (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb);
    return obeyed ? Unseen{3, code} : Unseen{};
  }
  const std::uint32_t code = (lead & 0x7U) << 18 | low(1) << 12 | low(2) << 6 | low(3);
  return code >= 0xe0000 && code <= 0xe007f ? Unseen{4, code} : Unseen{};
}

/// The text with '?' for each such character.
[[nodiscard]] std::string printable(std::string_view text);

/// The JSON text with such characters beyond ASCII escaped: it means the same and shows what it holds.
[[nodiscard]] std::string printable_json(std::string_view json);

}  // namespace drover
