// Decides which models and paths a client may use, and makes the error for those it may not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "config/settings.h"
#include "core/plan/plan.h"
#include "gateway/routing/routing_facts.h"

namespace drover::gateway {

/// Names of internal routes begin with this byte, which no model name a client sends can contain.
inline constexpr char kInternalRoute = '\x01';

/// The route for a model name a client sent; null when there is none. Internal routes cannot be named.
[[nodiscard]] const core::Route* find_route(const core::Plan& plan, std::string_view model);

/// Whether the client is limited to some models or providers. "*" among its models admits all of them.
[[nodiscard]] bool is_limited(const config::ClientKey* client);

/// Refuses a limited client any path that its API is not known to have, any second spelling of a path, and any model
/// named outside path and body: drover cannot know what a provider's server makes of those. Removes the header fields
/// by which routers choose a model. Errors: 403.
[[nodiscard]] Result<void> may_use_path(const config::ClientKey* client, upstream::UpstreamRequest& request);

/// Checks the model that the request names and its route (null: there is none). Errors: 404 with the known names, also
/// when the model's providers speak another dialect than the request; 403 when the client's list lacks the model.
[[nodiscard]] Result<void> may_use_model(const RoutingFacts& facts, const RoutingRequest& asked,
                                         const core::Route* route, std::string_view model);
/// Checks a path that names no model, whose owner on the pin is known. Errors: 403 for a limited client: the path
/// cannot be checked.
[[nodiscard]] Result<void> may_use_pin(const RoutingFacts& facts, const config::ClientKey* client,
                                       const core::Owner& owner);

/// For a limited client whose path names one model and whose body another; for all others the body's counts.
[[nodiscard]] Error names_two_models();

/// "a, b and 3 more": for messages.
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

/// Whether this client may name this model.
[[nodiscard]] bool may_name(const config::ClientKey* client, std::string_view model);
/// The configured names a client may use in this dialect, sorted, without globs.
[[nodiscard]] std::vector<std::string> known_models(const core::Plan& plan, core::DialectKind dialect,
                                                    const config::ClientKey* client);

}  // namespace drover::gateway
