// Which part may stand in whose message, and which result belongs to which call.
#pragma once

#include <optional>

#include "base/error.h"
#include "translate/model/model.h"

namespace drover::translate {

/// Checks that each part stands where it can: calls and thoughts with the assistant, results and files with the user.
/// Errors (status 400): misplaced_part.
[[nodiscard]] std::optional<Error> check_places(const Conversation& conversation);

/// Checks that each call is answered before the assistant speaks again, and each result answers a call; gives calls
/// whose id was used in an earlier turn an id of their own (providers demand that ids are unique, some servers count
/// from 0 in each turn). Errors (status 400): tool_result_without_call, tool_call_without_result,
/// duplicate_tool_call_id, missing_tool_call_id.
[[nodiscard]] std::optional<Error> link_calls(Conversation& conversation);

}  // namespace drover::translate
