// Every wait of a request has somebody who ends it: what a Run does when an upstream or a client falls silent, drips,
// or says something at the wrong time. Over exchanges in memory.
#include <functional>
#include <string>

#include "upstream/test/run_test_kit.h"

namespace drover::upstream {
namespace {

using namespace testing;

/// A bound of some 100 ms may take twenty times as long on a busy machine.
constexpr Duration kGenerous = 4s;

/// Up to the whole answer; what follows is the upstream's own.
void answer_whole(MemoryUpstream& upstream) {
  upstream.says_head(kStreamHead);
  upstream.says(std::string(kContent) + kDone);
}

// ------------------------------------------------------------------------------------------------ E1: draining

TEST(RunWaits, E1_AnUpstreamThatTalksOnBehindItsAnswerIsLeftAfterTheDrainInAll) {
  MemoryWorld world;
  world.begin([&] { answer_whole(world.upstream()); });
  Drip comments(world.loop, [&] { world.upstream().says(": x\n\n"); });
  ASSERT_TRUE(world.ends());
  EXPECT_LT(world.took(), kGenerous);
  EXPECT_TRUE(world.client.whole());
  EXPECT_TRUE(world.client.text().starts_with(std::string(kContent) + kDone));
  EXPECT_TRUE(world.upstream().cancelled());
  EXPECT_EQ(world.failures(0), 0U);
}

TEST(RunWaits, E1_AnUpstreamThatFloodsBehindItsAnswerIsLeftAfterSoManyBytes) {
  MemoryWorld world;
  world.begin([&] {
    answer_whole(world.upstream());
    world.upstream().says_at_length(std::string(16 * 1024, 'x'), 10'000);
  });
  ASSERT_TRUE(world.ends());
  EXPECT_LE(world.upstream().reads(), 2 + kMaxTailBytes / (16 * 1024) + 1);
  EXPECT_TRUE(world.client.whole());
}

TEST(RunWaits, E1_AClientThatLeavesEndsTheDrain) {
  MemoryWorld world;
  world.begin([&] { answer_whole(world.upstream()); });
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text().ends_with(kDone); }));
  world.client.leaves();
  world.settle();
  EXPECT_TRUE(world.ended());
  EXPECT_FALSE(world.run().client_left()) << "it had everything";
}

TEST(RunWaits, E1_TheEndOfTheProcessEndsTheDrain) {
  MemoryWorld world;
  world.begin([&] { answer_whole(world.upstream()); });
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text().ends_with(kDone); }));
  world.settle();
  EXPECT_FALSE(world.run().expire()) << "it had ended before";
  world.settle();
  EXPECT_TRUE(world.ended());
}

TEST(RunWaits, E1_AConnectionWhoseAnswerEndsInTimeIsKept) {
  MemoryWorld world;
  world.begin([&] {
    answer_whole(world.upstream());
    world.upstream().ends();
  });
  ASSERT_TRUE(world.ends());
  EXPECT_FALSE(world.upstream().cancelled());
  EXPECT_EQ(world.busy(0), 0U);
}

// ------------------------------------------------------------------------------------------------ E2: sending

TEST(RunWaits, E2_AnUpstreamThatStopsTakingTheRequestIsLeftForAnother) {
  MemoryWorld world;
  world.begin([&] {
    world.upstream(0).takes(5);
    answer_whole(world.upstream(1));
    world.upstream(1).ends();
  });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.attempts(), 2U);
  EXPECT_EQ(world.client.text(), std::string(kContent) + kDone);
  EXPECT_EQ(world.failures(0), 1U);
  EXPECT_EQ(world.run().record().attempts[0].failure, ErrorKind::HeadTimeout);
}

/// Takes a request byte by byte, for much longer than `send`, and stirs in between as `noise` does.
void expect_patience(const std::function<void(MemoryUpstream&)>& noise) {
  MemoryWorld world(1);
  const std::string body(200, 'x');
  world.request.body.begin(world.memory, nullptr, body.size());
  ASSERT_TRUE(world.request.body.append(body));
  world.plan().pools[0].timeouts = long_timeouts();
  world.plan().pools[0].timeouts.send = 400ms;  // of 10 ms between two steps, and a second in all
  world.plan().pools[0].timeouts.head_stream = 400ms;
  world.begin([&] { world.upstream().takes(1); });
  Drip taking(world.loop, [&] {
    world.upstream().takes_more(2);
    noise(world.upstream());
  });
  const auto all_taken = [&] { return world.upstream().opened() && world.upstream().sent(); };
  ASSERT_TRUE(drive(world.loop, [&] { return all_taken() || world.ended(); }));
  ASSERT_FALSE(world.ended()) << world.error();
  answer_whole(world.upstream());
  world.upstream().ends();
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "");
  EXPECT_EQ(world.attempts(), 1U);
  EXPECT_TRUE(world.client.whole());
}

