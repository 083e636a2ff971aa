#include "dialect/json/json_scan.h"

#include <simdjson.h>

#include <algorithm>
#include <string>

#include "dialect/json/json_bytes.h"

namespace drover::dialect {
namespace {

/// Longest raw key that can still stand for a looked-for name: every character as a six-byte escape.
constexpr std::size_t kMaxEscapedKey = 6 * 32;

bool is_hex(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// Text that is really bytes: a data: URI, or nothing but the base64 alphabet for a while.
bool looks_opaque(std::string_view raw) {
  if (raw.starts_with("data:")) return true;
  return std::ranges::all_of(raw.substr(0, 256), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '\\';
  });
}

}  // namespace

Result<bool> JsonScan::step(std::size_t budget) {
  const std::size_t limit = budget < text_.size() - at_ ? at_ + budget : text_.size();
  limit_ = limit;
  if (!check_utf8(limit) || !run(limit)) return failure();
  if (at_ < text_.size()) return false;
  if (state_ == State::InNumber && depth_ == 0) {
    bool more = false;
    if (!digit(' ', more)) return failure();
    end_value();
  }
  if (state_ == State::Ended) return true;
  refuse(state_ == State::InString ? "the text ends inside a string" : "the text ends too early");
  return failure();
}

/// Judges the bytes before `limit`, but for a character that `limit` cuts in two: that one waits for the next step.
bool JsonScan::check_utf8(std::size_t limit) {
  if (limit <= utf8_at_) return true;
  std::size_t cut = limit;
  if (limit < text_.size()) {
    const std::size_t lowest = limit - std::min<std::size_t>(3, limit - utf8_at_);
    while (cut > lowest && (static_cast<unsigned char>(text_[cut]) & 0xc0U) == 0x80U) --cut;
    if ((static_cast<unsigned char>(text_[cut]) & 0xc0U) == 0x80U)
      cut = limit;  // no character is that long: let it fail
  }
  if (!simdjson::validate_utf8(text_.data() + utf8_at_, cut - utf8_at_)) {
    at_ = utf8_at_;
    return refuse("the text is not UTF-8, somewhere after this");
  }
  utf8_at_ = cut;
  return true;
}

bool JsonScan::run(std::size_t limit) {
  while (at_ < limit) {
    if (state_ == State::InString) {
      if (!run_string(limit)) return false;
    } else if (state_ == State::InNumber) {
      if (!run_number(limit)) return false;
    } else {
      const char c = text_[at_];
      if (is_json_space(c)) {
        ++at_;
      } else if (!token(c)) {
        return false;
      }
    }
  }
  return true;
}

/// One token that is not inside a string or number; takes it.
bool JsonScan::token(char c) {
  switch (state_) {
    case State::ElementOrEnd:
      if (c == ']') return close(false);
      return begin_value(c);
    case State::Value: return begin_value(c);
    case State::KeyOrEnd:
      if (c == '}') return close(true);
      [[fallthrough]];
    case State::Key:
      if (c != '"') return refuse("expected a key in quotes");
      string_is_key_ = true;
      return begin_string();
    case State::Colon:
      if (c != ':') return refuse("expected ':'");
      ++at_;
      state_ = State::Value;
      return true;
    case State::After: {
      const bool in_object = objects_[depth_ - 1];
      if (c == ',') {
        ++at_;
        state_ = in_object ? State::Key : State::Value;
        return true;
      }
      if (c == '}' || c == ']') return close(c == '}');
      return refuse(in_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    case State::Ended: return refuse("there is something after the document");
    case State::InString:
    case State::InNumber: break;
  }
  return true;
}

bool JsonScan::begin_value(char c) {
  if (depth_ == 1 && current_ < kMaxNames) members_[current_].begin = at_;
  switch (c) {
    case '"': string_is_key_ = false; return begin_string();
    case '{': return open(true);
    case '[': return open(false);
    case 't': return literal("true");
    case 'f': return literal("false");
    case 'n': return literal("null");
    default: break;
  }
  if (c != '-' && !is_digit(c)) return refuse("expected a value");
  ++at_;
  ++numbers_;
  digits_ = c == '-' ? Digits::Minus : (c == '0' ? Digits::Zero : Digits::Whole);
  state_ = State::InNumber;
  return true;
}

bool JsonScan::open(bool object) {
  if (depth_ == kMaxDepth) return refuse("nested deeper than 256");
  if (depth_ == 0) is_object_ = object;
  objects_[depth_++] = object;
  ++at_;
  state_ = object ? State::KeyOrEnd : State::ElementOrEnd;
  return true;
}

bool JsonScan::close(bool object) {
  if (objects_[depth_ - 1] != object) return refuse("the bracket does not match the one that is open");
  --depth_;
  ++at_;
  end_value();
  return true;
}

bool JsonScan::literal(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return refuse("expected a value");
  at_ += word.size();
  end_value();
  return true;
}

bool JsonScan::begin_string() {
  string_begin_ = ++at_;
  state_ = State::InString;
  return run_string(limit_);
}

/// Up to the end of the string or to `limit`.
bool JsonScan::run_string(std::size_t limit) {
  while (at_ < limit) {
    const char* const begin = text_.data() + at_;
    const char* const end = text_.data() + limit;
    const char* const near = begin + std::min(end - begin, kFarString);
    const char* stop = find_string_stop(begin, near);
    if (stop == near && near != end) stop = find_string_stop_far(near, end);
    at_ = static_cast<std::size_t>(stop - text_.data());
    if (at_ == limit) return true;
    if (*stop == '"') return end_string();
    if (*stop != '\\') return refuse("a control character in a string must be escaped");
    if (!escape()) return false;
  }
  return true;
}

bool JsonScan::hex4(std::size_t at, unsigned& value) const {
  if (text_.size() - at < 4) return false;
  value = 0;
  for (const char c : text_.substr(at, 4)) {
    if (!is_hex(c)) return false;
    value = value * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return true;
}

bool JsonScan::escape() {
  if (at_ + 1 == text_.size()) return refuse("the text ends inside a string");
  const char c = text_[at_ + 1];
  if (c != 'u') {
    if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return refuse("not an escape sequence");
    at_ += 2;
    ++string_excess_;
    return true;
  }
  unsigned code = 0;
  if (!hex4(at_ + 2, code)) return refuse("not an escape sequence");
  if (code >= 0xdc00 && code < 0xe000) return refuse("half of a surrogate pair stands alone");
  std::size_t size = 6;
  if (code >= 0xd800 && code < 0xdc00) {
    unsigned low = 0;
    const bool paired = text_.size() - at_ >= 12 && text_[at_ + 6] == '\\' && text_[at_ + 7] == 'u' &&
                        hex4(at_ + 8, low) && low >= 0xdc00 && low < 0xe000;
    if (!paired) return refuse("half of a surrogate pair stands alone");
    size = 12;
  }
  at_ += size;
  string_excess_ += size - 3;
  return true;
}

bool JsonScan::end_string() {
  const std::string_view raw = text_.substr(string_begin_, at_ - string_begin_);
  ++at_;
  const bool opaque = raw.size() >= kOpaqueFrom && looks_opaque(raw);
  text_bytes_ += opaque ? kOpaqueCountsAs : raw.size() - string_excess_;
  string_excess_ = 0;
  if (!string_is_key_) {
    if (deep_ != kMaxDeep) [[unlikely]] {
      texts_[deep_] = {string_begin_, string_begin_ + raw.size()};
      deep_ = kMaxDeep;
    }
    end_value();
    return true;
  }
  if (depth_ == 1 && !match_key(raw)) return false;
  deep_ = kMaxDeep;
  if (depth_ > 1 && raw.size() < 64 && (deep_sizes_ >> raw.size() & 1U) != 0) deep_ = deep_name(raw);
  state_ = State::Colon;
  if (at_ < limit_ && text_[at_] == ':') {  // it nearly always follows at once
    ++at_;
    state_ = State::Value;
  }
  return true;
}

/// Up to the end of the number or to `limit`.
bool JsonScan::run_number(std::size_t limit) {
  while (at_ < limit) {
    if (digits_ == Digits::Whole || digits_ == Digits::Fraction) {  // the great mass of a number
      std::size_t at = at_;
      while (at < limit && is_digit(text_[at])) ++at;
      at_ = at;
      if (at == limit) return true;
    }
    bool more = false;
    if (!digit(text_[at_], more)) return false;
    if (!more) {
      end_value();
      return true;
    }
    ++at_;
  }
  return true;
}

/// The grammar of RFC 8259 section 6, one character at a time. `more`: `c` belongs to the number.
bool JsonScan::digit(char c, bool& more) {
  const bool is_e = c == 'e' || c == 'E';
  more = true;
  switch (digits_) {
    case Digits::Minus:
      if (!is_digit(c)) return refuse("not a number");
      digits_ = c == '0' ? Digits::Zero : Digits::Whole;
      return true;
    case Digits::Whole:
      if (is_digit(c)) return true;
      [[fallthrough]];
    case Digits::Zero:
      if (c == '.') {
        digits_ = Digits::Point;
        return true;
      }
      if (is_e) {
        digits_ = Digits::E;
        return true;
      }
      break;
    case Digits::Point:
      if (!is_digit(c)) return refuse("not a number");
      digits_ = Digits::Fraction;
      return true;
    case Digits::Fraction:
      if (is_digit(c)) return true;
      if (is_e) {
        digits_ = Digits::E;
        return true;
      }
      break;
    case Digits::E:
      if (c == '+' || c == '-') {
        digits_ = Digits::Sign;
        return true;
      }
      [[fallthrough]];
    case Digits::Sign:
      if (!is_digit(c)) return refuse("not a number");
      digits_ = Digits::Exponent;
      return true;
    case Digits::Exponent:
      if (is_digit(c)) return true;
      break;
  }
  more = false;
  return true;
}

/// Notes whether the key just read is one that is looked for.
bool JsonScan::match_key(std::string_view raw) {
  current_ = kMaxNames;
  std::string unescaped;
  if (raw.find('\\') != std::string_view::npos) {
    if (raw.size() > kMaxEscapedKey) return true;
    unescaped = json_unescape(raw);
    raw = unescaped;
  }
  for (std::size_t index = 0; index < names_.size(); ++index) {
    if (raw.size() != names_[index].size()) continue;
    if (raw != names_[index]) {
      if (equal_but_for_case(raw, names_[index])) return refuse_key("ambiguous_key", names_[index]);
      continue;
    }
    if (found_[index]) return refuse_key("duplicate_key", names_[index]);
    found_[index] = true;
    current_ = index;
    return true;
  }
  return true;
}

std::size_t JsonScan::deep_name(std::string_view raw) const {
  for (std::size_t index = 0; index < deep_names_.size(); ++index) {
    const std::string_view name = deep_names_[index];
    if (raw.size() == name.size() && raw.front() == name.front() && raw == name) return index;
  }
  return kMaxDeep;
}

/// A value ends before at_.
void JsonScan::end_value() {
  if (depth_ == 0) {
    state_ = State::Ended;
    return;
  }
  state_ = State::After;
  if (depth_ == 1 && current_ < kMaxNames) {
    members_[current_].end = at_;
    current_ = kMaxNames;
  }
}

std::optional<ByteRange> JsonScan::member(std::size_t index) const {
  if (!found_[index]) return std::nullopt;
  return members_[index];
}

std::optional<ByteRange> JsonScan::last_text(std::size_t index) const {
  if (texts_[index].size() == 0) return std::nullopt;
  return texts_[index];
}

bool JsonScan::refuse(const char* what) {
  wrong_ = what;
  return false;
}

bool JsonScan::refuse_key(const char* code, std::string_view name) {
  wrong_code_ = code;
  wrong_name_ = name;
  return false;
}

std::unexpected<Error> JsonScan::failure() const {
  Error error{.kind = ErrorKind::BadRequest, .scope = ErrorScope::Request, .retry = RetryClass::Never, .status = 400};
  if (wrong_code_ != nullptr) {
    const bool twice = std::string_view(wrong_code_) == "duplicate_key";
    error.code = wrong_code_;
    error.message = "the request body has the key \"" + std::string(wrong_name_) +
                    (twice ? "\" twice" : "\" in another spelling; keys are lower case") + " (byte " +
                    std::to_string(at_) + ")";
    return fail(std::move(error));
  }
  error.code = "invalid_json";
  error.message =
      "the request body is not acceptable JSON: " + std::string(wrong_) + " (byte " + std::to_string(at_) + ")";
  return fail(std::move(error));
}

}  // namespace drover::dialect
