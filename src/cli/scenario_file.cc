#include "cli/scenario_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "config/yaml/report.h"
#include "config/yaml/suggest.h"
#include "config/yaml/value.h"
#include "config/yaml/yaml_tree.h"

namespace drover::cli {
namespace {

using namespace std::chrono_literals;
using config::Range;
using config::Section;
using config::Value;

constexpr std::array<std::string_view, 7> kTopKeys = {"name",     "about",     "span",  "arrivals",
                                                      "requests", "upstreams", "faults"};
constexpr std::array<std::string_view, 3> kArrivalKeys = {"rate", "steps", "at"};
constexpr std::array<std::string_view, 2> kStepKeys = {"at", "rate"};
constexpr std::array<std::string_view, 6> kRequestKeys = {"streamed", "input_tokens", "output_tokens",
                                                          "leave",    "leave_within", "conversations"};
constexpr std::array<std::string_view, 15> kUpstreamKeys = {
    "name",       "count",    "first_content", "per_output_token",
    "tail",       "errors",   "full_speed",    "requests_per_minute",
    "concurrent", "burst",    "tells",         "configured",
    "weight",     "priority", "price"};
constexpr std::array<std::string_view, 2> kSpreadKeys = {"median", "p99"};
constexpr std::array<std::string_view, 2> kTailKeys = {"share", "factor"};
constexpr std::array<std::string_view, 2> kPriceKeys = {"input", "output"};
constexpr std::array<std::string_view, 6> kFaultKeys = {"upstream", "key", "from", "until", "kind", "factor"};

using Shape = config::schema::Shape;
constexpr Shape kTop{"the scenario", kTopKeys, "upstreams: [ { name: key, count: 4 } ]"};
constexpr Shape kArrivals{"arrivals", kArrivalKeys, "{ rate: 50 }"};
constexpr Shape kStep{"arrivals.steps", kStepKeys, "{ at: 30s, rate: 100 }"};
constexpr Shape kRequests{"requests", kRequestKeys, "{ streamed: 50%, output_tokens: 200 }"};
constexpr Shape kUpstream{"upstreams", kUpstreamKeys,
                          "{ name: key, count: 4, first_content: { median: 400ms, p99: 2s } }"};
constexpr Shape kSpread{"first_content", kSpreadKeys, "{ median: 400ms, p99: 2s }"};
constexpr Shape kTail{"tail", kTailKeys, "{ share: 1%, factor: 10 }"};
constexpr Shape kPrice{"price", kPriceKeys, "{ input: 2.5, output: 10 }"};
constexpr Shape kFault{"faults", kFaultKeys, "{ upstream: key, key: 1, from: 20s, until: 40s, kind: refuse }"};

constexpr double kMostPerSecond = 1e6;
constexpr double kMostTokens = 1e6;
constexpr Duration kLongestSpan = 24h;
constexpr Duration kLongestAnswer = 1h;

void load_arrivals(const Value& value, sim::Scenario& scenario) {
  const auto map = value.section(kArrivals);
  if (!map) return;
  sim::Arrivals& arrivals = scenario.arrivals;
  map->decimal("rate", arrivals.steps.front().per_second, {0, kMostPerSecond});
  const auto steps = map->find("steps");
  const auto given = map->find("at");
  if (map->has("rate") + (steps ? 1 : 0) + (given ? 1 : 0) > 1) {
    return value.wrong("expected one of rate, steps and at");
  }
  if (steps) {
    arrivals.steps.clear();
    for (const Value& each : steps->list("[ { at: 0s, rate: 50 }, { at: 30s, rate: 100 } ]")) {
      const auto step = each.section(kStep);
      if (!step) continue;
      sim::RateStep& read = arrivals.steps.emplace_back();
      step->duration("at", read.at, {0s, kLongestSpan});
      step->decimal("rate", read.per_second, {0, kMostPerSecond});
      const bool falls = arrivals.steps.size() > 1 && read.at <= arrivals.steps[arrivals.steps.size() - 2].at;
      if (falls) each.wrong("expected a later time than that of the step before");
    }
  }
  if (!given) return;
  for (const Value& each : given->list("[ 0s, 100ms, 250ms ]")) {
    arrivals.given.push_back(each.duration({0s, kLongestSpan}, config::Off::Refused).value_or(0s));
  }
  if (!std::ranges::is_sorted(arrivals.given)) given->wrong("expected times that do not fall");
}

void load_requests(const Value& value, sim::Demand& demand) {
  const auto map = value.section(kRequests);
  if (!map) return;
  map->share("streamed", demand.streamed);
  map->decimal("input_tokens", demand.input_tokens, {1, kMostTokens});
  map->decimal("output_tokens", demand.output_tokens, {1, kMostTokens});
  map->share("leave", demand.leave);
  map->duration("leave_within", demand.leave_within, {1ms, kLongestAnswer});
  map->whole("conversations", demand.conversations, {1, 1'000'000});
}

void load_spread(const Value& value, sim::Upstream& upstream) {
  const auto map = value.section(kSpread);
  if (!map) return;
  map->duration("median", upstream.first_content, {1ms, kLongestAnswer});
  upstream.first_content_p99 = std::max(upstream.first_content_p99, upstream.first_content);
  map->duration("p99", upstream.first_content_p99, {1ms, kLongestAnswer});
  if (upstream.first_content_p99 < upstream.first_content) value.wrong("expected a p99 that is not below the median");
}

void load_limits(const Section& map, sim::Upstream& upstream) {
  map.decimal("requests_per_minute", upstream.requests_per_minute, {1, 1e9});
  map.decimal("burst", upstream.burst, {1, 1e9});
  std::uint32_t concurrent = 0;
  map.whole("concurrent", concurrent, {1, 1'000'000});
  if (concurrent > 0) upstream.concurrent = concurrent;
  constexpr std::array<config::Choice<sim::Tells>, 3> kTells = {
      {{"nothing", sim::Tells::Nothing}, {"retry_after", sim::Tells::RetryAfter}, {"headers", sim::Tells::Headers}}};
  map.choice("tells", upstream.tells, kTells);
  constexpr std::array<config::Choice<bool>, 2> kYesNo = {{{"true", true}, {"false", false}}};
  map.choice("configured", upstream.configured, kYesNo);
}

void load_upstream(const Value& value, sim::Scenario& scenario) {
  const auto map = value.section(kUpstream);
  if (!map) return;
  sim::Upstream upstream;
  if (const auto name = map->find("name")) upstream.name = name->text("a name such as key").value_or(upstream.name);
  map->whole("count", upstream.count, {1, sim::kMostTargets});
  if (const auto spread = map->find("first_content")) load_spread(*spread, upstream);
  map->duration("per_output_token", upstream.per_output_token, {0s, 10s});
  if (const auto tail = map->find("tail")) {
    if (const auto about = tail->section(kTail)) {
      about->share("share", upstream.tail);
      about->decimal("factor", upstream.tail_factor, {1, 1000});
    }
  }
  map->share("errors", upstream.errors);
  map->whole("full_speed", upstream.full_speed, {1, 1'000'000});
  load_limits(*map, upstream);
  map->whole("weight", upstream.weight, {0, 1000});
  map->whole("priority", upstream.priority, {0, 100});
  if (const auto price = map->find("price")) {
    if (const auto about = price->section(kPrice)) {
      about->decimal("input", upstream.usd_per_million_input, {0, 100'000});
      about->decimal("output", upstream.usd_per_million_output, {0, 100'000});
    }
  }
  const bool twice =
      std::ranges::find(scenario.upstreams, upstream.name, &sim::Upstream::name) != scenario.upstreams.end();
  if (twice) value.wrong("a second upstream " + config::shown(upstream.name));
  scenario.upstreams.push_back(std::move(upstream));
}

std::optional<sim::Fault> fault_called(const Value& kind) {
  std::vector<std::string> words;
  for (std::size_t at = 1; at < sim::kFaults; ++at) {
    const auto fault = static_cast<sim::Fault>(at);
    if (kind.is_word(sim::to_string(fault))) return fault;
    words.emplace_back(sim::to_string(fault));
  }
  kind.not_one_of(words);
  return std::nullopt;
}

void load_fault(const Value& value, sim::Scenario& scenario) {
  const auto map = value.section(kFault);
  if (!map) return;
  sim::Trouble trouble;
  map->duration("from", trouble.from, {0s, kLongestSpan});
  map->duration("until", trouble.until, {0s, kLongestSpan}, config::Off::Allowed);
  map->decimal("factor", trouble.slower, {1, 1000});
  if (const auto kind = map->find("kind")) {
    trouble.fault = fault_called(*kind).value_or(sim::Fault::Refuse);
  } else {
    value.wrong("expected a kind such as refuse, hang, rate_limited or slow");
  }
  if (trouble.until <= trouble.from) value.wrong("expected an end (until) after the beginning (from)");
  if (const auto name = map->find("upstream")) {
    std::vector<std::string> known;
    for (const sim::Upstream& upstream : scenario.upstreams) known.push_back(upstream.name);
    const auto found = std::ranges::find(known, name->node().text);
    if (found == known.end()) return name->not_one_of(known);
    trouble.upstream = static_cast<std::uint32_t>(found - known.begin());
  }
  if (const auto key = map->find("key")) {
    const auto number = key->whole({1, scenario.upstreams[trouble.upstream].count});
    if (number) trouble.key = static_cast<std::uint32_t>(*number - 1);
  }
  scenario.troubles.push_back(trouble);
}

void load(const Section& top, sim::Scenario& scenario) {
  top.text("name", scenario.name, "a name such as one-key-dies");
  top.text("about", scenario.about, "a sentence");
  top.duration("span", scenario.span, {1s, kLongestSpan});
  if (const auto arrivals = top.find("arrivals")) load_arrivals(*arrivals, scenario);
  if (const auto requests = top.find("requests")) load_requests(*requests, scenario.requests);
  if (const auto upstreams = top.find("upstreams")) {
    for (const Value& each : upstreams->list("[ { name: key, count: 4 } ]")) load_upstream(each, scenario);
  } else {
    top.map().wrong("expected upstreams", "such as upstreams: [ { name: key, count: 4 } ]");
  }
  std::uint64_t targets = 0;
  for (const sim::Upstream& upstream : scenario.upstreams) targets += upstream.count;
  if (targets > sim::kMostTargets) {
    top.map().wrong(std::to_string(targets) + " keys; at most " + std::to_string(sim::kMostTargets) +
                    " can be simulated");
  }
  if (scenario.expected_requests() > static_cast<double>(sim::kMostRequests)) {
    top.map().wrong("more than " + std::to_string(sim::kMostRequests) +
                    " requests; shorten the span or lower the rate");
  }
  if (scenario.upstreams.empty()) return;
  if (const auto faults = top.find("faults")) {
    for (const Value& each : faults->list("[ { upstream: key, key: 1, from: 20s, kind: refuse } ]"))
      load_fault(each, scenario);
  }
}

}  // namespace

std::expected<sim::Scenario, config::Problems> scenario_from_text(std::string_view text, const std::string& file) {
  config::Report report(file);
  sim::Scenario scenario{.name = "scenario", .about = {}};
  const auto tree = config::parse_yaml(text, report);
  if (tree) {
    if (const auto top = Value(*tree, {}, report).section(kTop)) load(*top, scenario);
  }
  if (!report.clean()) return std::unexpected(report.take_problems());
  return scenario;
}

std::expected<sim::Scenario, config::Problems> scenario_from_file(const std::string& file,
                                                                  const config::Environment& environment) {
  const auto content = environment.read_file(file, config::defaults::kFileBytes);
  if (!content) {
    return std::unexpected(config::Problems{{.file = file, .key = {}, .message = content.error(), .suggestion = {}}});
  }
  return scenario_from_text(content->text, file);
}

}  // namespace drover::cli
