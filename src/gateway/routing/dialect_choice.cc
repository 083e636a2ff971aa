#include "gateway/routing/dialect_choice.h"

#include <algorithm>

#include "dialect/dialect.h"

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

}  // namespace

core::DialectKind dialect_asked(std::string_view path, const http::Fields& fields) {
  if (is_anthropics_own(path)) return core::DialectKind::Anthropic;
  if (is_openais_own(path)) return core::DialectKind::OpenAi;
  return http::find(fields, dialect::kAnthropicVersionField) ? core::DialectKind::Anthropic : core::DialectKind::OpenAi;
}

bool serves(const core::Plan& plan, const core::Route& route, core::DialectKind dialect,
            const config::ClientKey* client) {
  return std::ranges::any_of(route.pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan.pools[pool.index()].targets, [&](core::TargetId target) {
      const core::ProviderId provider = plan.targets[target.index()].provider;
      return plan.providers[provider.index()].dialect == dialect && (client == nullptr || client->may_use(provider));
    });
  });
}

std::string_view shown(core::DialectKind dialect) {
  return dialect == core::DialectKind::Anthropic ? "the Anthropic dialect (/v1/messages)"
                                                 : "the OpenAI dialect (/v1/chat/completions)";
}

}  // namespace drover::gateway
