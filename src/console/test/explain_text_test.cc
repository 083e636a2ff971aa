#include "console/explain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/dispatch/decision.h"

namespace drover::console {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRequest = R"({"requests":[{"id":"req_1","at":"2026-11-23T03:12:56.588Z","client":"web",
 "model":"gpt-4o","route":"gpt-4o","stream":true,"status":200,"error":null,"ended_by":"answered","ms":535.2,
 "first_content_ms":256.0,"attempts":[
  {"number":1,"target":"holysheep/spare","at_ms":0.1,"ms":2.04,"head_ms":2.0,"class":"rate_limited","status":429,
   "code":"rate_limit_exceeded","retry_after_seconds":30.0,"stage":"refused","connection":"fresh"},
  {"number":2,"target":"holysheep/1","at_ms":1202,"ms":531,"head_ms":null,"class":"ok","status":200,"code":null,
   "retry_after_seconds":null,"stage":null,"last_resort":true,"connection":"reused"}],
 "waits":[{"before_attempt":2,"for":"backoff","at_ms":2.1,"ms":1200}],
 "skipped":[{"target":"holysheep/third","before_attempt":1,"bar":"resting","class":"key_rejected","status":401,
   "until":"2026-11-23T03:13:26.000Z"},{"target":"holysheep/4","before_attempt":3,"bar":"silent","class":null,
   "status":null,"until":null}],"skipped_more":2,"candidates":[],"candidates_left_out":0}]})";

TEST(ExplainText, TellsARequestFromItsBeginToItsEnd) {
  const auto text = explain_text(kRequest);
  ASSERT_TRUE(text);
  EXPECT_EQ(
      *text,
      "request req_1\n"
      "at 2026-11-23T03:12:56.588Z, model gpt-4o, streamed, client web\n"
      "status 200 after 535 ms, first content after 256 ms\n"
      "ended: the answer came to its end\n"
      "\n"
      "  attempt  target           at      head    took    connection  status  result\n"
      "  1        holysheep/spare  0.1 ms  2.0 ms  2.0 ms  fresh       429     rate_limited (rate_limit_exceeded), "
      "retry-after 30 s\n"
      "  2        holysheep/1      1.2 s   -       531 ms  reused      200     answered; a last resort: it was out, "
      "and all others too\n"
      "\n"
      "Passed over:\n"
      "  holysheep/third was resting until 2026-11-23T03:13:26.000Z: 401 key_rejected (choosing attempt 1)\n"
      "  holysheep/4 kept several requests waiting in silence (after attempt 2)\n"
      "  and more, 2 times\n"
      "\n"
      "Waited:\n"
      "  1.2 s to back off, before attempt 2\n");
}

TEST(ExplainText, TellsWhichOfTwoAttemptsAnsweredFirst) {
  const auto text = explain_text(R"({"requests":[{"id":"req_3","status":200,"error":null,"ended_by":"answered","ms":300,
    "attempts":[{"number":1,"target":"a/1","class":"lost_race","beside":null},
    {"number":2,"target":"b/1","class":"ok","status":200,"beside":"a_late_attempt"}]}]})");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("cancelled: another answered first\n"));
  EXPECT_THAT(*text, HasSubstr("answered; a hedge beside one that was late\n"));
}

TEST(ExplainText, TellsAFailureWithAllItsTargets) {
  const auto text = explain_text(R"({"requests":[{"id":"req_2","status":503,"error":"no_upstream",
    "ended_by":"nothing_left","ms":1,"candidates":[{"target":"a/1","bar":"tried"},
    {"target":"b/1","bar":"ejected","class":"connect","status":null,"until":null}],"candidates_left_out":7}]})");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("status 503 after 1.0 ms: no_upstream\nended: no further target could be used\n"));
  EXPECT_THAT(*text, HasSubstr("All targets at its end:\n  a/1 was tried\n  b/1 was out: connect\n  and 7 more\n"));
}

TEST(ExplainText, TellsATargetWithItsReason) {
  const auto text = explain_text(R"({"targets":[{"name":"a/1","key":{"name":"1","fingerprint":"f9de0c58"},
    "state":"cooling","why":"cooling until 12:03:07Z: 429 rate_limit_exceeded, retry-after 30 s, request req_1",
    "cause":{"at":"2026-11-23T12:02:37.000Z"},"requests":3,"failures":1,"in_flight":0},
    {"name":"b/1","key":null,"state":"ok","why":null,"cause":null}]})");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "target a/1 (key 1, f9de0c58)\n"
            "  cooling until 12:03:07Z: 429 rate_limit_exceeded, retry-after 30 s, request req_1\n"
            "  requests 3, failed 1, in flight 0\n"
            "  since 2026-11-23T12:02:37.000Z\n"
            "\n"
            "target b/1\n"
            "  ok\n"
            "  requests 0, failed 0, in flight 0\n");
}

TEST(ExplainText, HasASentenceForEachWord) {
  for (int at = static_cast<int>(core::Stop::Answered); at <= static_cast<int>(core::Stop::StreamMax); ++at) {
    const std::string word(core::to_string(static_cast<core::Stop>(at)));
    const auto text = explain_text(R"({"requests":[{"ended_by":")" + word + "\"}]}");
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, Not(HasSubstr("ended: " + word + "\n")));
  }
  for (int at = 0; at <= static_cast<int>(core::Bar::LearnedLimit); ++at) {
    const std::string word(core::to_string(static_cast<core::Bar>(at)));
    const auto text = explain_text(R"({"requests":[{"candidates":[{"target":"a/1","bar":")" + word + "\"}]}]}");
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, Not(HasSubstr("  a/1 " + word + "\n")));
  }
}

TEST(ExplainText, IsNotMadeOfSomethingElse) {
  for (const char* page : {"", "<html>", "{}", "[]", R"({"requests":{}})", R"({"requests":[],"targets":[]})"}) {
    EXPECT_FALSE(explain_text(page)) << page;
  }
  // Wrong types inside are shown as nothing rather than believed.
  EXPECT_TRUE(explain_text(R"({"requests":[1,{"id":5,"attempts":[7],"waits":{},"skipped":[[]]}],"targets":[null]})"));
  EXPECT_TRUE(explain_text(R"({"requests":[{"ms":1e300,"status":-1e300,"skipped_more":1e19}]})"));
}

TEST(ExplainText, AnEscapeSequenceInANameIsNotObeyed) {
  const auto text = explain_text(R"({"requests":[{"id":"a\u001b[2Jb","model":"m\n\u0007\u009b2Jé"}]})");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("model m???2Jé"));
  EXPECT_THAT(*text, Not(HasSubstr("\u009b")));
  EXPECT_THAT(*text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(*text, Not(HasSubstr("\x07")));
}

}  // namespace
}  // namespace drover::console
