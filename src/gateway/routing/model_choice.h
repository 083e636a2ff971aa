// Chooses the model of a request whose body names none: from its path, from the API's default, or the only model that
// offers the API.
#pragma once

#include "base/result.h"
#include "core/fleet/fleet_port.h"
#include "gateway/request/request_state.h"

namespace drover::gateway {

/// The providers this request may go to: those that its client may use and that offer its API.
[[nodiscard]] core::ProviderFence fence_of(const RequestState& state);

/// Names the request's model, where it can have one: the deployment in its path; where the API lets the model out, its
/// default, where this gateway has that, or else the only model whose providers offer the API.
/// Errors: 400 that says which can be named; 403 for a limited client whose path and body name two.
[[nodiscard]] Result<void> choose_model(RequestState& state);

}  // namespace drover::gateway
