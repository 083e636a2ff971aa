// Finds where an HTTP/1.1 message ends, for the two programs of the bench. It believes its peer: no limits, no checks.
// Not for the gateway; that reads with src/http.
#pragma once

#include <strings.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rig {

/// The value of "name: value" in a head; empty when there is none. `name` in any case.
inline std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != head.npos && at + 2 + name.size() < head.size();
       at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2);
    if (line[name.size()] != ':' || strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    std::string_view value = line.substr(name.size() + 1, line.find("\r\n") - name.size() - 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    return value;
  }
  return {};
}

/// Takes a body off its framing, piece by piece.
class Body {
 public:
  void begin(std::string_view head) {
    chunked_ = !field(head, "transfer-encoding").empty();
    left_ = 0;
    state_ = chunked_ ? State::Size : State::Data;
    const std::string_view length = field(head, "content-length");
    std::from_chars(length.data(), length.data() + length.size(), left_);
    if (!chunked_ && left_ == 0) state_ = State::Done;
  }

  /// Calls take(std::string_view) for the contents in `bytes`; returns how many bytes belong to this message.
  template <class Take>
  std::size_t feed(std::string_view bytes, Take&& take) {
    std::size_t at = 0;
    while (at < bytes.size() && state_ != State::Done) {
      if (state_ == State::Data) {
        const std::size_t size = std::min<std::size_t>(left_, bytes.size() - at);
        take(bytes.substr(at, size));
        at += size;
        left_ -= size;
        if (left_ == 0) state_ = chunked_ ? State::AfterData : State::Done;
      } else {
        step(bytes[at++]);
      }
    }
    return at;
  }

  [[nodiscard]] bool done() const { return state_ == State::Done; }

 private:
  enum class State : std::uint8_t { Data, Size, AfterData, End, Done };

  void step(char c) {
    if (state_ == State::AfterData) {
      if (c == '\n') state_ = State::Size;
    } else if (state_ == State::End) {
      if (c == '\n') state_ = State::Done;
    } else if (c == '\n') {
      state_ = left_ == 0 ? State::End : State::Data;
    } else if (c != '\r') {
      left_ = left_ * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
  }

  std::uint64_t left_ = 0;
  State state_ = State::Done;
  bool chunked_ = false;
};

}  // namespace rig