TEST(RunWaits, E2_AnUpstreamThatTakesTheRequestSlowlyButSteadilyIsWaitedFor) {
  expect_patience([](MemoryUpstream&) {});
}

TEST(RunWaits, E2_ASessionTicketOrAnInterimAnswerIsNoAnswerThatBeginsTheWaitForTheHead) {
  expect_patience([](MemoryUpstream& upstream) { upstream.says_nothing_new(); });
}

TEST(RunWaits, E2_StirringWithoutTakingIsNoProgress) {
  MemoryWorld world(1);
  world.begin([&] { world.upstream().takes(5); });
  Drip noise(world.loop, [&] { world.upstream().says_nothing_new(); });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "upstream_send_timeout");
  EXPECT_LT(world.took(), kGenerous);
}

TEST(RunWaits, B20_AnAnswerBeforeTheRequestIsSentIsPassedOn) {
  MemoryWorld world(1);
  world.begin([&] {
    world.upstream().takes(5);
    answer_whole(world.upstream());
    world.upstream().ends();
  });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.client.text(), std::string(kContent) + kDone);
  EXPECT_EQ(world.failures(0), 0U);
  EXPECT_FALSE(world.request.body.view().empty()) << "the upstream may still have been taking it";
}

// ------------------------------------------------------------------------------------------------ E5: held bytes

TEST(RunWaits, E5_APlainAnswerThatArrivesSlowlyIsNotIdle) {
  MemoryWorld world(1, core::AnswerKind::Plain);
  world.plan().pools[0].timeouts = long_timeouts();
  world.plan().pools[0].timeouts.idle = 400ms;
  world.begin([&] { world.upstream().says_head(kPlainHead); });
  int lines = 0;
  Drip blank(world.loop, [&] {
    if (++lines < 120) return world.upstream().says("\n");
    if (lines > 120) return;
    world.upstream().says(kPlain);
    world.upstream().ends();
  });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "");
  EXPECT_GT(world.took(), 2 * 400ms);
  EXPECT_TRUE(world.client.text().ends_with(kPlain));
}

TEST(RunWaits, E5_APlainAnswerThatDripsForEverEndsAtTheTotalDeadline) {
  MemoryWorld world(1, core::AnswerKind::Plain);
  world.begin([&] { world.upstream().says_head(kPlainHead); });
  Drip blank(world.loop, [&] { world.upstream().says("\n"); });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "deadline_passed");
  EXPECT_GE(world.took(), short_timeouts().total);
  EXPECT_LT(world.took(), short_timeouts().total + kGenerous);
}

TEST(RunWaits, E5_APlainAnswerThatStopsIsIdle) {
  MemoryWorld world(1, core::AnswerKind::Plain);
  world.begin([&] {
    world.upstream().says_head(kPlainHead);
    world.upstream().says("{");
  });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "upstream_idle_timeout");
}

// ------------------------------------------------------------------------------------------------ E9: the client

/// A stream that has begun and whose client has stopped reading; its upstream would go on.
struct Blocked {
  explicit Blocked(Duration patience, Duration stream_max = 20s) {
    world.plan().pools[0].timeouts = long_timeouts();
    world.plan().pools[0].timeouts.stream_max = stream_max;
    world.facts.blocked_client = patience;
    world.client.stops_reading();
    world.begin([&] {
      world.upstream().says_head(kStreamHead);
      world.upstream().says(kContent);
    });
    EXPECT_TRUE(drive(world.loop, [this] { return world.client.waited_for(); }));
  }
  MemoryWorld world;
};

TEST(RunWaits, E9_AClientThatTakesNothingIsGivenUp) {
  Blocked scene(80ms);
  ASSERT_TRUE(scene.world.ends());
  EXPECT_TRUE(scene.world.run().client_left());
  EXPECT_TRUE(scene.world.upstream().cancelled());
  EXPECT_LT(scene.world.took(), kGenerous);
  EXPECT_EQ(scene.world.failures(0), 0U);
}

