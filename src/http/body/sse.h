// Finds the events of a text/event-stream in bytes cut anywhere, without copying them (WHATWG HTML section 9.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover::http {

/// One whole event as it stands in the stream.
struct SseEvent {
  std::string_view bytes;        ///< the raw lines with the blank line that ends them
  std::string_view name;         ///< value of the last `event:` field; empty when there is none
  std::string_view data;         ///< value of the `data:` field when there is exactly one line of it, else empty
  std::uint16_t data_lines = 0;  ///< with more than one, join them with sse_data()
  /// Nothing but comments and blank lines: keep-alive, not an event.
  [[nodiscard]] bool is_comment() const { return data_lines == 0 && name.empty(); }
};

/// Says where the next event ends. Line ends are LF, CRLF or CR, also mixed. A byte order mark in front of an event is
/// part of its bytes and not of its first field (the standard has one at the start of the stream only).
class SseScanner {
 public:
  /// Longest event that is looked into or held; a longer one is passed on unread (see too_long()).
  static constexpr std::size_t kMaxEventBytes = 64 * 1024;

  /// Looks for one whole event at the start of `input` (all bytes not yet taken). Returns true and fills `event`
  /// (views into `input`); the caller takes event.bytes.size() bytes off the front. False: need more bytes; the same
  /// bytes must be offered again with more behind them (the scan resumes where it stopped, so the cost stays linear).
  /// A CR at the very end of input is not taken as a line end until the next byte shows whether an LF follows.
  /// There is no error: what has arrived is either an event or not yet one. Bounding what is held is the caller's part:
  /// when next() says false and too_long(input) says true, the held bytes are to be passed on unread or dropped, and
  /// the scanner is to be reset(); what follows is then read as the rest of that event.
  [[nodiscard]] bool next(std::string_view input, SseEvent& event);

  /// Whether an event that has not ended within `input` is past what is held.
  [[nodiscard]] static bool too_long(std::string_view input) { return input.size() >= kMaxEventBytes; }

  /// Forget the resume point (the unread bytes were dropped or passed on). One scanner reads one stream.
  void reset() { line_ = scanned_ = 0; }

 private:
  std::size_t line_ = 0;     ///< where the line begins that has no end yet
  std::size_t scanned_ = 0;  ///< bytes known to hold no further line end
};

/// The data of an event as a reader of the stream gets it: the values of its `data:` lines joined with LF. Replaces
/// what is in `out`. Needed only when event.data_lines is over 1; event.data is the same otherwise, without a copy.
void sse_data(const SseEvent& event, std::string& out);

}  // namespace drover::http
