#include "dialect/failure/failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "dialect/dialect.h"
#include "dialect/failure/retry_after.h"

namespace drover::dialect {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t kNow = 1'755'780'000;

Error failure(int status, std::string_view body, std::initializer_list<http::Field> list = {}) {
  http::Fields fields;
  for (const http::Field& field : list) (void)fields.push_back(field);
  return openai().read_failure(status, fields, body, kNow, nullptr);
}

std::string with_code(std::string_view code, std::string_view type = "x", std::string_view message = "m") {
  return R"({"error":{"message":")" + std::string(message) + R"(","type":")" + std::string(type) +
         R"(","param":null,"code":")" + std::string(code) + "\"}}";
}
std::string with_message(std::string_view message) {
  return R"({"error":{"message":")" + std::string(message) +
         R"(","type":"invalid_request_error","param":null,"code":null}})";
}

struct Case {
  int status;
  std::string body;
  ErrorKind kind;
  ErrorScope scope;
  RetryClass retry;
};

TEST(ReadFailure, ClassifiesWhatProvidersSay) {
  using K = ErrorKind;
  using S = ErrorScope;
  using R = RetryClass;
  const std::vector<Case> cases = {
      {401, with_code("invalid_api_key"), K::KeyRejected, S::Key, R::OtherKey},
      {401, "", K::KeyRejected, S::Key, R::OtherKey},
      {400,
       R"([{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"API key not valid.","details":[{"reason":"API_KEY_INVALID"}]}}])",
       K::KeyRejected, S::Key, R::OtherKey},
      {402, R"({"error":{"message":"Insufficient Balance"}})", K::QuotaExhausted, S::Quota, R::OtherKey},
      {403, with_code("invalid_api_key"), K::KeyRejected, S::Key, R::OtherKey},
      {403, with_code("model_not_found"), K::ModelMissing, S::Target, R::OtherKey},
      {403, with_code("unsupported_country_region_territory", "request_forbidden"), K::Forbidden, S::Request,
       R::OtherProvider},
      {403, with_message("Your chosen model requires moderation and your input was flagged"), K::ContentPolicy,
       S::Request, R::Never},
      {404, with_code("model_not_found"), K::ModelMissing, S::Target, R::OtherKey},
      {404, R"({"error":{"message":"model \"x\" not found, try pulling it first"}})", K::ModelMissing, S::Target,
       R::OtherKey},
      {404, R"({"error":{"message":"No such File object: file-1"}})", K::UserError, S::Request, R::Never},
      {404, "<html>", K::Unsupported, S::Target, R::OtherKey},
      {400, with_code("unsupported_parameter"), K::UserError, S::Request, R::Never},
      {405, "", K::Unsupported, S::Target, R::OtherKey},
      {413, "<html>413</html>", K::TooLarge, S::Target, R::OtherKey},
      {415, "", K::UserError, S::Target, R::OtherKey},
      {422, R"({"detail":[{"msg":"field required"}]})", K::UserError, S::Request, R::Never},
      {409, with_code("conflict_error"), K::UserError, S::Request, R::SameTarget},
      {408, "", K::Overloaded, S::Server, R::OtherKey},
      {429, with_code("rate_limit_exceeded", "tokens"), K::RateLimited, S::Key, R::OtherKey},
      {429, with_code("slow_down", "rate_limit_error"), K::RateLimited, S::Provider, R::OtherProvider},
      {429, "<html>1015", K::RateLimited, S::Provider, R::OtherKey},
      {429, with_code("1300", "rate_limited"), K::RateLimited, S::Key, R::OtherKey},
      {429, with_code("429", "x", "The system is experiencing high demand"), K::Overloaded, S::Server, R::OtherKey},
      {429, with_code("rate_limit_exceeded", "tokens", "Request too large for gpt-4o. Limit 30000, Requested 90000"),
       K::UserError, S::Request, R::OtherKey},
      {500, "", K::ServerError, S::Target, R::OtherKey},
      {501, "", K::Unsupported, S::Target, R::OtherKey},
      {502, "<html>", K::ServerError, S::Server, R::OtherKey},
      {503, with_code("server_is_overloaded", "service_unavailable_error"), K::Overloaded, S::Server, R::OtherKey},
      {503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})", K::Overloaded, S::Server,
       R::OtherKey},
      {504, "", K::ServerError, S::Server, R::OtherKey},
      {522, "<html>", K::ServerError, S::Server, R::OtherKey},
      {529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", K::Overloaded,
       S::Provider, R::OtherKey},
      {301, "", K::BadResponse, S::Server, R::OtherKey},
  };
  for (const Case& expected : cases) {
    const Error error = failure(expected.status, expected.body);
    EXPECT_EQ(to_string(error.kind), to_string(expected.kind)) << expected.status << " " << expected.body;
    EXPECT_EQ(to_string(error.scope), to_string(expected.scope)) << expected.status << " " << expected.body;
    EXPECT_EQ(to_string(error.retry), to_string(expected.retry)) << expected.status << " " << expected.body;
    EXPECT_EQ(error.status, expected.status);
  }
}

