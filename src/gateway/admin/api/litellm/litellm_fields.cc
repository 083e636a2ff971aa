#include "gateway/admin/api/litellm/litellm_fields.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <charconv>

#include "gateway/admin/api/times.h"
#include "money/nano_usd.h"
#include "money/window.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;
using directory::Action;
using directory::Key;
using directory::Limit;
using directory::Unit;
using money::WindowKind;
using money::WindowSpec;

const WindowSpec kMinute{.kind = WindowKind::Rolling, .span = std::chrono::seconds(60)};
const WindowSpec kForever{.kind = WindowKind::Total};

std::string_view text_in(const json::value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

/// The limit of one kind: LiteLLM has at most one of each, drover keeps it in its list.
struct Slot {
  Unit unit;
  Action action = Action::Refuse;
  bool minute = false;  ///< only that of the rolling minute
};

bool is_in(const Limit& limit, const Slot& slot) {
  return limit.unit == slot.unit && limit.action == slot.action && limit.models.empty() &&
         (!slot.minute || limit.window == kMinute);
}

Limit* limit_in(Key& key, const Slot& slot) {
  const auto found = std::ranges::find_if(key.limits, [&](const Limit& limit) { return is_in(limit, slot); });
  return found == key.limits.end() ? nullptr : &*found;
}

void remove_in(Key& key, const Slot& slot) {
  std::erase_if(key.limits, [&](const Limit& limit) { return is_in(limit, slot); });
}

constexpr Slot kRequests{.unit = Unit::Requests, .minute = true};
constexpr Slot kTokens{.unit = Unit::Tokens, .minute = true};
constexpr Slot kConcurrent{.unit = Unit::Concurrent};
constexpr Slot kBudget{.unit = Unit::Usd};
constexpr Slot kSoftBudget{.unit = Unit::Usd, .action = Action::Tell};

/// LiteLLM resets "1d" at midnight, "7d" on Monday, "30d" on the first of the month. Nothing: it is no window.
std::optional<WindowSpec> budget_window(std::string_view text) {
  struct Calendar {
    std::string_view text;
    WindowKind kind;
  };
  constexpr auto kCalendar = std::to_array<Calendar>({{"1h", WindowKind::Hour},
                                                      {"24h", WindowKind::Day},
                                                      {"1d", WindowKind::Day},
                                                      {"7d", WindowKind::Week},
                                                      {"1w", WindowKind::Week},
                                                      {"30d", WindowKind::Month},
                                                      {"1mo", WindowKind::Month},
                                                      {"1M", WindowKind::Month}});
  const auto found = std::ranges::find(kCalendar, text, &Calendar::text);
  if (found != kCalendar.end()) return WindowSpec{.kind = found->kind};
  const auto span = litellm_span(text);
  if (!span || span->count() == 0) return std::nullopt;
  return WindowSpec{.kind = WindowKind::Rolling, .span = *span};
}

/// As budget_window() reads it; null: for ever.
json::value budget_duration(const WindowSpec& window) {
  switch (window.kind) {
    case WindowKind::Hour: return "1h";
    case WindowKind::Day: return "1d";
    case WindowKind::Week: return "7d";
    case WindowKind::Month: return "30d";
    case WindowKind::Rolling: return json::string(std::to_string(window.span.count()) + "s");
    case WindowKind::Quarter:
    case WindowKind::Year: return json::string(money::to_text(window));
    case WindowKind::Total: break;
  }
  return nullptr;
}

std::optional<WindowSpec> read_duration(const json::value& value, std::string_view field, Reading& reading) {
  if (value.is_null()) return kForever;
  auto window = budget_window(text_in(value));
  if (!window) reading.wrong(std::string(field), "this must be a duration such as 24h, 30d or 1mo");
  return window;
}

std::int64_t read_whole(const json::value& value, std::string_view field, Reading& reading) {
  if (const auto* whole = value.if_int64(); whole != nullptr && *whole >= 0 && *whole <= kMaxCount) return *whole;
  reading.wrong(std::string(field), "this must be a whole number from 0 on");
  return 0;
}

void set_count(Key& key, const Slot& slot, const json::value& value, std::string_view field, Reading& reading) {
  remove_in(key, slot);
  if (value.is_null()) return;
  key.limits.push_back({.unit = slot.unit,
                        .amount = read_whole(value, field, reading),
                        .window = slot.minute ? kMinute : WindowSpec{},
                        .action = slot.action});
}

/// max_budget and soft_budget; the window of a new one is that of the other.
void set_budget(Key& key, const Slot& slot, const json::value& value, std::string_view field, Reading& reading) {
  const Limit* const own = limit_in(key, slot);
  const Limit* const other = limit_in(key, slot.action == Action::Refuse ? kSoftBudget : kBudget);
  const WindowSpec window = own != nullptr ? own->window : other != nullptr ? other->window : kForever;
  remove_in(key, slot);
  if (value.is_null()) return;
  Limit limit{.unit = Unit::Usd, .window = window, .action = slot.action};
  read_usd(value, field, reading, limit.amount);
  key.limits.push_back(std::move(limit));
}

void set_budget_limits(Key& key, const json::value& value, std::string_view field, Reading& reading) {
  remove_in(key, kBudget);
  if (value.is_null()) return;
  const json::array* const list = value.if_array();
  if (list == nullptr || list->size() > kMaxLimits) {
    return reading.wrong(std::string(field), "this must be a list of budget_duration and max_budget");
  }
  for (std::size_t at = 0; at < list->size(); ++at) {
    const std::string place = std::string(field) + "[" + std::to_string(at) + "]";
    const json::object* const object = (*list)[at].if_object();
    const json::value* const amount = object == nullptr ? nullptr : object->if_contains("max_budget");
    const json::value* const duration = object == nullptr ? nullptr : object->if_contains("budget_duration");
    if (amount == nullptr || duration == nullptr || object->size() != 2) {
      return reading.wrong(place, "this must have budget_duration and max_budget, and nothing else");
    }
    Limit limit{.unit = Unit::Usd,
                .window = read_duration(*duration, place + ".budget_duration", reading).value_or(kForever)};
    read_usd(*amount, place + ".max_budget", reading, limit.amount);
    key.limits.push_back(std::move(limit));
  }
}

/// { MODEL: 5 } or { MODEL: { budget_limit: 5, time_period: 1d } }.
void set_model_budgets(Key& key, const json::value& value, std::string_view field, Reading& reading) {
  std::erase_if(key.limits, [](const Limit& limit) { return limit.unit == Unit::Usd && !limit.models.empty(); });
  if (value.is_null()) return;
  const json::object* const object = value.if_object();
  if (object == nullptr) return reading.wrong(std::string(field), "this must be an object by model");
  for (const auto& member : *object) {
    const std::string model(member.key().data(), member.key().size());
    const std::string place = std::string(field) + "." + shown_name(model);
    Limit limit{.unit = Unit::Usd, .window = kForever};
    read_models(json::array{json::string(model)}, place, reading, limit.models);
    const json::object* const inner = member.value().if_object();
    if (inner == nullptr) read_usd(member.value(), place, reading, limit.amount);
    for (const auto& part : inner == nullptr ? json::object() : *inner) {
      const std::string_view name(part.key().data(), part.key().size());
      if (name == "budget_limit" || name == "max_budget") {
        read_usd(part.value(), place + "." + std::string(name), reading, limit.amount);
      } else if (name == "time_period" || name == "budget_duration") {
        limit.window = read_duration(part.value(), place + "." + std::string(name), reading).value_or(kForever);
      } else {
        reading.wrong(place + "." + shown_name(name), "there is no such field");
      }
    }
    key.limits.push_back(std::move(limit));
  }
}

void set_model_counts(Key& key, Unit unit, const json::value& value, std::string_view field, Reading& reading) {
  std::erase_if(key.limits, [&](const Limit& limit) {
    return limit.unit == unit && !limit.models.empty() && limit.window == kMinute;
  });
  if (value.is_null()) return;
  const json::object* const object = value.if_object();
  if (object == nullptr) return reading.wrong(std::string(field), "this must be an object by model");
  for (const auto& member : *object) {
    const std::string model(member.key().data(), member.key().size());
    const std::string place = std::string(field) + "." + shown_name(model);
    Limit limit{.unit = unit, .amount = read_whole(member.value(), place, reading), .window = kMinute};
    read_models(json::array{json::string(model)}, place, reading, limit.models);
    key.limits.push_back(std::move(limit));
  }
}

void set_models(Key& key, const json::value& value, std::string_view field, Reading& reading) {
  key.models.clear();
  if (value.is_null()) return;
  std::vector<std::string> models;
  read_models(value, field, reading, models);
  for (const std::string& model : models) {
    if (model == "all-proxy-models" || model == "all-team-models") return;
    if (model == "no-default-models") {
      return reading.wrong(std::string(field), "drover has nothing like no-default-models; name the models");
    }
  }
  key.models = std::move(models);
}

void set_expiry(Key& key, const json::value& value, std::string_view field, Reading& reading) {
  key.expires = kNeverExpires;
  if (value.is_null() || text_in(value) == "-1") return;
  const auto span = litellm_span(text_in(value));
  if (!span || span->count() == 0)
    return reading.wrong(std::string(field), "this must be a duration such as 24h or 30d");
  key.expires = reading.now() + *span;
}

/// A text of the key, or nothing at null.
template <auto Member, auto Read>
void set_text(Key& key, const json::value& value, std::string_view field, Reading& reading) {
  if (value.is_null()) {
    key.*Member = Key{}.*Member;
  } else {
    Read(value, field, reading, key.*Member);
  }
}

void set_increase(Key& key, const json::object& body, Reading& reading) {
  const json::value* const amount = body.if_contains("temp_budget_increase");
  const json::value* const expiry = body.if_contains("temp_budget_expiry");
  if (amount == nullptr && expiry == nullptr) return;
  const bool ends = (amount == nullptr || amount->is_null()) && (expiry == nullptr || expiry->is_null());
  if (ends) return key.increase.reset();
  if (amount == nullptr || expiry == nullptr) {
    return reading.wrong("temp_budget_increase", "this needs temp_budget_expiry, and the other way round");
  }
  directory::Increase increase;
  read_usd(*amount, "temp_budget_increase", reading, increase.amount.value);
  const auto span = litellm_span(text_in(*expiry));
  if (span && span->count() > 0) {
    increase.until = reading.now() + *span;
  } else {
    read_moment(*expiry, "temp_budget_expiry", reading, increase.until);
  }
  key.increase = increase;
}

void set_duration_of_budget(Key& key, const json::value& value, std::string_view field, Reading& reading) {
  const auto window = read_duration(value, field, reading);
  if (!window) return;
  for (const Slot& slot : {kBudget, kSoftBudget}) {
    if (Limit* const limit = limit_in(key, slot)) limit->window = *window;
  }
}

struct LitellmField {
  std::string_view name;
  void (*set)(Key& key, const json::value& value, std::string_view field, Reading& reading);
};

/// In this order, whatever the order of the body: a window comes after the amounts that it is for.
constexpr auto kFields = std::to_array<LitellmField>({
    {"key_alias",
     [](Key& key, const json::value& value, std::string_view field, Reading& reading) {
       if (!value.is_null()) read_name(value, field, reading, key.name);
     }},
    {"team_id", set_text<&Key::principal, read_path>},
    {"user_id", set_text<&Key::owner, read_owner>},
    {"metadata", set_text<&Key::metadata, read_metadata>},
    {"tags", set_text<&Key::tags, read_tags>},
    {"blocked", set_text<&Key::blocked, read_flag>},
    {"models", set_models},
    {"duration", set_expiry},
    {"rpm_limit", [](Key& key, const json::value& value, std::string_view field,
                     Reading& reading) { set_count(key, kRequests, value, field, reading); }},
    {"tpm_limit", [](Key& key, const json::value& value, std::string_view field,
                     Reading& reading) { set_count(key, kTokens, value, field, reading); }},
    {"max_parallel_requests", [](Key& key, const json::value& value, std::string_view field,
                                 Reading& reading) { set_count(key, kConcurrent, value, field, reading); }},
    {"max_budget", [](Key& key, const json::value& value, std::string_view field,
                      Reading& reading) { set_budget(key, kBudget, value, field, reading); }},
    {"soft_budget", [](Key& key, const json::value& value, std::string_view field,
                       Reading& reading) { set_budget(key, kSoftBudget, value, field, reading); }},
    {"budget_duration", set_duration_of_budget},
    {"budget_limits", set_budget_limits},
    {"model_max_budget", set_model_budgets},
    {"model_rpm_limit", [](Key& key, const json::value& value, std::string_view field,
                           Reading& reading) { set_model_counts(key, Unit::Requests, value, field, reading); }},
    {"model_tpm_limit", [](Key& key, const json::value& value, std::string_view field,
                           Reading& reading) { set_model_counts(key, Unit::Tokens, value, field, reading); }},
});

/// What is looked at elsewhere, or changes nothing about a key.
constexpr auto kBeside = std::to_array<std::string_view>(
    {"key", "grace_period", "temp_budget_increase", "temp_budget_expiry", "send_invite_email"});

/// Null, false, 0, "", [] and {} ask for nothing.
bool asks_for_nothing(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: return true;
    case json::kind::bool_: return !value.get_bool();
    case json::kind::int64: return value.get_int64() == 0;
    case json::kind::double_: return value.get_double() == 0;
    case json::kind::string: return value.get_string().empty() || text_in(value) == "default";
    case json::kind::array: return value.get_array().empty();
    case json::kind::object: return value.get_object().empty();
    case json::kind::uint64: break;
  }
  return false;
}

