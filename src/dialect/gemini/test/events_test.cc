// Events of a stream, and plain answers.
#include "dialect/gemini/events.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::dialect {
namespace {

/// Reads events one after the other.
struct GeminiStream {
  AnswerState state = {};
  Error failure = {};

  EventKind read(std::string_view data, std::string_view name = "") {
    const http::SseEvent event{.bytes = data, .name = name, .data = data, .data_lines = 1};
    return gemini().read_event(Api::Generate, event, state, failure);
  }
  [[nodiscard]] bool complete() const { return gemini().stream_complete(Api::Generate, state); }
};

std::string said(std::string_view parts, std::string_view rest = "") {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + std::string(parts) + R"(]},"index":0)" +
         std::string(rest) + "}]}";
}
constexpr std::string_view kEnds = R"(,"finishReason":"STOP")";

std::optional<Error> plain(std::string body, AnswerState& state) {
  const std::size_t size = body.size();
  body.resize(size + kPadding);
  return gemini().read_plain(Api::Generate, std::string_view(body).substr(0, size), state);
}
std::optional<Error> plain(std::string body) {
  AnswerState state;
  return plain(std::move(body), state);
}

TEST(GeminiEvents, AStreamIsCompleteWithTheReasonAndTheEndOfTheBody) {
  GeminiStream stream;
  EXPECT_EQ(stream.read(said(R"({"text":""})")), EventKind::Lifecycle);
  EXPECT_EQ(stream.read(said(R"({"text":"hm","thought":true})")), EventKind::Content);
  EXPECT_FALSE(stream.complete());
  EXPECT_EQ(stream.read(said(R"({"text":"a"})", kEnds)), EventKind::Content);
  EXPECT_TRUE(stream.complete());
}

TEST(GeminiEvents, CallsAndPicturesAreContent) {
  for (const std::string_view part :
       {R"({"functionCall":{}})", R"({"functionCall":{"name":"f","args":{}}})",
        R"({"inlineData":{"mimeType":"image/png","data":"A"}})", R"({"executableCode":{"code":"1"}})"}) {
    EXPECT_EQ(GeminiStream().read(said(part)), EventKind::Content) << part;
  }
  EXPECT_EQ(GeminiStream().read(said(R"({"text":"","thoughtSignature":"S"})")), EventKind::Lifecycle);
}

TEST(GeminiEvents, EachOfSeveralCandidatesMustEnd) {
  GeminiStream stream;
  stream.state.choices_due = 2;
  (void)stream.read(said(R"({"text":"a"})", kEnds));
  EXPECT_FALSE(stream.complete());
  (void)stream.read(R"({"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}]})");
  EXPECT_TRUE(stream.complete());
}

TEST(GeminiEvents, ABlockedPromptIsAWholeAnswer) {
  GeminiStream stream;
  EXPECT_EQ(stream.read(R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4}})"),
            EventKind::Content);
  EXPECT_TRUE(stream.complete());
  EXPECT_EQ(stream.state.usage.input_tokens, 4);
}

TEST(GeminiEvents, ErrorsAloneInListsAndUnderAnEventsNameAreFailures) {
  constexpr std::string_view kError =
      R"({"error":{"code":429,"message":"Slow","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]}})";
  for (const std::string& data : {std::string(kError), "[" + std::string(kError) + "]"}) {
    GeminiStream stream;
    EXPECT_EQ(stream.read(data), EventKind::Error);
    EXPECT_EQ(stream.failure.kind, ErrorKind::RateLimited);
    EXPECT_EQ(stream.failure.retry_after, std::chrono::seconds{17});
    EXPECT_TRUE(stream.state.error_shown);
  }
  EXPECT_EQ(GeminiStream().read(kError, "error"), EventKind::Error);
}

TEST(GeminiEvents, AnAnswerThatTheModelCouldNotWriteFailsWhereNothingWasSaid) {
  const std::string malformed = said("", R"(,"finishReason":"MALFORMED_FUNCTION_CALL")");
  GeminiStream stream;
  EXPECT_EQ(stream.read(malformed), EventKind::Error);
  EXPECT_EQ(stream.failure.code, "malformed_answer");
  GeminiStream other;
  (void)other.read(said(R"({"text":"a"})"));
  EXPECT_EQ(other.read(malformed), EventKind::Content);
  EXPECT_EQ(plain(malformed)->code, "malformed_answer");
}

