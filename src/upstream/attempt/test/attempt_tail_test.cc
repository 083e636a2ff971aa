// What an upstream sends behind the event that ends its stream. Over exchanges in memory.
#include <string>

#include "upstream/test/run_test_kit.h"

namespace drover::upstream {
namespace {

using namespace testing;

constexpr const char* kPicture =
    "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"}\n\n";

/// A stream of this API, in the hands of a test.
struct Tail : MemoryWorld {
  explicit Tail(dialect::Api api = dialect::Api::Chat, std::string path = "/v1/chat/completions") : MemoryWorld(2) {
    request.api = api;
    request.path = std::move(path);
    facts.blocked_client = 20s;
  }
  /// Its upstream says this, and its body ends.
  void begin_with(const std::string& events) {
    begin([&] {
      upstream().says_head(kStreamHead);
      upstream().says(events);
      upstream().ends();
    });
  }
};

TEST(Tail, K10_IsPassedOnUntilTheBodyEnds) {
  const std::string usage =
      "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
  for (const std::string& behind :
       {usage, std::string(": bye\n\n"), usage + kDone, usage.substr(0, usage.size() - 2)}) {
    for (const bool at_once : {true, false}) {
      Tail world;
      const std::string answer = std::string(kContent) + kDone;
      world.begin([&] {
        world.upstream().says_head(kStreamHead);
        world.upstream().says(at_once ? answer + behind : answer);
      });
      if (!at_once) {
        ASSERT_TRUE(drive(world.loop, [&] { return world.client.text() == answer; })) << "it waits for nothing";
        world.upstream().says(behind);
      }
      world.upstream().ends();
      ASSERT_TRUE(world.ends());
      EXPECT_TRUE(world.client.text().starts_with(answer + behind)) << world.client.text();
      EXPECT_TRUE(world.client.whole());
      EXPECT_EQ(world.error(), "");
      EXPECT_EQ(world.failures(0), 0U);
      EXPECT_FALSE(world.upstream().cancelled()) << "the connection is as good as before";
    }
  }
}

TEST(Tail, K10_ASecondPictureIsNotLost) {
  for (const std::uint32_t asked : {1U, 2U, 0U}) {
    Tail world(dialect::Api::Images, "/v1/images/generations");
    world.request.inspection.choices = asked;
    world.begin([&] {
      world.upstream().says_head(kStreamHead);
      world.upstream().says(kPicture);
      world.upstream().says(kPicture);
      world.upstream().ends();
    });
    ASSERT_TRUE(world.ends());
    EXPECT_EQ(world.client.text(), std::string(kPicture) + kPicture) << asked;
    EXPECT_EQ(world.error(), "");
  }
}

TEST(Tail, K10_OfAResponseMayBeDone) {
  Tail world(dialect::Api::Responses, "/v1/responses");
  const std::string events =
      "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n"
      "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n" +
      std::string(kDone);
  world.begin_with(events);
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.client.text(), events);
}

TEST(Tail, K10_AnErrorBehindAWholeAnswerChangesNothingOfIt) {
  Tail world;
  const std::string events = std::string(kContent) + kDone + "data: {\"error\":{\"message\":\"late\"}}\n\n";
  world.begin_with(events);
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.client.text(), events);
  EXPECT_EQ(world.error(), "");
  EXPECT_EQ(world.failures(0), 0U);
}

TEST(Tail, K10_OfAnUpstreamThatKeepsItsBodyOpenEnds) {
  Tail world;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says(std::string(kContent) + kDone);
  });
  ASSERT_TRUE(world.ends());
  EXPECT_TRUE(world.client.whole());
  EXPECT_GE(world.took(), kTail);
  EXPECT_LT(world.took(), 20 * kTail);
  EXPECT_TRUE(world.upstream().cancelled());
}

TEST(Tail, K10_ThatBreaksOffLeavesTheAnswerWhole) {
  Tail world;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says(std::string(kContent) + kDone + "data: {\"ha");
    world.upstream().resets();
  });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.client.text(), std::string(kContent) + kDone) << "half an event is none";
  EXPECT_TRUE(world.client.whole());
  EXPECT_EQ(world.error(), "");
}

TEST(Tail, K10_AClientThatDoesNotTakeItIsNotWaitedFor) {
  Tail world;
  world.client.stops_reading();
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says(std::string(kContent) + kDone);
    world.upstream().says_at_length(std::string(": more\n\n"), 1'000);
  });
  ASSERT_TRUE(world.ends());
  EXPECT_LT(world.took(), 20 * kTail);
  EXPECT_EQ(world.busy(0), 0U);
}

/// Places are given back before the client can know that its answer has ended.
struct Places final : RunObserver {
  explicit Places(MemoryWorld& of) : world(of) {}
  void committed() override {}
  void ending() override {
    whole_before = whole_before.value_or(world.client.whole() || world.client.text().ends_with(kDone));
  }
  MemoryWorld& world;
  std::optional<bool> whole_before;
};

