// Comments of ours behind the commit point: only into a silence, and none of the upstream's progress.
#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// A stream whose first content came at `committed`.
Scenario relaying(Duration committed, AnswerKind answer = AnswerKind::Stream) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.request().answer = answer;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.head(at(0ms));
  (void)s.first_content(at(committed));
  return s;
}

TEST(CommentsInAStream, C14_GoOutEveryFifteenSecondsOfSilence) {
  Scenario s = relaying(1s);
  Commands out = s.fired(TimerKind::Comment, at(16s));
  EXPECT_TRUE(has<SendComment>(out));
  EXPECT_FALSE(has<SendHead>(out));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(31s));
  out = s.fired(TimerKind::Comment, at(31s));
  EXPECT_TRUE(has<SendComment>(out));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(46s));
}

TEST(CommentsInAStream, C14_WaitForFifteenSecondsBehindTheLastContent) {
  Scenario s = relaying(1s);
  (void)s.content(at(10s));
  Commands out = s.fired(TimerKind::Comment, at(16s));
  EXPECT_FALSE(has<SendComment>(out));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(25s));
  EXPECT_TRUE(has<SendComment>(s.fired(TimerKind::Comment, at(25s))));
}

TEST(CommentsInAStream, C14_AreLeftToAnUpstreamThatSendsItsOwn) {
  Scenario s = relaying(1s);
  (void)s.on(KeepAlive{s.current()}, at(14s));
  const Commands out = s.fired(TimerKind::Comment, at(16s));
  EXPECT_FALSE(has<SendComment>(out));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(29s));
}

TEST(CommentsInAStream, C14_DoNotKeepASilentUpstreamAlive) {
  Scenario s = relaying(0s);
  for (Duration since = 15s; since < 120s; since += 15s) {
    EXPECT_TRUE(has<SendComment>(s.fired(TimerKind::Comment, at(since))));
    (void)s.on(KeepAlive{s.current()}, at(since));
  }
  const Commands out = s.fired(TimerKind::Idle, at(120s));
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_EQ(find<EndWithError>(out)->error.kind, ErrorKind::IdleTimeout);
}

TEST(CommentsInAStream, C14_AreNotForPlainAnswersNorForClientsOfHttp10) {
  Scenario plain = relaying(1s, AnswerKind::Plain);
  EXPECT_TRUE(plain.fired(TimerKind::Comment, at(16s)).empty());
  Scenario old = Scenario::with_targets({"a"});
  old.request().answer = AnswerKind::Stream;
  old.request().may_answer_early = false;
  (void)old.on(RequestReady{}, at(0ms));
  (void)old.sent(at(0ms));
  EXPECT_EQ(armed(old.first_content(at(1s)), TimerKind::Comment), std::nullopt);
}

TEST(CommentsInAStream, AreNotAddedToWhatAClientDoesNotRead) {
  Scenario s = relaying(1s);
  (void)s.on(DownstreamBlocked{}, at(2s));
  const Commands out = s.fired(TimerKind::Comment, at(16s));
  EXPECT_FALSE(has<SendComment>(out));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(31s));
}

}  // namespace
}  // namespace drover::core
