// Writes the heads that we send: start line, the caller's fields, and our own framing and connection fields.
#pragma once

#include <cstdint>
#include <string>

#include "net/exchange.h"

namespace drover::net {

/// How an answer's body is framed on the wire, and whether the connection ends after it.
struct AnswerPlan {
  http::BodyKind framing = http::BodyKind::None;  ///< UntilClose for a chunked answer to an HTTP/1.0 client
  bool has_body = true;                           ///< false: answers to HEAD, and 1xx, 204, 304
  bool close = false;
};

/// The parts of the request that shape the answer.
struct Asked {
  bool head = false;  ///< the method is HEAD
  http::Version version = http::Version::Http11;
  bool keep_alive = true;
};

/// Appends the head to `out`.
[[nodiscard]] AnswerPlan write_answer_head(const AnswerStart& answer, Asked asked, std::string& out);
void write_request_head(const RequestStart& request, std::string& out);

}  // namespace drover::net
