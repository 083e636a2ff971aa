#include "mock/answers/pattern_text.h"

#include <algorithm>
#include <bitset>
#include <utility>

namespace drover::mock {
namespace {

constexpr std::size_t kLongest = 10'000;
constexpr int kDeepestPattern = 32;
/// Most steps of one reading; a pattern that needs more is refused.
constexpr int kMostSteps = 200'000;

using Set = std::bitset<128>;

Set range(char from, char to) {
  Set set;
  for (int c = from; c <= to; ++c) set.set(static_cast<std::size_t>(c));
  return set;
}

Set printable_ascii() {
  return range(' ', '~');
}

/// The set of "\d" and its like, and of escapes for characters that are not seen.
std::optional<Set> set_of_escape(char c) {
  Set set;
  switch (c) {
    case 'd': return range('0', '9');
    case 'D': return printable_ascii() & ~range('0', '9');
    case 'w': return range('a', 'z') | range('A', 'Z') | range('0', '9') | range('_', '_');
    case 'W': return printable_ascii() & ~*set_of_escape('w');
    case 's': return range(' ', ' ');
    case 'S': return printable_ascii() & ~range(' ', ' ');
    case 't': set.set('\t'); return set;
    case 'n': set.set('\n'); return set;
    case 'r': set.set('\r'); return set;
    default: break;
  }
  // Another letter or digit has a meaning that is not simple.
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  const auto code = static_cast<unsigned char>(c);
  if (letter || code >= set.size()) return std::nullopt;
  set.set(code);
  return set;
}

struct Count {
  std::size_t least = 1;
  std::size_t most = 1;
};

/// Reads a pattern and writes a text that fits it, in one walk.
class Reader {
 public:
  /// `more`: how many further times a repeated part is written than it must be.
  Reader(std::string_view pattern, std::size_t more, int variant) : pattern_(pattern), more_(more), variant_(variant) {}

  std::optional<std::string> text() {
    std::string made = alternatives(0);
    if (wrong_ || at_ != pattern_.size()) return std::nullopt;
    return made;
  }

 private:
  [[nodiscard]] bool ended() const { return wrong_ || at_ >= pattern_.size(); }
  [[nodiscard]] char now() const { return pattern_[at_]; }
  bool take(char c) {
    if (ended() || now() != c) return false;
    ++at_;
    return true;
  }
  std::string fail() {
    wrong_ = true;
    return {};
  }

  /// Writes the first alternative, and reads the others.
  std::string alternatives(int depth) {
    if (depth > kDeepestPattern) return fail();
    std::string first = sequence(depth);
    while (take('|')) (void)sequence(depth);
    return first;
  }

  std::string sequence(int depth) {
    std::string made;
    while (!ended() && now() != '|' && now() != ')') {
      if (++steps_ > kMostSteps) return fail();
      if (now() == '^' || now() == '$') {
        ++at_;
        continue;
      }
      const std::string piece = now() == '(' ? group(depth) : one();
      const Count count = counted();
      if (wrong_) return {};
      const std::size_t times = std::min(count.most, count.least + more_);
      if (made.size() + times * piece.size() > kLongest) return fail();
      for (std::size_t time = 0; time < times; ++time) made += piece;
    }
    return made;
  }

  std::string group(int depth) {
    ++at_;  // '('
    if (take('?') && !take(':')) return fail();
    std::string made = alternatives(depth + 1);
    if (!take(')')) return fail();
    return made;
  }

  /// Writes one character.
  std::string one() {
    const std::size_t begin = at_++;
    const char c = pattern_[begin];
    if (c == '[') return member(char_class());
    if (c == '.') return member(range('a', 'z'));
    if (c == '\\') {
      if (ended()) return fail();
      const auto set = set_of_escape(pattern_[at_++]);
      return set ? member(*set) : fail();
    }
    if (std::string_view("*+?{}]").find(c) != std::string_view::npos) return fail();
    const bool beyond_ascii = (static_cast<unsigned char>(c) & 0x80U) != 0;
    while (beyond_ascii && !ended() && (static_cast<unsigned char>(now()) & 0xC0U) == 0x80U) ++at_;
    return std::string(pattern_.substr(begin, at_ - begin));
  }

  Set char_class() {
    const bool negated = take('^');
    Set set;
    bool first = true;
    while (!ended() && (now() != ']' || first)) {
      first = false;
      const Set from = class_item();
      const bool is_range = at_ + 1 < pattern_.size() && now() == '-' && pattern_[at_ + 1] != ']' && from.count() == 1;
      if (!is_range) {
        set |= from;
        continue;
      }
      ++at_;
      const Set to = class_item();
      if (wrong_ || to.count() != 1) return fail(), set;
      const auto code = [](const Set& single) {
        std::size_t at = 0;
        while (!single.test(at)) ++at;
        return static_cast<char>(at);
      };
      if (code(from) > code(to)) return fail(), set;
      set |= range(code(from), code(to));
    }
    if (!take(']')) fail();
    if (negated) set = printable_ascii() & ~set;
    if (set.none()) fail();
    return set;
  }

  Set class_item() {
    const char c = pattern_[at_++];
    Set set;
    if (c == '\\') {
      if (ended()) return fail(), set;
      const auto escaped = set_of_escape(pattern_[at_++]);
      if (!escaped) fail();
      return escaped.value_or(set);
    }
    const auto code = static_cast<unsigned char>(c);
    if (code >= set.size()) return fail(), set;  // a part of a character beyond ASCII
    set.set(code);
    return set;
  }

  /// The set's member for this variant, the plainest first: letters before digits before signs.
  std::string member(const Set& set) {
    std::string order;
    for (const Set& kind : {range('a', 'z'), range('A', 'Z'), range('0', '9'), printable_ascii(), ~Set()}) {
      for (std::size_t code = 0; code < set.size(); ++code) {
        const char c = static_cast<char>(code);
        if (set.test(code) && kind.test(code) && order.find(c) == std::string::npos) order.push_back(c);
      }
    }
    if (order.empty()) return fail();
    return {order[static_cast<std::size_t>(variant_) % order.size()]};
  }

  std::size_t number() {
    std::size_t value = 0;
    bool any = false;
    while (!ended() && now() >= '0' && now() <= '9') {
      value = std::min(value * 10 + static_cast<std::size_t>(pattern_[at_++] - '0'), kLongest + 1);
      any = true;
    }
    if (!any) fail();
    return value;
  }

  Count counted() {
    Count count;
    if (take('?')) {
      count = {0, 1};
    } else if (take('*')) {
      count = {0, kLongest};
    } else if (take('+')) {
      count = {1, kLongest};
    } else if (take('{')) {
      count.least = count.most = number();
      if (take(',')) count.most = !ended() && now() == '}' ? kLongest : number();
      if (!take('}') || count.least > count.most) fail();
    } else {
      return count;
    }
    (void)take('?');  // a lazy count: the same texts fit
    return count;
  }

  std::string_view pattern_;
  std::size_t more_;
  int variant_;
  std::size_t at_ = 0;
  int steps_ = 0;
  bool wrong_ = false;
};

}  // namespace

std::optional<std::string> text_for(std::string_view pattern, PatternText wanted) {
  auto made = Reader(pattern, 0, wanted.variant).text();
  for (std::size_t more = 1; made && made->size() < wanted.least && more <= kLongest; more *= 2) {
    made = Reader(pattern, more, wanted.variant).text();
  }
  return made;
}

}  // namespace drover::mock
