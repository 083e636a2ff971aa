// Mistakes about fleets: each is reported with its place and what to do, and the largest plan that is allowed is
// checked quickly.
#include <gmock/gmock.h>

#include <chrono>
#include <cstdio>

#include "config/test/test_world.h"
#include "core/fleet/fleet.h"

namespace drover::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

TEST(BadInput, TwoKeysWithOneValueAreToldApartByNameAndNeverShown) {
  const auto told = mistakes(
      "providers:\n"
      "  one:\n"
      "    base_url: https://one.example.com/v1\n"
      "    keys:\n"
      "      - { name: first, env: KEY_A }\n"
      "      - { name: second, value: canary-aaaa-0001 }\n");
  ASSERT_THAT(told,
              ElementsAre(AllOf(StartsWith("f:6:9: "), HasSubstr("the same key as 'first'"), HasSubstr("remove one"))));
  EXPECT_EQ(told[0].find("canary"), std::string::npos);
}

TEST(BadInput, N2_ATabInTheIndentationIsCalledOne) {
  for (const char* text :
       {"providers:\n\tone:\n\t\tbase_url: https://x/v1\n", "# a\n\nproviders:\n  one:\n \t  a: 1\n"}) {
    EXPECT_THAT(mistakes(text), ElementsAre(AllOf(HasSubstr("a tab stands in the indentation, and YAML wants spaces"),
                                                  HasSubstr("indent with spaces"))))
        << text;
  }
  EXPECT_THAT(mistakes("providers:\n\tone:\n"), ElementsAre(StartsWith("f:2:1: ")));
}

TEST(BadInput, N2_AConfigurationOfAnotherProgramIsCalledOne) {
  EXPECT_THAT(mistakes("model_list:\n  - model_name: gpt-4o\n    litellm_params: { model: openai/gpt-4o }\n"
                       "litellm_settings: { drop_params: true }\n"),
              ElementsAre(AllOf(StartsWith("f:1:1: 'model_list' is of a configuration of LiteLLM"),
                                HasSubstr("api_base"), HasSubstr("drover.example.yaml"))));
  EXPECT_THAT(mistakes("router_settings: { num_retries: 2 }\n"), ElementsAre(HasSubstr("LiteLLM")));
  EXPECT_THAT(mistakes("static_resources: {}\n"), ElementsAre(HasSubstr("Envoy")));
}

TEST(BadInput, N2_ALimitOfAQuotaStandsUnderAModel) {
  for (const char* limit : {"rpm", "requests_per_minute", "tpm", "concurrent"}) {
    const auto told = mistakes(one_provider("quotas: { team: { " + std::string(limit) + ": 500 } }"));
    ASSERT_THAT(told, ElementsAre(HasSubstr("'" + std::string(limit) + "' stands where a model's name belongs")));
    // The text that the message says to write can be loaded.
    const std::string& text = told.front();
    const std::string advice = text.substr(text.rfind(": { \"*\"") + 2);
    EXPECT_THAT(mistakes(one_provider("quotas: { team: " + advice + " }")), ElementsAre()) << advice;
  }
}

TEST(BadInput, AWeightOfNothingEverywhereIsAPoolWithoutATarget) {
  const std::string keys =
      "providers: { one: { base_url: https://one.example.com/v1, keys: [ { env: KEY_A, weight: 0 }, "
      "{ env: KEY_B, weight: 0 } ] } }\n";
  EXPECT_THAT(mistakes(keys + "models: { m: { targets: [ one ] } }\n"),
              ElementsAre(AllOf(StartsWith("f:2:"), HasSubstr("models.m: no usable target: every weight is 0"))));
  EXPECT_THAT(mistakes(one_provider("models: { m: { targets: [ { provider: one, weight: 0 } ] } }\n")),
              ElementsAre(HasSubstr("models.m: no usable target")));
}

TEST(BadInput, AFallbackCycleIsShownWhole) {
  EXPECT_THAT(mistakes(one_provider("models:\n"
                                    "  a: { targets: [ one ], fallback: [ b ] }\n"
                                    "  b: { targets: [ one ], fallback: [ c ] }\n"
                                    "  c: { targets: [ one ], fallback: [ a ] }\n")),
              ElementsAre(HasSubstr("a → b → c → a")));
}

