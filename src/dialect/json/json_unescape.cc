// From the inside of a JSON string to the text it stands for.
#include <cstdint>
#include <string>

#include "dialect/json/json_scan.h"

namespace drover::dialect {
namespace {

std::uint32_t hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint32_t>(lower - 'a' + 10);
  return 0;
}

std::uint32_t hex4(std::string_view raw, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t n = 0; n < 4 && at + n < raw.size(); ++n) value = value * 16 + hex_value(raw[at + n]);
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6U));
    put(0x80 | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12U));
    put(0x80 | ((code >> 6U) & 0x3fU));
    put(0x80 | (code & 0x3fU));
  } else {
    put(0xf0 | (code >> 18U));
    put(0x80 | ((code >> 12U) & 0x3fU));
    put(0x80 | ((code >> 6U) & 0x3fU));
    put(0x80 | (code & 0x3fU));
  }
}

char simple_escape(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

}  // namespace

std::string json_unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\' || at + 1 == raw.size()) {
      out.push_back(raw[at++]);
      continue;
    }
    if (raw[at + 1] != 'u') {
      out.push_back(simple_escape(raw[at + 1]));
      at += 2;
      continue;
    }
    std::uint32_t code = hex4(raw, at + 2);
    at += 6;
    if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair (RFC 8259 section 7)
      const std::uint32_t low = hex4(raw, at + 2);
      at += 6;
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    }
    append_utf8(out, code);
  }
  return out;
}

}  // namespace drover::dialect
