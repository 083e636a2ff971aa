// Requests of Messages for an upstream that speaks chat completions.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string to_chat(std::string_view body, std::string_view model = kGpt) {
  return request(Form::Messages, Form::Chat, model, body);
}

TEST(MessagesToChat, KeepsTheWordsOfEachSide) {
  const std::string made =
      to_chat(R"({"model":"m","max_tokens":9,"system":[{"type":"text","text":"A"},{"type":"text","text":"B"}],
    "messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"text","text":"Yo"}]},{"role":"user","content":[{"type":"text","text":"More"}]}]})");
  EXPECT_EQ(at(made, "max_completion_tokens"), "9");
  EXPECT_EQ(at(made, "messages", "0", "role"), R"("system")");
  EXPECT_EQ(at(made, "messages", "0", "content", "1", "text"), R"("B")");
  EXPECT_EQ(at(made, "messages", "1", "content"), R"("Hi")");
  EXPECT_EQ(at(made, "messages", "2", "content"), R"("Yo")");
  EXPECT_EQ(at(made, "messages", "3", "content"), R"("More")");
}

TEST(MessagesToChat, AnOtherServerIsGivenTheOldNames) {
  const std::string made = to_chat(
      R"({"model":"m","max_tokens":9,"top_k":4,"metadata":{"user_id":"u"},"messages":[{"role":"user","content":"Hi"}]})",
      kVllm);
  EXPECT_EQ(at(made, "max_tokens"), "9");
  EXPECT_EQ(at(made, "top_k"), "4");
  EXPECT_EQ(at(made, "user"), R"("u")");
}

TEST(MessagesToChat, ResultsAreMessagesOfTheirOwnBeforeTheUsersWords) {
  const std::string made = to_chat(R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},
    {"role":"assistant","content":[{"type":"text","text":"Look"},{"type":"tool_use","id":"t1","name":"f","input":{"z":1, "a":2}},{"type":"tool_use","id":"t2","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"one"},{"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[{"type":"text","text":"two"}]},{"type":"text","text":"Go"}]}]})");
  EXPECT_EQ(at(made, "messages", "1", "tool_calls", "0", "function", "arguments"), R"("{\"z\":1, \"a\":2}")");
  EXPECT_EQ(at(made, "messages", "2"), R"({"role":"tool","tool_call_id":"t1","content":"one"})");
  EXPECT_EQ(at(made, "messages", "3"), R"({"role":"tool","tool_call_id":"t2","content":"two"})");
  EXPECT_EQ(at(made, "messages", "4", "content"), R"("Go")");
}

TEST(MessagesToChat, ToolsAndTheirChoiceAreCarried) {
  const std::string made = to_chat(R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],
    "tools":[{"name":"f","description":"d","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}})");
  EXPECT_EQ(at(made, "tools", "0"),
            R"({"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}})");
  EXPECT_EQ(at(made, "tool_choice"), R"({"type":"function","function":{"name":"f"}})");
  EXPECT_EQ(at(made, "parallel_tool_calls"), "false");
}

TEST(MessagesToChat, ThinkingBecomesAnEffortWhereTheModelThinks) {
  constexpr std::string_view kBody =
      R"({"model":"m","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":5000},"messages":[{"role":"user","content":"Hi"}]})";
  EXPECT_EQ(at(to_chat(kBody, kGpt5), "reasoning_effort"), R"("medium")");
  EXPECT_EQ(at(to_chat(kBody), "reasoning_effort"), "");
  EXPECT_EQ(told(Form::Messages, Form::Chat, kGpt, kBody), "reasoning_effort");
}

TEST(MessagesToChat, AStreamAlwaysAsksForItsUsage) {
  const std::string made =
      to_chat(R"({"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]})");
  EXPECT_EQ(at(made, "stream_options"), R"({"include_usage":true})");
}

TEST(MessagesToChat, ALongNameOfAToolComesBackAsItWas) {
  const std::string name(100, 'n');
  const auto made =
      try_request(Form::Messages, Form::Chat, kGpt,
                  R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"tools":[{"name":")" +
                      name + R"(","input_schema":{"type":"object"}}]})");
  ASSERT_TRUE(made.has_value());
  const std::string sent = at(made->body, "tools", "0", "function", "name");
  EXPECT_EQ(sent.size(), 66U);
  Answer answer(made->context);
  const auto back = answer.plain(
      R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":)" +
      sent + R"(,"arguments":"{}"}}]},"finish_reason":"tool_calls"}]})");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(at(*back, "content", "0", "name"), "\"" + name + "\"");
}

