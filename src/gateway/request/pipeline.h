// The life of one request, as one function.
#pragma once

#include "gateway/request/request_state.h"
#include "net/asio.h"

namespace drover::gateway {

class Worker;

/// Serves the request at state.exchange to its end: an answer, an error, or a client that left. Never throws.
[[nodiscard]] net::Awaitable<> serve(Worker& worker, RequestState& state);

}  // namespace drover::gateway
