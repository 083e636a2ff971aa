// Requests, failures and what drover itself answers with, in Google's dialect.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "dialect/dialect.h"
#include "dialect/gemini/quota.h"
#include "dialect/json/json_reader.h"
#include "dialect/request/id_mark.h"

namespace drover::dialect {
namespace {

constexpr std::string_view kJson = "application/json";
/// 2026-07-01 12:00 UTC: five in the morning in California, in summer.
constexpr std::int64_t kSummerNoon = 1'782'907'200;

Result<Inspection> inspect(std::string_view body, Api api = Api::Generate) {
  return gemini().inspect(api, kJson, std::string(body));
}

std::string quota_error(std::string_view quota) {
  return R"({"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":")" +
         std::string(quota) + R"("}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17.5s"}]}})";
}

Error failure(int status, std::string_view body) {
  return gemini().read_failure(status, {}, body, kSummerNoon, nullptr);
}

TEST(GeminiInspect, ReadsHowMuchIsAskedForInBothSpellings) {
  for (
      const std::string_view body :
      {R"({"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":50,"candidateCount":2}})",
       R"({"contents":[{"parts":[{"text":"Hi"}]}],"generation_config":{"max_output_tokens":50,"candidate_count":2}})"}) {
    const auto read = inspect(body);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->choices, 2U);
    EXPECT_EQ(read->output_tokens_estimate, 100);
    EXPECT_GT(read->input_tokens_estimate, 0);
    EXPECT_EQ(read->repeat, Repeat::Free);
    EXPECT_FALSE(read->has_model);
    EXPECT_FALSE(read->stream);
  }
}

TEST(GeminiInspect, NumbersBeyondAllMeasureAreBounded) {
  const auto read = inspect(R"({"generationConfig":{"maxOutputTokens":99999999999999999999,"candidateCount":-5}})");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->choices, 1U);
  EXPECT_LE(read->output_tokens_estimate, 10'000'000);
  EXPECT_EQ(inspect(R"({"generationConfig":7})")->output_tokens_estimate, 0);
}

TEST(GeminiInspect, TheTurnsOfOneConversationBelongTogether) {
  const auto one =
      inspect(R"({"systemInstruction":{"parts":[]},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
  const auto two = inspect(
      R"({"systemInstruction":{"parts":[]},"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Yo"}]}]})");
  const auto other = inspect(R"({"contents":[{"role":"user","parts":[{"text":"Hello"}]}]})");
  EXPECT_EQ(one->affinity, two->affinity);
  EXPECT_NE(one->affinity, other->affinity);
  EXPECT_NE(one->affinity, 0U);
}

TEST(GeminiInspect, WhatAnAccountKeepsIsMarked) {
  EXPECT_EQ(inspect(R"({"cachedContent":"cachedContents/1"})")->continues, id_mark("cachedContents/1"));
  constexpr std::string_view kUri = "https://generativelanguage.googleapis.com/v1beta/files/a";
  EXPECT_EQ(inspect(R"({"contents":[{"parts":[{"fileData":{"fileUri":")" + std::string(kUri) + R"("}}]}]})")->continues,
            id_mark(kUri));
  EXPECT_EQ(inspect(R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://x.test/a.png"}}]}]})")->continues, 0U);
}

TEST(GeminiInspect, AModelBesideThePathsIsKeptToBeCompared) {
  EXPECT_EQ(inspect(R"({"contents":[]})")->model, "");
  const auto named = inspect(R"({"model":"models\/other","contents":[]})");
  EXPECT_EQ(named->model, "models/other");
  EXPECT_FALSE(named->has_model);
  EXPECT_EQ(inspect(R"({"model":7})")->model, "7");
  EXPECT_FALSE(inspect(R"({"model":"a","model":"b"})").has_value());
}

TEST(GeminiInspect, WhatIsNoRequestIsRefused) {
  for (const std::string_view body : {"", "{", "[]", "1", R"({"contents":[],"contents":[]})", "{\"a\":\"\xff\"}"}) {
    const auto read = inspect(body);
    ASSERT_FALSE(read.has_value()) << body;
    EXPECT_EQ(read.error().status, 400);
  }
  EXPECT_EQ(gemini().inspect(Api::Generate, "text/plain", "{}").error().status, 415);
  EXPECT_EQ(gemini().inspect(Api::Generate, "application/json; charset=utf-16", "{}").error().status, 415);
  EXPECT_TRUE(gemini().inspect(Api::Pinned, "text/plain", "x").has_value());
  EXPECT_EQ(gemini().inspect(Api::Pinned, "text/plain", "x")->repeat, Repeat::Never);
}

TEST(GeminiInspect, ALongBodyIsReadInSlices) {
  const std::string body = R"({"contents":[{"parts":[{"text":")" + std::string(5'000, 'a') +
                           R"("}]}],"generationConfig":{"maxOutputTokens":9}})";
  const auto inspector = gemini().inspector(Api::Generate, kJson, body);
  int steps = 0;
  for (Result<bool> done = false; done.has_value() && !*done; ++steps) done = inspector->step(100);
  EXPECT_GT(steps, 10);
  EXPECT_EQ(inspector->take().output_tokens_estimate, 9);
}

