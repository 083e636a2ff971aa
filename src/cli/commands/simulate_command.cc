// drover simulate: plays a scenario with the real balancing core in simulated time, under each policy, and with an
// oracle beside them.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/recording_file.h"
#include "cli/scenario_file.h"
#include "config/yaml/report.h"
#include "sim/play/simulate.h"
#include "sim/play/timeline.h"

namespace drover::cli {
namespace {

struct Options {
  std::string config;
  std::string scenario;
  std::string model;
  std::uint64_t seed = 1;
  std::vector<std::string> policies;
  std::string svg;
  std::string json;
  std::string replay;
};

int tell(const config::Problems& problems) {
  for (const config::Problem& problem : problems) std::cerr << problem.to_string() << "\n";
  return kExitMistake;
}

/// The policies' words of a configuration, and "configured": the policy of each pool.
struct Chosen {
  std::string name;
  std::optional<core::Balance> balance;
};

std::optional<std::vector<Chosen>> chosen_policies(const Options& options) {
  std::vector<Chosen> chosen;
  std::vector<std::string> known;
  for (const sim::NamedPolicy& policy : sim::kPolicies) known.emplace_back(policy.name);
  if (options.policies.empty()) {
    if (!options.config.empty()) chosen.push_back({"configured", std::nullopt});
    for (const sim::NamedPolicy& policy : sim::kPolicies) chosen.push_back({std::string(policy.name), policy.balance});
    return chosen;
  }
  for (const std::string& name : options.policies) {
    std::optional<core::Balance> balance;
    for (const sim::NamedPolicy& policy : sim::kPolicies) {
      if (policy.name == name) balance = policy.balance;
    }
    if (!balance && !(name == "configured" && !options.config.empty())) {
      std::string words = "p2c";
      for (std::size_t at = 1; at < known.size(); ++at) words += ", " + known[at];
      std::cerr << "drover simulate: --policy " << config::shown(name) << " is not one of " << words
                << (options.config.empty() ? "" : ", configured") << "\n";
      return std::nullopt;
    }
    chosen.push_back({name, balance});
  }
  return chosen;
}

std::string padded(const std::string& text, int width) {
  char out[64];
  std::snprintf(out, sizeof out, "%*s", width, text.c_str());
  return out;
}

template <class Number>
std::string number(const char* pattern, Number value) {
  char out[64];
  std::snprintf(out, sizeof out, pattern, value);
  return out;
}

/// A share of the oracle's answers, in percent. Nothing can be compared with an oracle that has none.
std::string of_oracle(const sim::Outcome& outcome, const sim::Outcome& oracle) {
  if (oracle.answers() == 0) return "-";
  return number("%.2f %%", 100 * static_cast<double>(outcome.answers()) / static_cast<double>(oracle.answers()));
}

void print_table(const sim::Scenario& scenario, const std::vector<sim::Outcome>& outcomes) {
  const sim::Outcome& oracle = outcomes.front();
  std::cout << scenario.name << (scenario.about.empty() ? "" : ": " + scenario.about) << "\n"
            << oracle.requests() << " requests over "
            << number("%.0f", std::chrono::duration<double>(scenario.span).count()) << " s\n\n"
            << "policy           answered   whole/s   of oracle  first p50  first p99  attempts  favourite"
            << (scenario.has_prices() ? "      cost" : "") << "\n";
  for (const sim::Outcome& outcome : outcomes) {
    std::cout << outcome.policy() << std::string(outcome.policy().size() < 15 ? 15 - outcome.policy().size() : 1, ' ')
              << padded(number("%.2f %%", 100 * outcome.availability()), 10)
              << padded(number("%.1f", outcome.goodput()), 10) << padded(of_oracle(outcome, oracle), 12)
              << padded(number("%.2f s", outcome.first_content(0.5)), 11)
              << padded(number("%.2f s", outcome.first_content(0.99)), 11)
              << padded(number("%.3f", outcome.attempts_per_request()), 10)
              << padded(number("%.0f %%", 100 * outcome.herding()), 11);
    if (scenario.has_prices()) std::cout << padded(number("$%.2f", outcome.usd()), 10);
    std::cout << "\n";
  }
}

std::string json_of(const sim::Scenario& scenario, std::uint64_t seed, const std::vector<sim::Outcome>& outcomes) {
  std::string out = "{\"scenario\":\"";
  for (const char c : scenario.name) out += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  out += "\",\"seed\":" + std::to_string(seed) + ",\"policies\":[";
  for (std::size_t at = 0; at < outcomes.size(); ++at) {
    const sim::Outcome& outcome = outcomes[at];
    out += std::string(at == 0 ? "" : ",") + "\n{\"policy\":\"" + outcome.policy() +
           "\",\"requests\":" + std::to_string(outcome.requests()) +
           ",\"answered\":" + std::to_string(outcome.answers()) + ",\"failed\":" + std::to_string(outcome.failures()) +
           ",\"left\":" + std::to_string(outcome.leavers()) + ",\"attempts\":" + std::to_string(outcome.attempts()) +
           ",\"first_content_p50\":" + number("%.6f", outcome.first_content(0.5)) +
           ",\"first_content_p99\":" + number("%.6f", outcome.first_content(0.99)) +
           ",\"favourite\":" + number("%.6f", outcome.herding()) + ",\"usd\":" + number("%.6f", outcome.usd()) + "}";
  }
  return out + "\n]}\n";
}

bool written(const std::string& file, const std::string& text) {
  if (file.empty()) return true;
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) std::cerr << "drover simulate: cannot write " << file << "\n";
  return !out.fail();
}

struct World {
  sim::ScenarioPlan plan;
  std::uint32_t route = 0;
};

/// The world of the scenario, or the exit code when there is none.
std::expected<World, int> world_of(const Options& options, const sim::Scenario& scenario) {
  if (options.config.empty()) return World{.plan = sim::plan_of(scenario)};
  const auto settings = config::load_file(options.config, config::real_environment());
  if (!settings) return std::unexpected(tell(settings.error()));
  World world{.plan = sim::plan_of(scenario, *settings->plan)};
  if (options.model.empty()) return world;
  const core::Route* route = settings->plan->route_for(options.model);
  if (route == nullptr) {
    std::cerr << "drover simulate: no route for the model " << config::shown(options.model) << " in " << options.config
              << "\n";
    return std::unexpected(kExitMistake);
  }
  world.route = static_cast<std::uint32_t>(route - settings->plan->routes.data());
  return world;
}

int simulate(const Options& options) {
  if (!options.replay.empty()) return replay(options.replay, options.config);
  const auto policies = chosen_policies(options);
  if (!policies) return kExitMistake;
  sim::Scenario scenario = sim::default_scenario();
  if (!options.scenario.empty()) {
    auto read = scenario_from_file(options.scenario, config::real_environment());
    if (!read) return tell(read.error());
    scenario = std::move(*read);
  }
  const auto world = world_of(options, scenario);
  if (!world) return world.error();
  const sim::Play play{.scenario = &scenario, .world = &world->plan, .route = world->route, .seed = options.seed};
  std::vector<sim::Outcome> outcomes;
  outcomes.push_back(sim::play_oracle(play));
  for (const Chosen& policy : *policies) outcomes.push_back(sim::play_policy(play, policy.name, policy.balance));
  print_table(scenario, outcomes);
  std::vector<std::string> names;
  for (const core::Target& target : world->plan.plan.targets) names.push_back(target.name);
  const bool good = written(options.svg, options.svg.empty() ? "" : sim::timeline_svg(scenario, outcomes, names)) &&
                    written(options.json, json_of(scenario, options.seed, outcomes));
  return good ? kExitGood : kExitFailed;
}

}  // namespace

