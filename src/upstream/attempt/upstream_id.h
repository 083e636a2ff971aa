// What an upstream calls a request: the id to quote when asking its support about it.
#pragma once

#include "http/head/head.h"
#include "upstream/run/run_record.h"

namespace drover::upstream {

/// From the fields of an answer, the provider's own id before that of the edge in front of it. Empty when there is none
/// that is short, printable ASCII and without blanks and quotes.
[[nodiscard]] UpstreamId upstream_id(const http::Fields& fields);

}  // namespace drover::upstream
