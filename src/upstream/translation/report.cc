#include "upstream/translation/report.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "translate/preview.h"
#include "upstream/catalog/api_fence.h"
#include "upstream/translation/wire_api.h"

namespace drover::upstream {
namespace {

struct Front {
  dialect::Api api;
  core::DialectKind dialect;
};
constexpr Front kFronts[] = {{dialect::Api::Chat, core::DialectKind::OpenAi},
                             {dialect::Api::Responses, core::DialectKind::OpenAi},
                             {dialect::Api::Messages, core::DialectKind::Anthropic}};

/// Most fields named in one list; a name that is cut helps nobody.
constexpr std::size_t kFieldsNamed = 12;

std::string named(std::string_view what, const std::vector<std::string_view>& fields) {
  if (fields.empty()) return {};
  std::string text = ", " + std::string(what) + " ";
  for (std::size_t at = 0; at < fields.size() && at < kFieldsNamed; ++at) {
    text.append(at == 0 ? "" : ", ").append(fields[at]);
  }
  if (fields.size() > kFieldsNamed) text += " and " + std::to_string(fields.size() - kFieldsNamed) + " more";
  return text;
}

void report(const core::Plan& plan, const core::Route& route, const Front& front, std::vector<std::string>& lines) {
  const RouteFences fences(plan, front.dialect);
  const core::ProviderFence fence = fences.of(plan, route, front.api, /*stored=*/false);
  std::set<std::string> told;
  for (const core::PoolId pool : route.pools) {
    for (const core::TargetId id : plan.pools[pool.index()].targets) {
      const core::Target& target = plan.targets[id.index()];
      const core::Provider& provider = plan.providers[target.provider.index()];
      if (!fence.admits(target.provider)) continue;
      const std::string model = target.model.empty() ? target.model_for(route.name) : target.model;
      const auto wire = wire_api(front.api, front.dialect, provider, model);
      if (!wire || !wire->translated) continue;
      const translate::Form from = *form_of(front.api);
      const translate::Form to = *form_of(wire->api);
      const translate::Preview preview = translate::preview(from, to, model);
      std::string line = route.name + ": " + std::string(to_string(from)) + " at " + provider.name + " as " +
                         std::string(to_string(to)) + " (" + model + ")";
      line += named(route.translate == core::Translate::Strict ? "refuses" : "drops", preview.dropped);
      line += named(route.translate == core::Translate::Strict ? "and" : "refuses", preview.refused);
      if (told.insert(line).second) lines.push_back(std::move(line));
    }
  }
}

}  // namespace

std::vector<std::string> translation_report(const core::Plan& plan) {
  std::vector<std::string> lines;
  for (const core::Route& route : plan.routes) {
    for (const Front& front : kFronts) report(plan, route, front, lines);
  }
  return lines;
}

}  // namespace drover::upstream
