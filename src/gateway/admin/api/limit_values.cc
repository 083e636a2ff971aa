// Limits and increases: {"unit":"usd","amount":"5.00","window":"month","action":"refuse","models":[]}.
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>

#include "gateway/admin/api/values.h"
#include "money/nano_usd.h"
#include "money/window.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;
using directory::Action;
using directory::Limit;
using directory::Unit;

template <class T>
struct Word {
  std::string_view word;
  T value;
};
constexpr auto kUnits = std::to_array<Word<Unit>>({{"requests", Unit::Requests},
                                                   {"tokens_in", Unit::TokensIn},
                                                   {"tokens_out", Unit::TokensOut},
                                                   {"tokens", Unit::Tokens},
                                                   {"usd", Unit::Usd},
                                                   {"concurrent", Unit::Concurrent}});
constexpr auto kActions = std::to_array<Word<Action>>({{"refuse", Action::Refuse}, {"tell", Action::Tell}});

template <class T, std::size_t N>
void read_word(const json::value* value, const std::array<Word<T>, N>& words, const std::string& field,
               Reading& reading, T& out) {
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  std::string known;
  for (const Word<T>& each : words) {
    if (text != nullptr && std::string_view(text->data(), text->size()) == each.word) {
      out = each.value;
      return;
    }
    known.append(known.empty() ? "" : ", ").append(each.word);
  }
  reading.wrong(field, "this must be one of " + known);
}

template <class T, std::size_t N>
std::string_view word_for(const std::array<Word<T>, N>& words, T value) {
  const auto found = std::ranges::find(words, value, &Word<T>::value);
  return found == words.end() ? std::string_view() : found->word;
}

void read_count(const json::value& value, const std::string& field, Reading& reading, std::int64_t& out) {
  std::int64_t count = -1;
  if (const auto* whole = value.if_int64()) count = *whole;
  // 1e6 is a whole number too. Doubles are exact up to 2^53, which is more than kMaxCount.
  if (const auto* number = value.if_double(); number != nullptr && *number >= 0 &&
                                              *number <= static_cast<double>(kMaxCount) &&
                                              std::trunc(*number) == *number) {
    count = static_cast<std::int64_t>(*number);
  }
  if (count < 0 || count > kMaxCount) {
    return reading.wrong(field, "this must be a whole number from 0 to " + std::to_string(kMaxCount));
  }
  out = count;
}

void read_window(const json::value* value, const std::string& field, Reading& reading, money::WindowSpec& out) {
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  auto spec = text == nullptr ? Result<money::WindowSpec>(fail(Error{.message = {}}))
                              : money::parse_window(std::string_view(text->data(), text->size()));
  if (!spec) {
    return reading.wrong(field,
                         "this must be a window such as 1m, 24h or 30d (rolling), hour, day, week, month, quarter, "
                         "year (also with a time zone: month Asia/Bangkok), or total");
  }
  if (const auto window = money::Window::make(*spec); !window) return reading.wrong(field, window.error().message);
  out = *std::move(spec);
}

Limit read_limit(const json::value& value, const std::string& field, Reading& reading) {
  Limit limit;
  const json::object* const object = value.if_object();
  if (object == nullptr) {
    reading.wrong(field, "this must be an object with unit, amount and window");
    return limit;
  }
  for (const auto& member : *object) {
    constexpr auto kNames = std::to_array<std::string_view>({"unit", "amount", "window", "action", "models"});
    const std::string_view name(member.key().data(), member.key().size());
    if (std::ranges::find(kNames, name) == kNames.end()) {
      reading.wrong(field + "." + shown_name(name), "a limit has unit, amount, window, action and models");
    }
  }
  const auto find = [&](std::string_view name) {
    const json::value* const found = object->if_contains(name);
    return found != nullptr && found->is_null() ? nullptr : found;
  };
  read_word(find("unit"), kUnits, field + ".unit", reading, limit.unit);
  if (const auto* action = find("action")) read_word(action, kActions, field + ".action", reading, limit.action);
  const json::value* const amount = find("amount");
  if (amount == nullptr) {
    reading.wrong(field + ".amount", "the amount is missing");
  } else if (limit.unit == Unit::Usd) {
    read_usd(*amount, field + ".amount", reading, limit.amount);
  } else {
    read_count(*amount, field + ".amount", reading, limit.amount);
  }
  if (limit.unit != Unit::Concurrent) {
    read_window(find("window"), field + ".window", reading, limit.window);
  } else if (find("window") != nullptr) {
    reading.wrong(field + ".window", "requests at the same time are counted without a window");
  }
  if (const auto* models = find("models")) read_models(*models, field + ".models", reading, limit.models);
  return limit;
}

