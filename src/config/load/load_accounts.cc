// Accounts: the store, the teams and their limits, the prices, and what limits do at their edge.
#include <algorithm>
#include <array>

#include "config/load/draft.h"
#include "config/load/key_source.h"
#include "directory/asker_book.h"
#include "directory/principal_path.h"
#include "money/nano_usd.h"
#include "money/window.h"

namespace drover::config {
namespace {

using directory::Action;
using directory::Unit;

constexpr std::array<Choice<Unit>, 6> kUnits = {{{"usd", Unit::Usd},
                                                 {"requests", Unit::Requests},
                                                 {"tokens", Unit::Tokens},
                                                 {"tokens_in", Unit::TokensIn},
                                                 {"tokens_out", Unit::TokensOut},
                                                 {"concurrent", Unit::Concurrent}}};
constexpr std::array<Choice<Action>, 2> kActions = {{{"refuse", Action::Refuse}, {"tell", Action::Tell}}};
constexpr std::array<Choice<Unpriced>, 2> kUnpriced = {{{"allow", Unpriced::Allow}, {"reject", Unpriced::Reject}}};
constexpr std::array<Choice<Overdraft>, 2> kOverdraft = {{{"one", Overdraft::One}, {"strict", Overdraft::Strict}}};
constexpr std::array<Choice<Charge>, 2> kCharge = {{{"winner", Charge::Winner}, {"all", Charge::All}}};

/// Most of anything but money that a limit may allow.
constexpr std::uint64_t kMostCounted = 1'000'000'000'000'000;
constexpr std::string_view kUsdExpected = "US dollars such as 5 or 2.50";

std::optional<money::NanoUsd> read_usd(const Value& value) {
  const auto text = value.text(kUsdExpected);
  if (!text) return std::nullopt;
  const auto usd = money::parse_usd(*text);
  if (!usd) value.unexpected(kUsdExpected, usd.error().message);
  return usd ? std::optional(*usd) : std::nullopt;
}

/// The one unit that a limit names, with its amount.
bool read_amount(const Section& map, directory::Limit& limit) {
  const auto named = std::ranges::count_if(kUnits, [&](const auto& unit) { return map.has(unit.word); });
  if (named != 1) {
    map.map().wrong(named == 0 ? "the limit says nothing" : "the limit counts several things",
                    "write one of usd, requests, tokens, tokens_in, tokens_out and concurrent");
    return false;
  }
  for (const Choice<Unit>& unit : kUnits) {
    const auto value = map.find(unit.word);
    if (!value) continue;
    limit.unit = unit.value;
    if (unit.value == Unit::Usd) {
      const auto usd = read_usd(*value);
      if (usd) limit.amount = usd->value;
      return usd.has_value();
    }
    const auto count = value->whole({0, kMostCounted});
    if (count) limit.amount = static_cast<std::int64_t>(*count);
    return count.has_value();
  }
  return false;  // it has no value, which is reported
}

void read_window(const Section& map, directory::Limit& limit) {
  constexpr std::string_view kExpected = "a window such as 1m, 24h, day, month or 'month Asia/Bangkok'";
  const auto window = map.find("window");
  if (limit.unit == Unit::Concurrent) {
    if (window) window->wrong("how many run at once has no window", "leave it out");
    return;
  }
  if (!window) {
    if (!map.has("window")) map.map().wrong("window is missing", "write window: month");
    return;
  }
  const auto text = window->text(kExpected);
  if (!text) return;
  const auto spec = money::parse_window(*text);
  if (!spec) return window->unexpected(kExpected, spec.error().message);
  limit.window = *spec;
}

directory::Limit read_limit(const Value& value) {
  directory::Limit limit;
  const auto map = value.section(schema::kTeamLimit);
  if (!map || !read_amount(*map, limit)) return limit;
  read_window(*map, limit);
  map->choice("action", limit.action, kActions);
  if (const auto models = map->find("models")) {
    for (const Value& each : models->list("[ gpt-4o ]")) {
      if (auto name = each.model()) limit.models.push_back(*std::move(name));
    }
  }
  return limit;
}

void load_teams(const Section& top, Draft& draft) {
  const auto teams = top.find("teams");
  if (!teams) return;
  for (const auto& [name, team] : teams->entries("{ search: { limits: [ { usd: 500, window: month } ] } }")) {
    if (!directory::is_principal_path(name.text)) {
      draft.report.add(name.place, team.path(), "this is no name of a team",
                       "write names of letters, digits, '.', '_' and '-', joined by '/': acme/search");
    }
    directory::Principal principal{.path = name.text};
    if (const auto map = team.section(schema::kTeam)) {
      if (const auto limits = map->find("limits")) principal.limits = load_team_limits(*limits);
      constexpr std::array<Choice<bool>, 2> kYesNo = {{{"true", true}, {"false", false}}};
      map->choice("blocked", principal.blocked, kYesNo);
    }
    draft.settings.accounts.teams.push_back(std::move(principal));
  }
}

void load_store(const Section& top, Draft& draft) {
  const auto store = top.find("store");
  if (!store) return;
  Accounts& accounts = draft.settings.accounts;
  if (store->is_word("off")) {
    accounts.store_off = true;
    return;
  }
  if (store->is_scalar()) {
    const auto text = store->hidden().text("'sqlite:PATH', 'postgres://HOST/NAME' or off");
    if (text) accounts.store = Secret(*text);
    return;
  }
  const auto source = store->hidden().section(schema::kSecret);
  if (!source) return;
  const auto values = read_credentials(*source, draft.environment, Several::One);
  if (!values.empty()) accounts.store = Secret(values.front());
}

void load_prices(const Section& top, Draft& draft) {
  const auto prices = top.find("prices");
  const auto map = prices ? prices->section(schema::kPrices) : std::nullopt;
  if (!map) return;
  Accounts& accounts = draft.settings.accounts;
  map->text("file", accounts.prices_file, "the name of a file");
  map->choice("unpriced", accounts.unpriced, kUnpriced);
  const auto models = map->find("models");
  if (!models) return;
  for (const auto& [name, price] : models->entries("{ my-model: { input: 2.5, output: 10 } }")) {
    PriceOverride override{.model = name.text};
    const auto fields = price.section(schema::kPrice);
    if (!fields) continue;
    for (std::size_t at = 0; at < kPriceFields.size(); ++at) {
      if (const auto value = fields->find(kPriceFields[at])) override.fields[at] = read_usd(*value);
    }
    accounts.prices.push_back(std::move(override));
  }
}

}  // namespace

std::vector<directory::Limit> load_team_limits(const Value& value) {
  std::vector<directory::Limit> limits;
  for (const Value& each : value.list("[ { usd: 500, window: month } ]")) {
    limits.push_back(read_limit(each));
    const auto possible = directory::check_limits({&limits.back(), 1});
    if (!possible) each.wrong(possible.error().message);
  }
  return limits;
}

void load_accounts(const Section& top, Draft& draft) {
  load_store(top, draft);
  load_teams(top, draft);
  load_prices(top, draft);
  const auto budgets = top.find("budgets");
  const auto map = budgets ? budgets->section(schema::kBudgets) : std::nullopt;
  if (!map) return;
  map->choice("overdraft", draft.settings.accounts.overdraft, kOverdraft);
  map->choice("charge", draft.settings.accounts.charge, kCharge);
}

}  // namespace drover::config
