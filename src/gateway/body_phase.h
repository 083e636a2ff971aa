// The body of a request on its way in: whole, bounded in size and time, without the content coding it came in, and
// charged to the memory for bodies as it comes.
#pragma once

#include "base/result.h"
#include "gateway/request_state.h"

namespace drover::gateway {

class Worker;

/// Bytes of a body that are read, or unfolded, before others of the thread have their turn.
inline constexpr std::size_t kBodyBytesATurn = 256 * 1024;

enum class BodyRead : std::uint8_t {
  Whole,
  Blocked,  ///< wait for more
  Turn,     ///< there is more at hand: let the others go first
};

/// Makes room for it. Errors: 415 for a content coding that is not read.
[[nodiscard]] Result<void> begin_body(Worker& worker, RequestState& state);
/// Reads what there is. Errors: 413, 503, 400.
[[nodiscard]] Result<BodyRead> read_body(Worker& worker, RequestState& state);

[[nodiscard]] Error body_too_large(std::uint64_t limit);
/// A wait for the body that ended badly: 408 when it took too long.
[[nodiscard]] Result<void> body_too_slow(Error error);

}  // namespace drover::gateway
