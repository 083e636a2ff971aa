// What looks wrong about a base URL: a missing path, or the other dialect. These are suspicions and no mistakes,
// because a server may be anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/plan/plan.h"

namespace drover::config {

/// A sentence about the `url` (checked, without a slash at its end) of a provider of this dialect; nothing: the URL
/// looks right.
[[nodiscard]] std::optional<std::string> url_suspicion(std::string_view url, core::DialectKind dialect);

}  // namespace drover::config
