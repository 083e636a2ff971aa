// For the tests of this room: an environment made of two maps, and functions that load a text in one line.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "config/settings.h"

namespace drover::config {

struct FakeWorld {
  std::map<std::string, std::string> variables;
  std::map<std::string, FileContent> files;

  [[nodiscard]] Environment environment() const {
    Environment out;
    out.variable = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = variables.find(std::string(name));
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
    out.read_file = [this](const std::string& path, std::size_t limit) -> std::expected<FileContent, std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return std::unexpected("does not exist");
      if (found->second.text.size() > limit) {
        return std::unexpected("is larger than " + std::to_string(limit) + " bytes");
      }
      return found->second;
    };
    return out;
  }
};

/// KEY_A, KEY_B and KEY_C hold keys, LIST holds two.
inline FakeWorld world() {
  return {.variables = {{"KEY_A", "canary-aaaa-0001"},
                        {"KEY_B", "canary-bbbb-0002"},
                        {"KEY_C", "canary-cccc-0003"},
                        {"LIST", "canary-list-0001, canary-list-0002"}},
          .files = {}};
}

/// The mistakes of `text`, as they are printed.
inline std::vector<std::string> mistakes(std::string_view text, const FakeWorld& in = world()) {
  const auto settings = load_text(text, "f", in.environment());
  std::vector<std::string> out;
  if (settings) return out;
  for (const Problem& problem : settings.error()) out.push_back(problem.to_string());
  return out;
}

/// The settings of a text without mistakes; the test fails when it has some.
inline Settings loaded(std::string_view text, const FakeWorld& in = world()) {
  auto settings = load_text(text, "f", in.environment());
  if (settings) return *std::move(settings);
  for (const Problem& problem : settings.error()) ADD_FAILURE() << problem.to_string();
  Settings empty;
  empty.plan = std::make_shared<const core::Plan>();
  return empty;
}

/// The names of all keys.
inline std::vector<std::string> plan_names(const Settings& settings) {
  std::vector<std::string> out;
  for (const core::Key& key : settings.plan->keys) out.push_back(key.name);
  return out;
}

/// Two providers to begin with: "one" has keys 1 (KEY_A) and 2 (KEY_B), "two" has key 1 (KEY_C).
inline constexpr std::string_view kTwoProviders =
    "providers:\n"
    "  one: { base_url: https://one.example.com/v1, keys: [ { env: KEY_A }, { env: KEY_B } ] }\n"
    "  two: { base_url: https://two.example.com/v1, keys: [ { env: KEY_C } ] }\n";

inline std::string two_providers(std::string_view rest) {
  return std::string(kTwoProviders) + std::string(rest);
}

/// One provider in one line, with `rest` from line 2 on.
inline std::string one_provider(std::string_view rest) {
  return "providers: { one: { base_url: https://one.example.com/v1, keys: [ { env: KEY_A } ] } }\n" + std::string(rest);
}

}  // namespace drover::config
