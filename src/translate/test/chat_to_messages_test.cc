// Requests of chat completions for an upstream that speaks Messages.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string to_claude(std::string_view body) {
  return request(Form::Chat, Form::Messages, kClaude, body);
}

TEST(ChatToMessages, KeepsTheWordsOfEachSide) {
  const std::string made = to_claude(R"({"model":"m","max_tokens":50,"messages":[{"role":"system","content":"Be kind."},
    {"role":"user","content":"Hi \"there\"\u00e9"},{"role":"assistant","content":"Hello"},{"role":"user","content":[{"type":"text","text":"And?"}]}]})");
  EXPECT_EQ(at(made, "model"), R"("claude-sonnet-4-5")");
  EXPECT_EQ(at(made, "max_tokens"), "50");
  EXPECT_EQ(at(made, "system"), R"([{"type":"text","text":"Be kind."}])");
  EXPECT_EQ(at(made, "messages", "0", "content", "0", "text"), R"("Hi \"there\"\u00e9")");
  EXPECT_EQ(at(made, "messages", "1", "role"), R"("assistant")");
  EXPECT_EQ(at(made, "messages", "2", "content", "0", "text"), R"("And?")");
}

TEST(ChatToMessages, SendsTheModelsLimitWhereTheClientGivesNone) {
  const std::string made = to_claude(R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(made, "max_tokens"), "64000");
}

TEST(ChatToMessages, CallsAndResultsKeepTheBytesOfTheirArguments) {
  const std::string made = to_claude(R"({"model":"m","messages":[{"role":"user","content":"Weather?"},
    {"role":"assistant","content":null,"tool_calls":[
      {"id":"call_1","type":"function","function":{"name":"get","arguments":"{ \"z\": 1.0, \"a\":\"x\\n\" }"}},
      {"id":"call_2","type":"function","function":{"name":"get","arguments":""}}]},
    {"role":"tool","tool_call_id":"call_2","content":"two"},{"role":"tool","tool_call_id":"call_1","content":"one"},
    {"role":"user","content":"Thanks"}]})");
  EXPECT_EQ(at(made, "messages", "1", "content", "0", "input"), R"({ "z": 1.0, "a":"x\n" })");
  EXPECT_EQ(at(made, "messages", "1", "content", "1", "input"), "{}");
  // One turn of the user's, the results first.
  EXPECT_EQ(count(at(made, "messages")), 3U);
  EXPECT_EQ(at(made, "messages", "2", "content", "0", "tool_use_id"), R"("call_2")");
  EXPECT_EQ(at(made, "messages", "2", "content", "1", "tool_use_id"), R"("call_1")");
  EXPECT_EQ(at(made, "messages", "2", "content", "2", "text"), R"("Thanks")");
}

TEST(ChatToMessages, ToolsKeepTheBytesOfTheirSchemas) {
  const std::string made =
      to_claude(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tool_choice":"required",
    "parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"a","description":"d","parameters":{"type":"object","properties":{"b":{"type":"string"},"a":{}}}}},
    {"type":"function","function":{"name":"b"}},{"type":"function","function":{"name":"c","parameters":{"properties":{}}}}]})");
  EXPECT_EQ(at(made, "tools", "0", "input_schema"), R"({"type":"object","properties":{"b":{"type":"string"},"a":{}}})");
  EXPECT_EQ(at(made, "tools", "1", "input_schema"), R"({"type":"object","properties":{}})");
  EXPECT_EQ(at(made, "tools", "2", "input_schema"), R"({"type":"object","properties":{}})");
  EXPECT_EQ(at(made, "tool_choice"), R"({"type":"any","disable_parallel_tool_use":true})");
}

TEST(ChatToMessages, EachChoiceOfAToolHasItsOwnForm) {
  const auto choice = [](std::string_view given) {
    return at(
        to_claude(
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":)" +
            std::string(given) + "}"),
        "tool_choice");
  };
  EXPECT_EQ(choice(R"("auto")"), R"({"type":"auto"})");
  EXPECT_EQ(choice(R"("none")"), R"({"type":"none"})");
  EXPECT_EQ(choice(R"({"type":"function","function":{"name":"f"}})"), R"({"type":"tool","name":"f"})");
}

