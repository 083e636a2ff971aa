#include "mock/answers/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Fault, C1_ARateLimitBringsItsRetryAfter) {
  const Script script = ask_with_fault("429:retry-after=7", kPlain);
  EXPECT_EQ(script.status, 429);
  EXPECT_THAT(wire(script), HasSubstr("Retry-After: 7\r\n"));
}

TEST(Fault, C2_DatesComeInThreeSpellings) {
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-date=10s", kPlain)),
              HasSubstr("Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-rfc850=10s", kPlain)),
              HasSubstr("Retry-After: Sunday, 06-Nov-94 08:49:47 GMT\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-asctime=-7s", kPlain)),
              HasSubstr("Retry-After: Sun Nov  6 08:49:30 1994\r\n"));
}

TEST(Fault, C3_OtherFormsOfComingBack) {
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-ms=1500", kPlain)), HasSubstr("retry-after-ms: 1500\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429:reset=6m0s", kPlain)), HasSubstr("x-ratelimit-reset-requests: 6m0s\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429", kPlain)), Not(HasSubstr("etry-")));
}

TEST(Fault, C4_BillingIsA429WithItsCode) {
  EXPECT_THAT(ask_with_fault("429:code=insufficient_quota", kPlain).body, HasSubstr("exceeded your current quota"));
}

TEST(Fault, C8_ErrorStatusesHaveTheProvidersShape) {
  for (const int status : {401, 403, 404, 408, 500, 502, 503, 504, 529}) {
    const Script script = ask_with_fault(std::to_string(status), kPlain);
    EXPECT_EQ(script.status, status);
    EXPECT_THAT(script.body, StartsWith(R"({"error":{"message":)")) << status;
  }
  EXPECT_THAT(ask_with_fault("503:body=html", kPlain).body, StartsWith("<!DOCTYPE html>"));
  EXPECT_EQ(ask_with_fault("503:body=empty", kPlain).body, "");
}

TEST(Fault, C9_AnErrorInside200) {
  const Script script = ask_with_fault("error-in-200", kPlain);
  EXPECT_EQ(script.status, 200);
  EXPECT_THAT(script.body, StartsWith(R"({"error":)"));
}

TEST(Fault, C10_AWebPageInPlaceOfJson) {
  EXPECT_THAT(wire(ask_with_fault("html", kPlain)), HasSubstr("Content-Type: text/html"));
}

