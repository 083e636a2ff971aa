// By which API a provider is asked for what a client asks: the client's own where the provider speaks it, else one that
// the request can be translated into.
#pragma once

#include <optional>
#include <string_view>

#include "core/plan/plan.h"
#include "dialect/dialect.h"
#include "translate/model/form.h"

namespace drover::upstream {

struct WireApi {
  dialect::Api api = dialect::Api::Pinned;
  bool translated = false;
};

/// The form of a conversation that an API has; nothing where it is none.
[[nodiscard]] std::optional<translate::Form> form_of(dialect::Api api);

/// Whether requests of this API may be translated for some provider: conversations, and embeddings.
[[nodiscard]] bool may_be_translated(dialect::Api api);

/// The path of a form's API, as clients write it: "/v1/chat/completions". Empty for Gemini, whose paths name the model
/// (dialect::gemini_path).
[[nodiscard]] std::string_view path_of(translate::Form form);

/// What the provider is asked by for a request of `api` in the client's `dialect`. `model`: the name that is sent;
/// empty where it is not known yet. `no_responses`: the server is known to lack OpenAI's Responses. Nothing: the
/// provider has no API for it.
[[nodiscard]] std::optional<WireApi> wire_api(dialect::Api api, core::DialectKind dialect,
                                              const core::Provider& provider, std::string_view model = {},
                                              bool no_responses = false);

/// Whether the provider offers this API of its own dialect (the setting `apis`).
[[nodiscard]] bool offers(const core::Provider& provider, dialect::Api api);

}  // namespace drover::upstream
