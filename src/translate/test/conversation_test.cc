// Conversations of several turns: reasoning that comes back to its maker, and prompts whose beginning stays the same.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

/// A conversation of `turns` turns with a call in each, as a client of `front` sends it.
std::string conversation(Form front, int turns) {
  std::string messages;
  const auto add = [&](std::string_view message) { messages += (messages.empty() ? "" : ",") + std::string(message); };
  for (int turn = 0; turn < turns; ++turn) {
    const std::string n = std::to_string(turn);
    if (front == Form::Chat) {
      add(R"({"role":"user","content":"Question )" + n + R"("})");
      add(R"({"role":"assistant","content":"Wait","tool_calls":[{"id":"c)" + n +
          R"(","type":"function","function":{"name":"f","arguments":"{\"z\":)" + n + R"(,\"a\": 1}"}}]})");
      add(R"({"role":"tool","tool_call_id":"c)" + n + R"(","content":"42"})");
      add(R"({"role":"assistant","content":"Done"})");
    } else if (front == Form::Messages) {
      add(R"({"role":"user","content":"Question )" + n + R"("})");
      add(R"({"role":"assistant","content":[{"type":"text","text":"Wait"},{"type":"tool_use","id":"c)" + n +
          R"(","name":"f","input":{"z":)" + n + R"(,"a": 1}}]})");
      add(R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"c)" + n + R"(","content":"42"}]})");
      add(R"({"role":"assistant","content":[{"type":"text","text":"Done"}]})");
    } else {
      add(R"({"role":"user","content":"Question )" + n + R"("})");
      add(R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"Wait"}]})");
      add(R"({"type":"function_call","call_id":"c)" + n + R"(","name":"f","arguments":"{\"z\":)" + n +
          R"(,\"a\": 1}"})");
      add(R"({"type":"function_call_output","call_id":"c)" + n + R"(","output":"42"})");
      add(R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"Done"}]})");
    }
  }
  add(R"({"role":"user","content":"And now?"})");
  if (front == Form::Chat) {
    return R"({"model":"m","max_tokens":9,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"z":{},"a":{}}}}}],"messages":[{"role":"system","content":"S"},)" +
           messages + "]}";
  }
  if (front == Form::Messages) {
    return R"({"model":"m","max_tokens":9,"system":"S","tools":[{"name":"f","input_schema":{"type":"object","properties":{"z":{},"a":{}}}}],"messages":[)" +
           messages + "]}";
  }
  return R"({"model":"m","instructions":"S","tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"z":{},"a":{}}}}],"input":[)" +
         messages + "]}";
}

TEST(Conversation, EachTurnBeginsWithTheBytesOfTheOneBefore) {
  for (const Form front : {Form::Chat, Form::Messages, Form::Responses}) {
    for (const Form back : {Form::Chat, Form::Messages, Form::Responses}) {
      if (front == back) continue;
      SCOPED_TRACE(std::string(to_string(front)) + " to " + std::string(to_string(back)));
      std::string before;
      for (int turns = 0; turns < 10; ++turns) {
        const std::string made =
            request(front, back, back == Form::Messages ? kClaude : kGpt5, conversation(front, turns));
        EXPECT_EQ(made, request(front, back, back == Form::Messages ? kClaude : kGpt5, conversation(front, turns)));
        // All but the last message and what closes the body.
        const std::size_t last = made.rfind("And now?");
        const std::string head = made.substr(0, made.rfind('{', made.rfind("\"role\"", last)));
        EXPECT_TRUE(made.starts_with(before));
        EXPECT_TRUE(before.empty() || head.size() > before.size());
        before = head;
      }
    }
  }
}

TEST(Conversation, ClaudesThoughtsComeBackThroughEachOtherForm) {
  constexpr std::string_view kAnswer =
      R"({"id":"msg_1","type":"message","content":[{"type":"thinking","thinking":"hm","signature":"SIG"},{"type":"tool_use","id":"t1","name":"f","input":{}}],"stop_reason":"tool_use"})";
  const std::string as_chat = plain_answer(Form::Chat, Form::Messages, kAnswer);
  const std::string next = R"({"model":"m","reasoning_effort":"low","messages":[{"role":"user","content":"Hi"},)" +
                           at(as_chat, "choices", "0", "message") +
                           R"(,{"role":"tool","tool_call_id":"t1","content":"42"}]})";
  const std::string made = request(Form::Chat, Form::Messages, kClaude, next);
  EXPECT_EQ(at(made, "messages", "1", "content", "0"), R"({"type":"thinking","thinking":"hm","signature":"SIG"})");
  EXPECT_EQ(at(made, "thinking", "type"), R"("enabled")");
}

TEST(Conversation, OpenAisThoughtsComeBackThroughMessages) {
  const std::string answer =
      plain_answer(Form::Messages, Form::Responses, R"({"id":"resp_1","status":"completed","output":[
    {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}]})");
  const std::string history =
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":)" +
      at(answer, "content") +
      R"(},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"42"}]}]})";
  const std::string back = request(Form::Messages, Form::Responses, kGpt5, history);
  EXPECT_EQ(
      at(back, "input", "1"),
      R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"})");
}