TEST(ReadFailure, C4_MoneyIsNoRateLimit) {
  for (const std::string_view code :
       {"insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_not_active"}) {
    EXPECT_EQ(failure(429, with_code(code)).kind, ErrorKind::QuotaExhausted) << code;
  }
  EXPECT_EQ(failure(429, with_code("x", "insufficient_quota")).kind, ErrorKind::QuotaExhausted);
  EXPECT_EQ(failure(400, with_code("billing_hard_limit_reached")).kind, ErrorKind::QuotaExhausted);
  EXPECT_EQ(
      failure(400, with_message("You have reached your specified API usage limits. You will regain access on x")).kind,
      ErrorKind::QuotaExhausted);
  EXPECT_EQ(failure(400, with_message("Your credit balance is too low to access the API")).kind,
            ErrorKind::QuotaExhausted);
  EXPECT_EQ(
      failure(429, R"({"error":{"type":"rate_limit_error","details":{"error_code":"enforced_spend_limit_reached"}}})")
          .kind,
      ErrorKind::QuotaExhausted);
}

TEST(ReadFailure, C5_A403DisablesNoKeyUnlessItNamesTheKey) {
  EXPECT_EQ(failure(403, "").kind, ErrorKind::Forbidden);
  EXPECT_EQ(failure(403, with_code("permission_denied", "permission_error")).scope, ErrorScope::Request);
  EXPECT_EQ(failure(403, "<html>Just a moment").kind, ErrorKind::WrongContentType);
}

TEST(ReadFailure, C6_ThePromptInA400DecidesNothing) {
  for (const std::string_view echo : {"Invalid value: 'rate limit 429'", "Invalid 'x': 'insufficient_quota billing'",
                                      "bad input: your credit balance is too low", "bad input: API key not valid",
                                      "text was: you have reached your specified api usage limits"}) {
    const Error error = failure(400, with_message(echo));
    EXPECT_EQ(error.kind, ErrorKind::UserError) << echo;
    EXPECT_EQ(error.retry, RetryClass::Never) << echo;
  }
}

TEST(ReadFailure, C6_KnowsTheSentencesOfATooLongContext) {
  for (const std::string_view message :
       {"This model's maximum context length is 8192 tokens.", "prompt is too long: 210000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit", "The input exceeds the maximum number of tokens allowed",
        "the request exceeds the available context size", "it is longer than the model's context length",
        "Current length is 9000 while limit is 8192", "Input is too long for requested model."}) {
    EXPECT_EQ(failure(400, with_message(message)).kind, ErrorKind::ContextTooLong) << message;
  }
  EXPECT_EQ(failure(400, with_code("context_length_exceeded")).kind, ErrorKind::ContextTooLong);
  EXPECT_EQ(failure(400, with_code("string_above_max_length", "x", "maximum context length is")).kind,
            ErrorKind::UserError);
}

TEST(ReadFailure, C6_KnowsContentPolicies) {
  for (const std::string_view code :
       {"content_policy_violation", "content_filter", "moderation_blocked", "image_content_policy_violation"}) {
    EXPECT_EQ(failure(400, with_code(code)).kind, ErrorKind::ContentPolicy) << code;
    EXPECT_EQ(failure(400, with_code(code)).retry, RetryClass::Never) << code;
  }
}

TEST(ReadFailure, C8_Every5xxMayBeDifferentElsewhere) {
  for (int status = 500; status <= 599; ++status) {
    EXPECT_NE(failure(status, "").retry, RetryClass::Never) << status;
    EXPECT_NE(failure(status, "").kind, ErrorKind::UserError) << status;
  }
}

