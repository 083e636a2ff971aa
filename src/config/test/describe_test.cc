#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

FakeWorld client_world() {
  FakeWorld in = world();
  in.variables["WEB_KEY"] = "canary-client-web-0001";
  return in;
}

TEST(Describe, SaysWhatEachRouteWouldDo) {
  const std::string text = describe(loaded(two_providers(
      "quotas: { team: { \"*\": { concurrent: 1 } } }\n"
      "models:\n"
      "  gpt-4o: { targets: [ one, { provider: two, model: big, priority: 1 } ], fallback: [ mini, nano ] }\n"
      "  mini: { balance: round_robin, targets: [ one ], timeouts: { idle: 7s } }\n"
      "  \"*\": { targets: [ two ] }\n")));
  EXPECT_THAT(text,
              HasSubstr("gpt-4o: p2c over 3 targets, then fallback mini (round_robin over 2 targets), then fallback "
                        "nano (p2c over 1 target)\n"
                        "  priority 0  one/1  weight 1  https://one.example.com/v1  key 1 ("));
  EXPECT_THAT(text, HasSubstr("  priority 1  two/1:big  weight 1  https://two.example.com/v1  key 1 ("));
  EXPECT_THAT(text, HasSubstr("\n* (every other model): p2c over 1 target\n"));
  EXPECT_THAT(text, HasSubstr("\nnano (as a fallback, through \"*\"): p2c over 1 target\n"));
  EXPECT_THAT(text, HasSubstr("  timeouts: connect 3s, send 30s, head 2m (streamed) / off (plain), first content 2m, "
                              "idle 7s"));
  EXPECT_THAT(text, HasSubstr("paths without a model (openai): one/1\n"));
}

TEST(Describe, F3_SaysWhatAGlobTakesAndHowItIsRenamed) {
  const std::string text = describe(loaded(
      "providers:\n  o: { base_url: \"https://o.example/v1\", keys: [ { env: KEY_A } ] }\n"
      "  a: { dialect: anthropic, base_url: \"https://a.example\", keys: [ { env: KEY_B } ] }\n"
      "models: { \"claude-*\": { targets: [ { provider: o, model: \"anthropic/*\" }, a ] }, \"*\": { targets: [ a ] } "
      "}"));
  EXPECT_THAT(text,
              HasSubstr("\nclaude-* (every other model that begins so): p2c over 1 target for OpenAI's paths and 1 "
                        "target for Anthropic's\n  claude-NAME: o is asked for anthropic/claude-NAME\n"));
  EXPECT_THAT(text, HasSubstr("  o/1:anthropic/*  "));
  EXPECT_THAT(text, HasSubstr("\n* (every other model): p2c over 1 target\n"));
}

TEST(Describe, SaysWhoMayAskAndWhere) {
  EXPECT_THAT(describe(loaded(one_provider(""))),
              AllOf(HasSubstr("listen   127.0.0.1:8080\nadmin    127.0.0.1:8081\nthreads  one per core\n"),
                    HasSubstr("clients  everybody on this machine, without a key\n")));
  EXPECT_THAT(
      describe(loaded(two_providers("models: { m: { targets: [ one, two ] } }\nadmin: off\nthreads: 2\n"
                                    "clients: [ { name: web, key: { env: WEB_KEY }, models: [ m ], providers: [ "
                                    "two ] } ]"),
                      client_world())),
      AllOf(HasSubstr("client   web: m, only at two\n"), HasSubstr("admin    off\nthreads  2\n")));
}

TEST(Describe, NamesWhatHasNoEffect) {
  EXPECT_THAT(
      describe(loaded(two_providers("quotas: { spare: { \"*\": { concurrent: 1 } } }\n"
                                    "models: { m: { targets: [ one ] }, n: { targets: [ one ] } }\n"
                                    "clients: [ { name: web, key: { env: WEB_KEY }, models: [ m ] } ]"),
                      client_world())),
      HasSubstr("\nno effect:\n  - provider 'two': no model uses it\n  - quota 'spare': no key uses it\n  - model "
                "'n': no client may use it\n"));
  EXPECT_THAT(describe(loaded(one_provider(""))), Not(HasSubstr("no effect")));
}

TEST(Describe, SaysThatAnthropicsUsageNeedsNoAsking) {
  EXPECT_THAT(describe(loaded("providers: { c: { dialect: anthropic, usage: ask, base_url: https://c, keys: [ { env: "
                              "KEY_A } ] } }")),
              HasSubstr("provider 'c': 'usage: ask', because this dialect always reports usage"));
}

