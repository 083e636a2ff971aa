// What a client is told when a request fails for good: which status, code and sentence each kind of failure becomes.
// Not how it is written: the dialect gives the body its shape, the gateway the headers.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/instant.h"
#include "core/waiter.h"

namespace drover::core {

/// A cooldown that long is not worth announcing exactly: clients are asked to come back after this at most.
inline constexpr Duration kMaxToldRetryAfter = std::chrono::hours(1);

/// The error as the client hears it: status, code and message filled in, the kind kept. Trouble with our own
/// credentials never looks like the client's (no 401, 402 or 403 from those).
[[nodiscard]] Error told_to_client(const Error& error);

/// Whether the provider's own answer to this kind is the best thing the client can get (its words about the client's
/// request, or about its own state), and not one about our keys or limits.
[[nodiscard]] bool answer_may_pass(ErrorKind kind);

/// Of several failures of one request the client hears of the one that tells it most; higher tells more.
[[nodiscard]] int telling(ErrorKind kind);

/// The client's own limit, or its model's, is reached: nothing is wrong with any key.
[[nodiscard]] Error asker_limited(std::optional<Duration> soonest);

/// What the request goes on with belongs to an account that no target of it uses.
[[nodiscard]] Error owner_gone();

/// Too many wait already: altogether (503), or of this client (429).
[[nodiscard]] Error waiting_room_full(WaitRefusal refusal, std::optional<Duration> soonest);

/// Nothing can be picked. `soonest`: how long until something can (nothing: unknown).
[[nodiscard]] Error no_upstream(bool rate_limited, ErrorKind why, std::optional<Duration> soonest);

/// The request's own deadline passed.
[[nodiscard]] Error deadline_passed(ErrorScope scope);

}  // namespace drover::core