TEST(ReadFailure, K8_WhatTheApiItselfRefusesIsCertain) {
  for (const int status : {400, 422}) {
    for (const std::string_view body :
         {R"({"error":{"message":"m","type":"invalid_request_error","param":"messages","code":null}})",
          R"({"error":{"message":"m"}})", R"({"code":"X","message":"m"})", R"({"detail":[{"loc":["n"],"msg":"m"}]})",
          R"({"object":"error","message":"m","type":"BadRequestError","code":400})"}) {
      const Error error = failure(status, body);
      EXPECT_EQ(error.kind, ErrorKind::UserError) << status << body;
      EXPECT_EQ(error.retry, RetryClass::Never) << status << body;
    }
  }
}

TEST(ReadFailure, K8_WhatMayComeFromWhateverStandsBeforeTheApiIsAskedElsewhere) {
  for (int status = 400; status <= 499; ++status) {
    for (const std::string_view body : {"", "<html>", "Bad Request", "{}", R"({"message":"no"})"}) {
      EXPECT_NE(failure(status, body).retry, RetryClass::Never) << status << body;
    }
  }
  for (const int status : {404, 405, 501}) {
    for (const std::string_view body : {"", "<html>", R"({"detail":"Not Found"})", R"({"error":{"message":"x"}})"}) {
      const Error error = failure(status, body);
      EXPECT_EQ(error.kind, ErrorKind::Unsupported) << status << body;
      EXPECT_EQ(error.scope, ErrorScope::Target);
      EXPECT_TRUE(openai().not_executed(error));
    }
  }
}

TEST(ReadFailure, K8_AnApiThatIsNotOfferedIsNoFaultOfItsModel) {
  for (
      const auto& [status, body] : std::vector<std::pair<int, std::string>>{
          {501,
           R"({"error":{"code":501,"message":"This server does not support embeddings","type":"not_supported_error"}})"},
          {404, with_code("unknown_url", "invalid_request_error", "Unknown request URL: POST /v1/x")},
          {404, with_message("This is not a chat model and thus not supported in the v1/chat/completions endpoint")},
          {400, R"({"object":"error","message":"The model does not support Embeddings API","type":"BadRequestError"})"},
          {400, with_message("Invalid URL (POST /v1/v1/embeddings)")}}) {
    EXPECT_EQ(failure(status, body).kind, ErrorKind::Unsupported) << body;
  }
}

TEST(ReadFailure, K8_AModelThatIsNotKnownIsThatTargetsMatter) {
  for (const int status : {400, 404, 422}) {
    for (const std::string_view message :
         {"Model Not Exist", "foo/bar is not a valid model ID", "The model `gpt-9` does not exist",
          "/chat/completions: Invalid model name passed in model=gpt-9", "Unknown model: gpt-9",
          "model 'x' not found, try pulling it first", "The requested model is not supported"}) {
      const Error error = failure(status, with_message(message));
      EXPECT_EQ(error.kind, ErrorKind::ModelMissing) << status << message;
      EXPECT_EQ(error.retry, RetryClass::OtherKey) << message;
    }
    EXPECT_EQ(failure(status, with_code("invalid_model")).kind, ErrorKind::ModelMissing);
  }
}

TEST(ReadFailure, K8_WhoBlamesAnUpstreamOrItsCapacityIsAServerError) {
  for (const int status : {400, 404, 422}) {
    EXPECT_EQ(failure(status, with_message("Upstream request failed")).kind, ErrorKind::ServerError) << status;
    EXPECT_EQ(failure(status, with_message("Provider returned error")).kind, ErrorKind::ServerError) << status;
    EXPECT_EQ(failure(status, with_message("The engine is at capacity")).kind, ErrorKind::Overloaded) << status;
  }
  EXPECT_EQ(failure(400, with_message("Invalid value: 'upstream at capacity'")).retry, RetryClass::Never);
}

TEST(ReadFailure, K8_AnObjectThatIsNotThereIsNotThereElsewhereEither) {
  EXPECT_EQ(failure(404, with_code("previous_response_not_found")).retry, RetryClass::Never);
  EXPECT_EQ(failure(404, with_message("Item with id 'rs_1' not found.")).retry, RetryClass::Never);
}

