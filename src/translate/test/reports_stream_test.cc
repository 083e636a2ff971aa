// Faults of other gateways that were reported in public, each with the right behaviour: answers and streams. Those
// about requests are in reports_request_test.cc. The numbers of the tests, and where each fault was reported: R01
// BerriAI/litellm#25321, R02 litellm#32357, R03 litellm#29518, R05 litellm#40654, R06 litellm#37299, R09 litellm#11789,
// R10 litellm#9812, #11364, R21 maximhq/bifrost#1149, R22 bifrost#5169, R23 bifrost#6455, #6487, R24 agentgateway#1340,
// R25 agentgateway PR#3491, R28 envoyproxy/ai-gateway PR#2121, R32 QuantumNous/new-api#4395, R38 CLIProxyAPI#4958, R41
// decolua/9router PR#354, R43 mozilla-ai/any-llm#622, R45 laravel/ai PR#881, R46 2389-research/tracker#544, R47
// hermes-agent PR#96333.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string chunk(std::string_view delta, std::string_view reason = "null") {
  return R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":)" + std::string(delta) + R"(,"finish_reason":)" +
         std::string(reason) + "}]}";
}
std::string block(int index, std::string_view content) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) + R"(,"content_block":)" +
         std::string(content) + "}";
}
std::string delta(int index, std::string_view content) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" + std::string(content) +
         "}";
}
std::string stop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

const std::string kStart =
    R"({"type":"message_start","message":{"id":"msg_1","model":"c","usage":{"input_tokens":7,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"output_tokens":1}}})";
const std::string kEnd = R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}})";
const std::string kStop = R"({"type":"message_stop"})";

TEST(Reports, R01_ArgumentsThatComeOnlyAtTheEndOfACallAreTold) {
  const std::string out = stream(
      Form::Chat, Form::Responses,
      {R"({"type":"response.created","response":{"id":"resp_1","model":"m"}})",
       R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}})",
       R"({"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"a\":1}"})",
       R"({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[]}})"});
  EXPECT_EQ(text_of_kind(fold_stream(Form::Chat, out), BlockKind::Call), R"({\"a\":1})");
}

TEST(Reports, R01_TheRestOfArgumentsIsToldWhereTheDeltasStopped) {
  const std::string out = stream(
      Form::Chat, Form::Responses,
      {R"({"type":"response.created","response":{"id":"resp_1","model":"m"}})",
       R"({"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":""}})",
       R"({"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"\u00e9"})",
       R"({"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{\"é\":1}"}})",
       R"({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[]}})"});
  EXPECT_EQ(text_of_kind(fold_stream(Form::Chat, out), BlockKind::Call), R"({\"\u00e9\":1})");
}

TEST(Reports, R02_ThinkingIsABlockOfItsOwnAndTheMessageBeginsOnce) {
  const std::string out = stream(Form::Messages, Form::Chat,
                                 {chunk(R"({"role":"assistant","content":""})"), chunk(R"({"reasoning_content":"hm"})"),
                                  chunk(R"({"content":"Hi"})"), chunk("{}", R"("stop")"), "[DONE]"});
  EXPECT_EQ(out.find("event: message_start"), out.rfind("event: message_start"));
  EXPECT_LT(out.find(R"("type":"thinking_delta")"), out.find(R"("index":0})"));
  EXPECT_THAT(out, HasSubstr(R"("index":1,"content_block":{"type":"text","text":""})"));
}

TEST(Reports, R03_ReasoningOfOtherServersBecomesThinking) {
  for (const std::string_view field : {"reasoning_content", "reasoning"}) {
    const std::string thought = "{\"" + std::string(field) + "\":\"hm\"}";
    const std::string out =
        stream(Form::Messages, Form::Chat, {chunk(thought), chunk(R"({"content":"Hi"})", R"("stop")"), "[DONE]"});
    EXPECT_EQ(text_of_kind(fold_stream(Form::Messages, out), BlockKind::Thinking), "hm") << field;
    const std::string plain = plain_answer(Form::Messages, Form::Chat,
                                           R"({"id":"x","choices":[{"message":{"content":"Hi",")" + std::string(field) +
                                               R"(":"hm"},"finish_reason":"stop"}]})");
    EXPECT_EQ(at(plain, "content", "0", "thinking"), R"("hm")") << field;
  }
}

