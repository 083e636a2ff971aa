// Faults of other gateways that were reported in public, each with the right behaviour: requests. Those about answers
// are in reports_stream_test.cc. The numbers of the tests, and where each fault was reported: R07 litellm#36197, R08
// litellm#13420, R14 litellm#32578, R15 maximhq/bifrost#5274, R17 bifrost#6342, R18 bifrost#3512, R20 bifrost#5887, R27
// envoyproxy/ai-gateway PR#1953, R31 QuantumNous/new-api#5335, R33 new-api#6538, R34 theopenco/llmgateway#4149, R35
// vercel/ai#18982, R36 ferro-labs/ai-gateway#143, R37 Portkey-AI/gateway#652, R40 gravitee-io/issues#11601, R42
// NanmiCoder/cc-haha PR#1278, R44 aradlein/hass-agent-llm PR#42.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string chat(std::string_view rest) {
  return R"({"model":"m","messages":[{"role":"user","content":"Hi"}],)" + std::string(rest) + "}";
}
std::string claude(std::string_view messages, std::string_view rest = "") {
  return R"({"model":"m","max_tokens":9,"messages":)" + std::string(messages) + std::string(rest) + "}";
}

TEST(Reports, R07_ReasoningThatCannotBeCarriedIsTold) {
  constexpr std::string_view kBody =
      R"({"model":"m","input":[{"role":"user","content":"Hi"},{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"gA"},{"role":"assistant","content":"Yo"},{"role":"user","content":"So?"}]})";
  EXPECT_EQ(told(Form::Responses, Form::Messages, kClaude, kBody), "reasoning");
  EXPECT_EQ(told(Form::Responses, Form::Chat, kGpt, kBody), "reasoning");
}

TEST(Reports, R08_AReasoningItemInTheInputIsNoError) {
  EXPECT_EQ(
      refusal(
          Form::Responses, Form::Chat, kVllm,
          R"({"model":"m","input":[{"role":"user","content":"Hi"},{"type":"reasoning","id":"rs","summary":[]},{"role":"assistant","content":"Yo"},{"role":"user","content":"So?"}]})"),
      "");
}

TEST(Reports, R14_AReminderStaysInItsPlaceWhereTheModelAllowsIt) {
  constexpr std::string_view kBody =
      R"({"model":"m","messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"},{"role":"system","content":"Mind"},{"role":"user","content":"So?"}]})";
  const std::string in_place = request(Form::Chat, Form::Messages, "claude-opus-5", kBody);
  EXPECT_EQ(at(in_place, "messages", "2"), R"({"role":"system","content":[{"type":"text","text":"Mind"}]})");
  const std::string hoisted = request(Form::Chat, Form::Messages, kClaude, kBody);
  EXPECT_EQ(at(hoisted, "system", "1", "text"), R"("Mind")");
  EXPECT_EQ(told(Form::Chat, Form::Messages, kClaude, kBody), "system.position");
}

TEST(Reports, R15_ThoughtsThatAClientSendsBackKeepTheirSignature) {
  for (
      const std::string_view field :
      {R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"S","format":"anthropic-claude-v1","index":0}])",
       R"("thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"S"}])",
       R"("reasoning_content":"hm","reasoning_signature":"S")"}) {
    const std::string made = request(
        Form::Chat, Form::Messages, kClaude,
        R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,)" +
            std::string(field) +
            R"(,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"1"}]})");
    EXPECT_EQ(at(made, "messages", "1", "content", "0"), R"({"type":"thinking","thinking":"hm","signature":"S"})")
        << field;
  }
}

TEST(Reports, R17_ThoughtsKeepTheirOrder) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"x","thinking_blocks":[{"type":"thinking","thinking":"1","signature":"A"},{"type":"redacted_thinking","data":"B"},{"type":"thinking","thinking":"3","signature":"C"}]},{"role":"user","content":"So?"}]})");
  EXPECT_EQ(at(made, "messages", "1", "content", "0", "signature"), R"("A")");
  EXPECT_EQ(at(made, "messages", "1", "content", "1", "data"), R"("B")");
  EXPECT_EQ(at(made, "messages", "1", "content", "2", "signature"), R"("C")");
}