TEST(Conversation, OpenAisThoughtsComeBackThroughChat) {
  const std::string answer = plain_answer(Form::Chat, Form::Responses, R"({"id":"resp_1","status":"completed","output":[
    {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}]})");
  const std::string history = R"({"model":"m","messages":[{"role":"user","content":"Hi"},)" +
                              at(answer, "choices", "0", "message") +
                              R"(,{"role":"tool","tool_call_id":"c1","content":"42"}]})";
  EXPECT_EQ(at(request(Form::Chat, Form::Responses, kGpt5, history), "input", "1"),
            R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"})");
}

class OneNote final : public ReasoningNotes {
 public:
  explicit OneNote(ReasoningNote note) : note_(std::move(note)) {}
  [[nodiscard]] std::optional<std::string> find(std::string_view call_id) const override {
    return call_id == note_.call_id ? std::optional(note_.thoughts) : std::nullopt;
  }

 private:
  ReasoningNote note_;
};

TEST(Conversation, AClientThatSendsNoThoughtsBackIsHelpedByWhatWasRemembered) {
  Answer answer(context(Form::Chat, Form::Messages));
  ASSERT_TRUE(
      answer
          .plain(
              R"({"id":"msg_1","type":"message","content":[{"type":"thinking","thinking":"hm","signature":"SIG"},{"type":"redacted_thinking","data":"RED"},{"type":"tool_use","id":"t1","name":"f","input":{}}],"stop_reason":"tool_use"})")
          .has_value());
  const auto note = answer.note();
  ASSERT_TRUE(note.has_value());
  const OneNote notes(*note);
  constexpr std::string_view kNext =
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t1","content":"42"}]})";
  const auto made =
      translate_request(kNext, {.front = Form::Chat, .back = Form::Messages, .model = kClaude, .notes = &notes});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(at(made->body, "messages", "1", "content", "0"),
            R"({"type":"thinking","thinking":"hm","signature":"SIG"})");
  EXPECT_EQ(at(made->body, "messages", "1", "content", "1"), R"({"type":"redacted_thinking","data":"RED"})");
  const auto other =
      translate_request(kNext, {.front = Form::Chat, .back = Form::Responses, .model = kGpt5, .notes = &notes});
  ASSERT_TRUE(other.has_value());
  EXPECT_THAT(other->body, Not(HasSubstr("SIG")));
}

TEST(Conversation, WhatWasSealedByOpenAiIsRememberedFromAStream) {
  Answer answer(context(Form::Chat, Form::Responses));
  std::string out;
  answer.feed(
      wire(
          Form::Responses,
          {R"({"type":"response.created","response":{"id":"resp_1","model":"m"}})",
           R"({"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"}})",
           R"({"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}})",
           R"({"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[]}})"}),
      out);
  const auto note = answer.note();
  ASSERT_TRUE(note.has_value());
  const OneNote notes(*note);
  const auto made = translate_request(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"42"}]})",
      {.front = Form::Chat, .back = Form::Responses, .model = kGpt5, .notes = &notes});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(
      at(made->body, "input", "1"),
      R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"})");
}

TEST(Conversation, NobodyIsGivenTheSignatureOfAnother) {
  const std::string openai =
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"x","reasoning_details":[{"type":"reasoning.encrypted","data":"gAAA","format":"openai-responses-v1"}]},{"role":"user","content":"So?"}]})";
  EXPECT_THAT(request(Form::Chat, Form::Messages, kClaude, openai), Not(HasSubstr("gAAA")));
  const std::string claude =
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"SIG"},{"type":"text","text":"x"}]},{"role":"user","content":"So?"}]})";
  EXPECT_THAT(request(Form::Messages, Form::Responses, kGpt5, claude), Not(HasSubstr("SIG")));
  EXPECT_THAT(request(Form::Messages, Form::Chat, "deepseek-reasoner", claude), Not(HasSubstr("SIG")));
}

TEST(Conversation, AnUnsignedThoughtIsNotSentToClaude) {
  const std::string made = request(
      Form::Chat, Form::Messages, kClaude,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"x","reasoning_content":"hm"},{"role":"user","content":"So?"}]})");
  EXPECT_THAT(made, Not(HasSubstr("hm")));
}

TEST(Conversation, ATextWithEscapesKeepsItsBytes) {
  const std::string text = R"(\u00e9\n\"\\ \ud83d\ude00 é)";
  const std::string made = request(Form::Chat, Form::Messages, kClaude,
                                   R"({"model":"m","messages":[{"role":"user","content":")" + text + R"("}]})");
  EXPECT_EQ(at(made, "messages", "0", "content", "0", "text"), "\"" + text + "\"");
}

}  // namespace
}  // namespace drover::translate
