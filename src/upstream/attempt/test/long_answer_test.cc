// What a request comes to does not depend on the size of an answer's parts, nor on where the network cuts them: class,
// usage, owner, end and failure of answers whose events echo nothing, 33 KiB, 90 KiB and 1 MiB. Over exchanges in
// memory.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/request/id_mark.h"
#include "upstream/test/run_test_kit.h"

namespace drover::upstream {
namespace {

using namespace testing;

constexpr std::size_t kEchoes[] = {10, 33 * 1024, 90 * 1024, 1024 * 1024};

std::string event(std::string_view name, std::size_t echo, std::string_view more) {
  return "event: " + std::string(name) + "\ndata: {\"type\":\"" + std::string(name) +
         "\",\"response\":{\"id\":\"resp_long\",\"instructions\":\"" + std::string(echo, 'i') + "\"," +
         std::string(more) + "}}\n\n";
}

constexpr std::string_view kWord =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n";
constexpr std::string_view kUsage = R"("status":"completed","usage":{"input_tokens":62000,"output_tokens":1300})";

std::string beginning(std::size_t echo) {
  return event("response.created", echo, R"("status":"in_progress")") +
         event("response.in_progress", echo, R"("status":"in_progress")");
}
std::string good_stream(std::size_t echo) {
  return beginning(echo) + std::string(kWord) + event("response.completed", echo, kUsage);
}
std::string failed_stream(std::size_t echo, std::string_view code) {
  return beginning(echo) + event("response.failed", echo,
                                 R"("status":"failed","error":{"code":")" + std::string(code) + R"(","message":"m"})");
}
std::string plain(std::size_t echo, std::string_view more) {
  return R"({"id":"resp_long","object":"response","instructions":")" + std::string(echo, 'i') + R"(","output":[)" +
         R"({"type":"message","content":[{"type":"output_text","text":"x"}]}],)" + std::string(more) + "}";
}

/// Every byte of a short answer; of a long one those around the ends of its events, and some in between.
std::vector<std::size_t> cuts_of(const std::string& answer) {
  std::vector<std::size_t> cuts;
  constexpr std::size_t kShort = 4096;
  for (std::size_t at = 1; at < std::min(answer.size(), kShort); ++at) {
    if (answer.size() < kShort || at < 32) cuts.push_back(at);
  }
  if (answer.size() < kShort) return cuts;
  for (std::size_t end = answer.find("\n\n"); end != std::string::npos; end = answer.find("\n\n", end + 1)) {
    for (std::size_t at = end - 16; at < std::min(end + 16, answer.size()); ++at) cuts.push_back(at);
  }
  const std::size_t step = answer.size() / 24 + 1;
  for (std::size_t at = step; at < answer.size(); at += step) cuts.push_back(at);
  return cuts;
}

struct Responses : MemoryWorld {
  explicit Responses(core::AnswerKind answer = core::AnswerKind::Stream) : MemoryWorld(2, answer) {
    plan().pools[0].timeouts = long_timeouts();
    request.path = "/v1/responses";
    request.api = dialect::Api::Responses;
  }
  /// The upstream says these pieces, and its body ends.
  void say(std::size_t target, const std::vector<std::string>& pieces) {
    upstream(target).says_head(request.inspection.stream ? kStreamHead : kPlainHead);
    for (const std::string& piece : pieces) upstream(target).says(piece);
    upstream(target).ends();
  }
};

std::vector<std::string> cut_at(const std::string& text, std::size_t at) {
  return {text.substr(0, at), text.substr(at)};
}
std::vector<std::string> in_pieces_of(std::size_t size, const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
  return pieces;
}

void expect_read(const std::vector<std::string>& pieces, const std::string& whole, core::AnswerKind kind) {
  Responses world(kind);
  world.begin([&] { world.say(0, pieces); });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "");
  EXPECT_TRUE(world.client.whole());
  EXPECT_TRUE(world.client.text() == whole) << "other bytes";
  EXPECT_EQ(world.attempts(), 1U);
  EXPECT_EQ(world.failures(0), 0U);
  const dialect::Usage& usage = world.run().record().usage;
  EXPECT_TRUE(usage.known);
  EXPECT_EQ(usage.input_tokens, 62000);
  EXPECT_EQ(usage.output_tokens, 1300);
  EXPECT_TRUE(world.owners.owner_of(dialect::id_mark("resp_long")).has_value());
  world.forget();
  world.request.body.free();
  EXPECT_EQ(world.memory.used(), 0U);
}

TEST(LongAnswer, K1_OfAStreamIsReadWhateverItsSizeAndWhereverItIsCut) {
  for (const std::size_t echo : kEchoes) {
    const std::string stream = good_stream(echo);
    for (const std::size_t at : cuts_of(stream)) {
      SCOPED_TRACE(std::to_string(echo) + " bytes, cut at " + std::to_string(at));
      expect_read(cut_at(stream, at), stream, core::AnswerKind::Stream);
    }
    expect_read(in_pieces_of(4096, stream), stream, core::AnswerKind::Stream);
    expect_read(in_pieces_of(1021, stream), stream, core::AnswerKind::Stream);
  }
}

TEST(LongAnswer, K1_OfOnePieceIsReadWhateverItsSizeAndWhereverItIsCut) {
  for (const std::size_t echo : kEchoes) {
    const std::string answer = plain(echo, kUsage);
    for (const std::size_t at : cuts_of(answer)) {
      SCOPED_TRACE(std::to_string(echo) + " bytes, cut at " + std::to_string(at));
      expect_read(cut_at(answer, at), answer, core::AnswerKind::Plain);
    }
    expect_read(in_pieces_of(1021, answer), answer, core::AnswerKind::Plain);
  }
}

/// What the failure of the first target was taken for.
ErrorKind failure_of(const std::vector<std::string>& pieces, core::AnswerKind kind, const std::string& good) {
  Responses world(kind);
  world.begin([&] {
    world.say(0, pieces);
    world.say(1, {good});
  });
  EXPECT_TRUE(world.ends());
  EXPECT_TRUE(world.client.text() == good || world.client.text().empty()) << "bytes of a failed answer went down";
  return world.run().record().attempts[0].failure.value_or(ErrorKind::Internal);
}

TEST(LongAnswer, K1_ThatFailsIsOfItsClassWhateverItsSizeAndWhereverItIsCut) {
  for (const std::size_t echo : kEchoes) {
    const std::string good = good_stream(10);
    const std::string limited = failed_stream(echo, "rate_limit_exceeded");
    const std::string wrong = failed_stream(echo, "invalid_prompt");
    for (const std::size_t at : cuts_of(limited)) {
      SCOPED_TRACE(std::to_string(echo) + " bytes, cut at " + std::to_string(at));
      EXPECT_EQ(failure_of(cut_at(limited, at), core::AnswerKind::Stream, good), ErrorKind::RateLimited);
    }
    EXPECT_EQ(failure_of(in_pieces_of(4096, wrong), core::AnswerKind::Stream, good),
              failure_of({failed_stream(10, "invalid_prompt")}, core::AnswerKind::Stream, good));
  }
}

TEST(LongAnswer, K1_OfOnePieceThatFailsSaysSoAlsoAtItsEnd) {
  const std::string good = plain(10, kUsage);
  for (const std::size_t echo : kEchoes) {
    const std::string failed =
        R"({"id":"resp_long","object":"response","instructions":")" + std::string(echo, 'i') +
        R"(","output":[],"status":"failed","error":{"code":"rate_limit_exceeded","message":"m"}})";
    for (const std::size_t at : cuts_of(failed)) {
      SCOPED_TRACE(std::to_string(echo) + " bytes, cut at " + std::to_string(at));
      EXPECT_EQ(failure_of(cut_at(failed, at), core::AnswerKind::Plain, good), ErrorKind::RateLimited);
    }
  }
}

