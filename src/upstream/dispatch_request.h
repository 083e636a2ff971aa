// From what the dialect read in a request to what Dispatch needs to know of it. Who asks, since when and how long they
// wait is added by the caller.
#pragma once

#include "core/dispatch.h"
#include "core/plan.h"
#include "upstream/request.h"

namespace drover::upstream {

/// `plan` and `route` outlive the Dispatch.
[[nodiscard]] core::DispatchRequest dispatch_request(const core::Plan& plan, const core::Route& route,
                                                     const UpstreamRequest& request);

}  // namespace drover::upstream