TEST(Describe, RepeatsTheWarnings) {
  EXPECT_THAT(describe(loaded(one_provider("admin: 0.0.0.0:9"))),
              HasSubstr("\nwarnings:\n  - f:2:8: admin: 0.0.0.0:9"));
}

TEST(Describe, NeverShowsAKey) {
  const std::string text = describe(loaded(
      two_providers("models: { m: { targets: [ one, two ] } }\nclients: [ { name: web, key: { env: WEB_KEY } } ]"),
      client_world()));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

TEST(Describe, ShowsTheFirstTargetsOfALargePool) {
  FakeWorld in = world();
  for (int at = 0; at < 60; ++at) in.variables["LIST"] += ",k-" + std::to_string(at) + "abc";
  EXPECT_THAT(describe(loaded("providers: { p: { base_url: https://p, keys: [ { env: LIST } ] } }", in)),
              AllOf(HasSubstr("p2c over 62 targets"), HasSubstr("... and 12 more targets")));
}

TEST(Describe, N2_SaysWhosePagesMayAsk) {
  EXPECT_THAT(describe(loaded(one_provider("origins: [ https://app.example.com, app://obsidian.md ]\n"))),
              HasSubstr("\norigins  web pages of https://app.example.com, app://obsidian.md\n"));
  EXPECT_THAT(describe(loaded(one_provider("origins: [ \"*\" ]\nclients: [ { name: web, key: { env: WEB_KEY } } ]\n"),
                              client_world())),
              HasSubstr("\norigins  any: every web page whose visitor has a client's key\n"));
  EXPECT_THAT(describe(loaded(one_provider(""))), Not(HasSubstr("origins")));
}

TEST(Describe, N2_SaysWhatIsAddedToTheQueryAndShowsNoSecretInIt) {
  const std::string text = describe(
      loaded("providers: { az: { base_url: https://az.example/v1, query: { api-version: 2024-10-21, code: canary-1 }, "
             "keys: [ { env: KEY_A } ] } }"));
  EXPECT_THAT(text, HasSubstr("\nquery of az: api-version=2024-10-21, code=...\n"));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

TEST(Describe, NamesClientsWhoseRequestsAreBatchWork) {
  FakeWorld in = world();
  in.variables["APP_KEY"] = "app-key-0123456789";
  const std::string text =
      describe(loaded(one_provider("clients: [ { name: night, key: { env: APP_KEY }, class: batch } ]\n"), in));
  EXPECT_THAT(text, HasSubstr("client   night: all models, batch\n"));
}

TEST(Describe, TellsOfHedgesOnlyWhereThereAreAny) {
  EXPECT_THAT(describe(loaded(one_provider("retry: { hedge: 2% }\n"))), HasSubstr("hedged: at most 2% of requests"));
  EXPECT_THAT(describe(loaded(one_provider(""))), Not(HasSubstr("hedged")));
}

TEST(Describe, SpellsOutRetryHealthAndLimits) {
  const std::string text =
      describe(loaded(one_provider("retry: { same_target: 3, multiplier: 1.5, jitter: none }\nhealth: { mode: score, "
                                   "probe: off, when_all_out: first }\n")));
  EXPECT_THAT(text,
              HasSubstr("then 3 more tries at one after 500ms x1.5 up to 8s (jitter none); paid retries at most 20%"));
  EXPECT_THAT(text, HasSubstr("health: no probes; out at a score of 3 for 30s to 5m; when all are out: first\n"));
  EXPECT_THAT(text,
              HasSubstr("limits: body 64MiB, 20000 in flight, 512MiB kept for replay, 50000 connections; drain 10m"));
  EXPECT_THAT(text, HasSubstr("waiting: at most 10000 requests, 1000 of one client, each up to timeouts.queue"));
}

TEST(Describe, TellsTeamsAndWhatTheyMayUse) {
  const std::string text =
      describe(loaded(one_provider("store: keys.db\nteams: { acme: { limits: [ { usd: 500, window: month }, { "
                                   "requests: 60, window: 1m, models: [ \"gpt-4*\" ], "
                                   "action: tell } ] }, acme/old: { blocked: true } }\n")));
  EXPECT_THAT(text, HasSubstr("clients  those with a key of the store\n"));
  EXPECT_THAT(
      text,
      HasSubstr("team     acme, at most 500.00 US dollars (month), at most 60 requests (1m) of gpt-4*, only told\n"));
  EXPECT_THAT(text, HasSubstr("team     acme/old: blocked\n"));
}

}  // namespace
}  // namespace drover::config