TEST(Reports, R05_ThoughtsOfAResponsesServerAreReasoning) {
  const std::string plain = plain_answer(Form::Chat, Form::Responses, R"({"id":"resp_1","status":"completed","output":[
    {"type":"reasoning","content":[{"type":"reasoning_text","text":"raw"}],"summary":[]},{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]})");
  EXPECT_EQ(at(plain, "choices", "0", "message", "reasoning_content"), R"("raw")");
}

TEST(Reports, R06_CommentaryIsNotTheAnswer) {
  const std::string plain = plain_answer(Form::Chat, Form::Responses, R"({"id":"resp_1","status":"completed","output":[
    {"type":"message","phase":"commentary","content":[{"type":"output_text","text":"Plan"}]},{"type":"message","phase":"final_answer","content":[{"type":"output_text","text":"Answer"}]}]})");
  EXPECT_EQ(count(at(plain, "choices")), 1U);
  EXPECT_EQ(at(plain, "choices", "0", "message", "content"), R"("Answer")");
  EXPECT_EQ(at(plain, "choices", "0", "message", "reasoning_content"), R"("Plan")");
}

TEST(Reports, R09_R43_CachedTokensAreToldApartInStreamsAndPlainAnswers) {
  const std::string streamed = stream(Form::Chat, Form::Messages, {kStart, kEnd, kStop});
  EXPECT_THAT(
      streamed,
      HasSubstr(
          R"("prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2})"));
  const std::string plain = plain_answer(
      Form::Chat, Form::Messages,
      R"({"id":"m","type":"message","content":[],"stop_reason":"end_turn","usage":{"input_tokens":7,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"output_tokens":5}})");
  EXPECT_EQ(at(plain, "usage", "prompt_tokens_details"), R"({"cached_tokens":3,"cache_write_tokens":2})");
}

TEST(Reports, R10_ACacheWriteIsCountedOnce) {
  const std::string plain = plain_answer(
      Form::Messages, Form::Chat,
      R"({"id":"x","choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":50}}})");
  EXPECT_EQ(at(plain, "usage", "input_tokens"), "20");
  EXPECT_EQ(at(plain, "usage", "cache_creation_input_tokens"), "50");
}

TEST(Reports, R21_ASignatureTravelsInEncryptedContent) {
  const std::string plain = plain_answer(
      Form::Responses, Form::Messages,
      R"({"id":"m","type":"message","content":[{"type":"thinking","thinking":"hm","signature":"SIG"},{"type":"redacted_thinking","data":"RED"},{"type":"tool_use","id":"t","name":"f","input":{}}],"stop_reason":"tool_use"})");
  const std::string next =
      R"({"model":"m","input":[{"role":"user","content":"Hi"},)" + at(plain, "output", "0") + "," +
      at(plain, "output", "1") + "," + at(plain, "output", "2") +
      R"(,{"type":"function_call_output","call_id":"t","output":"42"}],"tools":[{"type":"function","name":"f"}]})";
  const std::string made = request(Form::Responses, Form::Messages, kClaude, next);
  EXPECT_EQ(at(made, "messages", "1", "content", "0"), R"({"type":"thinking","thinking":"hm","signature":"SIG"})");
  EXPECT_EQ(at(made, "messages", "1", "content", "1"), R"({"type":"redacted_thinking","data":"RED"})");
}

TEST(Reports, R22_R23_EveryItemIsAddedBeforeItsDeltasAndAMessageHasItsContent) {
  const std::string out = stream(
      Form::Responses, Form::Messages,
      {kStart, block(0, R"({"type":"thinking","thinking":""})"),
       delta(0, R"({"type":"thinking_delta","thinking":"hm"})"), stop(0), block(1, R"({"type":"text","text":""})"),
       delta(1, R"({"type":"text_delta","text":"Hi"})"), stop(1), kEnd, kStop});
  EXPECT_LT(out.find(R"("type":"reasoning","summary":[])"), out.find("response.reasoning_summary_text.delta"));
  EXPECT_THAT(out, HasSubstr(R"("type":"message","status":"in_progress","content":[])"));
}

