// Reads one complete head from bytes that arrive in any pieces. Strict: a head that a proxy and an upstream could read
// in two ways is refused (RFC 9112; request smuggling uses that difference).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "http/head/head.h"

namespace drover::http {

enum class HeadState { NeedMore, Complete };

/// How far a head is read. The lines before `line` are valid, and their bytes are not read again until the head is
/// complete, so the cost is linear in any cut.
struct HeadProgress {
  std::size_t line = 0;       ///< where the first line begins that is not taken
  std::size_t searched = 0;   ///< bytes that hold no further line end
  std::size_t lines = 0;      ///< lines taken; the first is the request or status line
  bool led_by_blank = false;  ///< the one empty line that may stand before a request was there
};

/// Finds the end of a head and parses it. One object for a connection; reset() between heads.
/// The verdict, the head and its size do not depend on the cut: lines are judged in order, and the meaning of the
/// fields when the head is complete.
/// fields mean together is judged when the head is complete.
class RequestHeadReader {
 public:
  /// Looks at all bytes received for this head (`received` starts where the head starts, and only grows between calls,
  /// though it may move). Complete: `head` holds views into `received`, and head.size is the size of the head. Until
  /// then the content of `head` means nothing.
  /// Errors (Error::status is the answer's status, Error::code the reason, and the connection must be closed): 400 any
  /// doubt about framing or syntax, 414 target too long, 431 too many bytes or fields, 501 unknown transfer coding or a
  /// method longer than any, 505 unknown version, 417 unknown expectation. All codes: head_fault.h.
  [[nodiscard]] Result<HeadState> read(std::string_view received, RequestHead& head);
  void reset() { progress_ = {}; }

 private:
  HeadProgress progress_;
};

/// The same for answers. A 1xx head is Complete like any other (framing None): the caller skips and counts it.
class ResponseHeadReader {
 public:
  /// What was asked, which decides whether the answer may have a body.
  enum class Asked { Head, Connect, Other };

  /// Errors: kind BadResponse, status 502, code such as "upstream_header_overflow", "upstream_framing".
  [[nodiscard]] Result<HeadState> read(std::string_view received, Asked asked, ResponseHead& head);
  void reset() { progress_ = {}; }

 private:
  HeadProgress progress_;
};

}  // namespace drover::http