TEST(BadInput, NoKeyAtAllIsSaidWhereItIsMissing) {
  EXPECT_THAT(mistakes("providers: { one: { base_url: https://one.example.com/v1 } }\n"),
              ElementsAre(AllOf(StartsWith("f:1:"), HasSubstr("providers.one: keys are missing"))));
}

TEST(BadInput, AffinityIsBetweenFiveMinutesAndAnHourAndForP2cOnly) {
  EXPECT_THAT(mistakes(one_provider("models: { m: { affinity: 4m, targets: [ one ] } }\n")),
              ElementsAre(HasSubstr("models.m.affinity")));
  EXPECT_THAT(mistakes(one_provider("models: { m: { balance: random, affinity: 10m, targets: [ one ] } }\n")),
              ElementsAre(HasSubstr("affinity belongs to balance: p2c")));
  EXPECT_EQ(loaded(one_provider("models: { m: { affinity: off, targets: [ one ] } }\n")).plan->pools[0].affinity,
            Duration::zero());
  EXPECT_EQ(loaded(one_provider("models: { m: { affinity: 10m, targets: [ one ] } }\n")).plan->pools[0].affinity,
            std::chrono::minutes(10));
}

TEST(BadInput, LatencyFromProbesNeedsProbes) {
  EXPECT_THAT(mistakes(one_provider("health: { probe: off, latency_from: probe }\n")),
              ElementsAre(HasSubstr("latency_from: probe, but probes are off")));
}

TEST(BadInput, RetryStatusesAreStatusesOfFailures) {
  EXPECT_THAT(mistakes(one_provider("retry: { statuses: [ 200 ] }\n")), ElementsAre(HasSubstr("retry.statuses")));
  EXPECT_THAT(mistakes(one_provider("retry: { statuses: [] }\n")), ElementsAre(HasSubstr("retry.statuses")));
  EXPECT_EQ(loaded(one_provider("retry: { statuses: [ 503, 500, 503 ] }\n")).plan->retry.statuses,
            (std::vector<int>{503, 500}));
}

/// The configuration with so many keys and models: their product is the number of targets.
std::string many(int models) {
  std::string text = "providers: { one: { base_url: https://one.example.com/v1, keys: [ { env: MANY } ] } }\nmodels:\n";
  for (int at = 0; at < models; ++at) text += "  m" + std::to_string(at) + ": { targets: [ one ] }\n";
  return text;
}
FakeWorld many_keys(int keys) {
  FakeWorld in = world();
  std::string& list = in.variables["MANY"];
  for (int at = 0; at < keys; ++at) list += (at == 0 ? "k-" : ",k-") + std::to_string(1'000'000 + at) + "-canary";
  return in;
}

TEST(BadInput, OneHundredThousandTargetsAreCheckedAndPickedFromQuickly) {
  const auto began = std::chrono::steady_clock::now();
  const Settings settings = loaded(many(1000), many_keys(100));
  const std::string text = describe(settings);
  const std::chrono::duration<double> checked = std::chrono::steady_clock::now() - began;
  ASSERT_EQ(settings.plan->targets.size(), 100'000U);
  EXPECT_LT(text.size(), 4U << 20);

  core::Fleet fleet(settings.plan);
  const std::chrono::duration<double> built = std::chrono::steady_clock::now() - began - checked;
  Random random(1);
  constexpr int kPicks = 20'000;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t round = 0; round < kPicks; ++round) {
    const core::Route* const route = &settings.plan->routes[round % 1000];
    const core::PickAnswer answer = fleet.pick({.route = route, .affinity = round % 5000}, Instant(1h), random);
    fleet.settle(answer.ticket, {.kind = core::Outcome::Kind::Succeeded}, Instant(1h));
  }
  const std::chrono::duration<double, std::micro> picked = std::chrono::steady_clock::now() - start;
  std::printf("100,000 targets: checked in %.2f s, fleet built in %.2f s, %.2f us a pick and settle\n", checked.count(),
              built.count(), picked.count() / kPicks);
  EXPECT_LT(checked.count(), 20);
  EXPECT_LT(built.count(), 20);
  EXPECT_LT(picked.count() / kPicks, 100);
}

TEST(BadInput, MoreThanOneHundredThousandTargetsAreRefusedWithWhatToDo) {
  EXPECT_THAT(mistakes(many(1001), many_keys(100)),
              ElementsAre(AllOf(HasSubstr("models.m1000"), HasSubstr("more than 100000 targets"))));
}

}  // namespace
}  // namespace drover::config
