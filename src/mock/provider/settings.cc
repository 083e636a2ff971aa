#include "mock/provider/settings.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "mock/provider/duration_text.h"

namespace drover::mock {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string said(std::string_view member, std::string_view what) {
  return "'" + std::string(member) + "' " + std::string(what);
}

Result<json::value> parse_text(std::string_view text) {
  if (text.size() > kMaxSettingsText) return fail(bad_setting("more than 1 MiB of settings"));
  json::error_code error;
  json::value value = json::parse(text, error);
  if (error) return fail(bad_setting("not JSON: " + error.message()));
  return value;
}

// A JSON scalar as the compact syntax writes it, so that one reader serves both syntaxes.
Result<std::string> scalar(std::string_view member, const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_number() || value.is_bool()) {
    if (value.is_double()) {
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", value.get_double());
      return std::string(text);
    }
    return json::serialize(value);
  }
  return fail(bad_setting(said(member, "needs a text or a number")));
}

Result<Fault> fault_from_value(const json::value& value) {
  if (value.is_string()) return parse_fault(std::string_view(value.get_string()));
  if (!value.is_object()) return fail(bad_setting("a fault is a text or an object"));
  FaultBuilder builder;
  const json::value* kind = value.get_object().if_contains("kind");
  if (kind == nullptr) return fail(bad_setting("a fault needs 'kind': " + fault_kinds()));
  const Result<std::string> kind_name = scalar("kind", *kind);
  if (!kind_name) return fail(kind_name.error());
  if (const Result<void> known = builder.kind(*kind_name); !known) return fail(known.error());
  for (const auto& [name, option] : value.get_object()) {
    if (name == "kind") continue;
    std::string option_name(name);
    for (char& c : option_name) c = c == '_' ? '-' : c;
    const Result<std::string> text = scalar(option_name, option);
    if (!text) return fail(text.error());
    if (const Result<void> taken = builder.option(option_name, *text); !taken) return fail(taken.error());
  }
  return builder.finish();
}

Result<std::vector<Fault>> faults_from_value(const json::value& value) {
  std::vector<Fault> faults;
  if (!value.is_array()) {
    Result<Fault> one = fault_from_value(value);
    if (!one) return fail(one.error());
    faults.push_back(*std::move(one));
    return faults;
  }
  if (value.get_array().size() > kMaxFaults) return fail(bad_setting("more than 256 faults"));
  for (const json::value& item : value.get_array()) {
    Result<Fault> one = fault_from_value(item);
    if (!one) return fail(one.error());
    faults.push_back(*std::move(one));
  }
  return faults;
}

Result<std::optional<double>> positive(std::string_view member, const json::value& value) {
  if (!value.is_number() || value.to_number<double>() <= 0)
    return fail(bad_setting(said(member, "needs a number above zero")));
  return std::optional<double>(value.to_number<double>());
}

Result<KeySettings> key_from(const json::value& value) {
  KeySettings key;
  if (value.is_string()) {
    key.key = std::string(value.get_string());
    if (key.key.empty()) return fail(bad_setting("a key is empty"));
    return key;
  }
  if (!value.is_object()) return fail(bad_setting("a key is a text or an object with 'key'"));
  for (const auto& [name, limit] : value.get_object()) {
    if (name == "key") {
      if (limit.is_string()) key.key = std::string(limit.get_string());
      continue;
    }
    const Result<std::optional<double>> amount = positive(name, limit);
    if (!amount) return fail(amount.error());
    if (name == "requests_per_second")
      key.requests_per_second = *amount;
    else if (name == "requests_per_minute")
      key.requests_per_minute = *amount;
    else if (name == "tokens_per_minute")
      key.tokens_per_minute = *amount;
    else if (name == "concurrent")
      key.concurrent = static_cast<std::uint64_t>(**amount);
    else
      return fail(bad_setting(said(name,
                                   "is not a limit; use requests_per_second, requests_per_minute, "
                                   "tokens_per_minute or concurrent")));
  }
  if (key.key.empty()) return fail(bad_setting("a key object needs 'key'"));
  return key;
}

Result<std::vector<std::string>> texts(std::string_view member, const json::value& value, std::size_t most) {
  if (!value.is_array() || value.get_array().size() > most)
    return fail(bad_setting(said(member, "needs a list of texts")));
  std::vector<std::string> list;
  for (const json::value& item : value.get_array()) {
    if (!item.is_string()) return fail(bad_setting(said(member, "needs a list of texts")));
    list.emplace_back(item.get_string());
  }
  return list;
}

