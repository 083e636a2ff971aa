#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> target_names(const core::Plan& plan, const core::Pool& pool) {
  std::vector<std::string> out;
  for (const core::TargetId id : pool.targets) out.push_back(plan.targets[id.index()].name);
  return out;
}

const core::Pool& pool_of(const core::Plan& plan, std::string_view model) {
  for (const core::Pool& pool : plan.pools) {
    if (pool.model == model) return pool;
  }
  ADD_FAILURE() << "no pool for " << model;
  static const core::Pool none;
  return none;
}

std::vector<std::string> chain(const core::Plan& plan, std::string_view model) {
  std::vector<std::string> out;
  const core::Route* const route = plan.route_for(model);
  if (route == nullptr) return out;
  for (const core::PoolId pool : route->pools) out.push_back(plan.pools[pool.index()].model);
  return out;
}

TEST(Models, LeftOutLetEverythingPassToTheOnlyProvider) {
  const Settings settings = loaded(one_provider(""));
  EXPECT_THAT(chain(*settings.plan, "anything"), ElementsAre("*"));
  ASSERT_EQ(settings.plan->targets.size(), 1U);
  EXPECT_EQ(settings.plan->targets[0].model, "");
  EXPECT_EQ(settings.plan->targets[0].name, "one/1");
}

TEST(Models, AreRequiredForTwoProviders) {
  EXPECT_THAT(mistakes(kTwoProviders),
              ElementsAre("f:1:1: there are 2 providers and no 'models': failover between two companies needs a file "
                          "that says so; write models: { \"*\": { targets: [ one, two ] } }"));
}

std::string two_dialects(const std::string& more) {
  return "providers:\n  o: { base_url: \"https://o.example/v1\", keys: [ { env: KEY_A } ] }\n"
         "  a: { dialect: anthropic, base_url: \"https://a.example\", keys: [ { env: KEY_B } ] }\n" +
         more;
}

TEST(Models, F2_MayMixDialectsUnderAGlobAndUnderOneNameThatIsTranslated) {
  EXPECT_THAT(mistakes(two_dialects("models: { \"*\": { targets: [ o, a ] }, \"claude-*\": { targets: [ a, o ] } }")),
              IsEmpty());
  EXPECT_THAT(mistakes(two_dialects("models: { one: { targets: [ o, a ] } }")), IsEmpty());
  EXPECT_THAT(mistakes(two_dialects("models: { one: { targets: [ o, a ], translate: off } }")),
              ElementsAre(HasSubstr("dialects")));
}

TEST(Models, F2_AreNotNeededForOneProviderOfEachDialect) {
  const Settings settings = loaded(two_dialects(""));
  EXPECT_THAT(chain(*settings.plan, "anything"), ElementsAre("*"));
  EXPECT_THAT(target_names(*settings.plan, pool_of(*settings.plan, "*")), ElementsAre("o/1", "a/1"));
}

TEST(Models, F2_TheAdviceForSeveralProvidersIsAFileThatLoads) {
  const std::string both = two_dialects("  b: { base_url: \"https://b.example/v1\", keys: [ { env: KEY_A } ] }\n");
  const std::vector<std::string> told = mistakes(both);
  ASSERT_EQ(told.size(), 1U);
  const std::string& text = told.front();
  const std::string advice = text.substr(text.find("; write ") + 8);
  EXPECT_THAT(mistakes(both + advice + "\n"), IsEmpty()) << advice;
}

TEST(Models, F2_AFallbackMustServeSomeRequestOfTheFirst) {
  EXPECT_THAT(
      mistakes(two_dialects("models: { \"*\": { targets: [ o, a ], fallback: [ g ] }, g: { targets: [ o ] } }")),
      IsEmpty());
  EXPECT_THAT(mistakes(two_dialects("models: { \"c*\": { targets: [ a ], translate: off, fallback: [ g ] }, g: { "
                                    "targets: [ o ] } }")),
              ElementsAre(HasSubstr("speak different dialects")));
}

TEST(Models, F3_HaveTheirStarAtTheEnd) {
  for (const char* wrong : {"gpt-*-mini", "**", "*-mini", "a*b*"}) {
    EXPECT_THAT(mistakes(one_provider("models: { \"" + std::string(wrong) + "\": { targets: [ one ] } }")),
                ElementsAre(testing::AllOf(HasSubstr("has a star that is not its end"), HasSubstr("write '"))))
        << wrong;
  }
  EXPECT_THAT(mistakes(one_provider("models: { \"a*\": { targets: [ { provider: one, model: \"x*y\" } ] } }")),
              ElementsAre(HasSubstr("has a star that is not its end")));
  EXPECT_THAT(mistakes(one_provider("models: { a: { targets: [ one ], fallback: [ \"b*c\" ] } }")),
              ElementsAre(HasSubstr("has a star that is not its end")));
}

