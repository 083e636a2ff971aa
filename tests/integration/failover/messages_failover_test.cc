// In Anthropic's dialect too: with three keys and one that fails, no client sees a failure; and what cannot be hidden
// is told in the dialect's own shape.
#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kShort = "timeouts: { connect: 1s, head: 150ms, first_content: 300ms }\n";

struct Case {
  const char* name;
  const char* fault;
  bool streamed;
};

std::string case_name(const ::testing::TestParamInfo<Case>& of) {
  return std::string(of.param.name) + (of.param.streamed ? "Streamed" : "Plain");
}

void expect_good(const Answer& answer, bool streamed) {
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_TRUE(answer.whole());
  EXPECT_THAT(answer.body, Not(HasSubstr("_error")));
  if (!streamed) {
    EXPECT_THAT(answer.body, HasSubstr("\"stop_reason\":\"end_turn\""));
    return;
  }
  const std::vector<Event> events = spoken(answer.body);
  EXPECT_EQ(events.front().name(), "message_start");
  EXPECT_EQ(events.back().name(), "message_stop");
  const auto starts = std::ranges::count(events, "message_start", &Event::name);
  EXPECT_EQ(starts, 1) << "of one attempt only";
}

class OneBadAnthropicKey : public ::testing::TestWithParam<Case> {};

TEST_P(OneBadAnthropicKey, IsSeenByNoClient) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":" + GetParam().fault);
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}, kShort));
  int extra = 0;
  for (int request = 0; request < 9; ++request) {
    const Answer answer = gateway.post(kMessages, GetParam().streamed ? streamed_message() : plain_message());
    expect_good(answer, GetParam().streamed);
    extra += attempts(answer) - 1;
  }
  EXPECT_GE(extra, 1);
}

#define BOTH(name, fault)          \
  Case{name, fault, false}, Case { \
    name, fault, true              \
  }

INSTANTIATE_TEST_SUITE_P(Faults, OneBadAnthropicKey,
                         ::testing::Values(BOTH("C5_401", "401"), BOTH("C5_403", "403"), BOTH("C4_402", "402"),
                                           BOTH("C4_400OfAnEmptyAccount", "400:code=credit_balance_too_low"),
                                           BOTH("C4_429OfASpentLimit", "429:code=enforced_spend_limit_reached"),
                                           BOTH("C1_429", "429:retry-after=7"),
                                           BOTH("C3_429WithAReset", "429:reset=30s"), BOTH("C8_500", "500"),
                                           BOTH("C8_504", "504"), BOTH("C8_529", "529"),
                                           BOTH("C9_ErrorIn200", "error-in-200"), BOTH("C10_WebPage", "html"),
                                           BOTH("C19_OtherForm", "other-form"), BOTH("C21_Empty", "empty-choices"),
                                           BOTH("A3_Hangs", "hang"), BOTH("Resets", "reset"),
                                           Case{"B13_BodyCut", "cut", false},
                                           Case{"C11_ErrorFirst", "error-first", true},
                                           Case{"ErrorAfterLifecycle", "error-after-lifecycle", true},
                                           Case{"CutAfterLifecycle", "cut:after=0", true}),
                         case_name);

TEST(MessagesFailover, C3_AKeyIsLeftAloneUntilItsLimitIsReset) {
  MockProvider mock;
  mock.fault("429:reset=40s");
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne}, "timeouts: { queue: 0s }\n"));
  for (int request = 0; request < 2; ++request) {  // the first learns it, the second knows it
    const Answer answer = gateway.post(kMessages, plain_message());
    EXPECT_EQ(answer.status, 429);
    EXPECT_THAT(answer.body, HasSubstr(R"({"type":"error","error":{"type":"rate_limit_error")"));
    const int seconds = std::stoi(answer.field("Retry-After").value_or("0"));
    EXPECT_GE(seconds, 35);
    EXPECT_LE(seconds, 45);
  }
  EXPECT_EQ(mock.requests(), 1U);
}

TEST(MessagesFailover, C8_AllOverloadedIsTheProvidersOwnWord) {
  MockProvider mock;
  mock.fault("529");
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne, kKeyTwo}, "retry: { same_target: 0 }\n"));
  const Answer answer = gateway.post(kMessages, streamed_message());
  EXPECT_GE(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr(R"("type":"overloaded_error")"));
  EXPECT_THAT(answer.field("Content-Type").value_or(""), HasSubstr("application/json"));
}

TEST(MessagesFailover, C11_WhenEveryStreamBeginsWithAnErrorTheClientGetsAStatus) {
  MockProvider mock;
  mock.fault("error-first");
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne, kKeyTwo}, "retry: { same_target: 0 }\n"));
  const Answer answer = gateway.post(kMessages, streamed_message());
  EXPECT_GE(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr(R"({"type":"error","error":{"type":"overloaded_error")"));
}

TEST(MessagesFailover, C5_OurOwnRejectedKeysAreNeverTheClients401) {
  MockProvider mock;
  mock.fault("401");
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  const Answer answer = gateway.post(kMessages, plain_message());
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("\"error_code\":\"upstream_auth\""));
}

TEST(MessagesFailover, C6_TheClientsOwnMistakeIsPassedOnAndTriedOnce) {
  MockProvider mock;
  mock.fault("400:code=context_length_exceeded");
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}));
  const Answer answer = gateway.post(kMessages, plain_message());
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, mock.last().body);
  EXPECT_EQ(mock.requests(), 1U);
}

class CutMessage : public ::testing::TestWithParam<const char*> {};

TEST_P(CutMessage, EndsWithAnErrorEventAndNoMessageStop) {
  MockProvider mock;
  mock.fault(GetParam());
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}, "timeouts: { idle: 200ms }\n"));
  const Answer answer = gateway.post(kMessages, streamed_message());
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.whole());
  const std::vector<Event> events = spoken(answer.body);
  ASSERT_GE(events.size(), 4U);
  EXPECT_EQ(events.front().name(), "message_start");
  EXPECT_EQ(events.back().name(), "error");
  EXPECT_THAT(events.back().data(), HasSubstr(R"({"type":"error","error":{"type":")"));
  EXPECT_THAT(answer.body, HasSubstr("content_block_delta"));
  EXPECT_THAT(answer.body, Not(HasSubstr("message_stop")));
  EXPECT_EQ(mock.requests(), 1U);
}

INSTANTIATE_TEST_SUITE_P(B14_B19_C12_C13, CutMessage,
                         ::testing::Values("cut:after=3", "cut:after=3:how=reset", "cut:after=3:how=clean",
                                           "stall:after=3", "error-mid:after=3", "incomplete", "no-done"));

TEST(MessagesFailover, H1_OurKeyInAnUpstreamsErrorEventIsNotShown) {
  RawUpstream upstream;
  const std::string told =
      message_event("error", R"(,"error":{"type":"api_error","message":"key )" + std::string(kKeyOne) + R"( broke"})");
  upstream.always(Say{}.bytes(kStreamHead + chunk(message_start() + text_delta("a") + told) + "0\r\n\r\n"));
  Gateway gateway(anthropic_provider({url_of(upstream)}, {kKeyOne}));
  const Answer answer = gateway.post(kMessages, streamed_message());
  EXPECT_THAT(answer.body, Not(HasSubstr(kKeyOne)));
  EXPECT_THAT(answer.body, HasSubstr("[redacted] broke"));
  EXPECT_EQ(spoken(answer.body).back().name(), "error");
}

}  // namespace
}  // namespace drover::test