/// Two that count the same and do the same: the larger would never be reached.
bool same_counter(const Limit& one, const Limit& other) {
  return one.unit == other.unit && one.window == other.window && one.models == other.models &&
         one.action == other.action;
}

}  // namespace

void read_usd(const json::value& value, std::string_view field, Reading& reading, std::int64_t& nano) {
  Result<money::NanoUsd> read = fail(Error{.message = "this must be an amount of dollars: a number, or a text such as "
                                                      "\"12.50\""});
  if (const auto* text = value.if_string()) read = money::parse_usd(std::string_view(text->data(), text->size()));
  if (value.is_number()) {
    boost::system::error_code trouble;
    read = money::usd_from_number(value.to_number<double>(trouble));
  }
  if (!read) return reading.wrong(std::string(field), read.error().message);
  nano = read->value;
}

void read_limits(const json::value& value, std::string_view field, Reading& reading, std::vector<Limit>& out) {
  const json::array* const list = value.if_array();
  if (list == nullptr) return reading.wrong(std::string(field), "this must be a list of limits");
  if (list->size() > kMaxLimits) {
    return reading.wrong(std::string(field), "this has more than " + std::to_string(kMaxLimits) + " limits");
  }
  std::vector<Limit> read;
  for (std::size_t at = 0; at < list->size(); ++at) {
    const std::string place = std::string(field) + "[" + std::to_string(at) + "]";
    Limit limit = read_limit((*list)[at], place, reading);
    if (!reading.good()) return;
    if (std::ranges::any_of(read, [&](const Limit& other) { return same_counter(other, limit); })) {
      return reading.wrong(place, "another limit counts the same in the same window");
    }
    read.push_back(std::move(limit));
  }
  out = std::move(read);
}

void read_increase(const json::value& value, std::string_view field, Reading& reading,
                   std::optional<directory::Increase>& out) {
  const json::object* const object = value.if_object();
  const std::string place(field);
  if (object == nullptr) return reading.wrong(place, "this must be an object with amount, and until or for");
  directory::Increase increase;
  bool timed = false;
  bool amounted = false;
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (member.value().is_null()) continue;
    if (name == "amount") {
      read_usd(member.value(), place + ".amount", reading, increase.amount.value);
      amounted = true;
    } else if ((name == "until" || name == "for") && timed) {
      reading.wrong(place + ".for", "keep one of until and for");
    } else if (name == "until") {
      read_moment(member.value(), place + ".until", reading, increase.until);
      timed = true;
    } else if (name == "for") {
      read_from_now(member.value(), place + ".for", reading, increase.until);
      timed = true;
    } else {
      reading.wrong(place + "." + shown_name(name), "an increase has amount, and until or for");
    }
  }
  if (!amounted) reading.wrong(place + ".amount", "the amount is missing");
  if (!timed) reading.wrong(place + ".until", "an increase needs an end: until, or for");
  if (reading.good()) out = increase;
}

json::value limit_json(const Limit& limit) {
  json::object out{{"unit", word_for(kUnits, limit.unit)}};
  if (limit.unit == Unit::Usd) {
    out["amount"] = money::usd_text(money::NanoUsd{limit.amount});
  } else {
    out["amount"] = limit.amount;
  }
  out["window"] = nullptr;
  if (limit.unit != Unit::Concurrent) out["window"] = money::to_text(limit.window);
  out["action"] = word_for(kActions, limit.action);
  out["models"] = texts_json(limit.models);
  return out;
}

json::array limits_json(const std::vector<Limit>& limits) {
  json::array out;
  for (const Limit& limit : limits) out.push_back(limit_json(limit));
  return out;
}

json::value increase_json(const std::optional<directory::Increase>& increase) {
  if (!increase) return nullptr;
  return json::object{{"amount", money::usd_text(increase->amount)}, {"until", moment_json(increase->until)}};
}

}  // namespace drover::gateway::admin