TEST(ReadFailure, K2_ADeadAccountIsOneWhateverTheStatus) {
  for (const int status : {400, 403, 429, 500}) {
    for (const std::string_view code :
         {"Arrearage", "AccountOverdueError", "INSUFFICIENT_BALANCE", "insufficient_balance_error",
          "exceeded_current_quota_error", "AllocationQuota.FreeTierOnly", "1113", "30001",
          "personal-team-blocked:spending-limit"}) {
      const Error error = failure(status, with_code(code));
      EXPECT_EQ(error.kind, ErrorKind::QuotaExhausted) << status << code;
      EXPECT_EQ(error.retry, RetryClass::OtherKey) << status << code;
    }
    for (const std::string_view message :
         {"Insufficient balance", "Error: Insufficient Balance to run this", "You have run out of credits",
          "Sorry, your account balance is insufficient", "Key limit exceeded (total limit)",
          "Your team has either used all available credits or reached its monthly spending limit"}) {
      EXPECT_EQ(failure(status, with_message(message)).kind, ErrorKind::QuotaExhausted) << status << message;
    }
    for (const std::string_view message :
         {"This organization has been disabled.", "Your API key was reported as leaked. Use another.",
          "API key expired. Please renew it"}) {
      EXPECT_EQ(failure(status, with_message(message)).kind, ErrorKind::KeyRejected) << status << message;
    }
  }
  const std::string leaked =
      R"({"error":{"code":403,"message":"Your API key was reported as leaked.","status":"PERMISSION_DENIED"}})";
  EXPECT_EQ(failure(403, leaked).kind, ErrorKind::KeyRejected);
  EXPECT_EQ(failure(403, with_code("", "permission_error", "This organization has been disabled.")).kind,
            ErrorKind::KeyRejected);
  EXPECT_EQ(failure(429, with_code("", "rate_limit_error", "Insufficient balance")).kind, ErrorKind::QuotaExhausted);
  EXPECT_EQ(failure(400, R"({"code":30001,"message":"m"})").kind, ErrorKind::QuotaExhausted);
  EXPECT_EQ(failure(400, R"({"error":{"type":"exceeded_current_quota_error","message":"m"}})").kind,
            ErrorKind::QuotaExhausted);
}

TEST(ReadFailure, K2_ThePromptInA400DisablesNobody) {
  for (const std::string_view echo :
       {"Invalid value: 'insufficient balance'", "bad input: this organization has been disabled",
        "`your api key was reported as leaked` is not allowed", "Unknown name \\\"out of credits\\\" at contents"}) {
    EXPECT_EQ(failure(400, with_message(echo)).kind, ErrorKind::UserError) << echo;
  }
}

TEST(ReadFailure, K13_ReadsTheEndOfALimitWhereverItStands) {
  const auto told = [](std::string_view body, std::initializer_list<http::Field> list = {}) {
    return failure(429, body, list).retry_after.value_or(-1s);
  };
  const std::string soon = std::to_string(kNow + 600);
  EXPECT_EQ(told(R"({"error":{"type":"usage_limit_reached","resets_in_seconds":600}})"), 600s);
  EXPECT_EQ(told(R"({"error":{"type":"usage_limit_reached","resets_at":)" + soon + "}}"), 600s);
  EXPECT_EQ(told(R"({"error":{"message":"m"},"resets_in_seconds":600})"), 600s);
  EXPECT_EQ(told(R"({"error":{"message":"m","reset_at":"2025-08-21T12:50:00Z"}})"), 600s);
  EXPECT_EQ(told(R"({"error":{"code":429,"metadata":{"headers":{"X-RateLimit-Limit":"9","X-RateLimit-Remaining":"0",)"
                 R"("X-RateLimit-Reset":")" +
                 soon + R"(000"}}}})"),
            600s);
  EXPECT_EQ(
      told(
          R"({"error":{"code":"1308","message":"Usage limit reached. Your limit will reset at 2025-08-21 12:50:00"}})"),
      600s);
  EXPECT_EQ(told("", {{"anthropic-ratelimit-unified-status", "rejected"}, {"anthropic-ratelimit-unified-reset", soon}}),
            600s);
  EXPECT_EQ(told("", {{"anthropic-ratelimit-unified-status", "allowed"}, {"anthropic-ratelimit-unified-reset", soon}}),
            -1s);
  EXPECT_EQ(told("", {{"RateLimit", "\"default\";r=0;t=600"}}), 600s);
  EXPECT_EQ(told("", {{"RateLimit", "\"default\";r=5;t=600"}}), -1s);
  EXPECT_EQ(told("", {{"RateLimit", "limit=10, remaining=0, reset=600"}}), 600s);
  EXPECT_EQ(told(R"({"error":{"resets_in_seconds":600}})", {{"retry-after", "7"}}), 7s);
}

