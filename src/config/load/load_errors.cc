// `errors` of a provider: the operator's own rules for what its failures mean, tried before the built-in ones.
#include <algorithm>
#include <array>

#include "config/load/draft.h"

namespace drover::config {
namespace {

/// Most rules of one provider: more would be a program.
constexpr std::size_t kMostRules = 100;
constexpr std::size_t kLongestText = 200;
/// Shortest text to look for: a shorter one is in too many messages.
constexpr std::size_t kShortestText = 4;

/// The class of the rule `empty: true`: such an answer does not say that it failed, and charges no node.
constexpr std::string_view kEmptyAnswer = "empty_answer";
constexpr std::array<Choice<bool>, 1> kTrue = {{{"true", true}}};

/// What a class means unless the rule says otherwise: the node that it is about, and what may be tried next.
struct Meaning {
  ErrorKind kind;
  ErrorScope scope;
  RetryClass retry;
};

constexpr std::array<Choice<Meaning>, 11> kClasses = {{
    {"rate_limited", {ErrorKind::RateLimited, ErrorScope::Key, RetryClass::OtherKey}},
    {"quota_exhausted", {ErrorKind::QuotaExhausted, ErrorScope::Quota, RetryClass::OtherKey}},
    {"key_rejected", {ErrorKind::KeyRejected, ErrorScope::Key, RetryClass::OtherKey}},
    {"forbidden", {ErrorKind::Forbidden, ErrorScope::Request, RetryClass::OtherKey}},
    {"model_missing", {ErrorKind::ModelMissing, ErrorScope::Target, RetryClass::OtherKey}},
    {"context_too_long", {ErrorKind::ContextTooLong, ErrorScope::Request, RetryClass::Never}},
    {"content_policy", {ErrorKind::ContentPolicy, ErrorScope::Request, RetryClass::Never}},
    {"user_error", {ErrorKind::UserError, ErrorScope::Request, RetryClass::Never}},
    {"overloaded", {ErrorKind::Overloaded, ErrorScope::Server, RetryClass::OtherKey}},
    {"server_error", {ErrorKind::ServerError, ErrorScope::Target, RetryClass::OtherKey}},
    {kEmptyAnswer, {ErrorKind::ServerError, ErrorScope::Request, RetryClass::OtherKey}},
}};

/// The scopes that a rule may choose. A rule may not make a request's mistake a key's failure, nor the other way round.
constexpr std::array<Choice<ErrorScope>, 5> kScopes = {{{"target", ErrorScope::Target},
                                                        {"key", ErrorScope::Key},
                                                        {"quota", ErrorScope::Quota},
                                                        {"server", ErrorScope::Server},
                                                        {"provider", ErrorScope::Provider}}};

void read_text(const Section& map, std::string_view key, std::size_t shortest, std::string& out) {
  const auto value = map.find(key);
  const auto text = value ? value->text("a piece of what the provider says") : std::nullopt;
  if (!text) return;
  if (text->size() < shortest || text->size() > kLongestText) {
    value->wrong("a text of " + std::to_string(shortest) + " to " + std::to_string(kLongestText) + " bytes is needed");
    return;
  }
  out = *text;
}

/// Reads `{ empty: true, class: empty_answer }`, which has no other fields. False: the rule is another one.
bool read_empty(const Value& value, const Section& map, core::ErrorRule& rule) {
  map.choice("empty", rule.empty, kTrue);
  const auto named = map.find("class");
  const bool of_class = named && named->is_word(kEmptyAnswer);
  if (!map.has("empty") && !of_class) return false;
  const bool more = std::ranges::any_of(std::array{"status", "code", "type", "front", "text"},
                                        [&](std::string_view key) { return map.has(key); });
  if (!map.has("empty") || (named && !of_class) || more) {
    value.wrong("empty and the class empty_answer go with each other and with nothing else",
                "write { empty: true, class: empty_answer }");
  }
  return true;
}

void read_rule(const Value& value, std::vector<core::ErrorRule>& rules) {
  const std::size_t mistakes = value.report().mistakes();
  const auto map = value.section(schema::kError);
  if (!map) return;
  core::ErrorRule rule;
  if (const auto status = map->find("status")) {
    const auto number = status->whole({200, 599});
    if (number && *number > 200 && *number < 300) {
      status->wrong("no answer with this status is a failure",
                    "write a status from 300 on, or 200 for errors inside a good answer");
    }
    rule.status = static_cast<int>(number.value_or(0));
  }
  read_text(*map, "code", 1, rule.code);
  read_text(*map, "type", 1, rule.type);
  read_text(*map, "front", kShortestText, rule.front);
  read_text(*map, "text", kShortestText, rule.text);
  const auto named = map->find("class");
  if (!map->has("class")) value.wrong("class is missing", "write " + std::string(schema::kError.example));
  const auto meaning = named ? named->choice(kClasses) : std::nullopt;
  if (meaning) {
    rule.kind = meaning->kind;
    rule.scope = meaning->scope;
    rule.retry = meaning->retry;
  }
  if (const auto scope = map->find("scope")) {
    const auto wanted = scope->choice(kScopes);
    if (wanted && rule.scope == ErrorScope::Request) {
      scope->wrong("a failure of this class is about the request", "remove scope, or choose another class");
    }
    rule.scope = wanted.value_or(rule.scope);
  }
  const bool anything = read_empty(value, *map, rule) || map->has("status") || map->has("code") || map->has("type");
  const bool by_words = map->has("front") || map->has("text");
  if (!anything && by_words) {
    value.wrong("words alone may stand in a prompt that the provider quotes", "add the status they come with");
  } else if (!anything) {
    value.wrong("this fits every failure", "add a status, code or type");
  }
  if (value.report().mistakes() == mistakes) rules.push_back(std::move(rule));
}

}  // namespace

void load_errors(const Value& value, core::Provider& provider) {
  const std::vector<Value> items = value.list("[ " + std::string(schema::kError.example) + " ]");
  if (items.size() > kMostRules) {
    value.wrong("more than " + std::to_string(kMostRules) + " rules", "let one rule cover several failures");
    return;
  }
  for (const Value& each : items) read_rule(each, provider.errors);
}

}  // namespace drover::config
