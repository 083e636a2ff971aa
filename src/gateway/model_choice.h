// The model of a request whose body names none: its path may, some APIs have a default, and some gateways have one that
// is fit for it only.
#pragma once

#include "base/result.h"
#include "core/fleet_port.h"
#include "gateway/request_state.h"

namespace drover::gateway {

/// The providers this request may go to: those its client is limited to, of them those that offer its API.
[[nodiscard]] core::ProviderFence fence_of(const RequestState& state);

/// Names the request's model, where it can have one: the deployment in its path; where the API lets the model out, its
/// default, where this gateway has that, or else the only model whose providers offer the API.
/// Errors: 400 that says which can be named; 403 for a limited client whose path and body name two.
[[nodiscard]] Result<void> choose_model(RequestState& state);

}  // namespace drover::gateway
