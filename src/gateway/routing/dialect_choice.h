// Which dialect a request speaks, and which ones a route leads to.
#pragma once

#include <string_view>

#include "config/settings.h"
#include "core/plan/plan.h"
#include "http/head/head.h"

namespace drover::gateway {

/// The dialect of a request: the one whose API has the path. For a path of several APIs, or of none (models, files,
/// unknown paths): Anthropic's when the head has anthropic-version, which that API demands of every request; Gemini's
/// for models when it has a field of Google's programs; else OpenAI's. `path` is canonical.
[[nodiscard]] core::DialectKind dialect_asked(std::string_view path, const http::Fields& fields);

/// Whether any target of the route speaks it, at a provider that the client (null: any) may use.
[[nodiscard]] bool serves(const core::Plan& plan, const core::Route& route, core::DialectKind dialect,
                          const config::ClientKey* client = nullptr);

/// Whether conversations in this dialect reach any target of the route that the client may use: one that speaks it, or
/// by translation.
[[nodiscard]] bool reaches(const core::Plan& plan, const core::Route& route, core::DialectKind dialect,
                           const config::ClientKey* client = nullptr);

/// "the OpenAI dialect (/v1/chat/completions)": for messages.
[[nodiscard]] std::string_view shown(core::DialectKind dialect);

}  // namespace drover::gateway
