#include "telemetry/log/state_lines.h"

#include <gtest/gtest.h>

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(StateLines, SayWhatHappenedToWhomForHowLongAndWhy) {
  core::StateChange change{.what = core::StateChange::What::CoolingDown,
                           .at = Instant(100s),
                           .until = Instant(107s),
                           .cause = {.kind = ErrorKind::RateLimited,
                                     .status = 429,
                                     .retry_after = 7s,
                                     .request = FixedText<core::kMaxCauseRequest>("req_1")}};
  EXPECT_EQ(state_line(change, "key holysheep/2"),
            "key holysheep/2 cools down for 7 s: 429 rate_limited, retry-after 7 s, request req_1");
  change = {.what = core::StateChange::What::Ejected,
            .at = Instant(1s),
            .until = Instant(2500ms),
            .cause = {.kind = ErrorKind::Connect}};
  EXPECT_EQ(state_line(change, "server local"), "server local is taken out for 1.5 s: connect");
  EXPECT_EQ(state_line({.what = core::StateChange::What::Recovered}, "key a/1"), "key a/1 is well again");
}

}  // namespace
}  // namespace drover::telemetry