TEST(Reports, R24_AnErrorBodyOfAStreamedRequestIsTold) {
  const Error told =
      told_error(429, R"({"type":"error","error":{"type":"rate_limit_error","message":"Too \"fast\""}})");
  EXPECT_EQ(told.kind, ErrorKind::RateLimited);
  const std::string body = error_body(Form::Chat, told, "req_1");
  EXPECT_EQ(at(body, "error", "message"), R"("Too \"fast\"")");
  EXPECT_EQ(at(body, "error", "type"), R"("rate_limit_error")");
}

TEST(Reports, R25_AFilteredAnswerIsNoNormalEnd) {
  const std::string out = stream(
      Form::Messages, Form::Responses,
      {R"({"type":"response.created","response":{"id":"resp_1","model":"m"}})",
       R"({"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]}})"});
  EXPECT_THAT(out, HasSubstr(R"("stop_reason":"refusal")"));
  EXPECT_THAT(out, HasSubstr(R"("id":"msg_1")"));
}

TEST(Reports, R28_EveryReasonOfClaudesHasItsPlace) {
  const auto reason = [](std::string_view word) {
    return at(plain_answer(Form::Chat, Form::Messages,
                           R"({"id":"m","type":"message","content":[{"type":"text","text":"a"}],"stop_reason":")" +
                               std::string(word) + R"("})"),
              "choices", "0", "finish_reason");
  };
  EXPECT_EQ(reason("refusal"), R"("content_filter")");
  EXPECT_EQ(reason("pause_turn"), R"("stop")");
  EXPECT_EQ(reason("model_context_window_exceeded"), R"("length")");
  EXPECT_EQ(reason("stop_sequence"), R"("stop")");
}

TEST(Reports, R32_InputTokensAreWithoutTheCachedOnes) {
  const std::string out = stream(
      Form::Messages, Form::Chat,
      {chunk(R"({"content":"a"})", R"("stop")"),
       R"({"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":40}}})",
       "[DONE]"});
  EXPECT_THAT(out,
              HasSubstr(R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":40)"));
}

TEST(Reports, R38_ARefusalWithoutAWordIsTold) {
  const std::string out = stream(
      Form::Chat, Form::Messages,
      {kStart, R"({"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":0}})", kStop});
  EXPECT_THAT(out, HasSubstr(R"("refusal":"The model declined)"));
  EXPECT_THAT(out, HasSubstr(R"("finish_reason":"content_filter")"));
}

TEST(Reports, R41_AnAnswerWithACallEndsForTheCall) {
  const std::string call = R"({"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]})";
  EXPECT_THAT(stream(Form::Messages, Form::Chat, {chunk(call), chunk("{}", R"("stop")"), "[DONE]"}),
              HasSubstr(R"("stop_reason":"tool_use")"));
  EXPECT_THAT(stream(Form::Chat, Form::Messages,
                     {kStart, block(0, R"({"type":"tool_use","id":"t","name":"f","input":{}})"), stop(0), kEnd, kStop}),
              HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(Reports, R43_UsageIsMergedMemberByMemberAndZerosSayNothing) {
  const std::string out = stream(
      Form::Chat, Form::Messages,
      {kStart,
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":5}})",
       kStop});
  EXPECT_THAT(out, HasSubstr(R"("prompt_tokens":12)"));
}

TEST(Reports, R43_AnAnswerThatBeginsAgainDoesNotAddItsUsage) {
  const std::string again =
      R"({"type":"message_start","message":{"id":"msg_2","model":"c","usage":{"input_tokens":20,"output_tokens":1}}})";
  const std::string out = stream(Form::Chat, Form::Messages,
                                 {kStart, again, block(0, R"({"type":"text","text":"a"})"), stop(0), kEnd, kStop});
  EXPECT_THAT(out, HasSubstr(R"("prompt_tokens":20)"));
  EXPECT_EQ(out.find(R"("role":"assistant")"), out.rfind(R"("role":"assistant")"));
}

TEST(Reports, R45_AnUnknownReasonLosesNothing) {
  const std::string out =
      stream(Form::Messages, Form::Chat,
             {chunk(R"({"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]})"),
              chunk("{}", R"("brand_new")"), "[DONE]"});
  EXPECT_THAT(out, HasSubstr(R"("name":"f")"));
  EXPECT_THAT(out, HasSubstr(R"("stop_reason":"tool_use")"));
}

