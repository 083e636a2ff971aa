// Reads the requests of one connection from bytes in any pieces: head, then the whole body, one request at a time.
// Pure. Pipelined bytes after the current request wait here, bounded.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body/body.h"
#include "http/head/head_reader.h"

namespace drover::mock {

/// Longest body that the mock keeps; a longer one is refused (providers refuse much shorter ones).
inline constexpr std::size_t kMaxBody = 256 * 1024 * 1024;
/// Most bytes kept after the current request.
inline constexpr std::size_t kMaxBehind = 1024 * 1024;

class RequestReader {
 public:
  /// Takes the bytes that have arrived. An error has the status for the client; the connection is then useless.
  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// Goes on to the next request, with the bytes that are here. The same errors.
  [[nodiscard]] Result<void> next();

  [[nodiscard]] bool head_there() const { return head_there_; }
  [[nodiscard]] bool complete() const { return complete_; }
  /// Whether no byte of a request has arrived.
  [[nodiscard]] bool idle() const { return !head_there_ && inbox_.empty(); }
  /// Valid until next().
  [[nodiscard]] const http::RequestHead& head() const { return head_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  [[nodiscard]] Result<void> advance();
  [[nodiscard]] Result<void> take_head();

  std::string inbox_;       ///< bytes that are not parsed
  std::string head_bytes_;  ///< the bytes of head_'s views
  http::RequestHeadReader reader_;
  http::RequestHead head_;
  http::BodyDecoder decoder_;
  std::string body_;
  bool head_there_ = false;
  bool complete_ = false;
};

}  // namespace drover::mock
