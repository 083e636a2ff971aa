// Which APIs each route serves by translation, and what its targets would lose: for `drover check`.
#pragma once

#include <string>
#include <vector>

#include "core/plan/plan.h"

namespace drover::upstream {

/// A line for each way of translation, in the order of the routes: "assistant: chat at claude as messages
/// (claude-sonnet-5-5), drops seed, refuses n". Routes of one dialect that nobody can ask in another have none.
[[nodiscard]] std::vector<std::string> translation_report(const core::Plan& plan);

}  // namespace drover::upstream
