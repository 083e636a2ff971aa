// What a provider calls a request, and what it says about its limits, as clients and operators see it.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kIdField = "x-drover-upstream-request-id";

std::string named(std::string_view fields, std::string_view body = kPlainAnswer, std::string_view status = "200 OK") {
  return sized(body, "Content-Type: application/json\r\n" + std::string(fields), status);
}

TEST(UpstreamId, ReachesTheClientAndExplain) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(named("x-request-id: req_theirs_1\r\ncf-ray: 8f-FRA\r\n")));
  const Gateway gateway(with_admin(load(one_provider({url_of(upstream)}, {kKeyOne}))));
  const Answer answer = gateway.post(kChat, plain_chat(), {{"x-request-id", "mine-1"}});
  EXPECT_EQ(answer.field("x-request-id"), "mine-1");
  EXPECT_EQ(answer.field(kIdField), "req_theirs_1");
  EXPECT_THAT(gateway.explained("mine-1"), HasSubstr("\"upstream_request_id\":\"req_theirs_1\""));
}

TEST(UpstreamId, IsThatOfTheFailureTheClientIsToldOf) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(named("request-id: req_bad\r\n", R"({"error":{"message":"no"}})", "422 Unprocessable")));
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).field(kIdField), "req_bad");
}

TEST(UpstreamId, IsBoundedPrintableAndNeverTheKey) {
  RawUpstream upstream;
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  for (const std::string& odd :
       {std::string(65, 'x'), std::string("a b"), std::string("<script>"), std::string(kKeyOne)}) {
    upstream.always(Say{}.bytes(named("x-request-id: " + odd + "\r\n")));
    EXPECT_EQ(gateway.post(kChat, plain_chat()).count(kIdField), 0U) << odd;
  }
}

TEST(RateLimits, OfOneKeyOfSeveralAreNotPassedOn) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(named("x-ratelimit-remaining-requests: 7\r\nretry-after: 3\r\n")));
  const Gateway alone(one_provider({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(alone.post(kChat, plain_chat()).field("x-ratelimit-remaining-requests"), "7");
  const Gateway several(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  const Answer answer = several.post(kChat, plain_chat());
  EXPECT_EQ(answer.count("x-ratelimit-remaining-requests"), 0U);
  EXPECT_EQ(answer.field("retry-after"), "3");
}

std::string left(int limit, int remaining, const std::string& reset) {
  return "x-ratelimit-limit-requests: " + std::to_string(limit) +
         "\r\nx-ratelimit-remaining-requests: " + std::to_string(remaining) +
         "\r\nx-ratelimit-reset-requests: " + reset + "\r\nRateLimit: r=1\r\n";
}

/// Two providers in turns, each with something left.
struct TwoKeys {
  explicit TwoKeys(const std::string& more = {})
      : gateway(providers({url_of(first), url_of(second)}, "round_robin", more)) {
    first.always(Say{}.bytes(named(left(500, 10, "6m0s"))));
    second.always(Say{}.bytes(named(left(300, 7, "20ms"))));
  }
  RawUpstream first;
  RawUpstream second;
  Gateway gateway;
};

TEST(RateLimits, OfAllKeysTogetherAreToldOnceAllHaveSpoken) {
  TwoKeys keys;
  EXPECT_EQ(keys.gateway.post(kChat, plain_chat()).count("x-ratelimit-remaining-requests"), 0U);
  const Answer answer = keys.gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.field("x-ratelimit-limit-requests"), "800");
  EXPECT_EQ(answer.field("x-ratelimit-remaining-requests"), "17");
  EXPECT_EQ(answer.field("x-ratelimit-reset-requests"), "6m0s");
  EXPECT_EQ(answer.count("x-ratelimit-remaining-requests"), 1U);
  EXPECT_EQ(answer.count("ratelimit"), 0U);
  EXPECT_EQ(answer.count("x-ratelimit-remaining-tokens"), 0U);
}

TEST(RateLimits, OfAllKeysAreThoseThatTheClientMayUse) {
  TwoKeys keys("clients: [ { name: web, key: { value: client-key-0123456789 }, providers: [ p2 ] } ]\n");
  const Fields key{{"Authorization", "Bearer client-key-0123456789"}};
  EXPECT_EQ(keys.gateway.post(kChat, plain_chat(), key).field("x-ratelimit-remaining-requests"), "7");
}

}  // namespace
}  // namespace drover::test