TEST(RunWaits, E9_AClientThatReadsOneByteAtATimeIsEndedByStreamMax) {
  Blocked scene(20s, short_timeouts().stream_max);
  Drip bytes(scene.world.loop, [&] { scene.world.client.reads_a_byte(); });
  ASSERT_TRUE(scene.world.ends());
  EXPECT_EQ(scene.world.error(), "stream_max");
  EXPECT_TRUE(scene.world.run().client_blocked());
  EXPECT_GE(scene.world.took(), short_timeouts().stream_max);
  EXPECT_LT(scene.world.took(), short_timeouts().stream_max + kGenerous);
}

TEST(RunWaits, E9_TheEndOfTheProcessEndsARequestWhoseClientIsBlocked) {
  Blocked scene(20s);
  EXPECT_TRUE(scene.world.run().expire());
  scene.world.settle();
  EXPECT_TRUE(scene.world.ended());
  EXPECT_EQ(scene.world.error(), "shutting_down");
}

TEST(RunWaits, E9_AClientThatLeavesWhileItIsBlockedEndsTheRequest) {
  Blocked scene(20s);
  scene.world.client.leaves();
  scene.world.settle();
  EXPECT_TRUE(scene.world.ended());
  EXPECT_TRUE(scene.world.run().client_left());
}

TEST(RunWaits, E9_AClientThatReadsAgainGetsTheRest) {
  Blocked scene(20s);
  scene.world.client.reads_again();
  scene.world.upstream().says(kDone);
  scene.world.upstream().ends();
  ASSERT_TRUE(scene.world.ends());
  EXPECT_EQ(scene.world.client.text(), std::string(kContent) + kDone);
  EXPECT_FALSE(scene.world.run().client_left());
}

// ------------------------------------------------------------------------------------------------ E7, E14

TEST(RunWaits, E7_TheFailureThatIsToldHasItsOwnAnswerAndItsOwnTarget) {
  MemoryWorld world(2, core::AnswerKind::Plain);
  world.begin([&] {
    world.upstream(0).says_head("HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\n\r\n");
    world.upstream(0).says(R"({"error":{"message":"shard 7 is down","code":"shard_7"}})");
    world.upstream(0).ends();
    world.upstream(1).resets();
  });
  ASSERT_TRUE(world.ends());
  ASSERT_EQ(world.attempts(), 2U);
  const HeldAnswer* const passed = world.run().answer_to_pass();
  ASSERT_NE(passed, nullptr);
  EXPECT_EQ(passed->status, 500);
  EXPECT_NE(passed->body.find("shard 7"), std::string::npos);
  std::string fields;
  world.run().append_routing_fields(fields);
  EXPECT_NE(fields.find("x-drover-target: p1\r\n"), std::string::npos) << fields;
}

TEST(RunWaits, E7_OfSeveralAnswersThatOfTheToldAttemptIsPassedOn) {
  MemoryWorld world(2, core::AnswerKind::Plain);
  world.begin([&] {
    world.upstream(0).says_head("HTTP/1.1 401 No\r\nContent-Type: application/json\r\n\r\n");
    world.upstream(0).says(R"({"error":{"message":"who are you","code":"invalid_api_key"}})");
    world.upstream(0).ends();
    world.upstream(1).says_head("HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\n\r\n");
    world.upstream(1).says(R"({"error":{"message":"shard 7 is down","code":"shard_7"}})");
    world.upstream(1).ends();
  });
  ASSERT_TRUE(world.ends());
  ASSERT_EQ(world.attempts(), 2U);
  const HeldAnswer* const passed = world.run().answer_to_pass();
  ASSERT_NE(passed, nullptr);
  EXPECT_EQ(passed->status, 500);
  EXPECT_NE(passed->body.find("shard 7"), std::string::npos);
}

TEST(RunWaits, E14_AnUpstreamThatNeverPausesLeavesOthersTheirTurn) {
  MemoryWorld world;
  constexpr std::size_t kPiece = 16 * 1024;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says_at_length(
        "data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(kPiece, 'x') + "\"}}]}\n\n", 2000);
  });
  std::uint64_t turns = 0;
  ASSERT_TRUE(drive(world.loop, [&] { return ++turns, world.upstream().reads() > 1000; }));
  // Each turn of the loop is one handler, and drive() comes by between two of them.
  EXPECT_GE(turns, 1000 / (kBytesATurn / kPiece + 1));
  world.client.leaves();
}

}  // namespace
}  // namespace drover::upstream
