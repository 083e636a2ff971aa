// Makes drover's own answers: errors in the client's dialect, with the fields that its SDK acts on.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "dialect/dialect.h"
#include "net/exchange.h"

namespace drover::gateway {

struct RequestState;

/// Longest wait told to a client: two of the official SDKs ignore Retry-After above 60 s.
inline constexpr Duration kMaxToldWait = std::chrono::seconds(60);

struct Reply {
  int status = 500;
  std::string fields;
  std::string body;
};

/// Status, head fields and body for an error of ours. Retry-After is in whole seconds, 1 to 60, with retry-after-ms.
[[nodiscard]] Reply error_reply(const dialect::Dialect& dialect, const Error& error, std::string_view more_fields,
                                std::string_view request_id = {});

/// Sends a whole answer. With Keep::Copy its body is at most net::kMaxPendingBytes; with Borrow it lives until the
/// exchange has nothing pending. Cuts the connection when that fails.
void send_reply(net::ServerExchange& exchange, const Reply& reply, net::Keep keep = net::Keep::Copy);

/// The same for this request, and notes it for the record.
void send_reply(RequestState& state, const Reply& reply, net::Keep keep = net::Keep::Copy);

/// Ends a request that cannot be answered well: a status while nothing was sent, else an error event in a stream, else
/// a visible cut.
void end_with_error(RequestState& state, const Error& error);
/// The same for the error that the run ended with, or the upstream's own answer to that failure, passed on.
void end_run(RequestState& state);

}  // namespace drover::gateway
