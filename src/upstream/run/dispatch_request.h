// Makes the facts that Dispatch needs from what the dialect read in a request. The caller adds the client, the arrival
// and the client's own deadline.
#pragma once

#include "core/dispatch/dispatch.h"
#include "core/plan/plan.h"
#include "upstream/run/request.h"

namespace drover::upstream {

/// `plan` and `route` outlive the Dispatch.
[[nodiscard]] core::DispatchRequest dispatch_request(const core::Plan& plan, const core::Route& route,
                                                     const UpstreamRequest& request);

}  // namespace drover::upstream