TEST(Reports, R18_EveryShapeOfAToolIsOneThatClaudeTakes) {
  for (const std::string_view parameters : {"{}", "null", R"({"type":"object"})", R"({"properties":{}})",
                                            R"({"type":"object","properties":{},"additionalProperties":false})"}) {
    const std::string made = request(
        Form::Chat, Form::Messages, kClaude,
        chat(R"("tools":[{"type":"function","function":{"name":"f","parameters":)" + std::string(parameters) + "}}]"));
    EXPECT_EQ(at(made, "tools", "0", "input_schema", "type"), R"("object")") << parameters;
  }
}

TEST(Reports, R20_AServerThatWantsItsReasoningBackGetsIt) {
  const std::string made = request(
      Form::Messages, Form::Chat, "deepseek-reasoner",
      claude(
          R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"}]}])"));
  EXPECT_EQ(at(made, "messages", "1", "reasoning_content"), R"("hm")");
}

TEST(Reports, R27_AToolWithoutATypeIsTakenAndResultsAreSplit) {
  const std::string made = request(
      Form::Messages, Form::Chat, kGpt,
      claude(
          R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"},{"type":"tool_result","tool_use_id":"b","content":"2"}]}])",
          R"(,"tools":[{"name":"f","input_schema":{"type":"object"}}])"));
  EXPECT_EQ(at(made, "messages", "2", "tool_call_id"), R"("a")");
  EXPECT_EQ(at(made, "messages", "3", "tool_call_id"), R"("b")");
}

TEST(Reports, R31_AMarkOfTheCacheIsCarried) {
  const std::string to_claude = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"S","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":[{"type":"text","text":"Hi","prompt_cache_breakpoint":{"mode":"explicit"}}]}]})");
  EXPECT_EQ(at(to_claude, "system", "0", "cache_control"), R"({"type":"ephemeral","ttl":"1h"})");
  EXPECT_EQ(at(to_claude, "messages", "0", "content", "0", "cache_control"), R"({"type":"ephemeral"})");
  const std::string body = claude(
      R"([{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral","ttl":"1h"}}]}])");
  const std::string to_chat = request(Form::Messages, Form::Chat, "gpt-5.6", body);
  EXPECT_EQ(at(to_chat, "messages", "0", "content", "0", "prompt_cache_breakpoint"), R"({"mode":"explicit"})");
  EXPECT_EQ(told(Form::Messages, Form::Chat, "gpt-5.6", body), "cache_control.ttl");
  EXPECT_EQ(told(Form::Messages, Form::Chat, kGpt, body), "cache_control, cache_control.ttl");
}

TEST(Reports, R31_OfTooManyMarksTheLastOnesStay) {
  std::string parts;
  for (int n = 0; n < 6; ++n)
    parts += std::string(n == 0 ? "" : ",") + R"({"type":"text","text":"x","cache_control":{"type":"ephemeral"}})";
  const std::string made = request(Form::Chat, Form::Messages, kClaude,
                                   R"({"model":"m","messages":[{"role":"user","content":[)" + parts + "]}]}");
  EXPECT_EQ(at(made, "messages", "0", "content", "1", "cache_control"), "");
  EXPECT_NE(at(made, "messages", "0", "content", "2", "cache_control"), "");
}

TEST(Reports, R33_TheKeyOfThePromptCacheIsCarried) {
  EXPECT_EQ(at(request(Form::Chat, Form::Responses, kGpt5,
                       chat(R"("prompt_cache_key":"k","prompt_cache_options":{"ttl":"30m"})")),
               "prompt_cache_key"),
            R"("k")");
  EXPECT_EQ(told(Form::Chat, Form::Messages, kClaude, chat(R"("prompt_cache_key":"k")")), "prompt_cache_key");
}

TEST(Reports, R34_WhatIsNoImageIsRefused) {
  for (const std::string_view url : {"data:text/html;base64,AAAA", "data:image/png,plain", "data:image/png;base64,",
                                     "file:///etc/passwd", "nonsense"}) {
    EXPECT_THAT(
        refusal(Form::Chat, Form::Messages, kClaude,
                R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":")" +
                    std::string(url) + R"("}}]}]})"),
        HasSubstr("invalid_image"))
        << url;
  }
  EXPECT_EQ(
      refusal(
          Form::Chat, Form::Messages, kClaude,
          R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/tiff;base64,AAAA"}}]}]})"),
      "unsupported_by_target");
}

TEST(Reports, R34_ADemandedToolIsNeverForgotten) {
  EXPECT_EQ(
      refusal(
          Form::Messages, Form::Chat, kGpt,
          claude(
              R"([{"role":"user","content":"Hi"}])",
              R"(,"tools":[{"type":"web_search_20260209","name":"web_search"}],"tool_choice":{"type":"tool","name":"web_search"})")),
      "unsupported_by_target");
}

