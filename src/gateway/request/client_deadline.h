// How long the client itself will wait, as its headers say.
#pragma once

#include "base/instant.h"
#include "http/head/head.h"

namespace drover::gateway {

struct RequestState;

/// The shorter of x-drover-timeout and x-stainless-timeout (or x-stainless-read-timeout), in seconds with an optional
/// fraction; kNoLimit when there is none or it makes no sense (not a number, zero, negative, over a day).
[[nodiscard]] Duration client_timeout(const http::Fields& fields);

/// The same for a request that is routed, where it is shorter than what the configuration gives (`timeouts.total`):
/// then it is what ends the request. Else kNoLimit.
[[nodiscard]] Duration client_deadline(const RequestState& state);

/// Whether the request was ended by the deadline that its client gave it.
[[nodiscard]] bool ended_by_client_deadline(const RequestState& state);

}  // namespace drover::gateway
