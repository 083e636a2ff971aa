// A piece of a stream costs no allocation once the buffers have grown.
#include <cstdint>

#include "base/test/heap_test_kit.h"
#include "translate/test/test_kit.h"

#ifndef DROVER_HEAP_IS_FIXED
namespace drover::translate {
namespace {

using namespace test_kit;
using heap::allocations;

/// Allocations for the thousandth piece, after the buffers have grown with those before.
std::int64_t allocations_of(Form front, Form back, const std::vector<std::string>& begin, const std::string& piece) {
  Answer answer(context(front, back));
  std::string out;
  answer.feed(wire(back, begin), out);
  const std::string bytes = wire(back, {piece});
  const std::size_t before = out.size();
  for (int pieces = 0; pieces < 1'030; ++pieces) {
    out.clear();
    answer.feed(bytes, out);
  }
  EXPECT_TRUE(before > 0 || front == Form::Gemini) << "Gemini's streams begin with their first text";
  EXPECT_FALSE(out.empty());
  // Whatever holds the whole text of an item grows by doubling; it has just done so.
  const std::int64_t until = allocations;
  out.clear();
  answer.feed(bytes, out);
  return allocations - until;
}

TEST(NoAllocation, APieceOfTextCostsNoneOnAnyPair) {
  const std::vector<std::string> claude = {
      R"({"type":"message_start","message":{"id":"m","model":"c"}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"};
  const std::string claude_piece =
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"wo\nrd"}})";
  const std::vector<std::string> chat = {R"({"id":"x","choices":[{"index":0,"delta":{"content":"a"}}]})"};
  const std::string chat_piece = R"({"id":"x","choices":[{"index":0,"delta":{"content":"wo\nrd"}}]})";
  const std::vector<std::string> responses = {
      R"({"type":"response.created","response":{"id":"r","model":"m"}})",
      R"({"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}})"};
  const std::string responses_piece = R"({"type":"response.output_text.delta","output_index":0,"delta":"wo\nrd"})";
  const std::vector<std::string> gemini = {R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}],"responseId":"r"})"};
  const std::string gemini_piece =
      R"({"candidates":[{"content":{"parts":[{"text":"wo\nrd"}]}}],"usageMetadata":{"promptTokenCount":9},"responseId":"r"})";
  EXPECT_EQ(allocations_of(Form::Chat, Form::Gemini, gemini, gemini_piece), 0);
  EXPECT_EQ(allocations_of(Form::Messages, Form::Gemini, gemini, gemini_piece), 0);
  EXPECT_EQ(allocations_of(Form::Responses, Form::Gemini, gemini, gemini_piece), 0);
  EXPECT_EQ(allocations_of(Form::Gemini, Form::Chat, chat, chat_piece), 0);
  EXPECT_EQ(allocations_of(Form::Gemini, Form::Messages, claude, claude_piece), 0);
  EXPECT_EQ(allocations_of(Form::Chat, Form::Messages, claude, claude_piece), 0);
  EXPECT_EQ(allocations_of(Form::Responses, Form::Messages, claude, claude_piece), 0);
  EXPECT_EQ(allocations_of(Form::Messages, Form::Chat, chat, chat_piece), 0);
  EXPECT_EQ(allocations_of(Form::Responses, Form::Chat, chat, chat_piece), 0);
  EXPECT_EQ(allocations_of(Form::Chat, Form::Responses, responses, responses_piece), 0);
  EXPECT_EQ(allocations_of(Form::Messages, Form::Responses, responses, responses_piece), 0);
}

TEST(NoAllocation, APieceOfArgumentsCostsNone) {
  EXPECT_EQ(
      allocations_of(
          Form::Messages, Form::Chat,
          {R"({"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}}]})"},
          R"({"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}}]})"),
      0);
}

}  // namespace
}  // namespace drover::translate

#endif