void add_simulate(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("simulate", "Play a scenario under each policy, in simulated time, beside an oracle");
  auto options = std::make_shared<Options>();
  command->add_option("--scenario", options->scenario, "A scenario file; without one, four keys of which one dies");
  command->add_option("--config", options->config, "Play it with the targets and settings of this configuration");
  command->add_option("--model", options->model, "With --config: the model that is asked for (the first route)");
  command->add_option("--seed", options->seed, "The same seed gives the same figures")->capture_default_str();
  command->add_option("--policy", options->policies, "Only this policy; may be given several times");
  command->add_option("--svg", options->svg, "Write a picture of the course over time to this file");
  command->add_option("--json", options->json, "Write the figures to this file too");
  command
      ->add_option("--replay", options->replay,
                   "Instead: play what `drover serve --record` wrote, with its --config, and see that it goes the same")
      ->excludes("--scenario", "--model", "--policy", "--seed", "--svg", "--json")
      ->needs("--config");
  command->footer(
      "No socket is opened: the balancing core that serves requests is driven in simulated time. 'answered' is the "
      "share\n"
      "of requests whose client stayed; 'of oracle' compares with one who knows every fault, limit and answer time\n"
      "beforehand; 'favourite' is the share of a tenth of a second's attempts that went to one target.\n"
      "Scenario files: docs/simulation.md and examples/scenarios/.\n"
      "Exit codes: 0 played, 1 a file could not be written or a replay went another way, 2 a mistake in a file or on\n"
      "the command line.\n"
      "Examples:\n"
      "  drover simulate\n"
      "  drover simulate --scenario examples/scenarios/rate-limited-keys.yaml --policy p2c --policy least_latency\n"
      "  drover simulate --config drover.yaml --scenario examples/scenarios/outage.yaml --svg outage.svg\n"
      "  drover simulate --config drover.yaml --replay today.recording");
  command->callback([options, &exit_code] { exit_code = simulate(*options); });
}

}  // namespace drover::cli
