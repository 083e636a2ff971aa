// Finds the account whose keys a request needs, because the request uses something that one account holds: a stored
// response, a conversation, a file, a batch, or reasoning that the account sealed.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "gateway/routing/routing_facts.h"

namespace drover::gateway {

/// What is known about the account that holds an object.
struct Holder {
  enum class State : std::uint8_t {
    Unknown,
    Known,
    Gone,  ///< it is known, and has no keys any more
  };
  State state = State::Unknown;
  core::Owner owner{};  ///< Known
};

/// The id_mark of the object whose account decides: the stored object that the path or the body names, else the
/// reasoning in the request that an account has sealed. 0: the request uses no such object.
[[nodiscard]] std::uint64_t needed_object(const RoutingRequest& asked);

/// The owner for a path without a model: the account that holds the object, or the pinned key when that is unknown.
/// Errors: 404 when that account's keys are gone. Call it where a key is pinned.
[[nodiscard]] Result<core::Owner> owner_on_pin(const RoutingFacts& facts, const Holder& holder);

/// The owner for a request that names a model: the account that holds the object it uses; when that is unknown, the
/// pinned key's account, if it can serve the model. No owner when the request uses no such object, or sealed reasoning
/// of unknown origin. Errors: 404 when that account's keys are gone.
[[nodiscard]] Result<core::Owner> owner_on_route(const RoutingFacts& facts, const upstream::UpstreamRequest& request,
                                                 const Holder& holder, const core::Route& route);

}  // namespace drover::gateway
