// What clients are told of rate limits: the least of what the pool's keys have left and of what drover's own limits of
// the client and of the model leave, in the words of the client's dialect.
#include <chrono>
#include <cstdlib>

#include "dialect/failure/timestamp.h"
#include "integration/gateway_fixture.h"
#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLimit = "x-ratelimit-limit-requests";
constexpr const char* kRemaining = "x-ratelimit-remaining-requests";
constexpr const char* kReset = "x-ratelimit-reset-requests";
constexpr const char* kTokens = "x-ratelimit-remaining-tokens";

Fields as(std::string_view client) {
  return {{"Authorization", "Bearer client-key-" + std::string(client) + "-0123456789"}};
}

/// One of `clients:`, with these limits.
std::string client(const std::string& name, const std::string& limits) {
  return "  - { name: " + name + ", key: { value: client-key-" + name + "-0123456789 }, limits: { " + limits + " } }\n";
}

/// An answer of a provider that says so much about its limit of requests.
std::string with_left(int limit, int remaining, std::string_view more = {}) {
  return sized(kPlainAnswer, "Content-Type: application/json\r\nx-ratelimit-limit-requests: " + std::to_string(limit) +
                                 "\r\nx-ratelimit-remaining-requests: " + std::to_string(remaining) +
                                 "\r\nx-ratelimit-reset-requests: 30s\r\n" + std::string(more));
}

/// "59s", "1m0s", "120ms" as milliseconds.
std::int64_t milliseconds_of(const std::string& span) {
  std::int64_t sum = 0;
  for (const char* at = span.c_str(); *at != '\0';) {
    char* end = nullptr;
    const long long number = std::strtoll(at, &end, 10);
    const bool milliseconds = end[0] == 'm' && end[1] == 's';
    sum += number * (milliseconds ? 1 : *end == 'm' ? 60'000 : *end == 'h' ? 3'600'000 : 1000);
    at = end + (milliseconds ? 2 : 1);
  }
  return sum;
}

TEST(OwnRates, AreToldToAClientWithALimitWhereNoProviderTellsAny) {
  Front front("clients:\n" + client("web", "requests_per_minute: 5") + client("free", "concurrent: 9"));
  for (const char* const left : {"4", "3"}) {
    const Answer answer = front.gateway.post(kChat, plain_chat(), as("web"));
    EXPECT_EQ(answer.field(kLimit), "5");
    EXPECT_EQ(answer.field(kRemaining), left);
    EXPECT_LE(milliseconds_of(answer.field(kReset).value_or("")), 61'000);
    EXPECT_GT(milliseconds_of(answer.field(kReset).value_or("")), 30'000);
  }
  const Answer free = front.gateway.post(kChat, plain_chat(), as("free"));
  EXPECT_EQ(free.status, 200);
  EXPECT_EQ(free.count(kRemaining), 0U) << "nobody learns another client's numbers";
}

TEST(OwnRates, OfTokensAreThoseOfTheLimitThatLeavesTheLeast) {
  Front front("clients:\n" + client("web", "input_tokens_per_minute: 100000, output_tokens_per_minute: 50000"));
  const Answer answer = front.gateway.post(kChat, chat_body("gpt-4o", ",\"max_tokens\":1000"), as("web"));
  EXPECT_EQ(answer.field("x-ratelimit-limit-tokens"), "50000");
  EXPECT_EQ(answer.field(kTokens), "49000");
  EXPECT_EQ(answer.count(kRemaining), 0U);
}

TEST(OwnRates, OfAModelAreToldToEverybodyWhoAsksForIt) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const Gateway gateway(std::string(kBase) + "providers: { one: { base_url: \"" + url_of(upstream) +
                        "\", keys: [ { value: " + kKeyOne +
                        " } ] } }\nmodels:\n  gpt-4o: { targets: [ one ], limits: { requests_per_minute: 7 } }\n" +
                        "  other: { targets: [ one ] }\n");
  EXPECT_EQ(gateway.post(kChat, plain_chat()).field(kRemaining), "6");
  EXPECT_EQ(gateway.post(kChat, plain_chat()).field(kRemaining), "5");
  EXPECT_EQ(gateway.post(kChat, chat_body("other")).count(kRemaining), 0U);
}

TEST(OwnRates, AreTakenTogetherWithTheWordsOfAnOnlyKey) {
  RawUpstream upstream;
  const Gateway gateway(
      one_provider({url_of(upstream)}, {kKeyOne}, "clients:\n" + client("web", "requests_per_minute: 50")));
  const std::string more = "RateLimit: r=900\r\nx-ratelimit-remaining-tokens: 70\r\n";
  upstream.always(Say{}.bytes(with_left(1000, 900, more)));
  const Answer own = gateway.post(kChat, plain_chat(), as("web"));
  EXPECT_EQ(own.field(kLimit), "50");
  EXPECT_EQ(own.field(kRemaining), "49");
  EXPECT_EQ(own.count(kRemaining), 1U);
  EXPECT_EQ(own.field(kTokens), "70") << "which drover does not limit";
  EXPECT_EQ(own.count("ratelimit"), 0U);
  upstream.always(Say{}.bytes(with_left(1000, 3)));
  const Answer theirs = gateway.post(kChat, plain_chat(), as("web"));
  EXPECT_EQ(theirs.field(kLimit), "1000");
  EXPECT_EQ(theirs.field(kRemaining), "3");
  EXPECT_EQ(theirs.field(kReset), "30s");
}

TEST(OwnRates, AreTakenTogetherWithTheSumOverSeveralKeys) {
  RawUpstream first;
  RawUpstream second;
  first.always(Say{}.bytes(with_left(100, 9)));
  second.always(Say{}.bytes(with_left(100, 8)));
  const Gateway gateway(
      providers({url_of(first), url_of(second)}, "round_robin",
                "clients:\n" + client("web", "requests_per_minute: 20") + client("wide", "requests_per_minute: 900")));
  EXPECT_EQ(gateway.post(kChat, plain_chat(), as("web")).field(kRemaining), "19") << "one key has not spoken";
  EXPECT_EQ(gateway.post(kChat, plain_chat(), as("wide")).field(kRemaining), "17");
  EXPECT_EQ(gateway.post(kChat, plain_chat(), as("web")).field(kRemaining), "17");
  EXPECT_EQ(gateway.post(kChat, plain_chat(), as("web")).field(kRemaining), "17");
  EXPECT_EQ(gateway.post(kChat, plain_chat(), as("web")).field(kRemaining), "16") << "of its own 20";
}

TEST(OwnRates, AreOnAnErrorOfTheProviderToo) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"error":{"message":"no","type":"invalid_request_error"}})",
                                    "Content-Type: application/json\r\n", "400 Bad Request")));
  const Gateway gateway(
      one_provider({url_of(upstream)}, {kKeyOne}, "clients:\n" + client("web", "requests_per_minute: 5")));
  const Answer answer = gateway.post(kChat, plain_chat(), as("web"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.field(kRemaining), "4");
}

