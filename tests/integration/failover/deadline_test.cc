// Every wait has a deadline, the client's own among them.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

class ClientDeadline : public ::testing::TestWithParam<const char*> {};

TEST_P(ClientDeadline, ShortensTheWait) {
  MockProvider mock;
  mock.fault("hang");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  const auto before = Clock::now();
  const Answer answer = gateway.post(kChat, plain_chat(), {{GetParam(), "0.2"}});
  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.body, HasSubstr("deadline_passed"));
  EXPECT_GE(Clock::now() - before, 190ms);
  EXPECT_LT(Clock::now() - before, kPatience / 2);
}

INSTANTIATE_TEST_SUITE_P(Fields, ClientDeadline, ::testing::Values("x-drover-timeout", "x-stainless-timeout"));

TEST(Deadline, F12_OfAClientIsCalledSoInItsAnswerAndWhereItIsExplained) {
  MockProvider mock;
  mock.fault("hang");
  const std::string yaml = one_provider({mock.url()}, {kKeyOne}, "timeouts: { total: 30s }\n");
  Gateway gateway(with_admin(load(yaml)));
  const Answer given = gateway.post(kChat, plain_chat(), {{"x-stainless-timeout", "0.2"}});
  EXPECT_EQ(given.status, 504);
  EXPECT_THAT(given.body, HasSubstr("200ms that the client gave"));
  const std::string explained = gateway.explained(given.field("x-request-id").value_or(""));
  EXPECT_THAT(explained, HasSubstr("client_deadline"));
  EXPECT_THAT(explained, HasSubstr("\"client_deadline_ms\":2E2"));
}

TEST(Deadline, F12_OfTheConfigurationIsNotTheClients) {
  MockProvider mock;
  mock.fault("hang");
  const std::string yaml = one_provider({mock.url()}, {kKeyOne}, "timeouts: { connect: 100ms, total: 300ms }\n");
  Gateway gateway(with_admin(load(yaml)));
  const Answer ours = gateway.post(kChat, plain_chat(), {{"x-stainless-timeout", "60"}});
  EXPECT_EQ(ours.status, 504);
  EXPECT_THAT(ours.body, ::testing::Not(HasSubstr("the client gave")));
  EXPECT_THAT(gateway.explained(ours.field("x-request-id").value_or("")), HasSubstr("total_timeout"));
}

TEST(Deadline, A3_AnUpstreamThatNeverAnswersIsA504WhenNoneIsLeft) {
  MockProvider mock;
  mock.fault("hang");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}, "timeouts: { head: 100ms }\nretry: { same_target: 0 }\n"));
  for (const std::string& request : {plain_chat(), streamed_chat()}) {
    const Answer answer = gateway.post(kChat, request);
    EXPECT_EQ(answer.status, 504);
    EXPECT_EQ(answer.field("x-should-retry"), "false");
  }
}

TEST(Deadline, TheTotalEndsAPlainAnswerThatDrips) {
  MockProvider mock;
  mock.fault("drip:every=20ms");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}, "timeouts: { connect: 100ms, total: 300ms }\n"));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 504);
}

TEST(Deadline, TheLongestStreamEndsWithAnErrorEvent) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(delta("first"))).wait_for_end());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "timeouts: { stream_max: 200ms }\n"));
  const Answer answer = gateway.post(kChat, streamed_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.whole());
  EXPECT_THAT(spoken(answer.body).back().data(), HasSubstr("\"error\""));
  EXPECT_EQ(answer.body.find("[DONE]"), std::string::npos);
}

}  // namespace
}  // namespace drover::test
