#include "store/clean_text.h"

#include <cstdint>

namespace drover::store {

namespace {

/// The bytes of the valid character at the front of `text`, which is not empty; 0: there is none (Unicode, table 3-7).
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0U) != 0x80) return 0;
  }
  const std::uint8_t second = byte(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
  if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
  return size;
}

/// The bytes at the front of `text` that are clean.
std::size_t clean_front(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = character_size(text.substr(at));
    if (size == 0) break;
    at += size;
  }
  return at;
}

}  // namespace

bool is_clean(std::string_view text) { return clean_front(text) == text.size(); }

std::string cleaned(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t good = clean_front(text);
    clean.append(text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) break;
    clean.append("\xef\xbf\xbd");
    text.remove_prefix(1);
  }
  return clean;
}

void clean_and_cut(std::string& text, std::size_t most) {
  if (text.size() > most) {
    // A character that the cut would halve goes as a whole.
    std::size_t end = most;
    while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xc0U) == 0x80 && most - end < 3) --end;
    text.resize(end);
  }
  if (is_clean(text)) return;
  text = cleaned(text);
  if (text.size() > most) clean_and_cut(text, most);
}

}  // namespace drover::store
