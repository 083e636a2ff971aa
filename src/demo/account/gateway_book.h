// The gateway's own account of each request, from its access log: one JSON line for each request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demo/account/ledger.h"

namespace drover::demo {

/// Lines of other requests are left out. Errors: BadConfig with the line that is no record.
[[nodiscard]] Result<std::vector<GatewayLine>> read_access_log(std::string_view text);

}  // namespace drover::demo
