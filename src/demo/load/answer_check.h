// Whether a client received a whole answer. It reads as a plain client, without the gateway's own judgement: the end of
// a stream, its usage, an error event; a JSON text with choices and usage.
#pragma once

#include <string>
#include <string_view>

#include "demo/account/ledger.h"
#include "http/body/sse.h"

namespace drover::demo {

/// Most bytes of an answer that are read; those of the mock have a few hundred.
inline constexpr std::size_t kMostAnswerBytes = 1024 * 1024;

class AnswerCheck {
 public:
  explicit AnswerCheck(bool streamed) : streamed_(streamed) {}

  /// Takes decoded bytes of the body, in any pieces.
  void feed(std::string_view bytes);
  /// Whether content of a stream was seen.
  [[nodiscard]] bool has_content() const { return content_; }
  /// The verdict after the end of the body.
  [[nodiscard]] Flaw verdict() const;

 private:
  void take(const http::SseEvent& event);

  bool streamed_;
  bool too_long_ = false;
  bool content_ = false;
  bool finished_ = false;
  bool usage_ = false;
  bool done_ = false;  ///< [DONE] was the last event
  bool error_ = false;
  std::string body_;  ///< plain: the whole body; stream: the bytes that are no whole event yet
  http::SseScanner scanner_;
};

}  // namespace drover::demo
