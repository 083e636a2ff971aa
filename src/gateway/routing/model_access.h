// Decides which models and paths a client may use, and makes the error for those it may not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "core/plan/plan.h"
#include "gateway/request/request_state.h"

namespace drover::gateway {

/// The route for a model name a client sent; null when there is none. Internal routes cannot be named.
[[nodiscard]] const core::Route* find_route(const core::Plan& plan, std::string_view model);

/// Refuses a client that is limited to models or providers any path that its API is not known to have, any second
/// spelling of a path, and any model named outside path and body: drover cannot know what a provider's server makes of
/// those. Removes the header fields by which routers choose a model. Errors: 403.
[[nodiscard]] Result<void> may_use_path(RequestState& state);

/// Checks the request's model. Errors: 404 with the known names, also when the model's providers speak another dialect
/// than the request; 403 when the client's list lacks the model.
[[nodiscard]] Result<void> may_use_model(const RequestState& state);
/// Checks a path that names no model. Errors: 403 for a client that is limited to models (the path cannot be checked);
/// 404 when no key is pinned.
[[nodiscard]] Result<void> may_use_pin(const RequestState& state);

/// For a request whose path names one model and whose body another. Errors: 403 for a client that is limited to models
/// or providers; for all others the body's counts.
[[nodiscard]] Result<void> may_name_two(const RequestState& state);

/// "a, b and 3 more": for messages.
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

/// Whether this client may name this model.
[[nodiscard]] bool may_name(const config::ClientKey* client, std::string_view model);
/// The configured names a client may use in this dialect, sorted, without globs.
[[nodiscard]] std::vector<std::string> known_models(const core::Plan& plan, core::DialectKind dialect,
                                                    const config::ClientKey* client);

}  // namespace drover::gateway
