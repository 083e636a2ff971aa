// What a client is told when a request fails for good: which status, code and sentence each kind of failure becomes.
// Not how it is written: the dialect gives the body its shape, the gateway the headers.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/instant.h"
#include "core/fleet/waiter.h"

namespace drover::core {

/// A cooldown that long is not worth announcing exactly: clients are asked to come back after this at most.
inline constexpr Duration kMaxToldRetryAfter = std::chrono::hours(1);

/// The error as the client hears it: status, code and message filled in, the kind kept. A failure of drover's
/// credentials never looks like one of the client's (no 401, 402 or 403 for those).
[[nodiscard]] Error told_to_client(const Error& error);

/// Whether the provider's own answer to this kind of failure may go to the client: when it is about the client's
/// request or the provider's state, not about drover's keys or limits.
[[nodiscard]] bool answer_may_pass(ErrorKind kind);

/// How much a failure tells the client; of several failures of one request the client is told the one with the highest
/// number.
[[nodiscard]] int telling(ErrorKind kind);

/// The client's own limit, or its model's, is reached: nothing is wrong with any key.
[[nodiscard]] Error asker_limited(std::optional<Duration> soonest);

/// The request uses an object of an account that none of its targets uses.
[[nodiscard]] Error owner_gone();

/// Too many requests wait already: in all (503), or of this client (429).
[[nodiscard]] Error waiting_room_full(WaitRefusal refusal, std::optional<Duration> soonest);

/// Nothing can be picked. `soonest`: how long until something can (nothing: unknown).
[[nodiscard]] Error no_upstream(bool rate_limited, ErrorKind why, std::optional<Duration> soonest);

/// The request's own deadline passed.
[[nodiscard]] Error deadline_passed(ErrorScope scope);

}  // namespace drover::core
