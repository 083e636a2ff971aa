// Whose keys a request needs because it goes on with something that one account holds: a stored response, a
// conversation, a file, a batch, reasoning that it sealed.
#pragma once

#include "base/result.h"
#include "gateway/request_state.h"

namespace drover::gateway {

/// For a path without a model: the account that holds what the path, or else the file that the body names, is about;
/// else the pinned key.
/// Errors: 404 when that account's keys are gone.
[[nodiscard]] Result<core::Owner> owner_of_path(const RequestState& state);

/// For a request that names a model: the account that holds what it goes on with; the pinned key's when nobody is known
/// to, if that can serve the model; nobody when it goes on with nothing, or with sealed reasoning of unknown origin.
/// Errors: 404 when that account's keys are gone.
[[nodiscard]] Result<core::Owner> owner_of_request(const RequestState& state);

}  // namespace drover::gateway
