// Shapes that public configurations of LiteLLM have; each must become a configuration that drover loads.
#include "config/import/litellm.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Imports and loads what came out, with a key of its own in each variable that the result asks for.
struct Outcome {
  Imported imported;
  Settings settings;

  [[nodiscard]] const core::Route* route(std::string_view name) const {
    const auto found = std::ranges::find(settings.plan->routes, name, &core::Route::name);
    return found == settings.plan->routes.end() ? nullptr : &*found;
  }
  /// "provider/key model pN wN" of each target of the route's pools, pools apart by "|".
  [[nodiscard]] std::string targets(std::string_view name) const {
    const core::Plan& plan = *settings.plan;
    const core::Route* const found = route(name);
    if (found == nullptr) return "no route";
    std::string out;
    for (const core::PoolId pool : found->pools) {
      if (!out.empty()) out += " | ";
      std::string one;
      for (const core::TargetId id : plan.pools[pool.index()].targets) {
        const core::Target& target = plan.targets[id.index()];
        one += (one.empty() ? "" : ", ") + plan.providers[target.provider.index()].name + "/" +
               plan.keys[target.key.index()].name + " " + target.model_for(plan.pools[pool.index()].model);
        if (target.priority > 0) one += " p" + std::to_string(target.priority);
      }
      out += one;
    }
    return out;
  }
};

FakeWorld world_for(const std::vector<std::string>& variables) {
  FakeWorld in;
  int number = 0;
  for (const std::string& name : variables) in.variables[name] = "canary-of-import-" + std::to_string(++number);
  return in;
}

Outcome import(std::string_view text, const FakeWorld& outside = {}) {
  auto imported = import_litellm(text, "config.yaml", outside.environment());
  if (!imported) {
    for (const Problem& problem : imported.error()) ADD_FAILURE() << problem.to_string();
    return {};
  }
  Settings settings = loaded(imported->yaml, world_for(imported->variables));
  if (testing::Test::HasFailure()) ADD_FAILURE() << imported->yaml;
  return {.imported = *std::move(imported), .settings = std::move(settings)};
}

std::string refusal(std::string_view text) {
  const auto imported = import_litellm(text, "config.yaml", FakeWorld{}.environment());
  if (imported) return "imported";
  std::string out;
  for (const Problem& problem : imported.error()) out += problem.to_string() + "\n";
  return out;
}

TEST(ImportLitellm, TwoDeploymentsOfOneModelBecomeTwoTargets) {
  const Outcome result = import(
      "model_list:\n"
      "  - model_name: chat\n"
      "    litellm_params: { model: azure/chat-eu, api_base: https://eu.openai.azure.com/, api_version: 2024-10-21,\n"
      "                      api_key: os.environ/AZURE_EU, rpm: 6 }\n"
      "  - model_name: chat\n"
      "    litellm_params: { model: azure/chat-ca, api_base: \"https://ca.openai.azure.com\", api_key: "
      "os.environ/AZURE_CA,\n"
      "                      rpm: 60, tpm: 100_000 }\n");
  EXPECT_EQ(result.targets("chat"), "azure-eu/1 chat-eu, azure-ca/1 chat-ca");
  EXPECT_THAT(result.imported.variables, ElementsAre("AZURE_EU", "AZURE_CA"));
  ASSERT_EQ(result.settings.plan->quotas.size(), 2U);
  EXPECT_EQ(result.settings.plan->quotas[0].models.at("chat-eu").requests_per_minute, 6);
  EXPECT_EQ(result.settings.plan->quotas[1].models.at("chat-ca").input_tokens_per_minute, 100'000);
  EXPECT_EQ(result.settings.plan->servers[0].base_url, "https://eu.openai.azure.com/openai/v1");
  EXPECT_THAT(result.imported.yaml, HasSubstr("api_version is left out"));
}

TEST(ImportLitellm, KeysOfOneProviderAreOneTargetWhereTheyAreAllUsedAlike) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: m, litellm_params: { model: openai/gpt-4o, api_key: os.environ/KEY_ONE } }\n"
      "  - { model_name: m, litellm_params: { model: gpt-4o, api_key: os.environ/KEY_TWO } }\n"
      "  - { model_name: n, litellm_params: { model: openai/gpt-4o, api_key: os.environ/KEY_TWO } }\n");
  EXPECT_EQ(result.targets("m"), "openai/KEY_ONE gpt-4o, openai/KEY_TWO gpt-4o");
  EXPECT_EQ(result.targets("n"), "openai/KEY_TWO gpt-4o");
  EXPECT_THAT(result.imported.yaml, HasSubstr("- { provider: openai, model: gpt-4o }"));
}