Result<void> read_distribution(std::string_view member, const json::value& value, Distribution::Quantity quantity,
                               Distribution& out) {
  const Result<std::string> text = scalar(member, value);
  if (!text) return fail(text.error());
  const Result<Distribution> read = parse_distribution(*text, quantity);
  if (!read) return fail(bad_setting(said(member, read.error().message)));
  out = *read;
  return {};
}

Result<void> read_record(const json::value& value, Recording& out) {
  if (!value.is_object()) return fail(bad_setting("'record' needs an object"));
  for (const auto& [name, item] : value.get_object()) {
    if (name == "fields" && item.is_bool()) {
      out.fields = item.get_bool();
    } else if (name == "body_bytes" && item.is_int64() && item.get_int64() >= 0 &&
               item.get_int64() <= static_cast<std::int64_t>(kMaxRecordedBody)) {
      out.body_bytes = static_cast<std::size_t>(item.get_int64());
    } else {
      return fail(bad_setting("'record' takes fields (true or false) and body_bytes (up to 64 MiB)"));
    }
  }
  return {};
}

Result<void> read_listen(const json::value& value, Settings& settings) {
  const Result<std::vector<std::string>> addresses =
      value.is_string() ? std::vector<std::string>{std::string(value.get_string())} : texts("listen", value, kMaxPorts);
  if (!addresses) return fail(addresses.error());
  if (addresses->empty()) return fail(bad_setting("'listen' is empty"));
  settings.listen.clear();
  for (const std::string& address : *addresses) {
    const Result<ListenAt> read = parse_listen(address);
    if (!read) return fail(read.error());
    settings.listen.push_back(*read);
  }
  return {};
}

Result<void> read_keys(const json::value& value, Settings& settings) {
  if (!value.is_array() || value.get_array().size() > kMaxKeys) return fail(bad_setting("'keys' needs a list"));
  settings.keys.clear();
  for (const json::value& item : value.get_array()) {
    Result<KeySettings> key = key_from(item);
    if (!key) return fail(key.error());
    settings.keys.push_back(*std::move(key));
  }
  return {};
}

using TellWord = std::pair<std::string_view, TellLimits>;
constexpr std::array<TellWord, 3> kTellLimits = {
    {{"headers", TellLimits::Headers}, {"retry_after", TellLimits::RetryAfter}, {"nothing", TellLimits::Nothing}}};

Result<void> read_scalar_member(std::string_view name, const json::value& value, Settings& settings) {
  if (name == "seed") {
    if (!value.is_int64() || value.get_int64() < 0) return fail(bad_setting("'seed' needs a whole number"));
    settings.seed = static_cast<std::uint64_t>(value.get_int64());
    return {};
  }
  if (name == "cuts") {
    if (value != "none" && value != "random") return fail(bad_setting("'cuts' is none or random"));
    settings.cuts = value == "random" ? Cuts::Random : Cuts::None;
    return {};
  }
  if (name == "tell_limits") {
    const std::string_view word = value.is_string() ? std::string_view(value.get_string()) : std::string_view();
    const auto found = std::ranges::find(kTellLimits, word, &TellWord::first);
    if (found == kTellLimits.end()) {
      return fail(bad_setting("'tell_limits' is headers, retry_after or nothing"));
    }
    settings.tell_limits = found->second;
    return {};
  }
  if (name == "text") {
    if (value != "echo" && value != "words") return fail(bad_setting("'text' is echo or words"));
    settings.speech = value == "echo" ? Speech::Echo : Speech::Words;
    return {};
  }
  if (name == "keep_alive") {
    const Result<std::string> text = scalar(name, value);
    if (!text) return fail(text.error());
    const Result<Duration> span = parse_span(*text);
    if (!span) return fail(span.error());
    if (*span < Duration::zero()) return fail(bad_setting("'keep_alive' cannot be negative"));
    settings.keep_alive = *span;
    return {};
  }
  return fail(bad_setting(said(name,
                               "is not a setting; use listen, seed, models, keys, first_token, tokens_per_second, "
                               "answer_tokens, text, cuts, tell_limits, record, keep_alive or faults")));
}

Result<void> read_member(std::string_view name, const json::value& value, Settings& settings) {
  using Quantity = Distribution::Quantity;
  if (name == "listen") return read_listen(value, settings);
  if (name == "keys") return read_keys(value, settings);
  if (name == "record") return read_record(value, settings.record);
  if (name == "first_token") return read_distribution(name, value, Quantity::Span, settings.first_token);
  if (name == "tokens_per_second") return read_distribution(name, value, Quantity::Number, settings.tokens_per_second);
  if (name == "answer_tokens") {
    settings.speech = Speech::Words;  // a length means words, unless a later 'text' says otherwise
    return read_distribution(name, value, Quantity::Number, settings.answer_tokens);
  }
  if (name == "models") {
    Result<std::vector<std::string>> models = texts(name, value, kMaxModels);
    if (!models) return fail(models.error());
    settings.models = *std::move(models);
    return {};
  }
  if (name == "faults") {
    Result<std::vector<Fault>> faults = faults_from_value(value);
    if (!faults) return fail(faults.error());
    settings.faults = *std::move(faults);
    return {};
  }
  return read_scalar_member(name, value, settings);
}