TEST(Reports, R46_AStreamWithoutItsEndIsNotComplete) {
  const std::string out = stream(Form::Messages, Form::Chat, {chunk(R"({"content":"Hi"})")});
  EXPECT_THAT(out, HasSubstr("event: error"));
  EXPECT_THAT(out, Not(HasSubstr("message_stop")));
}

TEST(Reports, R47_TheReasonAndTheLastWordsMayComeTogether) {
  const std::string out = stream(Form::Messages, Form::Chat, {chunk(R"({"content":"Hi"})", R"("length")"), "[DONE]"});
  EXPECT_THAT(out, HasSubstr(R"("text":"Hi")"));
  EXPECT_THAT(out, HasSubstr(R"("stop_reason":"max_tokens")"));
}

// What was read in the source of another gateway.

TEST(Defects, A_AnErrorInAStreamIsNeverFollowedByDone) {
  const std::string out =
      stream(Form::Chat, Form::Messages, {kStart, R"({"type":"error","error":{"type":"api_error","message":"x"}})"});
  EXPECT_THAT(out, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(out, HasSubstr(R"("error":{)"));
}

TEST(Defects, B_CachedTokensAreAPartOfThePromptsTokens) {
  EXPECT_THAT(stream(Form::Chat, Form::Messages, {kStart, kEnd, kStop}), HasSubstr(R"("prompt_tokens":12)"));
}

TEST(Defects, D_EveryThoughtKeepsItsSignature) {
  const std::string plain = plain_answer(
      Form::Chat, Form::Messages,
      R"({"id":"m","type":"message","content":[{"type":"thinking","thinking":"a","signature":"S1"},{"type":"redacted_thinking","data":"R"},{"type":"thinking","thinking":"b","signature":"S2"},{"type":"text","text":"x"}],"stop_reason":"end_turn"})");
  EXPECT_EQ(count(at(plain, "choices", "0", "message", "thinking_blocks")), 3U);
  EXPECT_EQ(at(plain, "choices", "0", "message", "reasoning_details", "2", "signature"), R"("S2")");
}

TEST(Defects, E_AToolOfTheProvidersIsNoCallOfTheClients) {
  const std::string out =
      stream(Form::Chat, Form::Messages,
             {kStart, block(0, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})"),
              delta(0, R"({"type":"input_json_delta","partial_json":"{}"})"), stop(0),
              block(1, R"({"type":"web_search_tool_result","tool_use_id":"s","content":[]})"), stop(1),
              block(2, R"({"type":"text","text":"Hi"})"), stop(2), kEnd, kStop});
  EXPECT_THAT(out, Not(HasSubstr("tool_calls")));
  EXPECT_EQ(text_of_kind(fold_stream(Form::Chat, out), BlockKind::Text), "Hi");
}

TEST(Defects, H_AnUpstreamThatEndsOrFailsIsToldToAMessagesClient) {
  EXPECT_THAT(
      stream(Form::Messages, Form::Chat, {chunk(R"({"content":"Hi"})"), R"({"error":{"message":"x","code":500}})"}),
      HasSubstr("event: error"));
}

TEST(Defects, J_ArgumentsThatAreNoJsonAreStillGivenOut) {
  const std::string plain = plain_answer(
      Form::Messages, Form::Chat,
      R"({"id":"x","choices":[{"message":{"tool_calls":[{"id":"c","function":{"name":"f","arguments":"{\"a\": oops"}}]},"finish_reason":"tool_calls"}]})");
  EXPECT_EQ(at(plain, "content", "0", "input", "invalid_json"), R"("{\"a\": oops")");
}

}  // namespace
}  // namespace drover::translate
