// Which drover this is.
#pragma once

#include <string_view>

namespace drover::gateway {

/// "0.2.0"
[[nodiscard]] std::string_view version();

}  // namespace drover::gateway
