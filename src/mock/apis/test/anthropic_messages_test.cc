#include "mock/apis/anthropic_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kAsked =
    R"({"model":"claude-a","max_tokens":100,"messages":[{"role":"user","content":"hi"}])";

Heard messages(std::string_view more = "}", std::string_view target = "/v1/messages") {
  static std::string body;
  body = std::string(kAsked) + std::string(more);
  Heard heard{.method = "POST", .target = target};
  heard.fields = {{"content-type", "application/json"}, {"x-api-key", "sk-a"}, {"anthropic-version", "2023-06-01"}};
  heard.body = body;
  return heard;
}

Heard get(std::string_view target) {
  Heard heard{.method = "GET", .target = target};
  heard.fields = {{"x-api-key", "sk-a"}, {"anthropic-version", "2023-06-01"}};
  return heard;
}

Settings claudes() {
  Settings settings = short_answers();
  settings.models = {"claude-a", "claude-b*"};
  return settings;
}

Script with_fault(std::string_view fault, std::string_view more = "}") {
  Provider provider(claudes(), at(0s));
  provider.add_faults({*parse_fault(fault)}, at(0s).at);
  return ask(provider, messages(more));
}

TEST(MockMessages, AreAnsweredPlain) {
  Provider provider(claudes(), at(0s));
  const Script script = ask(provider, messages());
  EXPECT_EQ(script.status, 200);
  EXPECT_THAT(wire(script), HasSubstr("request-id: req_mock_1\r\n"));
  EXPECT_THAT(script.body, HasSubstr(R"("type":"message","role":"assistant","model":"claude-a")"));
  EXPECT_THAT(script.body, HasSubstr(R"("stop_reason":"end_turn")"));
  EXPECT_THAT(script.body, HasSubstr(R"("output_tokens":3)"));
}

TEST(MockMessages, AreStreamedInTheOrderOfARealOne) {
  Provider provider(claudes(), at(0s));
  const std::string body = ask(provider, messages(",\"stream\":true}")).body;
  std::size_t before = 0;
  for (const std::string_view name : {"message_start", "content_block_start", "ping", "content_block_delta",
                                      "content_block_stop", "message_delta", "message_stop"}) {
    const std::size_t at = body.find("event: " + std::string(name) + "\ndata: {\"type\":\"" + std::string(name));
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GE(at, before) << name;
    before = at;
  }
  EXPECT_THAT(body, Not(HasSubstr("[DONE]")));
}

TEST(MockMessages, CallATool) {
  const std::string tools =
      R"(,"tools":[{"name":"brew","input_schema":{"type":"object","properties":{"cups":{"type":"integer"}}}}],)"
      R"("tool_choice":{"type":"any"})";
  Provider provider(claudes(), at(0s));
  EXPECT_THAT(ask(provider, messages(tools + "}")).body, HasSubstr(R"("name":"brew","input":{"cups":42})"));
  std::string none = tools;
  none.replace(none.find("\"any\""), 5, "\"none\"");
  EXPECT_THAT(ask(provider, messages(none + "}")).body, HasSubstr(R"("type":"text")"));
  const std::string streamed = ask(provider, messages(tools + ",\"stream\":true}")).body;
  EXPECT_THAT(streamed, HasSubstr(R"({"type":"input_json_delta","partial_json":""})"));
  EXPECT_THAT(streamed, HasSubstr(R"("stop_reason":"tool_use")"));
}

TEST(MockMessages, NeedALimitOfTokens) {
  Provider provider(claudes(), at(0s));
  Heard heard = messages();
  heard.body = R"({"model":"claude-a","messages":[]})";
  const Script refused = ask(provider, heard);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr(R"("type":"invalid_request_error","message":"max_tokens: Field required")"));
  heard.target = "/v1/messages/count_tokens";
  EXPECT_EQ(ask(provider, heard).status, 200) << "but counting needs none";
}

TEST(MockMessages, CountTokens) {
  Provider provider(claudes(), at(0s));
  EXPECT_THAT(ask(provider, messages("}", "/v1/messages/count_tokens")).body, HasSubstr("{\"input_tokens\":"));
}

