#include "translate/answer/told_error.h"

#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

TEST(ToldError, TheStatusStaysAndTheWordsAreTheClients) {
  const Error overloaded =
      told_error(529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  EXPECT_EQ(overloaded.kind, ErrorKind::Overloaded);
  EXPECT_EQ(at(error_body(Form::Chat, overloaded, ""), "error", "type"), R"("service_unavailable_error")");
  EXPECT_EQ(at(error_body(Form::Messages, overloaded, ""), "error", "type"), R"("overloaded_error")");
  const Error limited =
      told_error(429, R"({"error":{"message":"Slow","type":"requests","code":"rate_limit_exceeded"}})");
  EXPECT_EQ(at(error_body(Form::Messages, limited, "req_1"), "error", "type"), R"("rate_limit_error")");
  EXPECT_EQ(at(error_body(Form::Messages, limited, "req_1"), "request_id"), R"("req_1")");
}

TEST(ToldError, AnErrorInsideAGoodStatusHasTheStatusOfItsWords) {
  EXPECT_EQ(told_error(0, R"({"error":{"message":"x","code":"context_length_exceeded"}})").status, 400);
  EXPECT_EQ(told_error(0, R"({"error":{"message":"x","code":429}})").status, 429);
  EXPECT_EQ(told_error(0, R"({"error":{"message":"x","code":"brand_new"}})").status, 500);
}

TEST(ToldError, GooglesWordsHaveTheirClasses) {
  const auto google = [](int code, std::string_view status, std::string_view rest = "") {
    return R"({"error":{"code":)" + std::to_string(code) + R"(,"message":"x","status":")" + std::string(status) + "\"" +
           std::string(rest) + "}}";
  };
  EXPECT_EQ(told_error(0, google(429, "RESOURCE_EXHAUSTED")).kind, ErrorKind::RateLimited);
  EXPECT_EQ(told_error(0, google(503, "UNAVAILABLE")).status, 503);
  EXPECT_EQ(told_error(400, google(400, "INVALID_ARGUMENT")).kind, ErrorKind::UserError);
  EXPECT_EQ(told_error(403, google(403, "PERMISSION_DENIED")).kind, ErrorKind::Forbidden);
  EXPECT_EQ(told_error(500, google(500, "INTERNAL")).code, "INTERNAL");
  const Error key = told_error(
      400, google(400, "INVALID_ARGUMENT",
                  R"(,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}])"));
  EXPECT_EQ(key.kind, ErrorKind::KeyRejected);
  EXPECT_EQ(at(error_body(Form::Messages, key, ""), "error", "type"), R"("authentication_error")");
  EXPECT_EQ(at(error_body(Form::Gemini, key, ""), "error", "status"), R"("UNAUTHENTICATED")");
}

TEST(ToldError, ForAGeminiClientTheErrorHasGooglesShape) {
  const Error overloaded =
      told_error(529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  const std::string body = error_body(Form::Gemini, overloaded, "req_1");
  EXPECT_EQ(at(body, "error", "code"), "503");
  EXPECT_EQ(at(body, "error", "status"), R"("UNAVAILABLE")");
  EXPECT_EQ(at(body, "error", "details", "0", "reason"), R"("overloaded_error")");
  EXPECT_EQ(at(body, "error", "details", "1", "requestId"), R"("req_1")");
  EXPECT_EQ(error_event(Form::Gemini, overloaded, "req_1"), "data: " + body + "\n\n");
}

TEST(ToldError, WhatIsNoErrorBodyIsStillAnError) {
  for (const std::string_view body : {"", "<html>Bad gateway</html>", "oops", "{", R"({"error":null})"}) {
    const Error told = told_error(502, body);
    EXPECT_EQ(told.status, 502) << body;
    EXPECT_FALSE(told.message.empty()) << body;
    EXPECT_TRUE(is_json_object(error_body(Form::Chat, told, ""))) << body;
  }
}

TEST(ToldError, ALongMessageIsCutAndACodeIsAWord) {
  const Error told =
      told_error(400, R"({"error":{"message":")" + std::string(10'000, 'm') + R"(","code":"a code with spaces"}})");
  EXPECT_LE(told.message.size(), kMaxToldMessage);
  EXPECT_EQ(told.code.find(' '), std::string::npos);
}

TEST(ToldError, AMessageThatIsCutInAnEscapeIsStillSound) {
  for (std::size_t before = kMaxToldMessage - 7; before <= kMaxToldMessage; ++before) {
    const Error told =
        told_error(400, R"({"error":{"message":")" + std::string(before, 'm') + R"(\u00e9\ud83d\ude00é"}})");
    EXPECT_TRUE(is_json_object(error_body(Form::Chat, told, ""))) << before;
  }
}

}  // namespace
}  // namespace drover::translate
