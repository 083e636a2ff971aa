// The steps of the pipeline: each function does one step of a request and returns an error when the request must end.
#pragma once

#include <memory>

#include "base/result.h"
#include "dialect/dialect.h"
#include "gateway/request/request_state.h"
#include "net/exchange.h"

namespace drover::gateway {

class Worker;

/// Bodies longer than this are inspected in slices.
inline constexpr std::size_t kInspectAtOnce = 1024 * 1024;
/// How long the client may take to read the last bytes of an answer, and then as long as kMinBodyBytesPerSecond allows.
inline constexpr Duration kLastFlush = std::chrono::seconds(60);
/// The same when the request's own deadline has passed.
inline constexpr Duration kLateFlush = std::chrono::milliseconds(500);

/// Reads the head: path, method, dialect, id, deadline, and the fields that may cross. Errors: 400 path, 404 nothing is
/// served there, 405 method, 426 upgrade.
[[nodiscard]] Result<void> begin(Worker& worker, RequestState& state);
/// Errors: 401, 403; 503 the store of keys is away.
[[nodiscard]] Result<void> authenticate(Worker& worker, RequestState& state);
/// Checks whether the body may be received. Errors: 503 too many requests, 413 announced too large.
[[nodiscard]] Result<void> admit(Worker& worker, RequestState& state);
/// Takes one of the places of requests in flight. Called when the body is whole, so that a slow sender holds no place.
/// Errors: 503.
[[nodiscard]] Result<void> take_place(Worker& worker, RequestState& state);
/// Reads the body's meaning, or prepares an inspector for a long one. Errors: 400, 415.
[[nodiscard]] Result<void> inspect(RequestState& state, std::unique_ptr<dialect::Inspector>& inspector);
/// Inspects one slice of a long body. True: the body is read to its end.
[[nodiscard]] Result<bool> inspect_on(RequestState& state, std::unique_ptr<dialect::Inspector>& inspector);
/// Finds the pools for the model. Errors: 404 unknown model, 400 no model, 403 not this client's.
[[nodiscard]] Result<void> route(RequestState& state);
/// Reserves what the request is estimated to use from every limit that counts it. Errors: 429.
[[nodiscard]] Result<void> reserve(Worker& worker, RequestState& state);
void start_run(Worker& worker, RequestState& state);
/// Until when the client must have read what is still pending.
[[nodiscard]] Instant flushed_by(Worker& worker, const RequestState& state);

}  // namespace drover::gateway
