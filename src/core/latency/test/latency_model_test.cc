#include "core/latency/latency_model.h"

#include <gtest/gtest.h>

#include "core/dispatch/hedge_share.h"
#include "core/health/silence.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;

TEST(LatencyModel, KnowsNothingBeforeItHasSeenEnough) {
  LatencyModel model;
  EXPECT_EQ(model.usual_first_content(), 0);
  EXPECT_EQ(model.usual_per_token(), 0);
  for (std::uint32_t answer = 0; answer + 1 < kSketchLeast; ++answer) model.learn_first_content(1s, {});
  EXPECT_NEAR(model.usual_first_content(), 1, 1e-9) << "the average is known with the first answer";
  EXPECT_EQ(model.late(true), kNoLimit);
  EXPECT_EQ(model.suspicious_silence(), kNoLimit);
  EXPECT_FALSE(model.usual_waits(true).known());
}

TEST(LatencyModel, KeepsPlainAnswersAndStreamsApart) {
  LatencyModel model;
  for (std::uint32_t answer = 0; answer < 2 * kSketchLeast; ++answer) {
    model.learn_first_content(1s, {});
    model.learn_whole(10s, 0.1, {});
  }
  EXPECT_GE(model.late(true), 1s);
  EXPECT_LE(model.late(true), 1200ms) << "a sketch is at most an eighth too long";
  EXPECT_GE(model.late(false), 10s);
  EXPECT_NEAR(model.usual_per_token(), 0.1, 1e-9);
  EXPECT_GE(model.suspicious_silence(), kSuspectAfterUsual * 10s) << "of both";
  EXPECT_TRUE(model.usual_waits(false).known());
  EXPECT_LT(model.usual_waits(true).within.back(), model.usual_waits(false).within.front());
}

TEST(LatencyModel, CountsALongPromptsTimeAsAnOrdinaryOnes) {
  const PromptSize long_prompt(Tokens{200'000});
  LatencyModel model;
  for (std::uint32_t answer = 0; answer < kSketchLeast; ++answer) model.learn_first_content(30s, long_prompt);
  EXPECT_LT(model.late(true), 30s);
}

TEST(LatencyModel, IsNeverQuickerThanASecondAttemptMayBe) {
  LatencyModel model;
  for (std::uint32_t answer = 0; answer < kSketchLeast; ++answer) model.learn_first_content(1ms, {});
  EXPECT_EQ(model.late(true), kSoonestSecond);
  EXPECT_EQ(model.suspicious_silence(), kShortestSilence);
}

}  // namespace
}  // namespace drover::core
