// What the Anthropic dialect reads in requests, plain answers and failures; the parts it shares have tests of their
// own.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "dialect/dialect.h"
#include "dialect/request/body_edits.h"

namespace drover::dialect {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t kNow = 1'755'780'000;  // 2025-08-21T12:40:00Z

Inspection read(std::string_view body, Api api = Api::Messages) {
  const auto inspection = anthropic().inspect(api, "application/json", body);
  EXPECT_TRUE(inspection.has_value()) << (inspection ? "" : inspection.error().message);
  return inspection.value_or(Inspection{});
}

std::uint64_t affinity(const std::string& members) {
  return read("{\"model\":\"m\"," + members + "}").affinity;
}

const std::string kTurn = R"("messages":[{"role":"user","content":"hi"}])";

TEST(AnthropicRequest, SaysModelStreamAndLimits) {
  const Inspection seen = read(R"({"model":"claude","max_tokens":77,"stream":true,"messages":[],"system":"be brief"})");
  EXPECT_EQ(seen.model, "claude");
  EXPECT_TRUE(seen.stream);
  EXPECT_EQ(seen.output_tokens_estimate, 77);
  EXPECT_GT(seen.input_tokens_estimate, 0);
  EXPECT_EQ(seen.repeat, Repeat::Free);
  EXPECT_EQ(read(R"({"model":"claude","messages":[]})", Api::CountTokens).repeat, Repeat::Free);
}

TEST(AnthropicRequest, G4_RefusesAKeyTwiceThatDecidesSomething) {
  for (const std::string_view body : {R"({"model":"a","model":"b"})", R"({"model":"a","metadata":{},"metadata":{}})",
                                      R"({"model":"a","MODEL":"b"})"}) {
    EXPECT_FALSE(anthropic().inspect(Api::Messages, "application/json", body).has_value()) << body;
  }
}

TEST(AnthropicRequest, G11_LeavesTheOtherDialectsKeysToTheProvider) {
  EXPECT_EQ(read(R"({"model":"a","user":1,"user":2,"stream_options":"x","store":"x"})").model, "a");
}

TEST(AnthropicRequest, BelongsTogetherByTheUserOfItsMetadata) {
  const auto user = affinity(R"("metadata":{"user_id":"u1"},)" + kTurn);
  EXPECT_NE(user, 0U);
  EXPECT_EQ(user, affinity(R"("metadata":{"user_id":"u1"},"messages":[])"));
  EXPECT_NE(user, affinity(R"("metadata":{"user_id":"u2"},)" + kTurn));
  EXPECT_EQ(affinity(kTurn), affinity(R"("metadata":{"user_id":""},)" + kTurn));
  EXPECT_EQ(affinity(kTurn), affinity(R"("metadata":null,)" + kTurn));
}

TEST(AnthropicRequest, BelongsTogetherByItsSystemPromptAndFirstUserMessage) {
  const std::string later = R"("messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"x"}])";
  EXPECT_NE(affinity(kTurn), 0U);
  EXPECT_EQ(affinity(kTurn), affinity(R"("messages":[{"role":"user","content":"hi"}  ])"));
  EXPECT_EQ(affinity(R"("system":[{"type":"text","text":"s"}],)" + kTurn),
            affinity(R"("system":[{"type":"text","text":"s"}],)" + later));
  EXPECT_NE(affinity(R"("system":"one",)" + kTurn), affinity(R"("system":"two",)" + kTurn));
}

TEST(AnthropicRequest, IsEditedInItsModelOnly) {
  const std::string body = R"({"stream":true, "model" : "alias","max_tokens":1})";
  const BodyEdits edits = body_edits(Api::Messages, read(body), body, "claude-x", UsageWish::Ask);
  EXPECT_EQ(apply_edits(body, edits), R"({"stream":true, "model" : "claude-x","max_tokens":1})");
}

struct Read {
  std::optional<Error> failure;
  AnswerState state;
};

Read plain(std::string_view body, Api api = Api::Messages) {
  Read out;
  out.failure = anthropic().read_plain(api, body, out.state);
  return out;
}

TEST(AnthropicAnswer, TellsItsUsage) {
  const Read good = plain(
      R"({"type":"message","content":[{"type":"text","text":"x"}],"usage":{"input_tokens":1,"cache_read_input_tokens":2,"output_tokens":3}})");
  EXPECT_FALSE(good.failure.has_value());
  EXPECT_EQ(good.state.usage.input_tokens, 3);
  EXPECT_EQ(good.state.usage.output_tokens, 3);
}

TEST(AnthropicAnswer, K3_MayHaveNoContentButThenItSaysWhyItStopped) {
  EXPECT_FALSE(plain(R"({"content":[],"stop_reason":"end_turn","usage":{"output_tokens":0}})").failure.has_value());
  EXPECT_FALSE(plain(R"({"content":[],"stop_reason":"refusal"})").failure.has_value());
  EXPECT_EQ(plain(R"({"content":[],"stop_reason":null,"usage":{"output_tokens":0}})").failure.value_or(Error{}).code,
            "empty_answer");
  EXPECT_EQ(plain(R"({"content":[]})").failure.value_or(Error{}).code, "empty_answer");
}

