// Finds the events of a text/event-stream in bytes that arrive in any pieces, without copying them (WHATWG HTML section
// 9.2).
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
  std::string_view data;         ///< value of the `data:` field when there is one line of it; else empty
  std::uint16_t data_lines = 0;  ///< if there are several, sse_data() joins them
  /// Whether it holds comments and blank lines only: a keep-alive and no event.
  [[nodiscard]] bool is_comment() const { return data_lines == 0 && name.empty(); }
};

/// Finds where the next event ends. Line ends are LF, CRLF or CR, also mixed. A byte order mark before an event belongs
/// to the event's bytes and not to its first field (the standard has one at the start of the stream only).
class SseScanner {
 public:
  /// Longest event that is read or held; a longer one is passed on unread (too_long()).
  static constexpr std::size_t kMaxEventBytes = 64 * 1024;

  /// Looks for one whole event at the start of `input` (all bytes that are not taken yet). Returns true and fills
  /// `event` (views into `input`); the caller takes event.bytes.size() bytes off the front. Returns false when more
  /// bytes are needed: the caller offers the same bytes again with more behind them, and the scan goes on where it
  /// stopped, so the cost is linear. A CR at the end of `input` is a line end only when the next byte shows that no LF
  /// follows.
  /// There is no error: bytes are an event or not yet one. The caller bounds what is held: when next() returns false
  /// and too_long(input) is true, it passes the held bytes on unread or drops them, and calls reset(); what follows is
  /// read as the rest of that event.
  [[nodiscard]] bool next(std::string_view input, SseEvent& event);

  /// Whether an event without an end in `input` is longer than what is held.
  [[nodiscard]] static bool too_long(std::string_view input) { return input.size() >= kMaxEventBytes; }

  /// Forgets where the scan stopped: the unread bytes were dropped or passed on. One scanner reads one stream.
  void reset() { line_ = scanned_ = 0; }

 private:
  std::size_t line_ = 0;     ///< where the unfinished line begins
  std::size_t scanned_ = 0;  ///< bytes searched for a line end
};

/// The data of an event as a client gets it: the values of its `data:` lines, joined with LF, replace what is in `out`.
/// Needed only when event.data_lines is over 1; else event.data has the same without a copy.
void sse_data(const SseEvent& event, std::string& out);

}  // namespace drover::http
