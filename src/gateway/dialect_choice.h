// Which dialect a request speaks, and which one a route leads to. Requests are never translated, so the two must agree.
#pragma once

#include <string_view>

#include "core/plan.h"
#include "http/head.h"

namespace drover::gateway {

/// By the path where only one dialect has it; else (models, files, paths nobody here knows) Anthropic's when the head
/// names a version of Anthropic's API, as that API demands of every request. `path` is canonical.
[[nodiscard]] core::DialectKind dialect_asked(std::string_view path, const http::Fields& fields);

/// All targets of a route speak one dialect: the configuration is refused otherwise.
[[nodiscard]] core::DialectKind dialect_of(const core::Plan& plan, const core::Route& route);

/// "the OpenAI dialect (/v1/chat/completions)": for messages.
[[nodiscard]] std::string_view shown(core::DialectKind dialect);

}  // namespace drover::gateway
