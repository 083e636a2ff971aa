// Which models a request may name, and what it is told when it may not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "core/plan.h"
#include "gateway/request_state.h"

namespace drover::gateway {

/// The route for a model name a client sent; null when there is none. Internal routes cannot be named.
[[nodiscard]] const core::Route* find_route(const core::Plan& plan, std::string_view model);

/// A client that is limited to models or providers asks for things on the paths that its API is known to have, in their
/// one spelling, and names no model beside the path and the body: what a server behind a provider makes of anything
/// else cannot be known here. Takes the fields out by which routers choose a model. Errors: 403.
[[nodiscard]] Result<void> may_use_path(RequestState& state);

/// Errors: 404 with the names there are, also where the model's providers speak another dialect than the request; 403
/// for a client whose list lacks it.
[[nodiscard]] Result<void> may_use_model(const RequestState& state);
/// Errors: 403 for a client that is limited to models (a path without a model cannot be checked); 404 without a pin.
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
