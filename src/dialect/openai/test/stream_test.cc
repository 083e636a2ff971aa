// Whole streams as they come over the wire, cut anywhere: the scanner and the dialect together.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dialect/answer/long_event.h"
#include "dialect/dialect.h"

namespace drover::dialect {
namespace {

struct Seen {
  std::vector<EventKind> kinds;
  AnswerState state;
  bool complete = false;
};

/// Reads `first` and then `second`, as two reads of a socket.
Seen read(Api api, const std::string& first, const std::string& second) {
  Seen seen;
  http::SseScanner scanner;
  std::string held;
  for (const std::string* piece : {&first, &second}) {
    held += *piece;
    http::SseEvent event;
    while (scanner.next(held, event)) {
      Error failure;
      seen.kinds.push_back(openai().read_event(api, event, seen.state, failure));
      held.erase(0, event.bytes.size());
    }
  }
  seen.complete = openai().stream_complete(api, seen.state);
  return seen;
}

constexpr std::string_view kChat =
    ": OPENROUTER PROCESSING\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xE0\xB8\x81\"},\"finish_reason\":null}]}\r\n\r\n"
    "data:{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n"
    "data: [DONE]\n\n";

TEST(ChatStream, C15_IsReadTheSameWhereverItIsCut) {
  const std::vector<EventKind> expected = {EventKind::Comment, EventKind::Lifecycle, EventKind::Content,
                                           EventKind::Content, EventKind::Usage,     EventKind::Terminator};
  for (std::size_t cut = 0; cut <= kChat.size(); ++cut) {
    const Seen seen = read(Api::Chat, std::string(kChat.substr(0, cut)), std::string(kChat.substr(cut)));
    ASSERT_EQ(seen.kinds, expected) << cut;
    EXPECT_EQ(seen.state.usage.input_tokens, 3);
    EXPECT_TRUE(seen.complete);
  }
}

TEST(ChatStream, C13_IsNotCompleteWhenItIsCutBeforeItsFinish) {
  const std::size_t finish = kChat.find("data:{");
  EXPECT_FALSE(read(Api::Chat, std::string(kChat.substr(0, finish)), "").complete);
}

TEST(LongEvent, StillSaysThatTheStreamHasEnded) {
  const std::string head =
      "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"text\":\"" +
      std::string(70'000, 'x');
  AnswerState state;
  Error failure;
  EXPECT_EQ(openai().read_event(Api::Responses, long_event(head), state, failure), EventKind::Terminator);
  EXPECT_TRUE(openai().stream_complete(Api::Responses, state));
}

TEST(LongEvent, StillSaysThatItIsLifecycle) {
  const std::string head =
      "data: {\"type\":\"response.created\",\"response\":{\"instructions\":\"" + std::string(70'000, 'x');
  AnswerState state;
  Error failure;
  EXPECT_EQ(openai().read_event(Api::Responses, long_event(head), state, failure), EventKind::Lifecycle);
}

TEST(LongEvent, OfAChatIsContent) {
  const std::string head = "data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(70'000, 'x');
  AnswerState state;
  Error failure;
  EXPECT_EQ(openai().read_event(Api::Chat, long_event(head), state, failure), EventKind::Content);
}

TEST(LongEvent, WithoutDataIsNoEvent) {
  EXPECT_TRUE(long_event(": " + std::string(70'000, 'x')).is_comment());
  EXPECT_TRUE(long_event("").is_comment());
}

}  // namespace
}  // namespace drover::dialect
