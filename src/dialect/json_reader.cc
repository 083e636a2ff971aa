#include "dialect/json_reader.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "dialect/json_bytes.h"

namespace drover::dialect {

using Kind = JsonReader::Kind;

namespace {

/// Finds the end of the container that a text begins with: where as many brackets have closed as opened, strings left
/// out. Whether the brackets match in kind is not asked. Sixteen bytes at a step where the machine has SSE2.
class ContainerEnd {
 public:
  /// The position behind its last bracket; 0 when the text ends before.
  std::size_t find(std::string_view text) {
    std::size_t at = 1;
#if defined(__SSE2__)
    for (; at + 16 <= text.size(); at += 16) {
      const Marks marks = marks_of(text.data() + at);
      if (escaped_ || marks.backslash != 0) {  // escapes are followed byte by byte
        for (std::size_t byte = at; byte < at + 16; ++byte) {
          if (take(text[byte])) return byte + 1;
        }
        continue;
      }
      std::uint32_t brackets = (marks.open | marks.close) & ~inside_strings(marks.quote);
      for (; brackets != 0; brackets &= brackets - 1) {
        const int first = std::countr_zero(brackets);
        const bool opens = (marks.open >> first & 1U) != 0;
        depth_ += opens ? 1U : std::size_t{0} - 1U;
        if (depth_ == 0) return at + static_cast<std::size_t>(first) + 1;
      }
    }
#endif
    for (; at < text.size(); ++at) {
      if (take(text[at])) return at + 1;
    }
    return 0;
  }

 private:
#if defined(__SSE2__)
  struct Marks {
    std::uint32_t quote, backslash, open, close;
  };

  static std::uint32_t where(__m128i bytes, char wanted) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted))));
  }
  static Marks marks_of(const char* from) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));  // makes '[' into '{' and ']' into '}'
    return {where(bytes, '"'), where(bytes, '\\'), where(folded, '{'), where(folded, '}')};
  }
  /// A bit for each byte that a string holds: those behind an odd number of quotes.
  std::uint32_t inside_strings(std::uint32_t quotes) {
    if (quotes == 0) return in_string_ ? 0xffffU : 0U;
    std::uint32_t inside = quotes;
    for (const int step : {1, 2, 4, 8}) inside ^= inside << step;
    if (in_string_) inside = ~inside;
    inside &= 0xffffU;
    in_string_ = (inside & 0x8000U) != 0;
    return inside;
  }
#endif

  /// One byte. True: it ends the container.
  bool take(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (in_string_) {
      escaped_ = c == '\\';
      in_string_ = c != '"';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      return --depth_ == 0;
    }
    return false;
  }

  std::size_t depth_ = 1;
  bool in_string_ = false;
  bool escaped_ = false;
};

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
  const char* const end = text_.data() + text_.size();
  const char* here = text_.data() + at_ + 1;
  while (true) {
    here = find_string_stop(here, end);
    if (here == end) return false;
    if (*here == '"') break;
    here += *here == '\\' ? 2 : 1;
    if (here > end) return false;
  }
  at_ = static_cast<std::size_t>(here - text_.data()) + 1;
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
  ContainerEnd search;
  const std::size_t end = search.find(text_.substr(at_));
  at_ += end;
  return end > 0;
}

}  // namespace drover::dialect