TEST(MockMessages, ListModelsInTheDialectThatIsAsked) {
  Provider provider(claudes(), at(0s));
  EXPECT_THAT(ask(provider, get("/v1/models")).body, HasSubstr(R"("first_id":"claude-a")"));
  EXPECT_THAT(ask(provider, get("/v1/models/claude-b2")).body, HasSubstr(R"("type":"model","id":"claude-b2")"));
  EXPECT_THAT(ask(provider, get("/v1/models/gpt")).body, HasSubstr("not_found_error"));
  Heard unversioned = get("/v1/models");
  unversioned.fields.pop_back();
  EXPECT_THAT(ask(provider, unversioned).body, HasSubstr(R"("object":"list")"));
}

TEST(MockMessages, RefuseAnUnknownKeyInTheirShape) {
  Settings settings = claudes();
  settings.keys = {{.key = "sk-b"}};
  Provider provider(settings, at(0s));
  const Script refused = ask(provider, messages());
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr(R"({"type":"error","error":{"type":"authentication_error")"));
}

TEST(MockMessages, TellTheLimitsOfAKeyWithADate) {
  Settings settings = claudes();
  settings.keys = {{.key = "sk-a", .requests_per_minute = 1}};
  Provider provider(settings, at(0s));
  EXPECT_THAT(wire(ask(provider, messages())), HasSubstr("anthropic-ratelimit-requests-remaining: 0\r\n"));
  const Script limited = ask(provider, messages());
  EXPECT_EQ(limited.status, 429);
  EXPECT_THAT(wire(limited), HasSubstr("anthropic-ratelimit-requests-reset: 1994-11-06T08:50:37Z\r\n"));
  EXPECT_THAT(limited.body, HasSubstr("rate_limit_error"));
}

TEST(MockMessages, FailAsTheDialectDoes) {
  const Script overloaded = with_fault("529");
  EXPECT_EQ(overloaded.status, 529);
  EXPECT_THAT(overloaded.body, HasSubstr(R"("type":"overloaded_error","message":"Overloaded.")"));
  EXPECT_THAT(with_fault("400:code=credit_balance_too_low").body, HasSubstr("Your credit balance is too low"));
  EXPECT_THAT(with_fault("400:code=context_length_exceeded").body, HasSubstr("prompt is too long"));
  EXPECT_THAT(with_fault("429:code=enforced_spend_limit_reached").body,
              HasSubstr(R"("details":{"error_code":"enforced_spend_limit_reached"})"));
  EXPECT_THAT(wire(with_fault("429:reset=60s")),
              HasSubstr("anthropic-ratelimit-requests-reset: 1994-11-06T08:50:37Z\r\n"));
  EXPECT_THAT(with_fault("error-in-200").body, HasSubstr("overloaded_error"));
  EXPECT_THAT(with_fault("empty-choices").body, HasSubstr(R"("content":[])"));
}

TEST(MockMessages, FailInMidStreamAsTheDialectDoes) {
  const std::string_view streamed = ",\"stream\":true}";
  EXPECT_TRUE(with_fault("error-first", streamed).body.starts_with("event: error\ndata: {\"type\":\"error\""));
  const std::string late = with_fault("error-after-lifecycle", streamed).body;
  EXPECT_THAT(late, HasSubstr("content_block_start"));
  EXPECT_THAT(late, Not(HasSubstr("content_block_delta")));
  EXPECT_THAT(late, HasSubstr("overloaded_error"));
  const std::string mid = with_fault("error-mid:after=2:code=api_error", streamed).body;
  EXPECT_THAT(mid, HasSubstr("content_block_delta"));
  EXPECT_THAT(mid, HasSubstr(R"("type":"api_error")"));
  EXPECT_THAT(with_fault("no-done", streamed).body, Not(HasSubstr("message_stop")));
  EXPECT_THAT(with_fault("incomplete", streamed).body, Not(HasSubstr("message_delta")));
  EXPECT_THAT(with_fault("empty-choices", streamed).body, HasSubstr("message_stop"));
}

}  // namespace
}  // namespace drover::mock
