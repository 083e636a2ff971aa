// Writes JSON into a string, one value after the other; it puts the commas in. It builds no tree and checks nothing:
// what is given as raw JSON or as a Text must be sound.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "translate/model/text.h"

namespace drover::translate {

class JsonOut {
 public:
  /// Writes behind what is in `out`.
  explicit JsonOut(std::string& out) : out_(out), first_(out.size()) {}

  JsonOut& open(char bracket) {
    separate();
    out_ += bracket;
    return *this;
  }
  JsonOut& close(char bracket) {
    out_ += bracket;
    return *this;
  }
  /// A member's name, which needs no escapes.
  JsonOut& key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return *this;
  }
  JsonOut& raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
  }
  JsonOut& text(Text text) {
    separate();
    out_ += '"';
    out_ += text.escaped;
    out_ += '"';
    return *this;
  }
  /// A word of ours, which needs no escapes.
  JsonOut& word(std::string_view word) { return text({word}); }
  JsonOut& number(std::int64_t number) {
    separate();
    char digits[24];
    const auto made = std::to_chars(digits, digits + sizeof digits, number);
    out_.append(digits, made.ptr);
    return *this;
  }
  JsonOut& boolean(bool value) { return raw(value ? "true" : "false"); }

  /// For what has to be written by other means: the comma before it, then the string.
  std::string& value() {
    separate();
    return out_;
  }

 private:
  void separate() {
    if (out_.size() == first_) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_ += ',';
  }

  std::string& out_;
  std::size_t first_;
};

}  // namespace drover::translate