TEST(AnthropicAnswer, C9_AnErrorInA200IsThatOfItsType) {
  const Read failed = plain(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  ASSERT_TRUE(failed.failure.has_value());
  EXPECT_EQ(failed.failure->kind, ErrorKind::Overloaded);
  EXPECT_EQ(failed.failure->status, 529);
}

TEST(AnthropicAnswer, C10_AnotherShapeIsAFailure) {
  EXPECT_EQ(plain(R"({"choices":[{}]})").failure.value_or(Error{}).code, "unexpected_answer");
  EXPECT_EQ(plain("<html>").failure.value_or(Error{}).kind, ErrorKind::WrongContentType);
  EXPECT_EQ(plain(R"({"content":[)").failure.value_or(Error{}).code, "unreadable_answer");
}

TEST(AnthropicAnswer, OfCountingCostsNoTokens) {
  const Read counted = plain(R"({"input_tokens":2095})", Api::CountTokens);
  EXPECT_FALSE(counted.failure.has_value());
  EXPECT_TRUE(counted.state.usage.known);
  EXPECT_EQ(counted.state.usage.input_tokens, 0);
  EXPECT_EQ(plain("{}", Api::CountTokens).failure.value_or(Error{}).code, "unexpected_answer");
}

std::string said(std::string_view type, std::string_view message, std::string_view more = {}) {
  return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":")" + std::string(message) + "\"" +
         std::string(more) + R"(},"request_id":"req_1"})";
}

Error failure(int status, const std::string& body, std::initializer_list<http::Field> list = {}) {
  http::Fields fields;
  for (const http::Field& field : list) (void)fields.push_back(field);
  return anthropic().read_failure(status, fields, body, kNow, nullptr);
}

struct Case {
  int status;
  std::string body;
  ErrorKind kind;
  ErrorScope scope;
  RetryClass retry;
};

TEST(AnthropicFailure, MeansWhatItsTypeAndItsTextSay) {
  using K = ErrorKind;
  using S = ErrorScope;
  using R = RetryClass;
  const std::string echo = "messages.0: rate limit 429 overloaded your credit balance is too low";
  const std::vector<Case> cases = {
      {400, said("invalid_request_error", "max_tokens: Field required"), K::UserError, S::Request, R::Never},
      {400, said("invalid_request_error", echo), K::UserError, S::Request, R::Never},
      {400, said("invalid_request_error", "Your credit balance is too low to access the API."), K::QuotaExhausted,
       S::Quota, R::OtherKey},
      {400, said("invalid_request_error", "You have reached your specified workspace API usage limits."),
       K::QuotaExhausted, S::Quota, R::OtherKey},
      {400, said("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), K::ContextTooLong,
       S::Request, R::Never},
      {400, said("invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 2"),
       K::ContextTooLong, S::Request, R::Never},
      {400, said("invalid_request_error", "Output blocked by content filtering policy"), K::ContentPolicy, S::Request,
       R::Never},
      {401, said("authentication_error", "invalid x-api-key"), K::KeyRejected, S::Key, R::OtherKey},
      {402, said("billing_error", "b"), K::QuotaExhausted, S::Quota, R::OtherKey},
      {403, said("permission_error", "not your model"), K::Forbidden, S::Request, R::OtherKey},
      {404, said("not_found_error", "model: claude-9"), K::ModelMissing, S::Target, R::OtherKey},
      {413, said("request_too_large", "r"), K::TooLarge, S::Target, R::OtherKey},
      {429, said("rate_limit_error", "r"), K::RateLimited, S::Key, R::OtherKey},
      {429, said("rate_limit_error", "r", R"(,"details":{"error_code":"enforced_spend_limit_reached"})"),
       K::QuotaExhausted, S::Quota, R::OtherKey},
      {500, said("api_error", "Internal server error"), K::ServerError, S::Target, R::OtherKey},
      {504, said("timeout_error", "t"), K::ServerError, S::Server, R::OtherKey},
      {529, said("overloaded_error", "Overloaded"), K::Overloaded, S::Provider, R::OtherKey},
      {529, "", K::Overloaded, S::Provider, R::OtherKey},
  };
  for (const Case& one : cases) {
    const Error error = failure(one.status, one.body);
    EXPECT_EQ(error.kind, one.kind) << one.body;
    EXPECT_EQ(error.scope, one.scope) << one.body;
    EXPECT_EQ(error.retry, one.retry) << one.body;
    EXPECT_EQ(error.status, one.status) << one.body;
  }
}

TEST(AnthropicFailure, C3_WaitsForTheLimitThatHasNothingLeft) {
  const Error error = failure(429, said("rate_limit_error", "r"),
                              {{"anthropic-ratelimit-requests-remaining", "49"},
                               {"anthropic-ratelimit-requests-reset", "2025-08-21T12:59:00Z"},
                               {"anthropic-ratelimit-input-tokens-remaining", "0"},
                               {"anthropic-ratelimit-input-tokens-reset", "2025-08-21T12:40:59Z"}});
  EXPECT_EQ(error.retry_after, 59s);
}

TEST(AnthropicFailure, C3_BelievesRetryAfterFirst) {
  const Error error = failure(529, said("overloaded_error", "Overloaded"),
                              {{"retry-after", "7"},
                               {"anthropic-ratelimit-tokens-remaining", "0"},
                               {"anthropic-ratelimit-tokens-reset", "2025-08-21T12:59:00Z"}});
  EXPECT_EQ(error.retry_after, 7s);
}

TEST(AnthropicFailure, SaysWhatWasSurelyNotExecuted) {
  EXPECT_TRUE(anthropic().not_executed(failure(529, said("overloaded_error", "Overloaded"))));
  EXPECT_TRUE(anthropic().not_executed(failure(429, said("rate_limit_error", "r"))));
  EXPECT_FALSE(anthropic().not_executed(failure(500, said("api_error", "i"))));
}

TEST(AnthropicFailure, ObeysShouldRetry) {
  EXPECT_EQ(failure(529, said("overloaded_error", "o"), {{"x-should-retry", "false"}}).retry,
            RetryClass::OtherProvider);
}

}  // namespace
}  // namespace drover::dialect
