// Limits of teams and clients: refused at once when they are used up, counted by what was really used, and kept over a
// reload.
#include <memory>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kWebKey = "client-key-of-web-0123456789";
constexpr const char* kJobKey = "client-key-of-job-0123456789";

/// Two clients of one team; `teams` and `limits` of the first are YAML.
std::string two_clients(const std::string& teams, const std::string& limits = {}) {
  return "teams: " + teams + "\nclients:\n  - { name: web, team: acme, key: { value: " + kWebKey + " }" +
         (limits.empty() ? "" : ", limits: " + limits) + " }\n  - { name: job, team: acme, key: { value: " + kJobKey +
         " } }\n";
}

class TeamLimits : public ::testing::Test {
 protected:
  void start(const std::string& more) {
    gateway_ = std::make_unique<Gateway>(one_provider({url_of(upstream_)}, {kKeyOne}, more));
  }
  Answer ask(const char* key, const std::string& body = plain_chat()) {
    return gateway_->post(kChat, body, {{"Authorization", std::string("Bearer ") + key}});
  }
  /// Each answer says that it used this many tokens.
  void answers_use(int input, int output) {
    std::string body(kPlainAnswer);
    body.pop_back();
    body += R"(,"usage":{"prompt_tokens":)" + std::to_string(input) + R"(,"completion_tokens":)" +
            std::to_string(output) + "}}";
    upstream_.always(Say{}.bytes(sized(body)));
  }

  RawUpstream upstream_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(TeamLimits, CountForAllClientsOfATeam) {
  answers_use(1, 1);
  start(two_clients("{ acme: { limits: [ { requests: 3, window: day } ] } }"));
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kJobKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 200);
  for (const char* const key : {kWebKey, kJobKey}) {
    const Answer refused = ask(key);
    EXPECT_EQ(refused.status, 429);
    EXPECT_THAT(refused.body, AllOf(HasSubstr("client_limit_reached"), HasSubstr("acme")));
    EXPECT_EQ(refused.field("x-should-retry"), "false") << "a day is too long to wait";
  }
  EXPECT_EQ(upstream_.heard().size(), 3U) << "what is refused costs nothing";
}

/// What a request held is free before its client has the last byte.
TEST_F(TeamLimits, OfRequestsAtOnceRefuseNoClientThatHasItsAnswer) {
  answers_use(1, 1);
  start(two_clients("{ acme: { limits: [ { concurrent: 1 } ] } }"));
  HttpClient client = gateway_->client();
  for (int request = 0; request < 200; ++request) {
    ASSERT_EQ(client.post(kChat, plain_chat(), {{"Authorization", std::string("Bearer ") + kWebKey}}).status, 200);
    ASSERT_EQ(ask(kJobKey).status, 200) << "on another connection";
  }
}

TEST_F(TeamLimits, OfAClientAreNotThoseOfItsNeighbour) {
  answers_use(1, 1);
  start(two_clients("{ acme: {} }", "[ { requests: 1, window: day } ]"));
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 429);
  EXPECT_EQ(ask(kJobKey).status, 200);
}

TEST_F(TeamLimits, CountTheTokensThatWereUsedAndNotTheEstimate) {
  answers_use(10, 90);
  start(two_clients("{ acme: { limits: [ { tokens: 250, window: day } ] } }"));
  // The estimate of each is above 250: while anything is left a request goes.
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 429) << "300 are used";
}

TEST_F(TeamLimits, MayBeStrictAboutTheEstimate) {
  answers_use(10, 90);
  start(two_clients("{ acme: { limits: [ { tokens: 250, window: day } ] } }") + "budgets: { overdraft: strict }\n");
  EXPECT_EQ(ask(kWebKey).status, 429);
  EXPECT_EQ(ask(kWebKey, chat_body("gpt-4o", R"(,"max_tokens":100)")).status, 200);
}

TEST_F(TeamLimits, OfCertainModelsLeaveTheOthersAlone) {
  answers_use(1, 1);
  start(two_clients("{ acme: { limits: [ { requests: 1, window: day, models: [ \"gpt-4*\" ] } ] } }"));
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 429);
  EXPECT_EQ(ask(kWebKey, chat_body("other")).status, 200);
}

TEST_F(TeamLimits, ThatOnlyTellRefuseNothing) {
  answers_use(1, 1);
  start(two_clients("{ acme: { limits: [ { requests: 1, window: day, action: tell } ] } }"));
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 200);
}

TEST_F(TeamLimits, AreGivenBackByARequestThatFails) {
  upstream_.always(
      Say{}.bytes(sized(R"({"error":{"message":"no"}})", "Content-Type: application/json\r\n", "400 Bad Request")));
  start(two_clients("{ acme: { limits: [ { tokens: 100, window: day } ] } }"));
  for (int request = 0; request < 5; ++request) EXPECT_EQ(ask(kWebKey).status, 400);
  EXPECT_EQ(gateway_->open_leases(), 0);
}

TEST_F(TeamLimits, EndAStreamThatUsesThemUp) {
  std::string words;
  for (int word = 0; word < 3000; ++word) words += chunk(delta("word"));
  upstream_.always(Say{}.bytes(kStreamHead + words + chunk(std::string(kFinish) + kDone) + "0\r\n\r\n"));
  start(two_clients("{ acme: { limits: [ { tokens_out: 1000, window: day } ] } }"));
  const Answer cut = ask(kWebKey, streamed_chat());
  EXPECT_EQ(cut.status, 200);
  EXPECT_THAT(cut.body, AllOf(HasSubstr("client_limit_reached"), Not(HasSubstr("[DONE]"))));
  EXPECT_EQ(ask(kWebKey).status, 429);
}

TEST_F(TeamLimits, KeepTheirCountsOverAReload) {
  answers_use(1, 1);
  const std::string yaml = two_clients("{ acme: { limits: [ { requests: 2, window: day } ] } }");
  start(yaml);
  EXPECT_EQ(ask(kWebKey).status, 200);
  EXPECT_EQ(ask(kWebKey).status, 200);
  ASSERT_TRUE(gateway_->reload(load(one_provider({url_of(upstream_)}, {kKeyOne}, yaml))));
  EXPECT_EQ(ask(kWebKey).status, 429);
  const std::string more = two_clients("{ acme: { limits: [ { requests: 3, window: day } ] } }");
  ASSERT_TRUE(gateway_->reload(load(one_provider({url_of(upstream_)}, {kKeyOne}, more))));
  EXPECT_EQ(ask(kWebKey).status, 200) << "one more than before";
  EXPECT_EQ(ask(kWebKey).status, 429);
}

TEST_F(TeamLimits, AreToldInEachAnswer) {
  answers_use(1, 1);
  start(two_clients("{ acme: { limits: [ { requests: 7, window: day } ] } }"));
  const Answer answer = ask(kWebKey);
  EXPECT_EQ(answer.field("x-ratelimit-limit-requests"), "7");
  EXPECT_EQ(answer.field("x-ratelimit-remaining-requests"), "6");
}

}  // namespace
}  // namespace drover::test