TEST(MessagesToChat, ThinkingThatIsLeftToTheModelIsAskedForWhereModelsThinkOnlyWhenTold) {
  constexpr std::string_view kAdaptive =
      R"({"model":"m","max_tokens":9,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"Hi"}]})";
  const auto effort = [&](Form back, std::string_view model, std::string_view request) {
    const auto made = try_request(Form::Messages, back, model, request);
    if (!made.has_value()) return std::string("refused");
    return back == Form::Chat ? at(made->body, "reasoning_effort") : at(made->body, "reasoning", "effort");
  };
  EXPECT_EQ(effort(Form::Responses, "gpt-6.2-sol", kAdaptive), R"("medium")");
  EXPECT_EQ(effort(Form::Chat, "gpt-5.1", kAdaptive), R"("medium")");
  EXPECT_EQ(effort(Form::Chat, kVllm, kAdaptive), "") << "another server does what it does";
  EXPECT_EQ(effort(Form::Chat, "gpt-4o", kAdaptive), "") << "this model does not think";
  constexpr std::string_view kLow =
      R"({"model":"m","max_tokens":9,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"},"messages":[{"role":"user","content":"Hi"}]})";
  EXPECT_EQ(effort(Form::Responses, "gpt-6.2-sol", kLow), R"("low")") << "what is said counts";
}

TEST(MessagesToChat, PlainAnswersComeBackInTheClientsForm) {
  const std::string made = plain_answer(Form::Messages, Form::Chat,
                                        R"({"id":"chatcmpl-7","object":"chat.completion","created":1,"model":"gpt",
    "choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"hm","content":"Hi","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"b\":1, \"a\":2}"}}]},"finish_reason":"tool_calls"}],
    "usage":{"prompt_tokens":20,"completion_tokens":6,"total_tokens":26,"prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":4}}})");
  EXPECT_EQ(at(made, "id"), R"("msg_7")");
  EXPECT_EQ(at(made, "content", "0"), R"({"type":"thinking","thinking":"hm","signature":""})");
  EXPECT_EQ(at(made, "content", "1"), R"({"type":"text","text":"Hi"})");
  EXPECT_EQ(at(made, "content", "2", "input"), R"({"b":1, "a":2})");
  EXPECT_EQ(at(made, "stop_reason"), R"("tool_use")");
  EXPECT_EQ(at(made, "usage", "input_tokens"), "10");
  EXPECT_EQ(at(made, "usage", "cache_read_input_tokens"), "8");
  EXPECT_EQ(at(made, "usage", "output_tokens"), "6");
}

TEST(MessagesToChat, ARefusalInWordsIsOne) {
  const std::string made = plain_answer(
      Form::Messages, Form::Chat,
      R"({"id":"x","choices":[{"message":{"content":null,"refusal":"I will not."},"finish_reason":"stop"}]})");
  EXPECT_EQ(at(made, "content", "0", "text"), R"("I will not.")");
  EXPECT_EQ(at(made, "stop_reason"), R"("refusal")");
}

TEST(MessagesToChat, AnOtherServerIsNotGivenFieldsThatItMayRefuse) {
  constexpr std::string_view kBody =
      R"({"model":"m","input":"Hi","prompt_cache_key":"k","metadata":{"a":"b"},"text":{"verbosity":"low"}})";
  EXPECT_EQ(told(Form::Responses, Form::Chat, kVllm, kBody), "prompt_cache_key, metadata, verbosity");
  EXPECT_EQ(told(Form::Responses, Form::Chat, kGpt5, kBody), "");
}

TEST(MessagesToChat, EveryReasonToStopHasItsPlace) {
  const auto reason = [](std::string_view word) {
    return at(plain_answer(
                  Form::Messages, Form::Chat,
                  R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":")" +
                      std::string(word) + R"("}]})"),
              "stop_reason");
  };
  EXPECT_EQ(reason("stop"), R"("end_turn")");
  EXPECT_EQ(reason("length"), R"("max_tokens")");
  EXPECT_EQ(reason("content_filter"), R"("refusal")");
  EXPECT_EQ(reason("something_new"), R"("end_turn")");
}

}  // namespace
}  // namespace drover::translate