TEST(OwnRates, OfARefusalSayWhatItsRetryAfterSays) {
  Front front("timeouts: { queue: 50ms }\nclients:\n" + client("web", "requests_per_minute: 1"));
  ASSERT_EQ(front.gateway.post(kChat, plain_chat(), as("web")).status, 200);
  const Answer refused = front.gateway.post(kChat, plain_chat(), as("web"));
  ASSERT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("limit_reached"));
  EXPECT_EQ(refused.field(kLimit), "1");
  EXPECT_EQ(refused.field(kRemaining), "0");
  const std::int64_t reset = milliseconds_of(refused.field(kReset).value_or(""));
  const std::int64_t retry = std::stoll(refused.field("retry-after").value_or("0")) * 1000;
  EXPECT_GE(reset, retry);
  EXPECT_LE(reset, retry + 2000);
}

TEST(OwnRates, OfAPoolThatIsUsedUpAreOnDroversOwnRefusal) {
  for (const std::size_t keys : {1U, 2U}) {
    RawUpstream upstream;
    upstream.always(Say{}.bytes(sized(R"({"error":{"message":"slow down","code":"rate_limit_exceeded"}})",
                                      "Content-Type: application/json\r\nx-ratelimit-limit-requests: 100\r\n"
                                      "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 20s\r\n",
                                      "429 Too Many Requests")));
    const std::vector<std::string> all{kKeyOne, kKeyTwo};
    const Gateway gateway(one_provider({url_of(upstream)},
                                       {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(keys)},
                                       "timeouts: { queue: 50ms }\n"));
    const Answer refused = gateway.post(kChat, plain_chat());
    ASSERT_EQ(refused.status, 429);
    EXPECT_EQ(refused.field(kLimit), std::to_string(100 * keys));
    EXPECT_EQ(refused.field(kRemaining), "0");
    EXPECT_EQ(refused.count(kReset), 1U);
  }
}

TEST(OwnRates, AreInTheWordsOfAnthropicForItsClients) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainMessage,
                                    "Content-Type: application/json\r\nanthropic-ratelimit-unified-status: allowed\r\n"
                                    "anthropic-ratelimit-requests-remaining: 4000\r\n")));
  const Gateway gateway(
      anthropic_provider({url_of(upstream)}, {kKeyOne},
                         "clients:\n" + client("web", "requests_per_minute: 5, input_tokens_per_minute: 9000")));
  const Answer answer =
      gateway.post(kMessages, plain_message(), {{"x-api-key", "client-key-web-0123456789"}, kVersioned.front()});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.field("anthropic-ratelimit-requests-limit"), "5");
  EXPECT_EQ(answer.field("anthropic-ratelimit-requests-remaining"), "4");
  EXPECT_EQ(answer.field("anthropic-ratelimit-input-tokens-limit"), "9000");
  EXPECT_EQ(answer.field("anthropic-ratelimit-tokens-limit"), "9000");
  EXPECT_EQ(answer.field("anthropic-ratelimit-unified-status"), "allowed");
  EXPECT_EQ(answer.count(kRemaining), 0U);
  const auto reset = dialect::parse_rfc3339(answer.field("anthropic-ratelimit-requests-reset").value_or(""));
  ASSERT_TRUE(reset.has_value());
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(*reset, now + 62);
  EXPECT_GE(*reset, now);
}

}  // namespace
}  // namespace drover::test
