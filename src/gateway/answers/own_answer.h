// Answers requests that need neither a provider nor a key: "/" (what this is) and OPTIONS (what a path or a browser may
// do). Not /v1/models (models_page.h), nor the pages of the admin listener.
#pragma once

#include "base/result.h"
#include "gateway/request/request_state.h"

namespace drover::gateway {

/// Answers "/" and OPTIONS. Errors: 403 for a browser's question from an origin that is not listed.
[[nodiscard]] Result<void> answer_itself(RequestState& state);

}  // namespace drover::gateway
