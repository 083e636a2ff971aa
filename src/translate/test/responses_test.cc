// Responses, as the client's form and as the upstream's.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

constexpr std::string_view kLoop =
    R"({"model":"m","instructions":"Sys","max_output_tokens":40,"reasoning":{"effort":"low","summary":"auto"},
  "input":[{"role":"user","content":"Hi"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"},
  {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Look"}]},
  {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"z\":1, \"a\":2}"},{"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},
  {"type":"function_call_output","call_id":"c1","output":"one"},{"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"},{"type":"input_image","image_url":"data:image/png;base64,AA"}]}],
  "tools":[{"type":"function","name":"f","parameters":{"type":"object"}},{"type":"function","name":"g"}]})";

TEST(Responses, ATurnOfItemsBecomesOneMessage) {
  const std::string made = request(Form::Responses, Form::Chat, kVllm, kLoop);
  EXPECT_EQ(at(made, "messages", "0"), R"({"role":"system","content":"Sys"})");
  EXPECT_EQ(at(made, "messages", "2", "content"), R"("Look")");
  EXPECT_EQ(count(at(made, "messages", "2", "tool_calls")), 2U);
  EXPECT_EQ(at(made, "messages", "2", "tool_calls", "0", "function", "arguments"), R"("{\"z\":1, \"a\":2}")");
  EXPECT_EQ(at(made, "messages", "4", "content"), R"("two")");
  // The picture of the second result follows in a message of the user's.
  EXPECT_EQ(at(made, "messages", "5", "content", "0", "image_url", "url"), R"("data:image/png;base64,AA")");
}

TEST(Responses, ALoopOfToolsGoesToClaude) {
  const std::string made = request(Form::Responses, Form::Messages, kClaude, kLoop);
  EXPECT_EQ(at(made, "messages", "1", "content", "1", "input"), R"({"z":1, "a":2})");
  EXPECT_EQ(at(made, "messages", "2", "content", "1", "content", "1", "type"), R"("image")");
  EXPECT_EQ(at(made, "thinking"), "");  // in the middle of a turn whose thoughts are another maker's
}

TEST(Responses, AChatRequestIsNotKeptAndAsksForItsReasoning) {
  const std::string made = request(
      Form::Chat, Form::Responses, "gpt-5.4",
      R"({"model":"m","max_tokens":5,"reasoning_effort":"medium","prompt_cache_key":"k","metadata":{"a":"b"},"verbosity":"low",
    "messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"c","content":"42"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"function","function":{"name":"f"}}})");
  EXPECT_EQ(at(made, "store"), "false");
  EXPECT_EQ(at(made, "include"), R"(["reasoning.encrypted_content"])");
  EXPECT_EQ(at(made, "instructions"), R"("S")");
  EXPECT_EQ(at(made, "max_output_tokens"), "16");
  EXPECT_EQ(at(made, "reasoning"), R"({"effort":"medium","summary":"auto"})");
  EXPECT_EQ(at(made, "prompt_cache_key"), R"("k")");
  EXPECT_EQ(at(made, "metadata"), R"({"a":"b"})");
  EXPECT_EQ(at(made, "text"), R"({"verbosity":"low"})");
  EXPECT_EQ(at(made, "tools", "0", "strict"), "false");
  EXPECT_EQ(at(made, "tool_choice"), R"({"type":"function","name":"f"})");
  EXPECT_EQ(at(made, "input", "2"), R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"})");
  EXPECT_EQ(at(made, "input", "3"), R"({"type":"function_call_output","call_id":"c","output":"42"})");
}

TEST(Responses, WhatOnlyItsMakerCanReadIsRefused) {
  for (const std::string_view field :
       {R"("previous_response_id":"resp_1")", R"("conversation":"conv_1")", R"("background":true)"}) {
    EXPECT_EQ(refusal(Form::Responses, Form::Chat, kVllm, R"({"model":"m","input":"Hi",)" + std::string(field) + "}"),
              "unsupported_by_target")
        << field;
  }
  EXPECT_EQ(
      refusal(Form::Responses, Form::Chat, kVllm, R"({"model":"m","input":[{"type":"item_reference","id":"rs_1"}]})"),
      "unsupported_by_target");
  EXPECT_EQ(refusal(Form::Responses, Form::Chat, kVllm,
                    R"({"model":"m","input":"Hi","background":false,"previous_response_id":null})"),
            "");
}

TEST(Responses, StopSequencesAreRefusedBecauseTheyWouldBeLost) {
  EXPECT_EQ(refusal(Form::Chat, Form::Responses, kGpt5,
                    R"({"model":"m","stop":"x","messages":[{"role":"user","content":"Hi"}]})"),
            "unsupported_by_target");
}

TEST(Responses, FreeFormToolsGoToModelsThatHaveThem) {
  constexpr std::string_view kBody =
      R"({"model":"m","input":[{"role":"user","content":"Hi"},{"type":"custom_tool_call","call_id":"c","name":"p","input":"any {text"},
    {"type":"custom_tool_call_output","call_id":"c","output":"done"}],"tools":[{"type":"custom","name":"p","format":{"type":"text"}}]})";
  const std::string made = request(Form::Responses, Form::Chat, kGpt5, kBody);
  EXPECT_EQ(at(made, "tools", "0"), R"({"type":"custom","custom":{"name":"p","format":{"type":"text"}}})");
  EXPECT_EQ(at(made, "messages", "1", "tool_calls", "0", "custom", "input"), R"("any {text")");
  EXPECT_EQ(refusal(Form::Responses, Form::Messages, kClaude, kBody), "unsupported_by_target");
}