TEST(Fault, C11_AnErrorEventFirstOrAfterTheLifecycle) {
  EXPECT_THAT(ask_with_fault("error-first", kStreamed).body, StartsWith(R"(data: {"error":)"));
  const std::string after = ask_with_fault("error-after-lifecycle", kStreamed).body;
  EXPECT_THAT(after, HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(after, Not(HasSubstr(R"("content":"t)")));
  EXPECT_THAT(after, HasSubstr(R"({"error":)"));
  EXPECT_THAT(after, Not(HasSubstr("[DONE]")));
}

TEST(Fault, C12_AnErrorEventInTheMiddle) {
  const std::string body = ask_with_fault("error-mid:after=2", kStreamed).body;
  EXPECT_THAT(body, HasSubstr(R"({"error":)"));
  EXPECT_THAT(body, Not(HasSubstr(R"("finish_reason":"stop")")));
}

TEST(Fault, C13_AStreamWithoutItsEnd) {
  EXPECT_THAT(ask_with_fault("no-done", kStreamed).body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(ask_with_fault("no-done", kStreamed).body, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(ask_with_fault("incomplete", kStreamed).body, Not(HasSubstr(R"("finish_reason":"stop")")));
}

TEST(Fault, C16_ALineThatIsNotJson) {
  EXPECT_THAT(ask_with_fault("malformed:after=1", kStreamed).body, HasSubstr("no colon here\n\n"));
}

TEST(Fault, C19_AStreamForAPlainQuestionAndTheReverse) {
  EXPECT_THAT(ask_with_fault("other-form", kPlain).body, HasSubstr("[DONE]"));
  EXPECT_THAT(ask_with_fault("other-form", kStreamed).body, HasSubstr(R"("object":"chat.completion")"));
}

TEST(Fault, C21_NoChoicesAtAll) {
  EXPECT_THAT(ask_with_fault("empty-choices", kPlain).body, HasSubstr(R"("choices":[])"));
  EXPECT_THAT(ask_with_fault("empty-choices", kStreamed).body, HasSubstr("[DONE]"));
}

TEST(Fault, B14_ACutStreamEndsInsideAChunk) {
  const Script script = ask_with_fault("cut:after=1", kStreamed);
  EXPECT_EQ(script.ending, Ending::Close);
  EXPECT_THAT(wire(script), Not(HasSubstr("0\r\n\r\n")));
  EXPECT_EQ(ask_with_fault("cut:after=1:how=reset", kStreamed).ending, Ending::Reset);
}

TEST(Fault, B13_ACutPlainAnswerIsShorterThanAnnounced) {
  const Script script = ask_with_fault("cut", kPlain);
  EXPECT_EQ(script.ending, Ending::Close);
  const std::string bytes = wire(script);
  const std::size_t sent = bytes.size() - bytes.find("\r\n\r\n") - 4;
  EXPECT_LT(sent, script.body.size());
}

TEST(Fault, ACleanCutHasGoodFramingAndHalfTheContent) {
  const Script streamed = ask_with_fault("cut:after=1:how=clean", kStreamed);
  EXPECT_THAT(wire(streamed), ::testing::EndsWith("0\r\n\r\n"));
  EXPECT_THAT(wire(streamed), Not(HasSubstr("[DONE]")));
  const Script plain = ask_with_fault("cut:how=clean", kPlain);
  EXPECT_EQ(plain.ending, Ending::KeepAlive);
  EXPECT_THAT(plain.body, Not(::testing::EndsWith("}")));
}

TEST(Fault, A3_Silences) {
  EXPECT_EQ(ask_with_fault("hang", kPlain).ending, Ending::Hang);
  EXPECT_TRUE(ask_with_fault("hang", kPlain).steps.empty());
  const Script head_only = ask_with_fault("hang-after-head", kStreamed);
  EXPECT_THAT(wire(head_only), ::testing::EndsWith("\r\n\r\n"));
  EXPECT_EQ(head_only.ending, Ending::Hang);
  EXPECT_EQ(ask_with_fault("stall:after=2", kStreamed).ending, Ending::Hang);
  EXPECT_EQ(ask_with_fault("reset", kPlain).ending, Ending::Reset);
  EXPECT_EQ(ask_with_fault("close", kPlain).ending, Ending::Close);
}

TEST(Fault, B12_LengthsThatLie) {
  const Script longer = ask_with_fault("wrong-length:by=10", kPlain);
  EXPECT_THAT(wire(longer), HasSubstr("Content-Length: " + std::to_string(longer.body.size() + 10)));
  const Script streamed = ask_with_fault("wrong-length:by=-5", kStreamed);
  EXPECT_THAT(wire(streamed), HasSubstr("Content-Length: " + std::to_string(streamed.body.size() - 5)));
  EXPECT_THAT(wire(ask_with_fault("bad-head:code=two-lengths", kPlain)),
              HasSubstr("Content-Length: 5\r\nContent-Length: 6"));
}

TEST(Fault, B11_B1_B4_B25_HeadsThatAreNotHttp) {
  EXPECT_THAT(wire(ask_with_fault("bad-head", kPlain)), StartsWith("HTTP/1.1 abc\r\n"));
  EXPECT_THAT(wire(ask_with_fault("bad-head:code=te-and-length", kPlain)),
              HasSubstr("Transfer-Encoding: chunked\r\nContent-Length: 5"));
  EXPECT_GT(wire(ask_with_fault("bad-head:code=huge", kPlain)).size(), 128U * 1024U);
  EXPECT_NE(wire(ask_with_fault("bad-head:code=nul", kPlain)).find('\0'), std::string::npos);
}

TEST(Fault, B5_InterimAnswersBeforeTheFinalOne) {
  EXPECT_THAT(wire(ask_with_fault("interim:by=2", kPlain)), StartsWith("HTTP/1.1 103 Early Hints\r\n"));
}

TEST(Fault, A11_BytesNobodyAskedFor) {
  EXPECT_THAT(wire(ask_with_fault("unsolicited", kPlain)), ::testing::EndsWith("worse"));
  EXPECT_EQ(ask_with_fault("close-after", kPlain).ending, Ending::Close);
}

TEST(Fault, C15_OddButLegalStreams) {
  EXPECT_THAT(ask_with_fault("quirks", kStreamed).body, HasSubstr("\r\n\r\n"));
}

TEST(Fault, ADripIsOneByteAStep) {
  const Script script = ask_with_fault("drip:every=2ms", kPlain);
  for (const Step& step : script.steps) {
    ASSERT_EQ(step.bytes.size(), 1U);
    ASSERT_EQ(step.wait, Duration(2ms));
  }
  EXPECT_EQ(script.steps.back().body, script.body.size());
}

TEST(Fault, B22_AnUnaskedContentCodingIsValidGzip) {
  const Script script = ask_with_fault("gzip", kStreamed);
  EXPECT_THAT(wire(script), HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(script.body, StartsWith("\x1f\x8b\x08"));
}

TEST(Fault, JunkHeadersCarryWhatMustNotPass) {
  const std::string bytes = wire(ask_with_fault("junk-headers", kPlain));
  for (const char* name : {"Set-Cookie:", "Alt-Svc:", "openai-organization:"}) EXPECT_THAT(bytes, HasSubstr(name));
}

TEST(Fault, C20_SlowMultipliesEveryWait) {
  Settings settings = short_answers();
  settings.first_token = Distribution::fixed(Duration(100ms));
  settings.tokens_per_second = Distribution::fixed(10.0);
  Provider provider(settings, at(0s));
  const auto total = [](const Script& script) {
    Duration sum{};
    for (const Step& step : script.steps) sum += step.wait;
    return sum;
  };
  EXPECT_EQ(total(ask(provider, request(kStreamed))), Duration(300ms));
  EXPECT_EQ(total(ask(provider, request(kPlain))), Duration(400ms));
  provider.add_faults({*parse_fault("slow:factor=10")}, at(0s).at);
  EXPECT_EQ(total(ask(provider, request(kStreamed))), Duration(3s));
}

TEST(Fault, B20_AnEarly413NeedsNoBody) {
  Provider provider(short_answers(), at(0s));
  std::uint64_t ordinal = 0;
  EXPECT_FALSE(provider.head_heard(request(""), at(0s), ordinal).has_value());
  provider.add_faults({*parse_fault("early-413")}, at(0s).at);
  const std::optional<Script> script = provider.head_heard(request(""), at(0s), ordinal);
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->status, 413);
  EXPECT_EQ(script->ending, Ending::Close);
}

TEST(Script, RandomCutsChangeTheStepsAndNotTheBytes) {
  Provider whole(short_answers(), at(0s));
  Settings settings = short_answers();
  settings.cuts = Cuts::Random;
  Provider cut(settings, at(0s));
  const Script as_one = ask(whole, request(kStreamed));
  const Script in_many = ask(cut, request(kStreamed));
  EXPECT_EQ(wire(as_one), wire(in_many));
  EXPECT_GT(in_many.steps.size(), 10U);
  EXPECT_EQ(in_many.steps.back().body, in_many.body.size());
}

TEST(Script, AnOldClientGetsAnAnswerThatEndsWithTheConnection) {
  Provider provider(short_answers(), at(0s));
  Heard old = request(kStreamed);
  old.asked = Asked{.http10 = true, .head_only = false, .keep_alive = false};
  const Script script = ask(provider, old);
  EXPECT_THAT(wire(script), Not(HasSubstr("chunked")));
  EXPECT_EQ(script.ending, Ending::Close);
}

}  // namespace
}  // namespace drover::mock
