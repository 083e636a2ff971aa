#include "upstream/translation/report.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

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
                             {dialect::Api::Messages, core::DialectKind::Anthropic},
                             {dialect::Api::Generate, core::DialectKind::Gemini}};

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

void report(const core::Plan& plan, const core::Route& route, const Front& front, const RouteFences& fences,
            std::vector<std::string>& lines) {
  const core::ProviderFence fence = fences.of(plan, route, front.api, /*stored=*/false);
  const bool strict = route.translate == core::Translate::Strict;
  std::set<std::pair<std::uint32_t, std::string>> told;  // a provider and its model: keys and servers lose the same
  for (const core::PoolId pool : route.pools) {
    for (const core::TargetId id : plan.pools[pool.index()].targets) {
      const core::Target& target = plan.targets[id.index()];
      const core::Provider& provider = plan.providers[target.provider.index()];
      if (!fence.admits(target.provider)) continue;
      const std::string model = target.model_for(route.name);
      if (!told.emplace(target.provider.value, model).second) continue;
      const auto wire = wire_api(front.api, front.dialect, provider, model);
      if (!wire || !wire->translated) continue;
      const translate::Form from = *form_of(front.api);
      const translate::Form to = *form_of(wire->api);
      const translate::Preview preview = translate::preview(from, to, model);
      lines.push_back(route.name + ": " + std::string(to_string(from)) + " at " + provider.name + " as " +
                      std::string(to_string(to)) + " (" + model + ")" +
                      named(strict ? "refuses" : "drops", preview.dropped) +
                      named(strict ? "and" : "refuses", preview.refused));
    }
  }
}

}  // namespace

std::vector<std::string> translation_report(const core::Plan& plan) {
  std::vector<RouteFences> fences;
  for (const Front& front : kFronts) fences.emplace_back(plan, front.dialect);
  std::vector<std::string> lines;
  for (const core::Route& route : plan.routes) {
    for (std::size_t at = 0; at < fences.size(); ++at) report(plan, route, kFronts[at], fences[at], lines);
  }
  return lines;
}

}  // namespace drover::upstream
