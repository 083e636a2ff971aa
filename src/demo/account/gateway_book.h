// The gateway's own account of each request, as its access log tells it: one JSON line per request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "demo/account/ledger.h"

namespace drover::demo {

/// Lines of requests that are not the demonstration's are left out. Errors: BadConfig with the line that is no record.
[[nodiscard]] Result<std::vector<GatewayLine>> read_access_log(std::string_view text);

}  // namespace drover::demo