TEST(Models, F3_RefuseAStarThatHasNothingToStandFor) {
  EXPECT_THAT(mistakes(one_provider("models: { a: { targets: [ { provider: one, model: \"x*\" } ] } }")),
              ElementsAre(HasSubstr("the star in 'x*' has nothing to stand for: 'a' is one model")));
  EXPECT_THAT(mistakes(one_provider("models: { a: { targets: [ one ], fallback: [ \"b*\" ] }, \"b*\": { targets: [ "
                                    "one ] } }")),
              ElementsAre(HasSubstr("a fallback is one model, and 'b*' is many")));
  EXPECT_THAT(mistakes(one_provider("quotas: { q: { \"b*\": { requests_per_minute: 5 } } }")),
              ElementsAre(HasSubstr("a quota's limits are for one model, or for all of them together")));
}

TEST(Models, F3_WarnOfARenamingThatChangesNothing) {
  const Settings settings =
      loaded(one_provider("models: { \"fast-*\": { targets: [ { provider: one, model: \"*\" } ] } }"));
  EXPECT_THAT(settings.warnings, ElementsAre(HasSubstr("changes nothing")));
}

TEST(Models, F3_FallBackToANameThatAGlobRenames) {
  const Settings settings = loaded(
      one_provider("models: { a: { targets: [ one ], fallback: [ claude-x ] }, \"claude-*\": { targets: [ { provider: "
                   "one, model: \"anthropic/*\" } ] }, \"*\": { targets: [ one ] } }"));
  const core::Pool& pool = pool_of(*settings.plan, "claude-x");
  EXPECT_EQ(settings.plan->targets[pool.targets[0].index()].model, "anthropic/claude-x");
}

TEST(Models, ExpandProvidersIntoServersTimesKeys) {
  const Settings settings = loaded(
      "providers: { p: { servers: [ http://10.0.0.5:8000/v1, http://10.0.0.6:8000/v1 ], keys: [ { env: LIST } ] } }\n"
      "models: { m: { targets: [ p ] } }");
  const core::Plan& plan = *settings.plan;
  EXPECT_THAT(target_names(plan, pool_of(plan, "m")),
              ElementsAre("p/1@10.0.0.5:8000", "p/2@10.0.0.5:8000", "p/1@10.0.0.6:8000", "p/2@10.0.0.6:8000"));
  EXPECT_EQ(plan.targets[3].server, core::ServerId{1});
  EXPECT_EQ(plan.targets[3].key, core::KeyId{1});
  EXPECT_EQ(plan.targets[3].model, "m");
}

TEST(Models, TellServersOfOneAuthorityApartByTheirPath) {
  const Settings settings = loaded("providers: { p: { servers: [ http://h:1/a, http://h:1/b ], auth: none } }");
  EXPECT_THAT(target_names(*settings.plan, settings.plan->pools[0]), ElementsAre("p/1@h:1/a", "p/1@h:1/b"));
}

TEST(Models, OrderTargetsByPriorityThenAsWritten) {
  const Settings settings =
      loaded(two_providers("models:\n  m:\n    balance: round_robin\n    targets:\n"
                           "      - { provider: two, model: other-name, priority: 1, weight: 3 }\n"
                           "      - { provider: one, key: \"2\" }\n"));
  const core::Plan& plan = *settings.plan;
  const core::Pool& pool = pool_of(plan, "m");
  EXPECT_EQ(pool.balance, core::Balance::RoundRobin);
  EXPECT_THAT(target_names(plan, pool), ElementsAre("one/2", "two/1:other-name"));
  const core::Target& last = plan.targets[pool.targets.back().index()];
  EXPECT_EQ(last.model, "other-name");
  EXPECT_EQ(last.priority, 1U);
  EXPECT_EQ(last.weight, 3U);
}

TEST(Models, MultiplyTheWeightsOfTargetAndKey) {
  const Settings settings = loaded(
      "providers: { p: { base_url: https://p, keys: [ { env: KEY_A, weight: 2 } ] } }\n"
      "models: { m: { targets: [ { provider: p, weight: 5 } ] } }");
  EXPECT_EQ(settings.plan->targets[0].weight, 10U);
}

