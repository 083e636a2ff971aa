// A stream whose client pays for it as it comes. Over exchanges in memory.
#include <string>

#include "upstream/test/run_test_kit.h"

namespace drover::upstream {
namespace {

using namespace testing;

/// Refuses from this many output tokens on.
struct Budget final : Meter {
  explicit Budget(std::int64_t limit) : most(limit) {}
  std::optional<Error> streamed(const Amount& so_far) override {
    last = so_far;
    if (so_far.output_tokens.value < most) return std::nullopt;
    Error error;
    error.kind = ErrorKind::Shed;
    error.status = 429;
    error.code = "budget_exhausted";
    return error;
  }
  std::int64_t most;
  Amount last;
};

/// One event for each token, each in a read of its own.
void say(MemoryWorld& world, int tokens) {
  for (int token = 0; token < tokens; ++token) {
    world.upstream().says(kContent);
    world.settle();
  }
}

TEST(AttemptMeter, AStreamEndsWhenItsClientMayUseNoMore) {
  MemoryWorld world(1);
  world.plan().pools[0].timeouts = long_timeouts();
  Budget budget(5);
  world.meter = &budget;
  world.begin([&] { world.upstream().says_head(kStreamHead); });
  say(world, 10);
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "budget_exhausted");
  EXPECT_TRUE(world.run().error()->in_band) << "the client has had its head";
  EXPECT_FALSE(world.run().client_left());
  EXPECT_EQ(world.failures(0), 0U) << "the target is not blamed";
  EXPECT_EQ(world.leases(), 0U);
  EXPECT_EQ(world.run().record().used.output_tokens.value, 5) << "what went down is what counts";
  EXPECT_FALSE(world.run().record().used.reported);
}

TEST(AttemptMeter, AStreamWithinItsBudgetIsNotTouched) {
  MemoryWorld world(1);
  world.plan().pools[0].timeouts = long_timeouts();
  Budget budget(100);
  world.meter = &budget;
  world.begin([&] { world.upstream().says_head(kStreamHead); });
  say(world, 10);
  world.upstream().says(R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                        "\n\n");
  world.upstream().says("data: [DONE]\n\n");
  world.upstream().ends();
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "");
  EXPECT_GE(budget.last.output_tokens.value, 10);
}

}  // namespace
}  // namespace drover::upstream
