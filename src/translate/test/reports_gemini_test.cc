// Faults of other gateways that were reported in public, each with the right behaviour: what concerns Google's API. The
// numbers of the tests, and where each fault was reported: R09 litellm#11789, R11 litellm#38223, R12 litellm#21584, R19
// maximhq/bifrost#2210, R24 agentgateway#1340, R39 CLIProxyAPI#3512 and OmniRoute#13464, R41 decolua/9router PR#354,
// R42 NanmiCoder/cc-haha PR#1278, R43 mozilla-ai/any-llm#622, R45 laravel/ai PR#881, R46 2389-research/tracker#544, R47
// hermes-agent PR#96333.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

constexpr std::string_view kGemini3 = "gemini-3-pro";

std::string tool_turn(std::string_view result) {
  return R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":)" +
         std::string(result) + "}]}";
}
std::string said(std::string_view text, std::string_view rest) {
  return R"({"candidates":[{"content":{"parts":[{"text":")" + std::string(text) + R"("}]},"index":0)" +
         std::string(rest) + "}";
}

TEST(GeminiReports, R09_CachedTokensAreToldInTheStreamAndInThePlainAnswer) {
  const std::string whole = said(
      "a",
      R"(,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":6,"candidatesTokenCount":1})");
  EXPECT_EQ(at(plain_answer(Form::Messages, Form::Gemini, whole), "usage", "cache_read_input_tokens"), "6");
  EXPECT_THAT(stream(Form::Messages, Form::Gemini, {whole}), HasSubstr(R"("input_tokens":4)"));
  EXPECT_THAT(stream(Form::Messages, Form::Gemini, {whole}), HasSubstr(R"("cache_read_input_tokens":6)"));
}

TEST(GeminiReports, R11_AResultWithAReferenceStaysAText) {
  const std::string made = request(Form::Chat, Form::Gemini, kGemini3, tool_turn(R"("{\"$ref\":\"#/a\"}")"));
  EXPECT_EQ(at(made, "contents", "2", "parts", "0", "functionResponse", "response"),
            R"({"output":"{\"$ref\":\"#/a\"}"})");
}

TEST(GeminiReports, R12_ARequestInGeminisFormReachesClaude) {
  const std::string made =
      request(Form::Gemini, Form::Messages, kClaude, R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
  EXPECT_EQ(at(made, "messages"), R"([{"role":"user","content":[{"type":"text","text":"Hi"}]}])");
}

TEST(GeminiReports, R19_ACallInTheHistoryIsNeverSentUnsigned) {
  EXPECT_NE(at(request(Form::Chat, Form::Gemini, kGemini3, tool_turn(R"("1")")), "contents", "1", "parts", "0",
               "thoughtSignature"),
            "");
}

TEST(GeminiReports, R24_TheErrorOfAStreamingRequestIsToldWithItsStatus) {
  const Error told =
      told_error(429, R"([{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}])");
  EXPECT_EQ(told.kind, ErrorKind::RateLimited);
  EXPECT_EQ(told.message, "Quota exceeded");
  EXPECT_EQ(at(error_body(Form::Messages, told, ""), "error", "type"), R"("rate_limit_error")");
}

TEST(GeminiReports, R39_NoKeywordOfASchemaStandsWhereGoogleRefusesIt) {
  const std::string made = request(
      Form::Chat, Form::Gemini, kGemini3,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"$schema":"x","type":"object","additionalProperties":false,"properties":{"n":{"type":"integer","exclusiveMinimum":0,"$comment":"c"}}}}}]})");
  EXPECT_EQ(at(made, "tools", "0", "functionDeclarations", "0", "parameters"), "");
  EXPECT_EQ(
      at(made, "tools", "0", "functionDeclarations", "0", "parametersJsonSchema"),
      R"({"$schema":"x","type":"object","additionalProperties":false,"properties":{"n":{"type":"integer","exclusiveMinimum":0,"$comment":"c"}}})");
}

TEST(GeminiReports, R41_AStopBehindACallIsACall) {
  const std::string body =
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"STOP","index":0}]})";
  EXPECT_EQ(at(plain_answer(Form::Chat, Form::Gemini, body), "choices", "0", "finish_reason"), R"("tool_calls")");
  const std::string apart =
      stream(Form::Chat, Form::Gemini,
             {R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"index":0}]})",
              R"({"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}]})"});
  EXPECT_THAT(apart, HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(GeminiReports, R42_APictureInAResultIsNeverLost) {
  const std::string picture =
      R"([{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}])";
  for (const std::string_view model : {"gemini-3-pro", "gemini-2.5-flash", "gemini-1.5-pro"}) {
    EXPECT_THAT(request(Form::Chat, Form::Gemini, model, tool_turn(picture)), HasSubstr("AAAA")) << model;
  }
}

TEST(GeminiReports, R43_CountsOfLaterChunksReplaceThoseOfEarlierOnes) {
  const FoldedAnswer answer = fold_stream(
      Form::Gemini,
      wire(
          Form::Gemini,
          {said("a", R"(}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1,"thoughtsTokenCount":4})"),
           said(
               "b",
               R"(,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":3,"thoughtsTokenCount":4})")}));
  EXPECT_EQ(answer.usage.input(), 10);
  EXPECT_EQ(answer.usage.output, 7);
}

TEST(GeminiReports, R45_AReasonOfNextYearKeepsWhatWasSaid) {
  const std::string body =
      R"({"candidates":[{"content":{"parts":[{"text":"a"},{"functionCall":{"name":"f","args":{}}}]},"finishReason":"OF_NEXT_YEAR"}]})";
  const std::string made = plain_answer(Form::Chat, Form::Gemini, body);
  EXPECT_EQ(at(made, "choices", "0", "message", "content"), R"("a")");
  EXPECT_EQ(at(made, "choices", "0", "finish_reason"), R"("tool_calls")");
}

TEST(GeminiReports, R46_AStreamWithoutAReasonIsNoWholeAnswer) {
  for (const Form front : {Form::Chat, Form::Messages, Form::Responses}) {
    const FoldedAnswer made = fold_stream(front, stream(front, Form::Gemini, {said("a", "}]")}));
    EXPECT_TRUE(made.error.has_value()) << to_string(front);
  }
}

TEST(GeminiReports, R47_TheReasonAndTheWordsOfOneChunkAreBothRead) {
  const FoldedAnswer answer =
      fold_stream(Form::Gemini, wire(Form::Gemini, {said("all", R"(,"finishReason":"MAX_TOKENS"}])")}));
  EXPECT_EQ(text_of_kind(answer, BlockKind::Text), "all");
  EXPECT_EQ(answer.stop, StopReason::MaxTokens);
}

}  // namespace
}  // namespace drover::translate
