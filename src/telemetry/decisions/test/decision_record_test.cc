#include "telemetry/decisions/decision_record.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;

std::vector<char> written(const DecisionRecord& record) {
  std::vector<char> memory(kMaxDecisionBytes);
  memory.resize(write_decision(record, memory).size());
  return memory;
}

TEST(DecisionRecord, ComesBackAsItWasWritten) {
  const std::array attempts{DecisionAttempt{.target = "a/1",
                                            .at = 1ms,
                                            .took = 2ms,
                                            .head = 1500us,
                                            .failure = ErrorKind::RateLimited,
                                            .status = 429,
                                            .connected = true,
                                            .reused = true,
                                            .stage = core::Stage::Refused,
                                            .retry_after = 30s,
                                            .code = "slow_down"},
                            DecisionAttempt{.target = "b/1", .at = 3ms, .took = 9ms, .status = 200, .connected = true}};
  const std::array waits{DecisionWait{.backoff = true, .before = 2, .at = 2ms, .took = 1ms}};
  const std::array skips{DecisionSkip{.target = "c/1",
                                      .bar = core::Bar::Resting,
                                      .why = ErrorKind::KeyRejected,
                                      .status = 401,
                                      .before = 1,
                                      .until = 10s}};
  const std::array candidates{DecisionSkip{.target = "d/1", .bar = core::Bar::Tried}};
  const auto kept = read_decision(written({.unix_milliseconds = 1234,
                                           .id = "req_1",
                                           .client = "web",
                                           .model = "gpt-4o",
                                           .route = "*",
                                           .streamed = true,
                                           .ran = true,
                                           .keep = true,
                                           .status = 200,
                                           .error = "truncated",
                                           .stop = core::Stop::Committed,
                                           .took = 12ms,
                                           .first_content = 5ms,
                                           .attempts = attempts,
                                           .waits = waits,
                                           .skips = skips,
                                           .more_skips = 3,
                                           .candidates = candidates,
                                           .left_out = 4}));
  ASSERT_TRUE(kept.has_value());
  const DecisionRecord& record = kept->record;
  EXPECT_EQ(record.id, "req_1");
  EXPECT_EQ(record.client, "web");
  EXPECT_EQ(record.model, "gpt-4o");
  EXPECT_EQ(record.route, "*");
  EXPECT_EQ(record.error, "truncated");
  EXPECT_TRUE(record.streamed && record.ran && record.keep);
  EXPECT_EQ(record.stop, core::Stop::Committed);
  EXPECT_EQ(record.first_content, 5ms);
  EXPECT_EQ(record.more_skips, 3U);
  EXPECT_EQ(record.left_out, 4U);
  ASSERT_EQ(record.attempts.size(), 2U);
  EXPECT_EQ(record.attempts[0].code, "slow_down");
  EXPECT_EQ(record.attempts[0].retry_after, 30s);
  EXPECT_EQ(record.attempts[0].stage, core::Stage::Refused);
  EXPECT_EQ(record.attempts[0].head, 1500us);
  EXPECT_EQ(record.attempts[1].target, "b/1");
  EXPECT_FALSE(record.attempts[1].failure.has_value());
  EXPECT_EQ(record.waits[0].before, 2U);
  EXPECT_EQ(record.skips[0].why, ErrorKind::KeyRejected);
  EXPECT_EQ(record.skips[0].until, 10s);
  EXPECT_EQ(record.candidates[0].target, "d/1");
}

TEST(DecisionRecord, FitsItsMemoryWithEverythingAtItsLongest) {
  const std::string longest(5000, 'x');
  DecisionSpace space;
  space.attempts.fill({.target = longest, .code = longest});
  space.skips.fill({.target = longest});
  space.candidates.fill({.target = longest});
  const std::vector<char> bytes = written({.id = longest,
                                           .client = longest,
                                           .model = longest,
                                           .route = longest,
                                           .error = longest,
                                           .attempts = space.attempts,
                                           .waits = space.waits,
                                           .skips = space.skips,
                                           .candidates = space.candidates});
  ASSERT_FALSE(bytes.empty());
  const auto kept = read_decision(bytes);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->record.id.size(), kMaxDecisionText);
  EXPECT_EQ(kept->record.candidates.size(), core::kMaxCandidates);
}

TEST(DecisionRecord, CutAnywhereIsNoRecord) {
  const std::array attempts{DecisionAttempt{.target = "a/1"}};
  const std::vector<char> whole = written({.id = "req_1", .attempts = attempts});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_decision({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}).has_value()) << size;
  }
  std::vector<char> more = whole;
  more.push_back(0);
  EXPECT_FALSE(read_decision(more).has_value());
}

TEST(DecisionRecord, ThatDoesNotFitIsNotWritten) {
  std::array<char, 40> little{};
  EXPECT_TRUE(write_decision({.id = "req_1", .model = "gpt-4o"}, little).empty());
}

}  // namespace
}  // namespace drover::telemetry
