// Chooses the model of a request whose body names none: from its path, from the API's default, or the only model that
// offers the API.
#pragma once

#include <string>

#include "base/result.h"
#include "dialect/dialect.h"
#include "gateway/routing/routing_facts.h"

namespace drover::gateway {

struct ModelChoice {
  std::string model{};          ///< empty: the body's, or the path has none
  bool may_be_missing = false;  ///< the provider would take the same model by itself
};

/// Whether each request of the API has a model, which it may leave out.
[[nodiscard]] bool has_model_always(dialect::Api api);

/// Chooses a model where the request can have one and its body names none: the deployment in its path; where the API
/// lets the model out, its default, where this gateway has that, or else the only model whose providers offer the API.
/// Errors: 400 that says which can be named; 403 for a limited client whose path and body name two.
[[nodiscard]] Result<ModelChoice> choose_model(const RoutingFacts& facts, const RoutingRequest& asked);

}  // namespace drover::gateway