TEST(GeminiEvents, AnswersThatSayNothingFailWhereARuleSaysSo) {
  const FailureRules rules{{.empty = true}};
  const std::string empty = said(R"({"text":""})", kEnds);
  GeminiStream stream;
  stream.state.rules = &rules;
  EXPECT_EQ(stream.read(empty), EventKind::Error);
  EXPECT_EQ(stream.failure.code, "empty_answer");
  EXPECT_EQ(GeminiStream().read(empty), EventKind::Content);
}

TEST(GeminiEvents, TheLastUsageCounts) {
  GeminiStream stream;
  (void)stream.read(
      R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1}})");
  EXPECT_EQ(
      stream.read(
          R"({"usageMetadata":{"promptTokenCount":9,"toolUsePromptTokenCount":2,"cachedContentTokenCount":5,"candidatesTokenCount":3,"thoughtsTokenCount":4}})"),
      EventKind::Usage);
  (void)stream.read(R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"trafficType":"ON_DEMAND"}})");
  const Usage& usage = stream.state.usage;
  EXPECT_TRUE(usage.known);
  EXPECT_EQ(usage.input_tokens, 11);
  EXPECT_EQ(usage.output_tokens, 7);
  EXPECT_EQ(usage.cached_tokens, 5);
}

TEST(GeminiEvents, CommentsAndTheEndOfOtherDialectsAreNoContent) {
  GeminiStream stream;
  EXPECT_EQ(gemini().read_event(Api::Generate, {.bytes = ": ping\n\n", .name = "", .data = "", .data_lines = 0},
                                stream.state, stream.failure),
            EventKind::Comment);
  EXPECT_EQ(stream.read("[DONE]"), EventKind::Error);
  (void)stream.read(said(R"({"text":"a"})", kEnds));
  EXPECT_EQ(stream.read("[DONE]"), EventKind::Comment);
}

TEST(GeminiPlain, AnAnswerHasItsUsage) {
  AnswerState state;
  EXPECT_FALSE(
      plain(
          R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1}})",
          state)
          .has_value());
  EXPECT_EQ(state.usage.input_tokens, 3);
  EXPECT_FALSE(plain(R"({"promptFeedback":{"blockReason":"OTHER"}})").has_value());
  EXPECT_FALSE(plain(R"({"candidates":[{"finishReason":"OTHER","index":0}]})").has_value());
}

TEST(GeminiPlain, AStreamInOneListIsAnAnswer) {
  EXPECT_FALSE(plain("[" + said(R"({"text":"a"})") + "," + said(R"({"text":"b"})", kEnds) + "]").has_value());
  EXPECT_TRUE(plain("[" + said(R"({"text":"a"})") + "]").has_value());
}

TEST(GeminiPlain, WhatIsNoAnswerIsAFailure) {
  EXPECT_EQ(plain(R"([{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}])")->kind, ErrorKind::Overloaded);
  EXPECT_EQ(plain("<html>x</html>")->kind, ErrorKind::WrongContentType);
  for (const std::string_view body : {"{}", "[]", R"({"candidates":[]})", "{", "[{", "1", R"({"candidates":[{}],"x)"}) {
    EXPECT_TRUE(plain(std::string(body)).has_value()) << body;
  }
}

TEST(GeminiPlain, CountsOfTokensAreFree) {
  AnswerState state;
  const std::string body = R"({"totalTokens":31})" + std::string(kPadding, '\0');
  EXPECT_FALSE(gemini()
                   .read_plain(Api::CountTokens, std::string_view(body).substr(0, body.size() - kPadding), state)
                   .has_value());
  EXPECT_TRUE(state.usage.known);
  EXPECT_EQ(state.usage.input_tokens, 0);
}

TEST(GeminiPlain, TheFrontOfALongAnswerShowsAFailure) {
  AnswerState state;
  EXPECT_FALSE(gemini().read_front(Api::Generate, R"({"candidates":[{"content":{"parts":[{"text":"aa)", state));
  EXPECT_TRUE(gemini().read_front(Api::Generate, R"({"error":{"code":500,"message":"a"},"more":"aa)", state));
}

}  // namespace
}  // namespace drover::dialect