TEST(Tail, ThePlaceOfARequestIsFreeBeforeItsClientHasTheEnd) {
  for (const bool streamed : {true, false}) {
    MemoryWorld world(1, streamed ? core::AnswerKind::Stream : core::AnswerKind::Plain);
    Places places(world);
    world.observer = &places;
    world.begin([&] {
      world.upstream().says_head(streamed ? kStreamHead : kPlainHead);
      world.upstream().says(streamed ? std::string(kContent) + kDone : kPlain);
      world.upstream().ends();
    });
    ASSERT_TRUE(world.ends());
    ASSERT_TRUE(places.whole_before.has_value());
    EXPECT_FALSE(*places.whole_before);
  }
}

/// A chat whose upstream has said all and keeps its body open.
struct OpenTail : Tail {
  explicit OpenTail(dialect::Api api = dialect::Api::Chat) : Tail(api) {}
  void begin_open(const std::string& events) {
    begin([&] {
      upstream().says_head(kStreamHead);
      upstream().says(events);
    });
  }
};

TEST(Tail, AClientThatWaitsForTheEndWaitsOnlyAMomentForAnUpstreamThatIsSilent) {
  OpenTail world;
  world.client.waits_for_the_end();
  world.begin_open(std::string(kContent) + kDone);
  ASSERT_TRUE(world.ends());
  EXPECT_TRUE(world.client.whole());
  EXPECT_EQ(world.client.text(), std::string(kContent) + kDone);
  EXPECT_GE(world.took(), kQuietTail);
  EXPECT_LT(world.took(), kTail);
  EXPECT_TRUE(world.upstream().cancelled()) << "nobody knows what else it would say";
}

TEST(Tail, AnUpstreamThatGoesOnIsPassedOnToAClientThatWaitsForTheEnd) {
  OpenTail world;
  world.client.waits_for_the_end();
  world.begin_open(std::string(kContent) + kDone);
  Drip drip(world.loop, [&] { world.upstream().says(": more\n\n"); });
  ASSERT_TRUE(world.ends());
  EXPECT_GE(world.took(), kTail);
  EXPECT_LT(world.took(), 20 * kTail);
}

TEST(Tail, IsShortWhereTheNextRequestIsThereAlready) {
  OpenTail world;
  world.client.sends_its_next_request();
  world.begin_open(std::string(kContent) + kDone);
  Drip drip(world.loop, [&] { world.upstream().says(": more\n\n"); });
  ASSERT_TRUE(world.ends());
  EXPECT_LT(world.took(), kTail) << "however much the upstream goes on";
  EXPECT_TRUE(world.client.whole());
}

TEST(Tail, EndsWhenTheNextRequestComes) {
  OpenTail world;
  world.begin_open(std::string(kContent) + kDone);
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text() == std::string(kContent) + kDone; }));
  world.client.sends_its_next_request();
  ASSERT_TRUE(world.ends());
  EXPECT_LT(world.took(), kTail);
  EXPECT_TRUE(world.upstream().cancelled());
}

TEST(Tail, ANextRequestBeforeTheEndOfTheAnswerShortensNothingOfIt) {
  OpenTail world;
  world.begin_open(kContent);
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text() == kContent; }));
  world.client.sends_its_next_request();
  world.upstream().says(std::string(kContent) + kDone);
  world.upstream().ends();
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.client.text(), std::string(kContent) + kContent + kDone);
  EXPECT_FALSE(world.upstream().cancelled()) << "its body ended, and its connection is kept";
}

TEST(Tail, K10_AnotherPictureIsWaitedForWhereNobodyKnowsHowManyThereAre) {
  OpenTail world(dialect::Api::Images);
  world.request.path = "/v1/images/edits";
  world.request.inspection.choices = 0;
  world.client.waits_for_the_end();
  world.begin_open(std::string(kPicture) + kDone);
  ASSERT_TRUE(world.ends());
  EXPECT_GE(world.took(), kTail);
}

TEST(Tail, K10_OfASlowClientIsNotCutBecauseTheUpstreamCouldNotGoOn) {
  OpenTail world;
  world.client.waits_for_the_end();
  world.client.stops_reading();
  const std::string answer = std::string(kContent) + kDone;
  world.begin_open(answer);
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text() == answer; }));
  world.upstream().says(": more\n\n");
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.waited_for(); }));
  world.loop.context().run_for(2 * kQuietTail);
  world.upstream().says(": late\n\n");
  world.upstream().ends();
  world.client.reads_again();
  ASSERT_TRUE(world.ends());
  EXPECT_TRUE(world.client.text().ends_with(": late\n\n")) << world.client.text();
}

}  // namespace
}  // namespace drover::upstream
