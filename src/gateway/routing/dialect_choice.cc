#include "gateway/routing/dialect_choice.h"

#include <algorithm>

#include "dialect/dialect.h"
#include "gateway/routing/gemini_request.h"

namespace drover::gateway {
namespace {

bool is_anthropics_own(std::string_view path) {
  return path == "/v1/messages" || path.starts_with("/v1/messages/") || path == "/v1/complete";
}

bool is_openais_own(std::string_view path) {
  switch (dialect::openai().api("POST", path)) {
    case dialect::Api::Models:
    case dialect::Api::OtherModel:
    case dialect::Api::Pinned: return false;
    default: return true;
  }
}

template <class Fits>
bool has_target(const core::Plan& plan, const core::Route& route, const config::ClientKey* client, const Fits& fits) {
  return std::ranges::any_of(route.pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan.pools[pool.index()].targets, [&](core::TargetId target) {
      const core::ProviderId provider = plan.targets[target.index()].provider;
      return (client == nullptr || client->may_use(provider)) && fits(plan.providers[provider.index()]);
    });
  });
}

}  // namespace

core::DialectKind dialect_asked(std::string_view path, const http::Fields& fields) {
  if (is_geminis_own(path) || sends_as_gemini(path, fields)) return core::DialectKind::Gemini;
  if (is_anthropics_own(path)) return core::DialectKind::Anthropic;
  if (is_openais_own(path)) return core::DialectKind::OpenAi;
  return http::find(fields, dialect::kAnthropicVersionField) ? core::DialectKind::Anthropic : core::DialectKind::OpenAi;
}

bool serves(const core::Plan& plan, const core::Route& route, core::DialectKind dialect,
            const config::ClientKey* client) {
  return has_target(plan, route, client,
                    [dialect](const core::Provider& provider) { return provider.dialect == dialect; });
}

bool reaches(const core::Plan& plan, const core::Route& route, core::DialectKind dialect,
             const config::ClientKey* client) {
  if (route.translate == core::Translate::Off) return serves(plan, route, dialect, client);
  return has_target(plan, route, client, [](const core::Provider&) { return true; });
}

std::string_view shown(core::DialectKind dialect) {
  switch (dialect) {
    case core::DialectKind::OpenAi: break;
    case core::DialectKind::Anthropic: return "the Anthropic dialect (/v1/messages)";
    case core::DialectKind::Gemini: return "the Gemini dialect (/v1beta/models/NAME:generateContent)";
  }
  return "the OpenAI dialect (/v1/chat/completions)";
}

}  // namespace drover::gateway