TEST(ImportLitellm, WildcardsKeepTheirMeaning) {
  const Outcome result = import(
      "model_list:\n"
      "  - model_name: \"*\"\n"
      "    litellm_params: { model: \"openai/*\", api_key: os.environ/OPENAI_API_KEY }\n"
      "  - model_name: anthropic/*\n"
      "    litellm_params: { model: anthropic/*, api_key: os.environ/ANTHROPIC_API_KEY }\n"
      "  - model_name: \"a*b\"\n"
      "    litellm_params: { model: \"openai/*\" }\n");
  EXPECT_THAT(result.imported.yaml, HasSubstr("- { provider: anthropic, model: \"*\" }"));
  EXPECT_THAT(result.imported.yaml, HasSubstr("  \"*\":\n    targets:\n      - openai\n"));
  EXPECT_EQ(result.imported.left_out, 1U);
  EXPECT_EQ(result.settings.plan->providers[1].dialect, core::DialectKind::Anthropic);
}

TEST(ImportLitellm, AKeyIsTakenFromItsServicesUsualVariable) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: g, litellm_params: { model: groq/llama-3.3-70b-versatile } }\n"
      "  - { model_name: d, litellm_params: { model: openrouter/deepseek/deepseek-chat-v3:free } }\n"
      "  - { model_name: c, litellm_params: { model: claude-sonnet-4-5 } }\n");
  EXPECT_THAT(result.imported.variables, ElementsAre("GROQ_API_KEY", "OPENROUTER_API_KEY", "ANTHROPIC_API_KEY"));
  EXPECT_EQ(result.targets("d"), "openrouter/1 deepseek/deepseek-chat-v3:free");
  EXPECT_EQ(result.settings.plan->servers[0].base_url, "https://api.groq.com/openai/v1");
}

TEST(ImportLitellm, ModelsOfOnesOwnMachineNeedNoKey) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: small, litellm_params: { model: ollama/llama3, api_base: \"http://localhost:11434\" } }\n"
      "  - { model_name: small, litellm_params: { model: ollama_chat/llama3, api_base: \"http://gpu-2:11434/\" } }\n"
      "  - { model_name: big, litellm_params: { model: hosted_vllm/org/big, api_base: \"http://10.0.0.5:8000/v1\", "
      "api_key: EMPTY,\n"
      "      rpm: 10 } }\n"
      "  - { model_name: big, litellm_params: { model: openai/big, api_base: "
      "\"http://10.0.0.6:8000/v1/chat/completions\",\n"
      "      api_key: none } }\n");
  EXPECT_THAT(result.imported.variables, ElementsAre());
  EXPECT_EQ(result.targets("small"), "ollama/1 llama3, ollama_chat-gpu-2/1 llama3");
  EXPECT_EQ(result.targets("big"), "hosted_vllm-10.0.0.5-8000/1 org/big, openai-10.0.0.6-8000/1 big");
  EXPECT_EQ(result.settings.plan->servers[3].base_url, "http://10.0.0.6:8000/v1");
  EXPECT_THAT(result.imported.yaml, HasSubstr("this provider has none"));
}

TEST(ImportLitellm, NoKeyOfTheFileIsWritten) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/gpt-4o, api_key: sk-proj-canary-one } }\n"
      "  - { model_name: b, litellm_params: { model: openai/gpt-4o, api_key: sk-proj-canary-two } }\n"
      "  - { model_name: c, litellm_params: { model: openai/gpt-4o-mini, api_key: sk-proj-canary-one,\n"
      "      extra_headers: { X-Api-Key: canary-three, X-Team: search } } }\n"
      "  - { model_name: d, litellm_params: { model: openai/gpt-4o, api_key: os.environ/OPENAI_KEY } }\n"
      "general_settings: { master_key: canary-master, database_url: \"postgresql://u:canary-four@db/x\" }\n"
      "environment_variables: { REDIS_PASSWORD: canary-five }\n");
  EXPECT_THAT(result.imported.yaml, Not(HasSubstr("canary")));
  EXPECT_THAT(result.imported.variables,
              ElementsAre("OPENAI_KEY_2", "OPENAI_KEY_3", "OPENAI_KEY", "LITELLM_MASTER_KEY"));
  EXPECT_THAT(result.imported.yaml, HasSubstr("X-Team: search"));
  EXPECT_THAT(result.imported.yaml, HasSubstr("'REDIS_PASSWORD'"));
  EXPECT_EQ(result.settings.clients.size(), 1U);
}