TEST(Responses, AnOutputSchemaIsCarriedBothWays) {
  const std::string out = request(
      Form::Chat, Form::Responses, kGpt5,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}}})");
  EXPECT_EQ(at(out, "text", "format"), R"({"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true})");
  const std::string in = request(
      Form::Responses, Form::Chat, kGpt5,
      R"({"model":"m","input":"Hi","text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}}}})");
  EXPECT_EQ(at(in, "response_format", "json_schema"), R"({"name":"n","schema":{"type":"object"},"strict":true})");
}

TEST(Responses, TheStreamHasEveryEventThatAStrictClientExpects) {
  const std::string out = stream(
      Form::Responses, Form::Chat,
      {R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]})",
       R"({"choices":[{"index":0,"delta":{"content":"Hi"}}]})",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}}]})",
       R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})", "[DONE]"});
  std::vector<std::string> types;
  std::int64_t number = 0;
  for (const std::string& data : data_of(out)) {
    types.emplace_back(word_in(data, "type"));
    EXPECT_EQ(at(data, "sequence_number"), std::to_string(number++));
  }
  const std::vector<std::string> expected = {"response.created",
                                             "response.in_progress",
                                             "response.output_item.added",
                                             "response.reasoning_summary_part.added",
                                             "response.reasoning_summary_text.delta",
                                             "response.reasoning_summary_text.done",
                                             "response.reasoning_summary_part.done",
                                             "response.output_item.done",
                                             "response.output_item.added",
                                             "response.content_part.added",
                                             "response.output_text.delta",
                                             "response.output_text.done",
                                             "response.content_part.done",
                                             "response.output_item.done",
                                             "response.output_item.added",
                                             "response.function_call_arguments.delta",
                                             "response.function_call_arguments.done",
                                             "response.output_item.done",
                                             "response.completed"};
  EXPECT_EQ(types, expected);
  const std::string last = data_of(out).back();
  EXPECT_EQ(count(at(last, "response", "output")), 3U);
  EXPECT_EQ(at(last, "response", "output", "2", "arguments"), R"("{}")");
}

TEST(Responses, AnAnswerThatFailsInTheMiddleHasFailed) {
  Answer answer(context(Form::Responses, Form::Chat));
  std::string out;
  answer.feed(wire(Form::Chat, {R"({"id":"x","choices":[{"index":0,"delta":{"content":"Hi"}}]})"}), out);
  answer.cut({.kind = ErrorKind::ConnectionLost, .status = 502, .code = "upstream_lost", .message = "Gone."}, out);
  EXPECT_EQ(word_in(data_of(out).back(), "type"), "response.failed");
  EXPECT_EQ(at(data_of(out).back(), "response", "error", "message"), R"("Gone.")");
}

}  // namespace
}  // namespace drover::translate