TEST(ChatToMessages, OnlyAllowedToolsAreSent) {
  const std::string made = to_claude(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],
    "tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],
    "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}})");
  EXPECT_EQ(count(at(made, "tools")), 1U);
  EXPECT_EQ(at(made, "tools", "0", "name"), R"("g")");
  EXPECT_EQ(at(made, "tool_choice"), R"({"type":"any"})");
}

TEST(ChatToMessages, ImagesAndFilesKeepTheirData) {
  const std::string made = to_claude(R"({"model":"m","messages":[{"role":"user","content":[
    {"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA"}},{"type":"image_url","image_url":{"url":"https://x.test/a.png"}},
    {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,BBBB"}}]}]})");
  EXPECT_EQ(at(made, "messages", "0", "content", "0", "source"),
            R"({"type":"base64","media_type":"image/jpeg","data":"AAAA"})");
  EXPECT_EQ(at(made, "messages", "0", "content", "1", "source"), R"({"type":"url","url":"https://x.test/a.png"})");
  EXPECT_EQ(
      at(made, "messages", "0", "content", "2"),
      R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"},"title":"a.pdf"})");
}

TEST(ChatToMessages, AnOutputSchemaIsSentAsTheModelTakesIt) {
  constexpr std::string_view kBody =
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema",
    "json_schema":{"name":"o","schema":{"type":"object","properties":{"n":{"type":"integer","minimum":1},"k":{"oneOf":[{"type":"null"},{"type":"string"}]}}}}}})";
  const std::string made = to_claude(kBody);
  EXPECT_EQ(at(made, "output_config", "format", "schema"),
            R"({"type":"object","properties":{"n":{"type":"integer","description":"{minimum: 1}"},)"
            R"("k":{"anyOf":[{"type":"null"},{"type":"string"}]}},"additionalProperties":false})");
  const std::string older = request(Form::Chat, Form::Messages, "claude-sonnet-4-20250514", kBody);
  EXPECT_EQ(at(older, "tools", "0", "name"), R"("json")");
  EXPECT_EQ(at(older, "tool_choice"), R"({"type":"tool","name":"json","disable_parallel_tool_use":true})");
}

TEST(ChatToMessages, ThinkingLeavesRoomForTheAnswer) {
  const std::string made = to_claude(
      R"({"model":"m","max_tokens":3000,"reasoning_effort":"high","temperature":0.5,"messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(made, "thinking"), R"({"type":"enabled","budget_tokens":2999})");
  EXPECT_EQ(at(made, "temperature"), "");  // not legal beside it
  const std::string small = to_claude(
      R"({"model":"m","max_tokens":1000,"reasoning_effort":"high","messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(small, "thinking"), "");
}

TEST(ChatToMessages, ANewModelIsGivenAnEffortAndNoSampling) {
  constexpr std::string_view kBody =
      R"({"model":"m","reasoning_effort":"max","temperature":1,"messages":[{"role":"user","content":"Hi"}]})";
  const std::string made = request(Form::Chat, Form::Messages, "claude-opus-5", kBody);
  EXPECT_EQ(at(made, "thinking"), R"({"type":"adaptive"})");
  EXPECT_EQ(at(made, "output_config"), R"({"effort":"max"})");
  EXPECT_EQ(at(made, "temperature"), "");
  EXPECT_EQ(told(Form::Chat, Form::Messages, "claude-opus-5", kBody), "temperature");
}

TEST(ChatToMessages, AHigherTemperatureThanThereIsIsTold) {
  constexpr std::string_view kBody = R"({"model":"m","temperature":1.5,"messages":[{"role":"user","content":"Hi"}]})";
  EXPECT_EQ(at(to_claude(kBody), "temperature"), "1");
  EXPECT_EQ(refusal(Form::Chat, Form::Messages, kClaude, kBody, Policy::Strict), "unsupported_by_target");
}

TEST(ChatToMessages, TheUserAndTheTierAreCarried) {
  const std::string made = to_claude(
      R"({"model":"m","user":"u1","service_tier":"default","stop":["a","  "],"messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(made, "metadata"), R"({"user_id":"u1"})");
  EXPECT_EQ(at(made, "service_tier"), R"("standard_only")");
  EXPECT_EQ(at(made, "stop_sequences"), R"(["a"])");
}

