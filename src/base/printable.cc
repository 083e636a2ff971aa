#include "base/printable.h"

#include <algorithm>

namespace drover {
namespace {

void append_escape(std::uint32_t code, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kHex[code >> shift & 0xfU]);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Unseen unseen = unseen_at(text);
    out.push_back(unseen.size == 0 ? text.front() : '?');
    text.remove_prefix(std::clamp<std::size_t>(unseen.size, 1, text.size()));
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Unseen unseen = static_cast<unsigned char>(json.front()) < 0x80 ? Unseen{} : unseen_at(json);
    if (unseen.size == 0) {
      out.push_back(json.front());
    } else if (unseen.code >= 0x10000) {
      append_escape(0xd800 + ((unseen.code - 0x10000) >> 10), out);
      append_escape(0xdc00 + ((unseen.code - 0x10000) & 0x3ffU), out);
    } else {
      append_escape(unseen.code, out);
    }
    json.remove_prefix(std::clamp<std::size_t>(unseen.size, 1, json.size()));
  }
  return out;
}

}  // namespace drover
