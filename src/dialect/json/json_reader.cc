#include "dialect/json/json_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "dialect/json/json_bytes.h"

namespace drover::dialect {

using Kind = JsonReader::Kind;

namespace {

/// The position behind the closing quote of the string whose inside begins at `at`; null when it does not end before
/// `end`. A quote is escaped by an odd number of backslashes before it, so only quotes are looked for, which the C
/// library does best.
inline const char* behind_string(const char* at, const char* end) {
  while (at != end) {
    const char* const quote = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
    if (quote == nullptr) return nullptr;
    const char* before = quote;
    while (before != at && before[-1] == '\\') --before;
    if ((quote - before) % 2 == 0) return quote + 1;
    at = quote + 1;
  }
  return nullptr;
}

/// The position behind the last bracket of the container that `at` stands at: where as many have closed as opened,
/// strings left out; null when it does not end before `end`. Whether the brackets match in kind is not asked.
const char* behind_container(const char* at, const char* end) {
  std::size_t depth = 1;
  ++at;
  while (true) {
    at = find_quote_or_bracket(at, end);
    if (at == end) return nullptr;
    const char found = *at++;
    if (found == '"') {
      at = behind_string(at, end);
      if (at == nullptr) return nullptr;
    } else if (found == '{' || found == '[') {
      ++depth;
    } else if (--depth == 0) {
      return at;
    }
  }
}

}  // namespace

Kind kind_of(std::string_view raw) {
  if (raw.empty()) return Kind::None;
  switch (raw.front()) {
    case '{': return Kind::Object;
    case '[': return Kind::Array;
    case '"': return Kind::String;
    case 't': return Kind::True;
    case 'f': return Kind::False;
    case 'n': return Kind::Null;
    default: return raw.front() == '-' || is_digit(raw.front()) ? Kind::Number : Kind::None;
  }
}

std::optional<std::string_view> raw_string(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"') return std::nullopt;
  return raw.substr(1, raw.size() - 2);
}

std::optional<std::int64_t> raw_integer(std::string_view raw) {
  if (kind_of(raw) != Kind::Number) return std::nullopt;
  const bool negative = raw.front() == '-';
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::int64_t value = 0;
  std::size_t at = negative ? 1 : 0;
  if (at == raw.size()) return std::nullopt;
  for (; at < raw.size() && is_digit(raw[at]); ++at) {
    const std::int64_t digit = raw[at] - '0';
    value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
  }
  if (at == raw.size()) return negative ? -value : value;
  const bool has_exponent = raw.substr(at).find_first_of("eE") != std::string_view::npos;
  if (has_exponent) return std::nullopt;
  return negative ? -value : value;
}

std::string_view raw_member(std::string_view object, std::string_view name) {
  JsonReader reader(object);
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return {};
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == name) return value;
  }
  return {};
}

bool raw_truthy(std::string_view raw) {
  switch (kind_of(raw)) {
    case Kind::None:
    case Kind::Null:
    case Kind::False: return false;
    case Kind::True: return true;
    case Kind::Number: return raw.find_first_of("123456789") != std::string_view::npos;
    case Kind::String: return raw.size() > 2;
    case Kind::Object:
    case Kind::Array: break;
  }
  const std::string_view inside = raw.size() < 2 ? std::string_view{} : raw.substr(1, raw.size() - 2);
  return !std::ranges::all_of(inside, is_json_space);
}

inline void JsonReader::skip_space() {
  if (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) > ' ') return;  // the usual case
  while (at_ < text_.size() && is_json_space(text_[at_])) ++at_;
}

inline bool JsonReader::skip_string() {
  if (at_ == text_.size() || text_[at_] != '"') return false;
  const char* const behind = behind_string(text_.data() + at_ + 1, text_.data() + text_.size());
  if (behind == nullptr) return false;
  at_ = static_cast<std::size_t>(behind - text_.data());
  return true;
}

bool JsonReader::fail() {
  broken_ = true;
  at_ = text_.size();
  return false;
}

Kind JsonReader::kind() {
  skip_space();
  return kind_of(text_.substr(at_, 1));
}

bool JsonReader::enter() {
  const Kind here = kind();
  if (here != Kind::Object && here != Kind::Array) return false;
  ++at_;
  fresh_ = true;
  return true;
}

/// Goes past what stands before the next item of an object or array. False at its end, or when the text is broken.
inline bool JsonReader::to_next_item(char end) {
  skip_space();
  if (at_ == text_.size()) return fail();
  if (text_[at_] == end) {
    ++at_;
    fresh_ = false;
    return false;
  }
  if (!fresh_) {
    if (text_[at_] != ',') return fail();
    ++at_;
    skip_space();
  }
  fresh_ = false;
  return true;
}

bool JsonReader::next_member(std::string_view& key) {
  if (!to_next_item('}')) return false;
  const std::size_t begin = at_ + 1;
  if (!skip_string()) return fail();
  key = text_.substr(begin, at_ - begin - 1);
  skip_space();
  if (at_ == text_.size() || text_[at_] != ':') return fail();
  ++at_;
  skip_space();
  return at_ < text_.size() || fail();
}

bool JsonReader::next_element() {
  if (!to_next_item(']')) return false;
  return at_ < text_.size() || fail();
}

std::string_view JsonReader::take() {
  const Kind here = kind();
  const std::size_t begin = at_;
  fresh_ = false;
  bool good = true;
  switch (here) {
    case Kind::String: good = skip_string(); break;
    case Kind::Object:
    case Kind::Array: good = skip_container(); break;
    case Kind::None: good = false; break;
    default:
      while (at_ < text_.size() && !is_json_space(text_[at_]) && text_[at_] != ',' && text_[at_] != '}' &&
             text_[at_] != ']') {
        ++at_;
      }
  }
  if (!good) {
    fail();
    return {};
  }
  return text_.substr(begin, at_ - begin);
}

bool JsonReader::at_end() {
  skip_space();
  return at_ == text_.size() && !broken_;
}

bool JsonReader::skip_container() {
  const char* const behind = behind_container(text_.data() + at_, text_.data() + text_.size());
  if (behind == nullptr) return false;
  at_ = static_cast<std::size_t>(behind - text_.data());
  return true;
}

}  // namespace drover::dialect