TEST(Models, TakeTheirTimeoutsOverTheGeneralOnes) {
  const Settings settings =
      loaded(one_provider("timeouts: { connect: 1s, idle: 7s }\n"
                          "models: { a: { targets: [ one ], timeouts: { idle: 9s } }, b: { targets: [ one ] } }"));
  EXPECT_EQ(pool_of(*settings.plan, "a").timeouts.idle, std::chrono::seconds(9));
  EXPECT_EQ(pool_of(*settings.plan, "a").timeouts.connect, std::chrono::seconds(1));
  EXPECT_EQ(pool_of(*settings.plan, "b").timeouts.idle, std::chrono::seconds(7));
}

TEST(Models, FallBackDepthFirstAndOnceEach) {
  const Settings settings = loaded(one_provider(
      "models:\n  a: { targets: [ one ], fallback: [ b, d ] }\n  b: { targets: [ one ], fallback: [ c, d ] }\n"
      "  c: { targets: [ one ] }\n  d: { targets: [ one ] }\n"));
  EXPECT_THAT(chain(*settings.plan, "a"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(chain(*settings.plan, "b"), ElementsAre("b", "c", "d"));
  EXPECT_THAT(chain(*settings.plan, "unknown"), IsEmpty());
}

TEST(Models, FallBackToANameThatOnlyTheWildcardKnows) {
  const Settings settings =
      loaded(one_provider("models: { a: { targets: [ one ], fallback: [ small ] }, \"*\": { targets: [ one ] } }"));
  EXPECT_THAT(chain(*settings.plan, "a"), ElementsAre("a", "small"));
  const core::Pool& pool = pool_of(*settings.plan, "small");
  EXPECT_EQ(settings.plan->targets[pool.targets[0].index()].model, "small");
  EXPECT_THAT(chain(*settings.plan, "small"), ElementsAre("*"));
}

TEST(Models, PrintACycleOfFallbacksOnce) {
  EXPECT_THAT(
      mistakes(one_provider("models:\n  a: { targets: [ one ], fallback: [ b ] }\n"
                            "  b: { targets: [ one ], fallback: [ c ] }\n"
                            "  c: { targets: [ one ], fallback: [ a ] }\n"
                            "  d: { targets: [ one ], fallback: [ a, d ] }\n")),
      ElementsAre("f:5:38: models.c.fallback[0]: the fallbacks go round in a circle: a → b → c → a; remove one "
                  "of them",
                  "f:6:41: models.d.fallback[1]: the fallbacks go round in a circle: d → d; remove one of them"));
}

TEST(Models, NameTheFallbackThatDoesNotExist) {
  EXPECT_THAT(mistakes(one_provider(
                  "models: { gpt-4o: { targets: [ one ], fallback: [ gpt-4o-mni ] }, gpt-4o-mini: { targets: [ "
                  "one ] } }")),
              ElementsAre("f:2:51: models.gpt-4o.fallback[0]: there is no model called 'gpt-4o-mni'; did you mean "
                          "'gpt-4o-mini'?"));
}

TEST(Models, RefuseChainsLongerThanAnyRequestShouldTry) {
  std::string text = "models:\n";
  for (int at = 0; at < 17; ++at) {
    text += "  m" + std::to_string(at) + ": { targets: [ one ], fallback: [ m" + std::to_string(at + 1) + " ] }\n";
  }
  text += "  m17: { targets: [ one ] }\n";
  EXPECT_THAT(
      mistakes(one_provider(text)),
      ElementsAre("f:3:3: models.m0: its fallback chain has more than 16 models; no request should try that many",
                  HasSubstr("f:4:3: models.m1: its fallback chain")));
}

TEST(Models, NameTheProviderOrKeyThatDoesNotExist) {
  EXPECT_THAT(
      mistakes(two_providers("models: { m: { targets: [ on, { provider: two, key: \"7\" }, { model: x } ] } }")),
      ElementsAre("f:4:27: models.m.targets[0]: there is no provider called 'on'; did you mean 'one'?",
                  "f:4:53: models.m.targets[1].key: provider 'two' has no key called '7'; did you mean '1'?",
                  "f:4:60: models.m.targets[2]: provider is missing; write { provider: NAME, model: NAME, "
                  "priority: 1 }"));
}

TEST(Models, RefuseATargetThatIsInTheListAlready) {
  const std::string expected = ": this target is in the list already; remove one, or give it another model or key";
  EXPECT_THAT(mistakes(two_providers("models: { m: { targets: [ one, two, { provider: one, model: m } ] } }")),
              ElementsAre("f:4:37: models.m.targets[2]" + expected));
  EXPECT_THAT(mistakes(two_providers("models: { m: { targets: [ { provider: one, key: \"1\" }, one ] } }")),
              ElementsAre("f:4:56: models.m.targets[1]" + expected));
}

TEST(Models, RefuseAPoolWhereEveryWeightIsZero) {
  EXPECT_THAT(
      mistakes(two_providers("models: { m: { targets: [ { provider: one, weight: 0 } ] } }")),
      ElementsAre("f:4:11: models.m: no usable target: every weight is 0; give one key and one target a weight of "
                  "1 or more"));
  EXPECT_THAT(mistakes("providers: { p: { base_url: https://p, keys: [ { env: KEY_A, weight: 0 } ] } }"),
              ElementsAre(HasSubstr("no usable target: every weight is 0")));
}

TEST(Models, RefuseAModelWithoutTargets) {
  EXPECT_THAT(
      mistakes(one_provider("models: { a: { fallback: [ b ] }, b: { targets: [] }, c: x }")),
      ElementsAre("f:2:14: models.a: targets are missing; write targets: [ NAME-OF-A-PROVIDER ]",
                  "f:2:49: models.b.targets: expected a list such as [ provider, { provider: other, priority: 1 } "
                  "], not an empty one",
                  "f:2:58: models.c: expected a map such as { targets: [ provider ] }, not 'x'"));
  EXPECT_THAT(mistakes(one_provider("models: {}")), ElementsAre(HasSubstr("f:2:9: models: there is no model")));
}

TEST(Models, RefuseToMixDialectsInOneChainThatTranslatesNothing) {
  const std::string providers =
      "providers: { o: { base_url: https://o, keys: [ { env: KEY_A } ] }, c: { dialect: anthropic, base_url: "
      "https://c, "
      "keys: [ { env: KEY_B } ] } }\n";
  EXPECT_THAT(
      mistakes(providers + "models: { m: { targets: [ o, c ], translate: off } }"),
      ElementsAre("f:2:30: models.m.targets[1]: providers 'o' and 'c' speak different dialects, and 'translate' is "
                  "off; keep targets of one dialect, or remove translate: off"));
  EXPECT_THAT(mistakes(providers + "models: { m: { targets: [ o ], translate: off, fallback: [ n ] }, n: { targets: [ "
                                   "c ] } }"),
              ElementsAre("f:2:11: models.m: providers 'o' and 'c' speak different dialects, and 'translate' is off; "
                          "keep targets and fallbacks of one dialect, or remove translate: off"));
  for (const char* const translate : {"", ", translate: lenient", ", translate: strict"}) {
    EXPECT_THAT(mistakes(providers + "models: { m: { targets: [ o, c ]" + translate + " } }"), IsEmpty());
  }
}

TEST(Models, TranslateUnlessTheySayOtherwise) {
  const core::Plan plan = *loaded(two_providers("models:\n"
                                                "  a: { targets: [ one ] }\n"
                                                "  b: { targets: [ one ], translate: strict }\n"
                                                "  c: { targets: [ one ], translate: off }\n"
                                                "  d*: { targets: [ one ] }\n"
                                                "  e*: { targets: [ one ], translate: lenient }\n"))
                               .plan;
  const auto treats = [&](const char* name) {
    const core::Route& route = *plan.route_for(name);
    return std::pair(route.translate, route.prefers_own);
  };
  EXPECT_EQ(treats("a"), std::pair(core::Translate::Lenient, false));
  EXPECT_EQ(treats("b"), std::pair(core::Translate::Strict, false));
  EXPECT_EQ(treats("c"), std::pair(core::Translate::Off, false));
  EXPECT_EQ(treats("dx"), std::pair(core::Translate::Lenient, true)) << "who knows whether both have the name";
  EXPECT_EQ(treats("ex"), std::pair(core::Translate::Lenient, false));
  EXPECT_THAT(mistakes(one_provider("models: { m: { translate: maybe, targets: [ one ] } }")),
              ElementsAre(HasSubstr("expected one of lenient, strict, off, not 'maybe'")));
}

TEST(Models, SuggestBalanceForItsManyNames) {
  EXPECT_THAT(mistakes(one_provider("models:\n  gpt-4o:\n    polcy: p2c\n    targets: [ one ]\n")),
              ElementsAre("f:4:5: models.gpt-4o: unknown key 'polcy'; did you mean 'balance'?"));
  EXPECT_THAT(mistakes(one_provider("models: { m: { balance: p3c, targets: [ one ] } }")),
              ElementsAre("f:2:25: models.m.balance: expected one of p2c, round_robin, random, least_requests, "
                          "least_latency, sticky, not 'p3c'; did you mean 'p2c'?"));
}

TEST(Models, RefuseNamesWithSpaces) {
  EXPECT_THAT(mistakes(one_provider("models: { \"a b\": { targets: [ one ] } }")),
              ElementsAre("f:2:11: 'a b' cannot be the name of a model; no spaces, at most 256 bytes"));
}

TEST(Models, DoNotBlameWhatABrokenProviderExplains) {
  EXPECT_THAT(mistakes("providers: { p: { base_url: https://p, keys: [ { env: NONE_SET } ], pin: a } }\n"
                       "models: { m: { targets: [ p, { provider: p, key: a, model: x } ] } }"),
              ElementsAre(HasSubstr("environment variable 'NONE_SET' is not set")));
}

/// The mistakes of a plan with `keys` keys of one provider and `models` models.
std::vector<std::string> grown(int keys, int models) {
  FakeWorld in = world();
  std::string list;
  for (int at = 0; at < keys; ++at) list += "k-" + std::to_string(at) + "abc,";
  in.variables["MANY"] = list;
  std::string text = "providers: { p: { base_url: https://p, keys: [ { env: MANY } ] } }\nmodels:\n";
  for (int at = 0; at < models; ++at) text += "  m" + std::to_string(at) + ": { targets: [ p ] }\n";
  return mistakes(text, in);
}

TEST(Models, AcceptAHundredThousandTargetsAndNoMore) {
  EXPECT_THAT(grown(1000, 100), IsEmpty());
  EXPECT_THAT(
      grown(1000, 101),
      ElementsAre("f:103:3: models.m100: servers × keys × models make more than 100000 targets; name fewer models "
                  "(\"*\" takes all others), or split the keys over several gateways"));
}

TEST(Models, TakeFallbacksForOneKindOfFailure) {
  const Settings settings =
      loaded(one_provider("models:\n"
                          "  small: { targets: [ one ], fallback: [ other, { model: large, on: context_too_long } ] }\n"
                          "  large: { targets: [ one ], fallback: [ other, { model: huge, on: context_too_long } ] }\n"
                          "  other: { targets: [ one ], fallback: [ { model: large, on: content_policy } ] }\n"
                          "  \"*\": { targets: [ one ] }\n"));
  const core::Plan& plan = *settings.plan;
  EXPECT_THAT(chain(plan, "small"), ElementsAre("small", "other"));
  const auto next = [&plan](const core::Route& route, ErrorKind on) -> const core::Route* {
    for (const core::Detour& detour : route.detours) {
      if (detour.on == on) return &plan.detours[detour.route];
    }
    return nullptr;
  };
  const core::Route* const large = next(*plan.route_for("small"), ErrorKind::ContextTooLong);
  ASSERT_NE(large, nullptr);
  EXPECT_EQ(large->name, "large");
  ASSERT_EQ(large->pools.size(), 2U);
  EXPECT_EQ(plan.pools[large->pools[1].index()].model, "other");
  EXPECT_EQ(next(*plan.route_for("other"), ErrorKind::ContentPolicy), large);
  const core::Route* const huge = next(*large, ErrorKind::ContextTooLong);
  ASSERT_NE(huge, nullptr);
  EXPECT_EQ(huge->name, "huge");
  EXPECT_TRUE(huge->detours.empty());
  EXPECT_THAT(describe(settings), HasSubstr("then fallback other (p2c over 1 target), on context_too_long large"));
}

TEST(Models, TellWhatIsWrongWithAFallbackForOneKindOfFailure) {
  EXPECT_THAT(
      mistakes(one_provider("models:\n"
                            "  a: { targets: [ one ], fallback: [ { model: b, on: context_too_long } ] }\n"
                            "  b: { targets: [ one ], fallback: [ { model: a, on: context_too_long } ] }\n"
                            "  c: { targets: [ one ], fallback: [ { model: nobody, on: content_policy } ] }\n"
                            "  d: { targets: [ one ], fallback: [ { model: a, on: rate_limited } ] }\n"
                            "  e: { targets: [ one ], fallback: [ { model: a } ] }\n"
                            "  f: { targets: [ one ], fallback: [ { model: a, on: content_policy }, { model: b, on: "
                            "content_policy } ] }\n")),
      testing::UnorderedElementsAre(
          HasSubstr("f:3:47: models.a.fallback[0].model: the fallbacks go round in a circle: a → b → a"),
          HasSubstr("f:4:47: models.b.fallback[0].model: the fallbacks go round in a circle: b → a → b"),
          HasSubstr("f:5:47: models.c.fallback[0].model: there is no model called 'nobody'"),
          HasSubstr("expected one of context_too_long, content_policy"), HasSubstr("on is missing"),
          HasSubstr("there is a fallback for this already")));
}

}  // namespace
}  // namespace drover::config
