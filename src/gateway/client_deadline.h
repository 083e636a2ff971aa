// How long the client itself will wait, as its headers say.
#pragma once

#include "base/instant.h"
#include "http/head.h"

namespace drover::gateway {

/// The shorter of x-drover-timeout and x-stainless-timeout (or x-stainless-read-timeout), in seconds with an optional
/// fraction; kNoLimit when there is none or it makes no sense (not a number, zero, negative, over a day).
[[nodiscard]] Duration client_timeout(const http::Fields& fields);

}  // namespace drover::gateway
