// The sections of a LiteLLM configuration beside model_list: what retries, times, limits and fallbacks it asks for.
#include <algorithm>
#include <array>

#include "config/import/draft.h"

namespace drover::config::litellm {
namespace {

/// More retries than drover makes (load_policy.cc).
constexpr double kMostTries = 64;
constexpr double kMostFailures = 1000;
constexpr double kMostRequests = 10'000'000;
/// Bodies beyond the memory for replay would always be shed.
constexpr double kMostBodyMib = 512;

constexpr std::string_view kRouter = "router_settings";
constexpr std::string_view kLibrary = "litellm_settings";
constexpr std::string_view kGeneral = "general_settings";

/// Sections that are read elsewhere.
constexpr std::array<std::string_view, 3> kElsewhere = {"model_list", "environment_variables", "credential_list"};

std::vector<std::string> names_in(const Node& node, const Draft& draft) {
  std::vector<std::string> out;
  const std::vector<Node> one{node};
  for (const Node& each : node.kind == Node::Kind::List ? node.items : one) {
    // A fallback may bring parameters of its own along: { model: NAME, ... }.
    const Node* const inner = each.kind == Node::Kind::Map ? member(each, "model") : &each;
    if (auto name = value_of(inner, draft)) out.push_back(*std::move(name));
  }
  return out;
}

using ChainList = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// [ { NAME: [ OTHER, ... ] }, ... ], or one map of them.
void read_chains(const Node& node, const Draft& draft, ChainList& chains) {
  const std::vector<Node> one{node};
  for (const Node& each : node.kind == Node::Kind::List ? node.items : one) {
    if (each.kind != Node::Kind::Map) continue;
    for (std::size_t at = 0; at < each.names.size(); ++at) {
      chains.emplace_back(each.names[at].text, names_in(each.items[at], draft));
    }
  }
}

void read_aliases(const Node& node, Draft& draft) {
  if (node.kind != Node::Kind::Map) return;
  for (std::size_t at = 0; at < node.names.size(); ++at) {
    const std::vector<std::string> names = names_in(node.items[at], draft);
    if (names.size() == 1) {
      draft.chains.aliases.emplace_back(node.names[at].text, names.front());
    } else {
      draft.remarks.push_back("the alias " + shown(node.names[at].text) + " does not name one model; it is left out");
    }
  }
}

void read_strategy(const Node& node, Draft& draft) {
  struct Strategy {
    std::string_view word;
    std::string_view balance;
    std::string_view remark;
  };
  constexpr auto kStrategies = std::to_array<Strategy>({
      {"simple-shuffle", "",
       "routing_strategy simple-shuffle: drover's own choice also looks at what is running; "
       "balance: random of a model is the plain draw"},
      {"least-busy", "least_requests", ""},
      {"latency-based-routing", "least_latency", ""},
      {"usage-based-routing", "",
       "routing_strategy usage-based-routing: drover keeps each key below its limits and "
       "spreads by load"},
      {"usage-based-routing-v2", "",
       "routing_strategy usage-based-routing-v2: drover keeps each key below its limits "
       "and spreads by load"},
  });
  const std::string word = value_of(&node, draft).value_or("");
  const auto found = std::ranges::find(kStrategies, word, &Strategy::word);
  if (found == kStrategies.end()) {
    draft.settings.remarks.push_back("routing_strategy " + shown(word) + " has no counterpart; the default is taken");
    return;
  }
  draft.settings.balance = found->balance;
  if (!found->remark.empty()) draft.settings.remarks.emplace_back(found->remark);
}

void read_master_key(const Node& node, Draft& draft) {
  const auto key = text_of(&node);
  if (!key || !draft.settings.master_variable.empty()) return;
  draft.settings.master_variable = variable_for(*key, "LITELLM_MASTER_KEY", draft);
  if (!variable_in(*key)) {
    draft.settings.remarks.emplace_back(
        "the file had the master_key itself; put a new one of at least 16 characters "
        "into " +
        draft.settings.master_variable);
  }
}

/// Reads one setting. False: nothing of drover is like it.
using ReadSetting = void (*)(const Node&, Draft&);
struct Setting {
  std::string_view name;
  ReadSetting read;
};

double seconds_in(const Node& node, const Draft& draft) {
  return std::min(number_of(&node, draft).value_or(0), kLongestSeconds);
}

/// In every section, because LiteLLM takes many of them in more than one, and people write them in any.
constexpr auto kSettings = std::to_array<Setting>({
    {"fallbacks", [](const Node& node, Draft& draft) { read_chains(node, draft, draft.chains.usual); }},
    {"context_window_fallbacks",
     [](const Node& node, Draft& draft) { read_chains(node, draft, draft.chains.too_long); }},
    {"content_policy_fallbacks",
     [](const Node& node, Draft& draft) { read_chains(node, draft, draft.chains.against_policy); }},
    {"default_fallbacks", [](const Node& node, Draft& draft) { draft.chains.everybody = names_in(node, draft); }},
    {"model_group_alias", [](const Node& node, Draft& draft) { read_aliases(node, draft); }},
    {"routing_strategy", read_strategy},
    {"master_key", read_master_key},
    {"num_retries",
     [](const Node& node, Draft& draft) { draft.settings.retries = whole_of(&node, draft, kMostTries); }},
    {"allowed_fails",
     [](const Node& node, Draft& draft) {
       // LiteLLM rests a deployment when it failed more often than this.
       if (const auto fails = whole_of(&node, draft, kMostFailures - 1)) draft.settings.eject_after = *fails + 1;
     }},
    {"cooldown_time", [](const Node& node, Draft& draft) { draft.settings.eject_for = seconds_in(node, draft); }},
    {"timeout", [](const Node& node, Draft& draft) { draft.settings.total = seconds_in(node, draft); }},
    {"request_timeout",
     [](const Node& node, Draft& draft) {
       if (draft.settings.total == 0) draft.settings.total = seconds_in(node, draft);
     }},
    {"stream_timeout", [](const Node& node, Draft& draft) { draft.settings.first_content = seconds_in(node, draft); }},
    {"retry_after", [](const Node& node, Draft& draft) { draft.settings.backoff = seconds_in(node, draft); }},
    {"global_max_parallel_requests",
     [](const Node& node, Draft& draft) {
       draft.settings.in_flight = whole_of(&node, draft, kMostRequests).value_or(0);
     }},
    {"max_request_size_mb",
     [](const Node& node, Draft& draft) {
       draft.settings.body_mib = whole_of(&node, draft, kMostBodyMib).value_or(0);
     }},
    {"health_check_interval",
     [](const Node& node, Draft& draft) { draft.settings.probe_interval = seconds_in(node, draft); }},
});

/// What drover does without being told, or does elsewhere: the remark says where.
struct Known {
  std::string_view name;
  std::string_view remark;
};
constexpr auto kKnown = std::to_array<Known>({
    {"drop_params", "drop_params: 'translate: lenient' of a model (the default) does this, and tells what was dropped"},
    {"modify_params", "modify_params: see 'translate' of a model"},
    {"database_url",
     "database_url: drover's store of keys and spend is its own; the keys of LiteLLM are not taken over"},
    {"enable_pre_call_checks",
     "enable_pre_call_checks: a request that is too long for a model goes to the fallback with "
     "on: context_too_long"},
    {"background_health_checks",
     "background_health_checks: drover asks each key for its list of models, which costs "
     "nothing; health.probe: off ends that"},
    {"json_logs", "json_logs: see access_log"},
});

void read_section(const Node& top, std::string_view section, Draft& draft) {
  const Node* const map = member(top, section);
  if (map == nullptr) return;
  std::string rest;
  for (std::size_t at = 0; at < map->names.size(); ++at) {
    const std::string& name = map->names[at].text;
    if (map->items[at].kind == Node::Kind::Null) continue;
    const auto setting = std::ranges::find(kSettings, name, &Setting::name);
    const auto known = std::ranges::find(kKnown, name, &Known::name);
    if (setting != kSettings.end()) {
      setting->read(map->items[at], draft);
    } else if (known != kKnown.end()) {
      draft.settings.remarks.emplace_back(known->remark);
    } else {
      rest += (rest.empty() ? "" : ", ") + shown(name);
    }
  }
  if (!rest.empty()) draft.settings.remarks.push_back("not taken from " + std::string(section) + ": " + rest);
}

}  // namespace

void find_variables(const Node& node, Draft& draft) {
  if (node.kind == Node::Kind::Scalar) {
    if (auto name = variable_in(node.text)) draft.named_variables.insert(*std::move(name));
  }
  for (const Node& item : node.items) find_variables(item, draft);
}

void read_environment(const Node& top, Draft& draft) {
  find_variables(top, draft);
  if (const Node* const map = member(top, "environment_variables")) {
    std::string names;
    for (std::size_t at = 0; at < map->names.size(); ++at) {
      const auto value = text_of(&map->items[at]);
      draft.named_variables.insert(map->names[at].text);
      if (value && !variable_in(*value)) draft.own_variables.emplace(map->names[at].text, *value);
      names += (names.empty() ? "" : ", ") + shown(map->names[at].text);
    }
    if (!names.empty()) {
      draft.remarks.push_back(
          "environment_variables of the file are set for nobody here; set them before drover starts: " + names);
    }
  }
  const Node* const credentials = member(top, "credential_list");
  if (credentials == nullptr) return;
  for (const Node& each : credentials->items) {
    const auto name = text_of(member(each, "credential_name"));
    const Node* const values = member(each, "credential_values");
    if (name && values != nullptr) draft.credentials.emplace(*name, values);
  }
}

void read_settings(const Node& top, Draft& draft) {
  // The router's own words count most; what comes last wins.
  read_section(top, kGeneral, draft);
  read_section(top, kLibrary, draft);
  read_section(top, kRouter, draft);
  std::string rest;
  for (std::size_t at = 0; at < top.names.size(); ++at) {
    const std::string& name = top.names[at].text;
    const bool read = name == kGeneral || name == kLibrary || name == kRouter ||
                      std::ranges::find(kElsewhere, name) != kElsewhere.end();
    if (!read && top.items[at].kind != Node::Kind::Null) rest += (rest.empty() ? "" : ", ") + shown(name);
  }
  if (!rest.empty()) draft.remarks.push_back("sections that are not taken: " + rest);
}

}  // namespace drover::config::litellm
