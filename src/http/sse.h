// Finds the events of a text/event-stream in bytes cut anywhere, without copying them (WHATWG HTML section 9.2).
#pragma once

#include <cstdint>
#include <string_view>

namespace drover::http {

/// One whole event as it stands in the stream.
struct SseEvent {
  std::string_view bytes;  ///< the raw lines with the blank line that ends them
  std::string_view name;   ///< value of the last `event:` field; empty when there is none
  std::string_view data;   ///< value of the `data:` field when there is exactly one line of it
  std::uint16_t data_lines = 0;  ///< with more than one, join them with sse_data()
  /// Nothing but comments and blank lines: keep-alive, not an event.
  [[nodiscard]] bool is_comment() const { return data_lines == 0 && name.empty(); }
};

/// Says where the next event ends. Line ends are LF, CRLF or CR, also mixed.
class SseScanner {
 public:
  /// Longest event that is looked into or held; a longer one is passed on unread (see too_long()).
  static constexpr std::size_t kMaxEventBytes = 64 * 1024;

  /// Looks for one whole event at the start of `input` (all bytes not yet taken). Returns true and fills `event`
  /// (views into `input`); the caller takes event.bytes.size() bytes off the front. False: need more bytes; the same
  /// bytes must be offered again with more behind them (the scan resumes where it stopped, so the cost stays linear).
  /// A CR at the very end of input is not taken as a line end until the next byte shows whether an LF follows.
  [[nodiscard]] bool next(std::string_view input, SseEvent& event);

  /// Forget the resume point (the unread bytes were dropped or passed on).
  void reset() { scanned_ = 0; }

 private:
  std::size_t scanned_ = 0;
};

}  // namespace drover::http
