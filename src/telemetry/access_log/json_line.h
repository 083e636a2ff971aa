// Writes one JSON object as one line into given memory: no allocation, never more than fits, always valid JSON with
// printable text. For log lines; not for answers to clients.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace drover::telemetry {

/// Longest text written for one value, escapes included; the rest is cut at a character's end.
inline constexpr std::size_t kMaxTextBytes = 256;

class JsonLine {
 public:
  explicit JsonLine(std::span<char> memory) : begin_(memory.data()), at_(begin_), end_(begin_ + memory.size()) {}

  // Structure. The caller keeps it balanced; commas are written automatically.
  void open(char bracket) {
    comma();
    put(bracket);
    first_ = true;
  }
  void close(char bracket) {
    put(bracket);
    first_ = false;
  }
  /// `name` is ours: plain letters. Its length is known at compile time, so a few stores write it.
  template <std::size_t size>
  void key(const char (&name)[size]) {
    constexpr std::size_t kAround = 4;  // a comma, two quotes and a colon
    if (static_cast<std::size_t>(end_ - at_) < size - 1 + kAround) {
      full_ = true;
      return;
    }
    if (!first_) *at_++ = ',';
    *at_++ = '"';
    std::memcpy(at_, name, size - 1);
    at_ += size - 1;
    *at_++ = '"';
    *at_++ = ':';
    first_ = true;
  }

  /// Untrusted text: control characters, quotes and broken UTF-8 are escaped, and a long text is cut.
  void text(std::string_view value);
  /// Our own text: an enumerator's name, a timestamp.
  void word(std::string_view value) {
    comma();
    put('"');
    put(value);
    put('"');
    first_ = false;
  }
  void number(std::integral auto value) {
    comma();
    const auto written = std::to_chars(at_, end_, value);
    if (written.ec == std::errc()) at_ = written.ptr;
    full_ = full_ || written.ec != std::errc();
    first_ = false;
  }
  void boolean(bool value) {
    comma();
    put(value ? std::string_view("true") : std::string_view("false"));
    first_ = false;
  }
  void null() {
    comma();
    put("null");
    first_ = false;
  }

  /// Ends the line. Empty when the line did not fit: half an object is worse than none.
  [[nodiscard]] std::string_view line() {
    put('\n');
    return full_ ? std::string_view() : std::string_view(begin_, static_cast<std::size_t>(at_ - begin_));
  }

 private:
  void comma() {
    if (!first_) put(',');
  }
  void put(char byte) {
    if (at_ == end_) {
      full_ = true;
      return;
    }
    *at_++ = byte;
  }
  void put(std::string_view bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes.size()) {
      full_ = true;
      return;
    }
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

  char* begin_;
  char* at_;
  char* end_;
  bool first_ = true;
  bool full_ = false;
};

}  // namespace drover::telemetry
