// Whether what a client received is a whole answer. It reads as a plain client would, with none of the gateway's own
// judgement: the end of a stream, its usage, an error event; a JSON text with choices and usage.
#pragma once

#include <string>
#include <string_view>

#include "demo/account/ledger.h"
#include "http/body/sse.h"

namespace drover::demo {

/// Longest answer looked at; those of the mock have a few hundred bytes.
inline constexpr std::size_t kMostAnswerBytes = 1024 * 1024;

class AnswerCheck {
 public:
  explicit AnswerCheck(bool streamed) : streamed_(streamed) {}

  /// Decoded bytes of the body, in any cut.
  void feed(std::string_view bytes);
  /// The first content of a stream has been seen.
  [[nodiscard]] bool has_content() const { return content_; }
  /// After the body's end, as its framing said.
  [[nodiscard]] Flaw verdict() const;

 private:
  void take(const http::SseEvent& event);

  bool streamed_;
  bool too_long_ = false;
  bool content_ = false;
  bool finished_ = false;
  bool usage_ = false;
  bool done_ = false;  ///< [DONE] was the last event so far
  bool error_ = false;
  std::string body_;  ///< plain: all of it; stream: what is not yet an event
  http::SseScanner scanner_;
};

}  // namespace drover::demo
