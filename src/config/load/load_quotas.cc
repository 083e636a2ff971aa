// Limits: how much a key, a model or a client may ask for. Quotas: the limits that a group of keys shares, by model.
#include "base/glob.h"
#include "config/load/draft.h"
#include "config/yaml/suggest.h"

namespace drover::config {
namespace {

constexpr std::uint64_t kMaxLimit = 1'000'000'000'000;  // tokens a minute: more than is sold; sums fit into 63 bits

void load_limit(const Section& map, std::string_view key, std::optional<std::int64_t>& out) {
  std::uint64_t number = 0;
  map.whole(key, number, {1, kMaxLimit});
  if (number > 0) out = static_cast<std::int64_t>(number);
}

/// Whether the map has a limit where a model's name belongs, as in `{ team: { rpm: 500 } }`; if so, that is reported.
bool names_a_limit(const Value& models, Report& report) {
  bool found = false;
  for (std::size_t at = 0; at < models.node().names.size(); ++at) {
    const Name& name = models.node().names[at];
    const auto limit = nearest_key(name.text, schema::kModelLimits.keys);
    if (!limit || models.node().items[at].kind == Node::Kind::Map) continue;
    report.add(name.place, models.path(), shown(name.text) + " stands where a model's name belongs",
               "write " + *limit + " under the name of a model, or under \"*\" for all of them together: { \"*\": { " +
                   *limit + ": 500 } }");
    found = true;
  }
  return found;
}

}  // namespace

core::ModelLimits load_limits_of(const Value& value) {
  core::ModelLimits limits;
  const auto map = value.section(schema::kModelLimits);
  if (!map) return limits;
  load_limit(*map, "requests_per_minute", limits.requests_per_minute);
  load_limit(*map, "requests_per_day", limits.requests_per_day);
  load_limit(*map, "input_tokens_per_minute", limits.input_tokens_per_minute);
  load_limit(*map, "output_tokens_per_minute", limits.output_tokens_per_minute);
  load_limit(*map, "concurrent", limits.concurrent);
  return limits;
}

void load_quotas(const Section& top, Draft& draft) {
  const auto quotas = top.find("quotas");
  if (!quotas) return;
  constexpr std::string_view kExample = "{ team-a: { gpt-4o: { requests_per_minute: 500 } } }";
  draft.quotas_broken = quotas->node().kind != Node::Kind::Map;
  for (const auto& [name, models] : quotas->entries(kExample)) {
    check_name(name, "quota", draft.report);
    if (models.node().kind == Node::Kind::Map && names_a_limit(models, draft.report)) continue;
    core::Quota quota{.name = name.text, .models = {}};
    for (const auto& [model, limits] : models.entries("{ gpt-4o: { requests_per_minute: 500 } }")) {
      if (check_model(model, draft.report) && is_glob(model.text) && model.text != "*") {
        draft.report.add(model.place, limits.path(), "a quota's limits are for one model, or for all of them together",
                         "name each model, or write \"*\"");
      }
      quota.models[model.text] = load_limits_of(limits);
    }
    draft.plan.quotas.push_back(std::move(quota));
  }
}

}  // namespace drover::config
