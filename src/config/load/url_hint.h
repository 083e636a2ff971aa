// What a base URL makes one suspect: a path that is missing, or the other dialect. Suspicions, not mistakes: servers
// may live anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/plan/plan.h"

namespace drover::config {

/// A sentence about `url` (checked, without a slash at its end) of a provider of this dialect; nothing: it looks right.
[[nodiscard]] std::optional<std::string> url_suspicion(std::string_view url, core::DialectKind dialect);

}  // namespace drover::config
