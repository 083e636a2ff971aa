#include "upstream/catalog/retirements.h"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>

#include "base/glob.h"
#include "base/printable.h"
#include "dialect/answer/model_list.h"
#include "telemetry/log/timestamp.h"

namespace drover::upstream {
namespace {

/// Most entries of a list that are looked at: aggregators list thousands of models.
constexpr std::size_t kMostListed = 10'000;
constexpr std::int64_t kSecondsADay = std::int64_t{24} * 60 * 60;

/// A route for many names and a target that it leads to, which makes the provider's names of them.
struct Many {
  const core::Route* route;
  const core::Target* target;
};

/// What a plan's targets ask a provider for.
struct Asked {
  std::set<std::string, std::less<>> names;
  std::vector<Many> many;
};

Asked asked_of(const core::Plan& plan, core::ProviderId provider) {
  Asked asked;
  for (const core::Target& target : plan.targets) {
    if (target.provider == provider && !target.model.empty()) asked.names.insert(target.model);
  }
  std::set<std::tuple<const core::Route*, std::size_t, std::string_view>> seen;
  for (const core::Route& route : plan.routes) {
    for (const core::TargetId id : plan.targets_of_any_model(route)) {
      const core::Target& target = plan.targets[id.index()];
      if (target.provider != provider) continue;
      if (!is_glob(route.name)) {
        asked.names.insert(target.model_for(route.name));
      } else if (seen.emplace(&route, target.rename.drop, target.rename.front).second) {
        asked.many.push_back({&route, &target});
      }
    }
  }
  return asked;
}

}  // namespace

std::vector<Retirement> Retirements::take(const core::Plan& plan, core::ProviderId provider, std::string_view list) {
  const std::string& name = plan.providers[provider.index()].name;
  const Asked asked = asked_of(plan, provider);
  std::map<std::string, std::int64_t> said;
  std::size_t strangers = 0;
  for (const dialect::RetiringModel& model : dialect::retiring_models(list, kMostListed)) {
    const bool named = asked.names.contains(model.name);
    const bool passes = named || std::ranges::any_of(asked.many, [&](const Many& one) {
                          return plan.name_asked(*one.route, *one.target, model.name).has_value();
                        });
    if (!passes || (!named && strangers++ >= kMaxRetiring)) continue;
    said.insert_or_assign(printable(model.name), model.shutdown);
  }
  std::vector<Retirement> fresh;
  std::map<std::string, std::int64_t>& known = by_provider_[name];
  for (const auto& [model, shutdown] : said) {
    const auto before = known.find(model);
    if (before == known.end() || before->second != shutdown) fresh.push_back({name, model, shutdown});
  }
  known = std::move(said);
  return fresh;
}

void Retirements::keep_only(const core::Plan& plan) {
  std::erase_if(by_provider_, [&](const auto& entry) {
    return std::ranges::none_of(plan.providers,
                                [&](const core::Provider& provider) { return provider.name == entry.first; });
  });
}

std::vector<Retirement> Retirements::all() const {
  std::vector<Retirement> all;
  for (const auto& [provider, models] : by_provider_) {
    for (const auto& [model, shutdown] : models) all.push_back({provider, model, shutdown});
  }
  std::ranges::sort(all, {}, [](const Retirement& one) { return std::tie(one.shutdown, one.provider, one.model); });
  return all;
}

std::string day_text(std::int64_t unix_seconds) {
  constexpr std::size_t kDay = std::string_view("2027-01-14").size();
  return telemetry::timestamp_text(unix_seconds * 1000).substr(0, kDay);
}

bool is_near(const Retirement& retirement, std::int64_t now) {
  return retirement.shutdown - now <= kRetirementNotice;
}

std::string retirement_text(const Retirement& retirement, std::int64_t now) {
  const bool past = retirement.shutdown <= now;
  std::string text = "provider " + retirement.provider + (past ? " has shut down model " : " will shut down model ") +
                     retirement.model + " on " + day_text(retirement.shutdown);
  if (past) return text;
  const std::int64_t days = (retirement.shutdown - now) / kSecondsADay;
  return text + ", in " + std::to_string(days) + (days == 1 ? " day" : " days");
}

}  // namespace drover::upstream
