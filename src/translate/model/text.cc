#include "translate/model/text.h"

#include <algorithm>
#include <limits>

#include "dialect/json/json_bytes.h"
#include "dialect/json/json_scan.h"

namespace drover::translate {
namespace {

/// Whether `text` ends in an escape of one letter, such as \n, and not in a letter behind an escaped backslash.
bool ends_in_escape(std::string_view text) {
  if (text.size() < 2) return false;
  std::size_t backslashes = 0;
  for (std::size_t at = text.size() - 1; at > 0 && text[at - 1] == '\\'; --at) ++backslashes;
  return backslashes % 2 == 1;
}

constexpr bool is_space_escape(char letter) {
  return letter == 'n' || letter == 't' || letter == 'r' || letter == 'f';
}

/// Bytes of UTF-8 that the escape at the front of `text` stands for, and how long the escape is.
struct Escape {
  std::size_t bytes = 1;
  std::size_t length = 2;
};

Escape escape_at(std::string_view text) {
  if (text.size() < 6 || text[1] != 'u') return {};
  const auto is_zero = [&](std::size_t at) { return text[at] == '0'; };
  const char high = static_cast<char>(text[2] | 0x20);
  const char next = static_cast<char>(text[3] | 0x20);
  if (high == 'd' && (next == '8' || next == '9' || next == 'a' || next == 'b')) return {4, 12};  // a pair
  if (!is_zero(2) || text[3] > '7') return {3, 6};
  if (is_zero(3) && text[4] <= '7') return {1, 6};
  return {2, 6};
}

bool judge(std::string_view json, bool object) {
  dialect::JsonScan scan(json, {});
  const auto done = scan.step(std::numeric_limits<std::size_t>::max());
  return done.has_value() && (!object || scan.is_object());
}

std::string_view without_space(std::string_view json) {
  while (!json.empty() && dialect::is_json_space(json.front())) json.remove_prefix(1);
  while (!json.empty() && dialect::is_json_space(json.back())) json.remove_suffix(1);
  return json;
}

}  // namespace

std::string plain(Text text) {
  if (text.escaped.find('\\') == std::string_view::npos) return std::string(text.escaped);
  return dialect::json_unescape(text.escaped);
}

Text trimmed_end(Text text) {
  std::string_view left = text.escaped;
  while (!left.empty()) {
    const char last = left.back();
    if (last == ' ' && !ends_in_escape(left)) {
      left.remove_suffix(1);
    } else if (is_space_escape(last) && ends_in_escape(left)) {
      left.remove_suffix(2);
    } else {
      break;
    }
  }
  return {left};
}

std::size_t plain_size(Text text) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.escaped.size();) {
    const std::size_t backslash = std::min(text.escaped.find('\\', at), text.escaped.size());
    size += backslash - at;
    if (backslash == text.escaped.size()) break;
    const Escape escape = escape_at(text.escaped.substr(backslash));
    size += escape.bytes;
    at = backslash + escape.length;
  }
  return size;
}

bool is_blank(Text text) {
  return trimmed_end(text).empty();
}

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const stop = dialect::find_string_stop(at, end);
    out.append(at, stop);
    if (stop == end) return;
    at = stop + 1;
    switch (*stop) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default: {
        const auto code = static_cast<unsigned char>(*stop);
        out += "\\u00";
        out += kHex[code >> 4U];
        out += kHex[code & 15U];
      }
    }
  }
}

bool is_json_object(std::string_view json) {
  return judge(json, /*object=*/true);
}

bool is_json(std::string_view json) {
  return judge(json, /*object=*/false);
}

void append_as_text(const Arguments& arguments, std::string& out) {
  if (arguments.written == Arguments::Written::AsText) {
    out += is_blank({arguments.value}) ? std::string_view("{}") : arguments.value;
  } else if (arguments.value.empty()) {
    out += "{}";
  } else {
    append_escaped(arguments.value, out);
  }
}

bool append_as_object(const Arguments& arguments, std::string& out) {
  if (arguments.written == Arguments::Written::AsJson) {
    const std::string_view value = arguments.value.empty() ? std::string_view("{}") : arguments.value;
    if (value.front() != '{') return false;
    out += value;
    return true;
  }
  if (is_blank({arguments.value})) {
    out += "{}";
    return true;
  }
  const std::string unescaped = plain({arguments.value});
  const std::string_view value = without_space(unescaped);
  if (!is_json_object(value)) return false;
  out += value;
  return true;
}

}  // namespace drover::translate
