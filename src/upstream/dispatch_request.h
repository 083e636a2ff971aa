// From what the dialect read in a request to what Dispatch needs to know of it. Who asks, since when and how long they
// wait is added by the caller.
#pragma once

#include <string_view>

#include "core/dispatch.h"
#include "core/plan.h"
#include "dialect/dialect.h"

namespace drover::upstream {

/// `plan` and `route` outlive the Dispatch. `body` is the request's.
[[nodiscard]] core::DispatchRequest dispatch_request(const core::Plan& plan, const core::Route& route,
                                                     const dialect::Inspection& inspection, std::string_view body);

}  // namespace drover::upstream
