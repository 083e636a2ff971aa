// A plain request waits for a target that answers no request: another target is asked as well.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "core/health/silence.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// Plain answers take a second; nothing is hedged.
class Plain {
 public:
  explicit Plain(std::initializer_list<const char*> names) : s(Scenario::with_targets(names)) {
    for (int taught = 0; taught < 90; ++taught) {
      const PickAnswer picked = s.fleet().pick({.route = &s.plan().routes.front()}, at(-20s), random);
      s.fleet().settle(picked.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .whole = 1s},
                       at(-20s));
    }
  }
  /// When the request that begins now counts as waiting for a silent target; kNever: never.
  Instant begin() {
    first = s.started(s.on(RequestReady{}, at(0ms)));
    return armed(s.sent(at(10ms)), TimerKind::Second).value_or(kNever);
  }

  Scenario s;
  Random random{1};
  std::string first;
};

TEST(SilentTarget, APlainRequestGoesToAnotherTargetToo) {
  Plain plain({"a", "b"});
  const Instant silent = plain.begin();
  EXPECT_GE(silent, at(kSuspectAfterUsual * 1s));
  EXPECT_LE(silent, at(4s));
  const Commands out = plain.s.fired(TimerKind::Second, silent);
  const auto* second = find<StartAttempt>(out);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->beside, Beside::Silence);
  EXPECT_NE(plain.s.started(out), plain.first);
  EXPECT_EQ(plain.s.fleet().view(TargetId{0}, silent).failures + plain.s.fleet().view(TargetId{1}, silent).failures,
            0U);
}

TEST(SilentTarget, IsNotSilentWhenItAnswersOthers) {
  Plain plain({"a", "b"});
  const Instant silent = plain.begin();
  for (int other = 0; other < 2; ++other) {  // one of each target
    const PickAnswer picked = plain.s.fleet().pick({.route = &plain.s.plan().routes.front()}, at(1s), plain.random);
    plain.s.fleet().settle(picked.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .whole = 1s},
                           at(2s));
  }
  EXPECT_EQ(plain.s.started(plain.s.fired(TimerKind::Second, silent)), "");
}

TEST(SilentTarget, IsLeftAloneWhereThereIsNoOther) {
  Plain plain({"a"});
  EXPECT_EQ(plain.begin(), kNever);
}

TEST(SilentTarget, IsLeftAloneByARequestThatMustNotBeExecutedTwice) {
  Plain plain({"a", "b"});
  plain.s.request().replay = Replay::Never;
  EXPECT_EQ(plain.begin(), kNever);
}

TEST(SilentTarget, IsLeftAloneWhereAnOperatorForbidsAmbiguousRepeats) {
  Plain plain({"a", "b"});
  plain.s.plan().retry.ambiguous = Ambiguous::Never;
  EXPECT_EQ(plain.begin(), kNever);
}

TEST(SilentTarget, AStreamHasItsOwnTimeout) {
  Plain plain({"a", "b"});
  plain.s.request().answer = AnswerKind::Stream;
  EXPECT_EQ(plain.begin(), kNever);
}

}  // namespace
}  // namespace drover::core
