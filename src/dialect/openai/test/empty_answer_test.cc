#include "dialect/openai/empty_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dialect/dialect.h"
#include "dialect/failure/failures.h"

namespace drover::dialect {
namespace {

using openai_detail::chat_says_nothing;
using openai_detail::response_says_nothing;

const FailureRules kRule{{.empty = true, .kind = ErrorKind::ServerError, .scope = ErrorScope::Request}};

/// What the events of a stream are taken for, with the rule.
std::vector<EventKind> kinds(Api api, std::initializer_list<std::string_view> events,
                             const FailureRules* rules = &kRule) {
  AnswerState state;
  state.rules = rules;
  std::vector<EventKind> seen;
  for (const std::string_view data : events) {
    Error failure;
    seen.push_back(
        openai().read_event(api, {.bytes = data, .name = {}, .data = data, .data_lines = 1}, state, failure));
    EXPECT_TRUE(seen.back() != EventKind::Error || failure.scope == ErrorScope::Request);
  }
  return seen;
}

constexpr std::string_view kRole = R"({"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
constexpr std::string_view kStop = R"({"choices":[{"delta":{},"finish_reason":"stop"}]})";
constexpr std::string_view kUsage = R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":0}})";

TEST(EmptyAnswerShape, OfAChatIsAStopWithoutTextCallOrRefusal) {
  EXPECT_TRUE(
      chat_says_nothing(R"({"choices":[{"message":{"role":"assistant","content":null},"finish_reason":"stop"}]})"));
  EXPECT_TRUE(chat_says_nothing(R"({"choices":[{"text":"","finish_reason":"stop"}]})"));
  for (const std::string_view said :
       {R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]})",
        R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"t"}]},"finish_reason":"stop"}]})",
        R"({"choices":[{"message":{"content":null,"refusal":"no"},"finish_reason":"stop"}]})",
        R"({"choices":[{"message":{"content":""},"finish_reason":"length"}]})",
        R"({"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]})",
        R"({"choices":[{"message":{"content":""},"finish_reason":"stop"},{"message":{"content":"x"}}]})", "no json"}) {
    EXPECT_FALSE(chat_says_nothing(said)) << said;
  }
}

TEST(EmptyAnswerShape, OfAResponseIsACompletedOneWithoutAWord) {
  EXPECT_TRUE(response_says_nothing(R"({"status":"completed","output":[]})"));
  EXPECT_TRUE(response_says_nothing(R"({"output":[{"type":"message","content":[{"type":"output_text","text":""}]}]})"));
  for (const std::string_view said :
       {R"({"status":"incomplete","output":[]})", R"({"output":[{"type":"function_call"}]})",
        R"({"output":[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]})",
        R"({"output":[{"type":"message","content":[{"type":"output_text","text":"x"}]}]})",
        R"({"status":"completed"})"}) {
    EXPECT_FALSE(response_says_nothing(said)) << said;
  }
}

TEST(EmptyAnswerStream, OfAChatIsHeldToItsEndAndFailsThere) {
  using enum EventKind;
  EXPECT_EQ(kinds(Api::Chat, {kRole, kStop, kUsage, "[DONE]"}), (std::vector{Lifecycle, Lifecycle, Lifecycle, Error}));
  EXPECT_EQ(kinds(Api::Chat, {kRole, kStop, kUsage, "[DONE]"}, nullptr),
            (std::vector{Lifecycle, Content, Usage, Terminator}));
}

TEST(EmptyAnswerStream, OfAChatMaySpeakInAnotherChoice) {
  using enum EventKind;
  constexpr std::string_view kWord = R"({"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":null}]})";
  EXPECT_EQ(kinds(Api::Chat, {kStop, kWord, kStop, kUsage, "[DONE]"}),
            (std::vector{Lifecycle, Content, Content, Usage, Terminator}));
}

TEST(EmptyAnswerStream, OfAChatThatWasCutByItsLengthIsNone) {
  using enum EventKind;
  constexpr std::string_view kLength = R"({"choices":[{"delta":{},"finish_reason":"length"}]})";
  EXPECT_EQ(kinds(Api::Chat, {kRole, kLength, "[DONE]"}), (std::vector{Lifecycle, Content, Terminator}));
}

TEST(EmptyAnswerStream, OfAResponseEndsInAFailure) {
  using enum EventKind;
  constexpr std::string_view kCompleted = R"({"type":"response.completed","response":{"usage":{"output_tokens":0}}})";
  EXPECT_EQ(kinds(Api::Responses,
                  {R"({"type":"response.created","response":{"id":"r"}})", R"({"type":"response.output_item.added"})",
                   R"({"type":"response.output_text.done","text":""})",
                   R"({"type":"response.content_part.done","part":{"type":"output_text","text":""}})",
                   R"({"type":"response.output_item.done","item":{"type":"message","content":[]}})", kCompleted}),
            (std::vector{Lifecycle, Lifecycle, Lifecycle, Lifecycle, Lifecycle, Error}));
  EXPECT_EQ(
      kinds(Api::Responses, {R"({"type":"response.output_item.done","item":{"type":"function_call"}})", kCompleted}),
      (std::vector{Content, Terminator}));
  EXPECT_EQ(kinds(Api::Responses, {R"({"type":"response.incomplete","response":{}})"}), std::vector{Terminator});
}

}  // namespace
}  // namespace drover::dialect