TEST(ReadFailure, K13_ReadsItUnderOtherNamesAndInOtherWords) {
  const auto told = [](std::string_view body) { return failure(429, body).retry_after.value_or(-1s); };
  const auto in_error = [&](std::string_view member) {
    return told(R"({"error":{"message":"m",)" + std::string(member) + "}}");
  };
  for (const char* member :
       {R"("resets_in":"10m")", R"("reset_after":600)", R"("retryAfterSeconds":600)", R"("wait_seconds":"600")",
        R"("resetTime":"2025-08-21T12:50:00Z")", R"("retry_at":1755780600)", R"("details":{"reset_in":"600s"})"}) {
    EXPECT_EQ(in_error(member), 600s) << member;
  }
  for (const char* sentence : {"Your limit resets in 10 minutes.", "Quota will reset after 10m0s.",
                               "Rate limited. Please wait 600 seconds.", "Capacity is available in 10 min",
                               "Claude AI usage limit reached|1755780600", "usage limit reached|1755780600000"}) {
    EXPECT_EQ(told(R"({"error":{"message":")" + std::string(sentence) + "\"}}"), 600s) << sentence;
  }
}

TEST(ReadFailure, K13_IsCappedWhereverItStands) {
  const auto told = [](std::string_view body) { return failure(429, body).retry_after.value_or(-1s); };
  for (const char* member : {R"("resets_in_seconds":604800)", R"("resets_at":1999999999)", R"("reset_in":"7 days")",
                             R"("resets_in_seconds":1e300)", R"("resets_in_seconds":99999999999999999999)"}) {
    const auto wait = told(R"({"error":{"message":"m",)" + std::string(member) + "}}");
    EXPECT_LE(wait, kMaxRetryAfter) << member;
  }
  EXPECT_EQ(told(R"({"error":{"message":"limit reached|99999999999999999999"}})"), kMaxRetryAfter);
  EXPECT_EQ(told(R"({"error":{"message":"limit reached|5"}})"), -1s) << "no time";
  EXPECT_EQ(told(R"({"error":{"message":"m","resets_in_seconds":-5}})"), -1s);
}

TEST(ReadFailure, B21_ARedirectIsNoAnswer) {
  for (const int status : {300, 301, 302, 303, 307, 308})
    EXPECT_EQ(failure(status, "", {{"location", "http://x"}}).kind, ErrorKind::BadResponse);
}

TEST(ReadFailure, C1_ReadsHowLongToWait) {
  EXPECT_EQ(failure(429, "", {{"retry-after", "7"}}).retry_after, 7s);
  EXPECT_EQ(failure(503, "", {{"retry-after", "2"}}).retry_after, 2s);
  EXPECT_FALSE(failure(429, "").retry_after.has_value());
  EXPECT_FALSE(failure(400, "", {{"retry-after", "7"}}).retry_after.has_value());
}

TEST(ReadFailure, C3_TheHeadComesBeforeTheSentence) {
  const std::string body = with_code("rate_limit_exceeded", "requests", "Please try again in 20s.");
  EXPECT_EQ(failure(429, body).retry_after, 20s);
  EXPECT_EQ(failure(429, body, {{"retry-after", "3"}}).retry_after, 3s);
  EXPECT_EQ(failure(429, R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"37s"}]}})")
                .retry_after,
            37s);
}

TEST(ReadFailure, ObeysShouldRetry) {
  EXPECT_EQ(failure(500, "", {{"x-should-retry", "false"}}).retry, RetryClass::OtherProvider);
  EXPECT_EQ(failure(429, "", {{"x-should-retry", "false"}}).retry, RetryClass::OtherKey);
  EXPECT_EQ(failure(401, "", {{"x-should-retry", "false"}}).retry, RetryClass::OtherKey);
  EXPECT_EQ(failure(400, "", {{"x-should-retry", "true"}}).retry, RetryClass::OtherKey);
  EXPECT_EQ(failure(400, with_message("m"), {{"x-should-retry", "false"}}).retry, RetryClass::Never);
  EXPECT_EQ(failure(500, "", {{"x-should-retry", "maybe"}}).retry, RetryClass::OtherKey);
}

TEST(ReadFailure, H2_TakesNoTextOfTheProviderIntoTheMessage) {
  const Error error =
      failure(401, with_code("invalid_api_key", "x", "Incorrect API key provided: sk-proj-abcdef123456"));
  EXPECT_THAT(error.message, testing::Not(testing::HasSubstr("sk-")));
  EXPECT_EQ(error.code, "invalid_api_key");
}