TEST(ChatToMessages, OldCallsOfFunctionsBecomeCallsOfTools) {
  const std::string made =
      to_claude(R"({"model":"m","functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"},
    "messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
    {"role":"function","name":"f","content":"42"}]})");
  EXPECT_EQ(at(made, "tools", "0", "name"), R"("f")");
  EXPECT_EQ(at(made, "tool_choice", "name"), R"("f")");
  EXPECT_EQ(at(made, "messages", "2", "content", "0", "tool_use_id"), at(made, "messages", "1", "content", "0", "id"));
}

TEST(ChatToMessages, PlainAnswersComeBackInTheClientsForm) {
  const std::string made =
      plain_answer(Form::Chat, Form::Messages, R"({"id":"msg_9","type":"message","role":"assistant","model":"claude-x",
    "content":[{"type":"thinking","thinking":"hm","signature":"s1"},{"type":"text","text":"One "},{"type":"text","text":"two"},
    {"type":"tool_use","id":"t1","name":"f","input":{"b": 1, "a":"\u00e9"}}],"stop_reason":"tool_use","stop_sequence":null,
    "usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":5,"output_tokens":7}})");
  EXPECT_EQ(at(made, "id"), R"("chatcmpl-9")");
  EXPECT_EQ(at(made, "model"), R"("asked")");
  EXPECT_EQ(at(made, "created"), "1700000000");
  EXPECT_EQ(at(made, "choices", "0", "message", "content"), R"("One two")");
  EXPECT_EQ(at(made, "choices", "0", "message", "reasoning_content"), R"("hm")");
  EXPECT_EQ(at(made, "choices", "0", "message", "tool_calls", "0", "function", "arguments"),
            R"("{\"b\": 1, \"a\":\"\\u00e9\"}")");
  EXPECT_EQ(at(made, "choices", "0", "finish_reason"), R"("tool_calls")");
  EXPECT_EQ(at(made, "usage", "prompt_tokens"), "18");
  EXPECT_EQ(at(made, "usage", "prompt_tokens_details", "cached_tokens"), "5");
  EXPECT_EQ(at(made, "usage", "completion_tokens"), "7");
}

TEST(ChatToMessages, CallsOfToolsThatAreGoneHaveAPlaceholder) {
  const std::string made = to_claude(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":""}]})");
  EXPECT_EQ(count(at(made, "tools")), 1U);
  EXPECT_EQ(at(made, "tool_choice"), R"({"type":"none"})");
  EXPECT_EQ(at(made, "messages", "2", "content", "0"), R"({"type":"tool_result","tool_use_id":"c"})");
}

TEST(ChatToMessages, ASystemMessageInItsPlaceNamesTheBetaThatItNeeds) {
  const auto made = try_request(
      Form::Chat, Form::Messages, "claude-opus-5",
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"system","content":"S"},{"role":"user","content":"So?"}]})");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->beta, "mid-conversation-system-2026-04-07");
}

TEST(ChatToMessages, TheOutputsSchemaAsAToolComesBackAsText) {
  AnswerContext with = context(Form::Chat, Form::Messages);
  with.json_tool = "json";
  Answer answer(with);
  const auto made = answer.plain(
      R"({"id":"m","type":"message","content":[{"type":"tool_use","id":"t","name":"json","input":{"a":1}}],"stop_reason":"tool_use"})");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(at(*made, "choices", "0", "message", "content"), R"("{\"a\":1}")");
  EXPECT_EQ(at(*made, "choices", "0", "finish_reason"), R"("stop")");
}

TEST(ChatToMessages, ACountOfTokensComesBackInTheClientsForm) {
  EXPECT_EQ(count_answer(std::int64_t{12}), R"({"input_tokens":12})");
  EXPECT_EQ(count_answer(R"({"object":"response.input_tokens","input_tokens":31})"), R"({"input_tokens":31})");
  EXPECT_EQ(count_answer(R"({"error":{}})"), std::nullopt);
  const auto made =
      count_request(R"({"model":"m","system":"S","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]})",
                    {.front = Form::Messages, .back = Form::Responses, .model = kGpt5});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(
      *made,
      R"({"model":"gpt-5","instructions":"S","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}]})");
}

}  // namespace
}  // namespace drover::translate