TEST(LongAnswer, K1_ThatIsRefusedIsOfItsClassWhateverItEchoes) {
  for (const std::size_t echo : kEchoes) {
    const std::string refusal =
        R"({"input":")" + std::string(echo, 'i') + R"(","error":{"code":"context_length_exceeded","message":"m"}})";
    for (const std::size_t at : cuts_of(refusal)) {
      SCOPED_TRACE(std::to_string(echo) + " bytes, cut at " + std::to_string(at));
      Responses world;
      world.begin([&] {
        world.upstream().says_head("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n");
        for (const std::string& piece : cut_at(refusal, at)) world.upstream().says(piece);
        world.upstream().ends();
      });
      ASSERT_TRUE(world.ends());
      EXPECT_EQ(world.run().record().attempts[0].failure, ErrorKind::ContextTooLong);
    }
  }
}

TEST(LongAnswer, K1_ARefusalWithoutEndIsHeldToItsBound) {
  Responses world;
  world.begin([&] {
    world.upstream().says_head("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n");
    world.upstream().says_at_length(std::string(64 * 1024, 'x'), 10'000);
    world.say(1, {good_stream(10)});
  });
  ASSERT_TRUE(world.ends());
  EXPECT_LE(world.upstream().reads(), kMaxReadBytes / (64 * 1024) + 2);
}

/// A chunk of a chat that holds everything, and nothing behind it.
TEST(LongAnswer, K1_OfAChatEndsWithALongLastChunk) {
  for (const std::size_t size : kEchoes) {
    MemoryWorld world(1);
    const std::string chunk = R"(data: {"id":"1","choices":[{"index":0,"delta":{"content":")" + std::string(size, 'c') +
                              R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":9}})"
                              "\n\n";
    world.begin([&] {
      world.upstream().says_head(kStreamHead);
      for (const std::string& piece : in_pieces_of(4096, chunk)) world.upstream().says(piece);
      world.upstream().ends();
    });
    ASSERT_TRUE(world.ends());
    EXPECT_EQ(world.error(), "");
    EXPECT_TRUE(world.client.text() == chunk);
    EXPECT_EQ(world.run().record().usage.output_tokens, 9);
  }
}