TEST(Reports, R35_R42_PicturesInAResultAreNotLost) {
  const std::string body = claude(
      R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"See"},{"type":"image","source":{"type":"url","url":"https://x.test/a.png"}}]}]}])");
  const std::string to_chat = request(Form::Messages, Form::Chat, kGpt, body);
  EXPECT_EQ(at(to_chat, "messages", "2", "content"), R"("See")");
  EXPECT_EQ(at(to_chat, "messages", "3", "content", "0", "image_url", "url"), R"("https://x.test/a.png")");
  const std::string to_responses = request(Form::Messages, Form::Responses, kGpt5, body);
  EXPECT_EQ(at(to_responses, "input", "2", "output", "1", "image_url"), R"("https://x.test/a.png")");
}

TEST(Reports, R36_R37_PicturesOfTheUserAreNotLost) {
  const std::string made = request(
      Form::Messages, Form::Chat, kGpt,
      claude(
          R"([{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}])"));
  EXPECT_EQ(at(made, "messages", "0", "content", "0", "image_url", "url"), R"("data:image/png;base64,AAAA")");
}

TEST(Reports, R40_ToolsArriveOnEveryPair) {
  const std::string bodies[] = {chat(R"("tools":[{"type":"function","function":{"name":"find_me"}}])"),
                                claude(R"([{"role":"user","content":"Hi"}])",
                                       R"(,"tools":[{"name":"find_me","input_schema":{"type":"object"}}])"),
                                R"({"model":"m","input":"Hi","tools":[{"type":"function","name":"find_me"}]})"};
  for (const Form front : {Form::Chat, Form::Messages, Form::Responses}) {
    for (const Form back : {Form::Chat, Form::Messages, Form::Responses}) {
      if (front == back) continue;
      const std::string made =
          request(front, back, back == Form::Messages ? kClaude : kGpt5, bodies[static_cast<std::size_t>(front)]);
      EXPECT_THAT(at(made, "tools"), HasSubstr("find_me"));
    }
  }
}

TEST(Reports, R44_TheInputOfACallIsAnObject) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":\"b\"}"}}]},{"role":"tool","tool_call_id":"c","content":"1"}]})");
  EXPECT_EQ(at(made, "messages", "1", "content", "0", "input"), R"({"a":"b"})");
}

TEST(Defects, C_FilesAndSoundsAreCarriedOrRefused) {
  EXPECT_EQ(
      refusal(
          Form::Chat, Form::Messages, kClaude,
          R"({"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]}]})"),
      "unsupported_by_target");
  EXPECT_EQ(
      refusal(Form::Chat, Form::Messages, kClaude,
              R"({"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]})"),
      "unsupported_by_target");
}

TEST(Defects, F_SystemTextKeepsItsBounds) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"system","content":"A"},{"role":"developer","content":"B"},{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(count(at(made, "system")), 2U);
}

TEST(Defects, G_AToolWithoutParametersHasASchema) {
  EXPECT_EQ(
      at(request(Form::Chat, Form::Messages, kClaude, chat(R"("tools":[{"type":"function","function":{"name":"f"}}])")),
         "tools", "0", "input_schema"),
      R"({"type":"object","properties":{}})");
}

TEST(Defects, H_ThinkingThatAChatServerDoesNotTakeIsTold) {
  EXPECT_EQ(
      told(
          Form::Messages, Form::Chat, kGpt,
          claude(
              R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"S"},{"type":"text","text":"Yo"}]},{"role":"user","content":"So?"}])")),
      "reasoning");
}

TEST(Defects, I_AHistoryOfClaudeCodeGoesToResponses) {
  const std::string made = request(
      Form::Messages, Form::Responses, kGpt5,
      claude(
          R"([{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"S"},{"type":"server_tool_use","id":"s","name":"web_search","input":{}},{"type":"web_search_tool_result","tool_use_id":"s","content":[]},{"type":"text","text":"Yo","citations":[]},{"type":"tool_use","id":"t","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}}]}]}])"));
  EXPECT_EQ(at(made, "input", "1", "content", "0", "text"), R"("Yo")");
  EXPECT_EQ(at(made, "input", "3", "output", "0", "type"), R"("input_image")");
}

}  // namespace
}  // namespace drover::translate
