// Reads single values of a LiteLLM configuration: numbers, texts, and what stands for a variable.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "config/defaults.h"
#include "config/import/draft.h"
#include "config/load/key_source.h"
#include "config/yaml/letters.h"

namespace drover::config::litellm {
namespace {

constexpr std::string_view kFromEnvironment = "os.environ/";

bool is_variable(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= defaults::kNameBytes && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

const ImportedModel* Draft::model(std::string_view name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &models[found->second];
}

ImportedModel* Draft::model(std::string_view name) {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : &models[found->second];
}

ImportedModel& Draft::add_model(ImportedModel made) {
  by_name.emplace(made.name, models.size());
  return models.emplace_back(std::move(made));
}

void Draft::ask_for(const std::string& variable) {
  if (std::ranges::find(variables, variable) == variables.end()) variables.push_back(variable);
}

const Node* member(const Node& map, std::string_view key) {
  if (map.kind != Node::Kind::Map) return nullptr;
  for (std::size_t at = 0; at < map.names.size(); ++at) {
    if (map.names[at].text == key) return map.items[at].kind == Node::Kind::Null ? nullptr : &map.items[at];
  }
  return nullptr;
}

std::optional<std::string> text_of(const Node* node) {
  if (node == nullptr || node->kind != Node::Kind::Scalar || node->text.empty()) return std::nullopt;
  return node->text;
}

std::optional<std::string> variable_in(std::string_view text) {
  if (text.starts_with(kFromEnvironment)) {
    text.remove_prefix(kFromEnvironment.size());
  } else if (text.starts_with("${") && text.ends_with('}')) {
    text = text.substr(2, text.size() - 3);
  } else if (text.starts_with('$')) {
    text.remove_prefix(1);
  } else {
    return std::nullopt;
  }
  if (!is_variable(text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> value_of(const Node* node, const Draft& draft) {
  const auto text = text_of(node);
  const auto variable = text ? variable_in(*text) : std::nullopt;
  if (!variable) return text && text->starts_with(kFromEnvironment) ? std::nullopt : text;
  const auto own = draft.own_variables.find(*variable);
  if (own != draft.own_variables.end()) return own->second;
  const auto outside = draft.environment.variable(*variable);
  if (!outside || outside->empty()) return std::nullopt;
  return outside;
}

std::optional<double> number_of(const Node* node, const Draft& draft) {
  auto text = value_of(node, draft);
  if (!text) return std::nullopt;
  std::erase(*text, '_');  // YAML 1.1 allows 100_000
  double number = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  if (!std::isfinite(number) || number < 0) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> whole_of(const Node* node, const Draft& draft, double most) {
  const auto number = number_of(node, draft);
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(std::min(*number, most));
}

bool is_no_key(std::string_view text) {
  constexpr auto kNone = std::to_array<std::string_view>(
      {"empty",           "fake",         "fake-key",   "fake_key", "no-key", "no_key",
       "nokey",           "not-needed",   "not_needed", "unused",   "ollama", "vllm",
       "lm-studio",       "lmstudio",     "local",      "na",       "n/a",    "any",
       "anything",        "test",         "sk-1234",    "1234",     "na-key", "sk-no-key-required",
       "no-key-required", "token-abc123", "sk-none",    "not-used", "xxx"});
  const std::string lower = lowered(text);
  return std::ranges::find(kNone, lower) != kNone.end() || is_placeholder(text);
}

std::string variable_for(const std::string& key, std::string_view stem, Draft& draft) {
  if (const auto named = variable_in(key)) {
    draft.ask_for(*named);
    return *named;
  }
  const auto known = draft.clear_keys.find(key);
  if (known != draft.clear_keys.end()) return known->second;
  std::string name = lowered(stem);
  std::ranges::transform(name, name.begin(), [](char c) {
    if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
    return c >= '0' && c <= '9' ? c : '_';
  });
  name = name.substr(0, defaults::kNameBytes - 8);  // room for "_" and a number
  std::string variable = name;
  const auto taken = [&] {
    return draft.named_variables.contains(variable) ||
           std::ranges::find(draft.variables, variable) != draft.variables.end();
  };
  for (std::size_t number = 2; taken(); ++number) {
    variable = name + "_" + std::to_string(number);
  }
  draft.clear_keys.emplace(key, variable);
  draft.ask_for(variable);
  return variable;
}

}  // namespace drover::config::litellm
