// Finds the account whose keys a request needs, because the request uses something that one account holds: a stored
// response, a conversation, a file, a batch, or reasoning that the account sealed.
#pragma once

#include "base/result.h"
#include "gateway/request/request_state.h"

namespace drover::gateway {

/// The owner for a path without a model: the account that holds the object of the path, or else the file that the body
/// names; the pinned key when that is unknown. Errors: 404 when that account's keys are gone.
[[nodiscard]] Result<core::Owner> owner_of_path(const RequestState& state);

/// The owner for a request that names a model: the account that holds the object it uses; when that is unknown, the
/// pinned key's account, if it can serve the model. No owner when the request uses no such object, or sealed reasoning
/// of unknown origin. Errors: 404 when that account's keys are gone.
[[nodiscard]] Result<core::Owner> owner_of_request(const RequestState& state);

}  // namespace drover::gateway
