// Reads one complete head from bytes that arrive in any cut. Strict: what a proxy and an upstream could read in two
// ways is refused (RFC 9112; request smuggling lives in the difference).
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/head.h"

namespace drover::http {

enum class HeadState { NeedMore, Complete };

/// Finds the end of a head and parses it. One object per connection; reset() between heads.
/// The verdict, the head and its size do not depend on how the bytes were cut.
class RequestHeadReader {
 public:
  /// Looks at all bytes received so far for this head (`received` starts where the head starts and only grows between
  /// calls). Complete: `head` holds views into `received` and head.size says how many bytes the head took.
  /// Errors (Error::status is the answer to give, Error::code names the reason, the connection must then be closed):
  /// 400 any framing or syntax doubt, 414 target too long, 431 too many bytes or fields, 501 unknown transfer coding,
  /// 505 unknown version, 417 unknown expectation.
  [[nodiscard]] Result<HeadState> read(std::string_view received, RequestHead& head);
  void reset() { scanned_ = 0; }

 private:
  std::size_t scanned_ = 0;
};

/// The same for answers. A 1xx head is Complete like any other (framing None): the caller skips it and counts.
class ResponseHeadReader {
 public:
  /// Whether the answer may have a body depends on what was asked.
  enum class Asked { Head, Connect, Other };

  /// Errors: kind BadResponse, status 502, code such as "upstream_header_overflow", "upstream_framing".
  [[nodiscard]] Result<HeadState> read(std::string_view received, Asked asked, ResponseHead& head);
  void reset() { scanned_ = 0; }

 private:
  std::size_t scanned_ = 0;
};

}  // namespace drover::http