TEST(ReadFailure, ShowsAProvidersCodeOnlyWhenItIsOne) {
  EXPECT_EQ(failure(400, with_code("tell me a secret", "invalid_request_error")).code, "invalid_request_error");
  EXPECT_EQ(failure(400, with_code(std::string(65, 'a'), "")).code, "user_error");
  EXPECT_EQ(failure(500, "").code, "server_error");
}

TEST(NotExecuted, IsWhatStageS4Says) {
  const auto says = [](int status, std::string_view body, std::initializer_list<http::Field> fields = {}) {
    return openai().not_executed(failure(status, body, fields));
  };
  EXPECT_TRUE(says(429, ""));
  EXPECT_TRUE(says(401, ""));
  EXPECT_TRUE(says(403, ""));
  EXPECT_TRUE(says(404, with_code("model_not_found")));
  EXPECT_TRUE(says(408, ""));
  EXPECT_TRUE(says(425, ""));
  EXPECT_TRUE(says(529, ""));
  EXPECT_TRUE(says(521, ""));
  EXPECT_TRUE(says(503, "", {{"retry-after", "1"}}));
  EXPECT_FALSE(says(503, ""));
  EXPECT_FALSE(says(500, ""));
  EXPECT_FALSE(says(502, ""));
  EXPECT_FALSE(says(504, ""));
  EXPECT_FALSE(says(524, ""));
}

/// An operator's own rules.
Error ruled(const FailureRules& rules, int status, std::string_view body) {
  return openai().read_failure(status, {}, body, kNow, &rules);
}

TEST(FailureRules, AreLookedAtBeforeTheTable) {
  const FailureRules rules = {
      {.status = 400,
       .text = "input exceeds",
       .kind = ErrorKind::ContextTooLong,
       .scope = ErrorScope::Request,
       .retry = RetryClass::Never},
      {.code = "E77", .kind = ErrorKind::RateLimited, .scope = ErrorScope::Provider, .retry = RetryClass::OtherKey},
      {.code = "rate_limit_exceeded", .kind = ErrorKind::Overloaded, .scope = ErrorScope::Server}};
  EXPECT_EQ(ruled(rules, 400, with_message("The Input Exceeds 8192")).kind, ErrorKind::ContextTooLong);
  EXPECT_EQ(ruled(rules, 422, with_message("the input exceeds 8192")).kind, ErrorKind::UserError);
  const Error limited = ruled(rules, 500, with_code("E77"));
  EXPECT_EQ(limited.kind, ErrorKind::RateLimited);
  EXPECT_EQ(limited.scope, ErrorScope::Provider);
  EXPECT_EQ(ruled(rules, 429, with_code("rate_limit_exceeded")).kind, ErrorKind::Overloaded);
  EXPECT_EQ(ruled(rules, 401, with_code("invalid_api_key")).kind, ErrorKind::KeyRejected);
}

TEST(FailureRules, ReachErrorsInsideGoodAnswersAndStreams) {
  const FailureRules rules = {{.status = kInsideAnswer,
                               .text = "input exceeds",
                               .kind = ErrorKind::ContextTooLong,
                               .scope = ErrorScope::Request,
                               .retry = RetryClass::Never}};
  const std::string body = with_message("the input exceeds 8192") + std::string(kPadding, '\0');
  const std::string_view text = std::string_view(body).substr(0, body.size() - kPadding);
  for (const Dialect* dialect : {&openai(), &anthropic()}) {
    const Api api = dialect == &openai() ? Api::Chat : Api::Messages;
    AnswerState state;
    state.rules = &rules;
    const auto inside = dialect->read_plain(api, text, state);
    ASSERT_TRUE(inside.has_value());
    EXPECT_EQ(inside->kind, ErrorKind::ContextTooLong);
    Error failure;
    http::SseEvent event;
    event.name = "error";
    event.data = text;
    event.data_lines = 1;
    EXPECT_EQ(dialect->read_event(api, event, state, failure), EventKind::Error);
    EXPECT_EQ(failure.kind, ErrorKind::ContextTooLong);
  }
  // A rule for the inside says nothing about a status.
  EXPECT_EQ(ruled(rules, 400, with_message("the input exceeds 8192")).kind, ErrorKind::UserError);
}

TEST(Failures, NoneIsTakenForAnEmptyAnswer) {
  const FailureRules rules{{.empty = true, .kind = ErrorKind::ServerError, .scope = ErrorScope::Request}};
  EXPECT_EQ(classify(500, {}, &rules).scope, ErrorScope::Target);
}

}  // namespace
}  // namespace drover::dialect