TEST(ImportLitellm, FallbacksAreTakenFromWhereverTheyStand) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/a } }\n"
      "  - { model_name: b, litellm_params: { model: openai/b } }\n"
      "  - { model_name: c, litellm_params: { model: openai/c } }\n"
      "litellm_settings:\n"
      "  context_window_fallbacks: [ { a: [ c ] } ]\n"
      "  content_policy_fallbacks: [ { a: [ b, c ] } ]\n"
      "router_settings:\n"
      "  fallbacks:\n"
      "    - a: [ b, missing, a ]\n");
  EXPECT_EQ(result.targets("a"), "openai/1 a | openai/1 b");
  EXPECT_EQ(result.route("a")->detours.size(), 2U);
  EXPECT_THAT(result.imported.yaml, HasSubstr("'missing' is not in the file"));
  EXPECT_THAT(result.imported.yaml, HasSubstr("'a' is the model itself"));
  EXPECT_THAT(result.imported.yaml, HasSubstr("'c' is left out: drover has one model for such requests"));
}

TEST(ImportLitellm, TwoModelsThatFallBackToEachOtherBothHaveTheOther) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/one } }\n"
      "  - { model_name: b, litellm_params: { model: groq/two } }\n"
      "litellm_settings: { fallbacks: [ { a: [ b ] }, { b: [ a ] } ] }\n");
  EXPECT_EQ(result.targets("a"), "openai/1 one | groq/1 two, openai/1 one p1");
  EXPECT_EQ(result.targets("b"), "groq/1 two, openai/1 one p1");
}

TEST(ImportLitellm, DefaultFallbacksAreForModelsWithoutTheirOwn) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/a } }\n"
      "  - { model_name: b, litellm_params: { model: openai/b } }\n"
      "  - { model_name: safe, litellm_params: { model: openai/safe } }\n"
      "litellm_settings: { default_fallbacks: [ safe ], fallbacks: [ { b: [ a ] } ] }\n");
  EXPECT_EQ(result.targets("a"), "openai/1 a | openai/1 safe");
  EXPECT_EQ(result.targets("safe"), "openai/1 safe");
}

TEST(ImportLitellm, OrderAndFractionsOfWeightsBecomePrioritiesAndWeights) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/x, weight: 0.9, order: 1 } }\n"
      "  - { model_name: a, litellm_params: { model: groq/x, weight: 0.1, order: 1 } }\n"
      "  - { model_name: a, litellm_params: { model: xai/x, order: 7 } }\n"
      "  - { model_name: a, litellm_params: { model: mistral/x } }\n");
  EXPECT_EQ(result.targets("a"), "openai/1 x, groq/1 x, xai/1 x p1, mistral/1 x p2");
  EXPECT_THAT(result.imported.yaml, HasSubstr("{ provider: openai, model: x, weight: 9 }"));
}

TEST(ImportLitellm, AnchorsMergesAndRepeatedKeysAreReadAsLitellmReadsThem) {
  const Outcome result = import(
      "defaults: &shared\n"
      "  api_base: http://10.0.0.9:8000/v1\n"
      "  api_key: os.environ/SHARED\n"
      "  rpm: 5\n"
      "model_list:\n"
      "  - model_name: a\n"
      "    litellm_params: { <<: *shared, model: openai/a, rpm: 7 }\n"
      "  - model_name: b\n"
      "    litellm_params:\n"
      "      <<: *shared\n"
      "      model: openai/wrong\n"
      "      model: openai/b\n");
  EXPECT_EQ(result.targets("b"), "openai-10.0.0.9-8000/1 b");
  EXPECT_EQ(result.settings.plan->quotas[0].models.at("a").requests_per_minute, 7);
  EXPECT_EQ(result.settings.plan->quotas[0].models.at("b").requests_per_minute, 5);
}

TEST(ImportLitellm, AddressesInVariablesAreReadAtTheImport) {
  const std::string_view text =
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/a, api_base: os.environ/BASE, api_key: os.environ/K } }\n"
      "  - { model_name: b, litellm_params: { model: os.environ/NAME, api_key: os.environ/K } }\n"
      "  - { model_name: c, litellm_params: { model: openai/c, api_base: os.environ/NOWHERE, api_key: os.environ/K } "
      "}\n"
      "environment_variables: { NAME: openai/b }\n";
  FakeWorld outside;
  outside.variables["BASE"] = "https://llm.example.com/v1";
  const Outcome result = import(text, outside);
  EXPECT_EQ(result.targets("a"), "openai-llm/1 a");
  EXPECT_EQ(result.targets("b"), "openai/1 b");
  EXPECT_EQ(result.imported.left_out, 1U);
  EXPECT_THAT(result.imported.yaml, HasSubstr("set it and import again"));
}