json::value limit_amount(const Key& key, const Slot& slot) {
  const auto found = std::ranges::find_if(key.limits, [&](const Limit& limit) { return is_in(limit, slot); });
  if (found == key.limits.end()) return nullptr;
  if (slot.unit == Unit::Usd) return static_cast<double>(found->amount) / static_cast<double>(money::kNanoUsdPerUsd);
  return found->amount;
}

}  // namespace

std::optional<std::chrono::seconds> litellm_span(std::string_view text) {
  if (!text.ends_with("mo")) return parse_span(text);
  const auto months = parse_span(std::string(text.substr(0, text.size() - 2)) + "d");
  if (!months || *months > std::chrono::days(13)) return std::nullopt;
  return *months * 30;
}

std::span<const std::string_view> litellm_field_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const LitellmField& field : kFields) out.push_back(field.name);
    out.insert(out.end(), kBeside.begin() + 2, kBeside.end());
    return out;
  }();
  return names;
}

void apply_litellm(const json::object& body, Reading& reading, Key& key) {
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool known = std::ranges::find(kFields, name, &LitellmField::name) != kFields.end() ||
                       std::ranges::find(kBeside, name) != kBeside.end();
    if (!known && !asks_for_nothing(member.value())) {
      reading.wrong(shown_name(name), "drover has nothing like this, and does not ignore it");
    }
  }
  for (const LitellmField& field : kFields) {
    const json::value* const value = body.if_contains(field.name);
    if (value != nullptr) field.set(key, *value, field.name, reading);
  }
  set_increase(key, body, reading);
  if (key.limits.size() > kMaxLimits) reading.wrong("limits", "the key would have more than 64 limits");
}

