// Reads one complete head from bytes that arrive in any cut. Strict: what a proxy and an upstream could read in two
// ways is refused (RFC 9112; request smuggling lives in the difference).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "http/head/head.h"

namespace drover::http {

enum class HeadState { NeedMore, Complete };

/// How far a head has been read. Lines before `line` have been found valid; none of their bytes is looked at again
/// until the head is complete, so the cost stays linear however the bytes are cut.
struct HeadProgress {
  std::size_t line = 0;       ///< where the first line that has not been taken begins
  std::size_t searched = 0;   ///< bytes known to hold no further line end
  std::size_t lines = 0;      ///< taken so far; the first line is the request or status line
  bool led_by_blank = false;  ///< the one empty line tolerated before a request was there
};

/// Finds the end of a head and parses it. One object per connection; reset() between heads.
/// The verdict, the head and its size do not depend on how the bytes were cut: lines are judged in order, what the
/// fields mean together is judged when the head is complete.
class RequestHeadReader {
 public:
  /// Looks at all bytes received so far for this head (`received` starts where the head starts and only grows between
  /// calls, though it may move). Complete: `head` holds views into `received` and head.size says how many bytes the
  /// head took. Until then `head` holds nothing of meaning.
  /// Errors (Error::status is the answer to give, Error::code names the reason, the connection must then be closed):
  /// 400 any framing or syntax doubt, 414 target too long, 431 too many bytes or fields, 501 unknown transfer coding
  /// or a method longer than any, 505 unknown version, 417 unknown expectation. All codes: head_fault.h.
  [[nodiscard]] Result<HeadState> read(std::string_view received, RequestHead& head);
  void reset() { progress_ = {}; }

 private:
  HeadProgress progress_;
};

/// The same for answers. A 1xx head is Complete like any other (framing None): the caller skips it and counts.
class ResponseHeadReader {
 public:
  /// Whether the answer may have a body depends on what was asked.
  enum class Asked { Head, Connect, Other };

  /// Errors: kind BadResponse, status 502, code such as "upstream_header_overflow", "upstream_framing".
  [[nodiscard]] Result<HeadState> read(std::string_view received, Asked asked, ResponseHead& head);
  void reset() { progress_ = {}; }

 private:
  HeadProgress progress_;
};

}  // namespace drover::http