TEST(ImportLitellm, CredentialsThatAreNamedAreFound) {
  const Outcome result = import(
      "credential_list:\n"
      "  - credential_name: eu\n"
      "    credential_values: { api_key: os.environ/EU_KEY, api_base: \"https://eu.openai.azure.com\" }\n"
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: azure/a, litellm_credential_name: eu } }\n");
  EXPECT_EQ(result.targets("a"), "azure-eu/1 a");
  EXPECT_THAT(result.imported.variables, ElementsAre("EU_KEY"));
}

TEST(ImportLitellm, WhatDroverCannotSpeakIsLeftOutWithAReason) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/a } }\n"
      "  - { model_name: b, litellm_params: { model: bedrock/us.anthropic.claude, aws_region_name: us-east-1 } }\n"
      "  - { model_name: c, litellm_params: { model: vertex_ai/gemini-2.5-pro, vertex_project: p } }\n"
      "  - { model_name: d, litellm_params: { model: unheard-of } }\n"
      "  - { model_name: e }\n"
      "  - just-a-name\n");
  EXPECT_EQ(result.imported.left_out, 5U);
  EXPECT_THAT(result.imported.yaml,
              HasSubstr("#   entry 2, 'b': provider 'bedrock' has an API that drover does not speak"));
  EXPECT_THAT(result.imported.yaml, HasSubstr("#   entry 4, 'd': the provider of 'unheard-of' is not known"));
}

TEST(ImportLitellm, SettingsOfTheRouterAreTaken) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: a, litellm_params: { model: openai/a, timeout: 2, stream_timeout: 1.5, temperature: 0.2 },\n"
      "      model_info: { mode: chat } }\n"
      "litellm_settings: { drop_params: true, cache: true, request_timeout: 600, callbacks: [ langfuse ] }\n"
      "general_settings: { max_request_size_mb: 20, health_check_interval: 2 }\n"
      "router_settings: { routing_strategy: least-busy, num_retries: 5, allowed_fails: 2, cooldown_time: 900,\n"
      "                   retry_after: 12, redis_host: localhost, model_group_alias: { fast: a } }\n"
      "guardrails: [ { guardrail_name: x } ]\n");
  const core::Plan& plan = *result.settings.plan;
  EXPECT_EQ(plan.retry.same_target, 5U);
  EXPECT_EQ(plan.retry.walk, 6U);
  EXPECT_EQ(plan.retry.backoff, std::chrono::seconds(12));
  EXPECT_EQ(plan.health.eject_after, 3U);
  EXPECT_EQ(plan.health.eject_for, std::chrono::seconds(900));
  EXPECT_EQ(plan.health.interval, std::chrono::seconds(2));
  EXPECT_EQ(result.settings.timeouts.total, std::chrono::seconds(600));
  EXPECT_EQ(result.settings.limits.body, 20U << 20U);
  EXPECT_EQ(result.targets("fast"), "openai/1 a");
  for (const char* told :
       {"'temperature'", "'mode'", "'cache', 'callbacks'", "'redis_host'", "'guardrails'", "drop_params:"}) {
    EXPECT_THAT(result.imported.yaml, HasSubstr(told));
  }
}

TEST(ImportLitellm, NamesWithSpacesAndQuotesStayReadable) {
  const Outcome result = import(
      "model_list:\n"
      "  - { model_name: \"My Model\", litellm_params: { model: openai/a } }\n"
      "  - { model_name: \"true\", litellm_params: { model: \"openai/a:b\\\"c\" } }\n");
  EXPECT_NE(result.route("My-Model"), nullptr);
  EXPECT_EQ(result.targets("true"), "openai/1 a:b\"c");
}