json::object litellm_json(const Key& key) {
  json::object out{{"key_name", key.shown},
                   {"token", key.id},
                   {"token_id", key.id},
                   {"key_alias", key.name},
                   {"expires", moment_json(key.expires)},
                   {"models", texts_json(key.models)},
                   {"max_budget", limit_amount(key, kBudget)},
                   {"soft_budget", limit_amount(key, kSoftBudget)},
                   {"budget_duration", nullptr},
                   {"rpm_limit", limit_amount(key, kRequests)},
                   {"tpm_limit", limit_amount(key, kTokens)},
                   {"max_parallel_requests", limit_amount(key, kConcurrent)},
                   {"team_id", nullptr},
                   {"user_id", nullptr},
                   {"tags", texts_json(key.tags)},
                   {"metadata", metadata_json(key.metadata)},
                   {"blocked", key.blocked},
                   {"created_at", moment_json(key.created)},
                   {"updated_at", moment_json(key.changed)}};
  const auto budget = std::ranges::find_if(
      key.limits, [](const Limit& limit) { return is_in(limit, kBudget) || is_in(limit, kSoftBudget); });
  if (budget != key.limits.end()) out["budget_duration"] = budget_duration(budget->window);
  if (!key.principal.empty()) out["team_id"] = key.principal;
  if (!key.owner.empty()) out["user_id"] = key.owner;
  if (key.increase) {
    out["temp_budget_increase"] = money::usd_text(key.increase->amount);
    out["temp_budget_expiry"] = moment_json(key.increase->until);
  }
  return out;
}

}  // namespace drover::gateway::admin
