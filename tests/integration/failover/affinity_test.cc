// Soft affinity through the whole gateway: what names a session, and that it holds nobody back.
#include <set>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

std::string three_keys(const MockProvider& mock, const std::string& affinity = "") {
  return std::string(kBase) + "providers:\n  one: { base_url: \"" + mock.url() + "\", keys: [ { value: " + kKeyOne +
         " }, { value: " + kKeyTwo + " }, { value: " + kKeyThree + " } ] }\nmodels:\n  \"*\": { " + affinity +
         "targets: [ one ] }\n";
}

/// The targets of so many requests, each with this number and these fields, and words of its own.
std::set<std::string> targets(const Gateway& gateway, int requests, const Fields& fields,
                              const std::string& more = "") {
  std::set<std::string> seen;
  for (int request = 0; request < requests; ++request) {
    const std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":"words )" +
                             std::to_string(request) + "\"}]" + more + "}";
    const Answer answer = gateway.post(kChat, body, fields);
    EXPECT_EQ(answer.status, 200);
    seen.insert(answer.field("x-drover-target").value_or(""));
  }
  return seen;
}

TEST(Affinity, ASessionHeaderKeepsRequestsTogether) {
  MockProvider mock;
  Gateway gateway(three_keys(mock));
  for (const char* field : {"X-Session-Id", "Session-Id", "session_id", "x-session-affinity"}) {
    EXPECT_EQ(targets(gateway, 12, {{field, "s-1"}}).size(), 1U) << field;
  }
  EXPECT_GE(targets(gateway, 60, {}).size(), 2U);
}

TEST(Affinity, APromptCacheKeyAndAUserDoToo) {
  MockProvider mock;
  Gateway gateway(three_keys(mock));
  EXPECT_EQ(targets(gateway, 12, {}, R"(,"prompt_cache_key":"k")").size(), 1U);
  EXPECT_EQ(targets(gateway, 12, {}, R"(,"user":"u")").size(), 1U);
}

TEST(Affinity, IsOffWhereTheConfigurationSaysSo) {
  MockProvider mock;
  Gateway gateway(three_keys(mock, "affinity: off, "));
  EXPECT_GE(targets(gateway, 60, {{"X-Session-Id", "s-1"}}).size(), 2U);
}

TEST(Affinity, IsAPreferenceAndNotAJailWhenTheHomeIsRateLimited) {
  MockProvider mock;
  Gateway gateway(three_keys(mock));
  const std::string home = *targets(gateway, 3, {{"X-Session-Id", "s-1"}}).begin();
  const char* const keys[] = {kKeyOne, kKeyTwo, kKeyThree};
  mock.fault("key=" + std::string(keys[home.back() - '1']) + ":429:retry-after=60");
  const auto after = targets(gateway, 12, {{"X-Session-Id", "s-1"}});
  EXPECT_EQ(after.size(), 1U);
  EXPECT_FALSE(after.contains(home));
}

TEST(Fence, FailoverAndAffinityNeverCrossAClientsProviders) {
  // The shape of one-api#544: the only allowed provider fails, and another one could answer.
  MockProvider allowed;
  MockProvider other;
  allowed.fault("500");
  const std::string yaml = std::string(kBase) + "providers:\n  inside: { base_url: \"" + allowed.url() +
                           "\", keys: [ { value: " + kKeyOne + " } ] }\n  outside: { base_url: \"" + other.url() +
                           "\", keys: [ { value: " + kKeyTwo +
                           " } ] }\nmodels:\n  gpt-4o: { targets: [ inside, { provider: outside, priority: 1 } ], "
                           "fallback: [ small ] }\n  small: { targets: [ outside ] }\nclients:\n"
                           "  - { name: web, key: { value: sk-client-web-0001 }, providers: [ inside ] }\n";
  Gateway gateway(yaml);
  for (int request = 0; request < 5; ++request) {
    const Answer answer = gateway.post(kChat, plain_chat(), {{"Authorization", "Bearer sk-client-web-0001"}});
    EXPECT_GE(answer.status, 500);
  }
  EXPECT_EQ(other.requests(), 0U);
}

TEST(Priorities, TheNextIsUsedInTheSameRequestAndFallbackModelsAfterThat) {
  MockProvider first;
  MockProvider second;
  MockProvider third;
  first.fault("500");
  const std::string yaml = std::string(kBase) + "providers:\n  p0: { base_url: \"" + first.url() +
                           "\", keys: [ { value: " + kKeyOne + " } ] }\n  p1: { base_url: \"" + second.url() +
                           "\", keys: [ { value: " + kKeyTwo + " } ] }\n  p2: { base_url: \"" + third.url() +
                           "\", keys: [ { value: " + kKeyThree +
                           " } ] }\nmodels:\n  gpt-4o: { targets: [ p0, { provider: p1, priority: 1 } ], fallback: [ "
                           "small ] }\n  small: { targets: [ p2 ] }\n";
  Gateway gateway(yaml);
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("x-drover-target"), "p1/1");
  EXPECT_EQ(attempts(answer), 2);
  EXPECT_EQ(third.requests(), 0U);
  second.fault("500");
  const Answer fallback = gateway.post(kChat, plain_chat());
  EXPECT_EQ(fallback.status, 200);
  EXPECT_EQ(fallback.field("x-drover-target"), "p2/1");
}

}  // namespace
}  // namespace drover::test