TEST(ImportLitellm, RefusesWhatHasNoModels) {
  EXPECT_THAT(refusal("litellm_settings: {}\n"), HasSubstr("there is no model_list"));
  EXPECT_THAT(refusal("model_list: []\n"), HasSubstr("there is no model_list"));
  EXPECT_THAT(refusal("a: [\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(refusal("model_list: [ { model_name: a, litellm_params: { model: bedrock/x } } ]\n"),
              HasSubstr("entry 1, 'a': provider 'bedrock'"));
}

TEST(ImportLitellm, AliasesCannotGrowWithoutBound) {
  std::string text = "a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]\n";
  for (int level = 1; level < 12; ++level) {
    const std::string before = "*a" + std::to_string(level - 1);
    text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
    for (int item = 0; item < 10; ++item) text += (item > 0 ? ", " : " ") + before;
    text += " ]\n";
  }
  EXPECT_THAT(refusal(text + "model_list: [ 1 ]\n"), HasSubstr("values"));
  EXPECT_THAT(refusal("a: &a [ *a ]\nmodel_list: [ 1 ]\n"), HasSubstr("stands in the value it names"));
}

/// Entries, settings and chains at random, also absurd ones.
std::string random_file(Random& random) {
  const auto pick = [&](std::initializer_list<const char*> all) {
    return std::string(*(all.begin() + static_cast<std::ptrdiff_t>(random.below(all.size()))));
  };
  const auto model = [&] { return pick({"a", "b", "c", "d", "\"*\"", "\"x/*\"", "x/y"}); };
  std::string text = "model_list:\n";
  const auto entries = 1 + random.below(12);
  for (std::uint64_t at = 0; at < entries; ++at) {
    text += "  - { model_name: " + model() + ", litellm_params: { model: " +
            pick({"openai/m", "openai/n", "groq/m", "azure/m", "anthropic/m", "ollama/m", "\"openai/*\"", "m",
                  "claude-x", "\"*\""}) +
            pick({"", ", api_base: \"https://h.example.com/v1/\"", ", api_base: \"http://10.0.0.1:80\"",
                  ", api_base: nonsense"}) +
            pick({"", ", api_key: os.environ/A", ", api_key: os.environ/B", ", api_key: sk-clear-value",
                  ", api_key: none"}) +
            pick({"", ", rpm: 5", ", rpm: 0", ", tpm: 1e30", ", rpm: -3", ", max_parallel_requests: 2"}) +
            pick({"", ", weight: 0.25", ", weight: 0", ", weight: 1e300", ", order: 2", ", order: -1", ", order: 1"}) +
            pick({"", ", timeout: 0.0001", ", timeout: 1e9", ", stream_timeout: 3"}) + " } }\n";
  }
  const auto chains = [&](const char* name) {
    text += std::string("  ") + name + ": [ ";
    const auto count = random.below(6);
    for (std::uint64_t at = 0; at < count; ++at) {
      text += (at > 0 ? ", { " : "{ ") + model() + ": [ " + model() + ", " + model() + " ] }";
    }
    text += " ]\n";
  };
  text += "router_settings:\n";
  chains("fallbacks");
  chains("context_window_fallbacks");
  chains("content_policy_fallbacks");
  text += "  default_fallbacks: [ " + model() + " ]\n  model_group_alias: { z: " + model() + ", a: b }\n";
  text += "  num_retries: " + pick({"0", "3", "1000", "x"}) + "\n  cooldown_time: " + pick({"0", "1", "1e9"}) + "\n";
  text += "  timeout: " + pick({"0", "0.5", "1e9"}) + "\n  retry_after: " + pick({"0", "90", "0.00001"}) + "\n";
  text += "  allowed_fails: " + pick({"0", "1e9"}) +
          "\n  routing_strategy: " + pick({"simple-shuffle", "latency-based-routing", "least-busy", "nonsense"}) + "\n";
  text += "general_settings: { master_key: " + pick({"sk-1234", "os.environ/M", "\"\""}) +
          ", health_check_interval: " + pick({"0", "0.01", "300", "1e9"}) +
          ", max_request_size_mb: " + pick({"0", "1e9", "5"}) + ", global_max_parallel_requests: 1e20 }\n";
  return text;
}

TEST(ImportLitellm, WhateverIsImportedLoads) {
  Random random(20260901);
  int imported = 0;
  for (int round = 0; round < 3000 && !HasFailure(); ++round) {
    const std::string text = random_file(random);
    const auto result = import_litellm(text, "config.yaml", FakeWorld{}.environment());
    if (!result) continue;
    ++imported;
    const auto settings = load_text(result->yaml, "f", world_for(result->variables).environment());
    if (settings) continue;
    for (const Problem& problem : settings.error()) ADD_FAILURE() << problem.to_string();
    ADD_FAILURE() << text << "\n----\n" << result->yaml;
  }
  EXPECT_GT(imported, 2000);
}

}  // namespace
}  // namespace drover::config
