// Puts the requests of one connection together from bytes in any cut: head, then the whole body, one request at a time.
// Pure. What is pipelined behind the current request waits here, bounded.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body/body.h"
#include "http/head/head_reader.h"

namespace drover::mock {

/// Longest body the mock keeps; larger ones are refused (providers refuse much smaller ones).
inline constexpr std::size_t kMaxBody = 256 * 1024 * 1024;
/// Bytes kept behind the current request.
inline constexpr std::size_t kMaxBehind = 1024 * 1024;

class RequestReader {
 public:
  /// Takes what has arrived. Errors carry the status to answer with; the connection is then of no more use.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// Goes on to the next request, with what is already here. Same errors.
  [[nodiscard]] Result<void> next();

  [[nodiscard]] bool head_there() const { return head_there_; }
  [[nodiscard]] bool complete() const { return complete_; }
  /// Whether nothing of a request has arrived yet.
  [[nodiscard]] bool idle() const { return !head_there_ && inbox_.empty(); }
  /// Valid until next().
  [[nodiscard]] const http::RequestHead& head() const { return head_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  [[nodiscard]] Result<void> advance();
  [[nodiscard]] Result<void> take_head();

  std::string inbox_;       ///< not yet understood
  std::string head_bytes_;  ///< what head_ looks into
  http::RequestHeadReader reader_;
  http::RequestHead head_;
  http::BodyDecoder decoder_;
  std::string body_;
  bool head_there_ = false;
  bool complete_ = false;
};

}  // namespace drover::mock
