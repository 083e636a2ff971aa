// The reader's side of a streamed reply: it takes bytes from the call, finds the events in them and reads each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "client/interface/held.h"
#include "drover/chat_stream.h"
#include "http/body/sse.h"

namespace drover::client {

/// Longest event that is read; a longer one ends the stream. Images in streams are below it.
inline constexpr std::size_t kMaxStreamEventBytes = std::size_t{16} << 20;

}  // namespace drover::client

DROVER_BEGIN

class ChatStream::State {
 public:
  explicit State(std::shared_ptr<client::Call> call) : held_(std::in_place, std::move(call)) {}
  /// For a stream that failed before it began.
  explicit State(Error error) : over_(true), error_(std::move(error)) {}
  ~State() { cancel(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] std::optional<ChatEvent> next();
  [[nodiscard]] const Error* error() const { return error_ ? &*error_ : nullptr; }
  [[nodiscard]] Origin origin() const;
  [[nodiscard]] Usage usage() const { return usage_; }
  void cancel();

 private:
  [[nodiscard]] std::optional<ChatEvent> read(const http::SseEvent& event);
  [[nodiscard]] bool take_more();
  void fail(Error error);
  void finish();

  std::optional<client::Held> held_;
  http::SseScanner scanner_;
  std::string input_;
  std::size_t at_ = 0;   ///< bytes of it that are read
  std::string failure_;  ///< the provider's own error event
  bool over_ = false;
  std::optional<Error> error_;
  Origin origin_;
  Usage usage_;
};

DROVER_END