TEST(LongAnswer, K1_IsPassedOnAsItComesWhereMemoryIsSpent) {
  for (const core::AnswerKind kind : {core::AnswerKind::Stream, core::AnswerKind::Plain}) {
    Responses world(kind);
    world.memory.set_limit(256 * 1024);
    const std::string answer = kind == core::AnswerKind::Stream ? good_stream(1024 * 1024) : plain(1024 * 1024, kUsage);
    world.begin([&] { world.say(0, in_pieces_of(16 * 1024, answer)); });
    ASSERT_TRUE(world.ends());
    EXPECT_TRUE(world.client.text() == answer);
    EXPECT_EQ(world.error(), "");
    EXPECT_LE(world.client.largest_write(), 512U * 1024);
  }
}

TEST(LongAnswer, K1_TenMegabytesOfLifecycleEventsAreHeldToTheirBound) {
  Responses world;
  const std::string lifecycle = event("response.in_progress", 64 * 1024, R"("status":"in_progress")");
  constexpr std::size_t kTimes = 160;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says_at_length(lifecycle, kTimes);
  });
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text().size() == kTimes * lifecycle.size(); }));
  EXPECT_LE(world.client.largest_write(), kMaxReadBytes + lifecycle.size());
  EXPECT_LE(world.memory.used(), kMaxReadBytes + 4096);
  world.upstream().says(std::string(kWord) + event("response.completed", 10, kUsage));
  world.upstream().ends();
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "");
  EXPECT_EQ(world.run().record().usage.output_tokens, 1300);
}

TEST(LongAnswer, K1_AnEventWithoutEndIsHeldToItsBound) {
  Responses world;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says("event: response.created\ndata: {\"type\":\"response.created\",\"x\":\"");
    world.upstream().says_at_length(std::string(64 * 1024, 'x'), 160);
    world.upstream().ends();
  });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "stream_incomplete");
  EXPECT_LE(world.client.largest_write(), kMaxReadBytes + 128U * 1024);
}

TEST(LongAnswer, K1_AnEventThatArrivesSlowlyIsNotIdle) {
  Responses world;
  world.plan().pools[0].timeouts.idle = 200ms;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says(std::string(kWord));
    world.upstream().says("event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"x\":\"" +
                          std::string(100 * 1024, 'x'));
  });
  const Instant later = world.loop.now() + 1s;
  {
    const Drip bytes(world.loop, [&] { world.upstream().says("x"); });
    ASSERT_TRUE(drive(world.loop, [&] { return world.loop.now() > later || world.ended(); }));
  }
  EXPECT_FALSE(world.ended());
  world.upstream().says("\",\"status\":\"completed\"}}\n\n");
  world.upstream().ends();
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "");
}

TEST(LongAnswer, K1_WhatASlowClientHasNotTakenStaysCharged) {
  Responses world(core::AnswerKind::Plain);
  world.client.stops_reading();
  const std::string answer = plain(1024 * 1024, kUsage);
  world.begin([&] { world.say(0, in_pieces_of(16 * 1024, answer)); });
  ASSERT_TRUE(world.ends());
  EXPECT_GE(world.memory.used(), answer.size());
  world.client.reads_again();
  world.forget();
  world.request.body.free();
  EXPECT_EQ(world.memory.used(), 0U);
}

}  // namespace
}  // namespace drover::upstream