json::object key_to_json(const KeySettings& key) {
  json::object shown{{"key", key_tail(key.key)}};
  if (key.requests_per_second) shown["requests_per_second"] = *key.requests_per_second;
  if (key.requests_per_minute) shown["requests_per_minute"] = *key.requests_per_minute;
  if (key.tokens_per_minute) shown["tokens_per_minute"] = *key.tokens_per_minute;
  if (key.concurrent) shown["concurrent"] = *key.concurrent;
  return shown;
}

}  // namespace

Settings demo_settings() {
  Settings settings;
  settings.keys = {KeySettings{.key = "sk-mock-1"}, KeySettings{.key = "sk-mock-2"}, KeySettings{.key = "sk-mock-3"}};
  settings.speech = Speech::Echo;
  settings.first_token = *parse_distribution("lognormal:p50=250ms,p99=1500ms", Distribution::Quantity::Span);
  settings.tokens_per_second = *parse_distribution("uniform:40-90", Distribution::Quantity::Number);
  settings.answer_tokens = *parse_distribution("uniform:20-60", Distribution::Quantity::Number);
  return settings;
}

Result<Settings> changed_settings(Settings settings, std::string_view text) {
  const Result<json::value> read = parse_text(text);
  if (!read) return fail(read.error());
  if (!read->is_object()) return fail(bad_setting("settings are a JSON object"));
  for (const auto& [name, value] : read->get_object()) {
    const Result<void> taken = read_member(name, value, settings);
    if (!taken) return fail(taken.error());
  }
  return settings;
}

Result<Settings> settings_from_json(std::string_view text) {
  Settings settings;
  settings.speech = Speech::Echo;
  return changed_settings(std::move(settings), text);
}

Result<std::vector<Fault>> faults_from_json(std::string_view text) {
  const Result<json::value> read = parse_text(text);
  if (!read) return fail(read.error());
  return faults_from_value(*read);
}

std::string settings_to_json(const Settings& settings) {
  using Quantity = Distribution::Quantity;
  json::object shown;
  json::array listen;
  for (const ListenAt& at : settings.listen) listen.emplace_back(at.host + ":" + std::to_string(at.port));
  json::array keys;
  for (const KeySettings& key : settings.keys) keys.emplace_back(key_to_json(key));
  json::array faults;
  for (const Fault& fault : settings.faults) faults.emplace_back(fault_text(fault));
  shown["listen"] = std::move(listen);
  shown["seed"] = settings.seed;
  shown["models"] = json::array(settings.models.begin(), settings.models.end());
  shown["keys"] = std::move(keys);
  shown["first_token"] = settings.first_token.text(Quantity::Span);
  shown["tokens_per_second"] = settings.tokens_per_second.text(Quantity::Number);
  shown["answer_tokens"] = settings.answer_tokens.text(Quantity::Number);
  shown["cuts"] = settings.cuts == Cuts::Random ? "random" : "none";
  shown["tell_limits"] = std::ranges::find(kTellLimits, settings.tell_limits, &TellWord::second)->first;
  shown["record"] = json::object{{"fields", settings.record.fields}, {"body_bytes", settings.record.body_bytes}};
  shown["keep_alive"] = span_text(settings.keep_alive);
  shown["faults"] = std::move(faults);
  return json::serialize(shown);
}

Result<ListenAt> parse_listen(std::string_view text) {
  ListenAt at;
  const std::size_t colon = text.rfind(':');
  const std::string_view port_text = colon == std::string_view::npos ? text : text.substr(colon + 1);
  std::string_view host = colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const Result<std::int64_t> port = parse_integer(port_text);
  if (!port || *port < 0 || *port > 65535) {
    return fail(bad_setting("'" + std::string(text) + "' is not an address; write 127.0.0.1:9001"));
  }
  if (!host.empty()) at.host = host;
  at.port = static_cast<std::uint16_t>(*port);
  return at;
}

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

std::string key_tail(std::string_view key) {
  return "*" + std::string(key.size() <= 4 ? key : key.substr(key.size() - 4));
}

}  // namespace drover::mock