TEST(GeminiFailure, AQuotaOfAMinuteEndsWhenGoogleSays) {
  const Error error = failure(429, quota_error("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"));
  EXPECT_EQ(error.kind, ErrorKind::RateLimited);
  EXPECT_EQ(error.retry_after, std::chrono::milliseconds{17'500});
}

TEST(GeminiFailure, AQuotaOfADayEndsAtMidnightInCalifornia) {
  const Error error = failure(429, quota_error("GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
  EXPECT_EQ(error.kind, ErrorKind::RateLimited);
  EXPECT_EQ(error.retry_after, std::chrono::hours{19});
}

TEST(GeminiFailure, TheDayOfQuotasFollowsTheClocksOfCalifornia) {
  using gemini_detail::until_quota_day;
  using std::chrono::hours;
  EXPECT_EQ(until_quota_day(kSummerNoon), hours{19});
  EXPECT_EQ(until_quota_day(1'767'268'800), hours{20});                                 // 2026-01-01 12:00 UTC
  EXPECT_EQ(until_quota_day(1'772'956'800 - 60), hours{0} + std::chrono::seconds{60});  // 2026-03-08 07:59 UTC
  EXPECT_EQ(until_quota_day(1'772'956'800), hours{23});  // the night in which they go forward
  EXPECT_EQ(until_quota_day(1'793'516'400), hours{25});  // 2026-11-01 07:00 UTC: back
}

TEST(GeminiFailure, AKeyThatIsNotKnownIsTheKeysFaultThoughTheStatusIs400) {
  const Error error = failure(
      400,
      R"({"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}]}})");
  EXPECT_EQ(error.kind, ErrorKind::KeyRejected);
  EXPECT_EQ(error.scope, ErrorScope::Key);
  EXPECT_NE(error.retry, RetryClass::Never);
}

TEST(GeminiFailure, EachStatusOfGooglesHasItsClass) {
  const auto google = [](int status, std::string_view word, std::string_view message = "x") {
    return failure(status, R"({"error":{"code":)" + std::to_string(status) + R"(,"message":")" + std::string(message) +
                               R"(","status":")" + std::string(word) + "\"}}");
  };
  EXPECT_EQ(google(400, "INVALID_ARGUMENT").kind, ErrorKind::UserError);
  EXPECT_EQ(google(400, "INVALID_ARGUMENT").retry, RetryClass::Never);
  EXPECT_EQ(google(400, "FAILED_PRECONDITION").kind, ErrorKind::Forbidden);
  EXPECT_EQ(google(400, "FAILED_PRECONDITION", "User location is not supported for the API use.").retry,
            RetryClass::OtherProvider);
  EXPECT_EQ(google(400, "INVALID_ARGUMENT", "The input token count exceeds the maximum number of tokens allowed").kind,
            ErrorKind::ContextTooLong);
  EXPECT_EQ(google(401, "UNAUTHENTICATED").kind, ErrorKind::KeyRejected);
  EXPECT_EQ(google(403, "PERMISSION_DENIED").kind, ErrorKind::Forbidden);
  EXPECT_EQ(google(404, "NOT_FOUND", "models/x is not found for API version v1beta").kind, ErrorKind::ModelMissing);
  EXPECT_EQ(google(429, "RESOURCE_EXHAUSTED").kind, ErrorKind::RateLimited);
  EXPECT_EQ(google(500, "INTERNAL").kind, ErrorKind::ServerError);
  EXPECT_EQ(google(503, "UNAVAILABLE").kind, ErrorKind::Overloaded);
  EXPECT_EQ(google(504, "DEADLINE_EXCEEDED").kind, ErrorKind::ServerError);
  EXPECT_TRUE(gemini().not_executed(google(429, "RESOURCE_EXHAUSTED")));
}

TEST(GeminiFailure, ListsOfDetailsWithoutEndAreWalkedToALimit) {
  std::string details = R"({"violations":[]})";
  for (int count = 0; count < 100'000; ++count) details += R"(,{"violations":[{"quotaId":"x"}]})";
  const std::string body = R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[)" + details +
                           R"(,{"violations":[{"quotaId":"PerDay"}]}]}})";
  EXPECT_FALSE(gemini_detail::names_daily_quota(body));
  EXPECT_FALSE(gemini_detail::names_daily_quota("<html>PerDay</html>"));
}

TEST(GeminiReplies, AnErrorHasGooglesShape) {
  const ErrorReply reply{.status = 429, .code = "rate_limited", .message = "wait", .request_id = "req_1"};
  const std::string body = gemini().error_body(reply);
  const std::string_view error = raw_member(body, "error");
  EXPECT_EQ(raw_member(error, "code"), "429");
  EXPECT_EQ(raw_member(error, "status"), R"("RESOURCE_EXHAUSTED")");
  EXPECT_EQ(raw_member(error, "message"), R"("wait")");
  EXPECT_EQ(gemini().error_event(Api::Generate, reply), "data: " + body + "\n\n");
  EXPECT_EQ(raw_member(raw_member(gemini().error_body({.status = 418, .code = "", .message = "\xff", .request_id = ""}),
                                  "error"),
                       "status"),
            R"("INVALID_ARGUMENT")");
}

TEST(GeminiReplies, ModelsAreListedAsGoogleListsThem) {
  EXPECT_EQ(
      gemini().models_body({"a", "b/c"}),
      R"({"models":[{"name":"models/a","displayName":"a","supportedGenerationMethods":["generateContent","countTokens"]},{"name":"models/b/c","displayName":"b/c","supportedGenerationMethods":["generateContent","countTokens"]}]})");
  EXPECT_EQ(gemini().models_body({}), R"({"models":[]})");
  EXPECT_EQ(raw_member(gemini().model_body("a"), "name"), R"("models/a")");
}

}  // namespace
}  // namespace drover::dialect
