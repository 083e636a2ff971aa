// The body of a request on its way in: whole, bounded in size and time, without the content coding it came in, and
// charged to the memory for bodies as it comes.
#pragma once

#include "base/result.h"
#include "gateway/request/request_state.h"

namespace drover::gateway {

class Worker;

/// Bytes of one body that are read or decoded before other requests of the thread get a turn.
inline constexpr std::size_t kBodyBytesATurn = 256 * 1024;

enum class BodyRead : std::uint8_t {
  Whole,
  Blocked,  ///< wait for more
  Turn,     ///< more is at hand: other requests of the thread go first
};

/// Prepares the memory and the decoder for the body. Errors: 415 for a content coding that is not read.
[[nodiscard]] Result<void> begin_body(Worker& worker, RequestState& state);
/// Reads the bytes that have arrived. Errors: 413, 503, 400.
[[nodiscard]] Result<BodyRead> read_body(Worker& worker, RequestState& state);

[[nodiscard]] Error body_too_large(std::uint64_t limit);
/// The error for a wait for the body that failed: 408 when it took too long.
[[nodiscard]] Result<void> body_too_slow(Error error);

}  // namespace drover::gateway
