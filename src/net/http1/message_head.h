// The text of the heads we send: start line, the caller's fields, and the framing and connection fields that are ours.
#pragma once

#include <cstdint>
#include <string>

#include "net/exchange.h"

namespace drover::net {

/// How an answer's body will be framed on the wire, and what was decided about the connection.
struct AnswerPlan {
  http::BodyKind framing = http::BodyKind::None;  ///< UntilClose for a chunked answer to an HTTP/1.0 client
  bool has_body = true;                           ///< false: answers to HEAD, and 1xx, 204, 304
  bool close = false;
};

/// What was asked, as far as it shapes the answer.
struct Asked {
  bool head = false;  ///< the method is HEAD
  http::Version version = http::Version::Http11;
  bool keep_alive = true;
};

/// Appends the head to `out`.
[[nodiscard]] AnswerPlan write_answer_head(const AnswerStart& answer, Asked asked, std::string& out);
void write_request_head(const RequestStart& request, std::string& out);

}  // namespace drover::net
