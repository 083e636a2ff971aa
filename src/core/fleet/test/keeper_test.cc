#include "core/fleet/keeper.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct CountingBell final : Bell {
  int rings = 0;
  void ring() override { ++rings; }
};

/// A waiting room with two requests in line, "a" before "b".
struct Line {
  Plan plan = plan_with_targets({"x"});
  WaitingRoom room{plan};
  CountingBell bell_of_a, bell_of_b;
  WaiterId a = join(bell_of_a), b = join(bell_of_b);
  Keeper keeper;

  WaiterId join(Bell& bell) {
    PickRequest request{.route = &plan.routes.front(), .bell = &bell};
    request.patient_until = at(60s);
    return room.join(request, {.kind = PickKind::Wait, .wait_until = at(1s)}, 1000, at(0s)).id;
  }
};

TEST(Keeper, TheFirstThatAsksSetsItsTimerForAll) {
  Line line;
  line.keeper.look_by(at(5s));
  EXPECT_EQ(line.keeper.timer_of(line.a, at(60s), line.room), at(5s));
  EXPECT_EQ(line.keeper.timer_of(line.b, at(60s), line.room), at(60s));
  EXPECT_EQ(line.bell_of_a.rings + line.bell_of_b.rings, 0);
}

TEST(Keeper, IsRungWhenALookIsDueSoonerThanItKnows) {
  Line line;
  line.keeper.look_by(at(5s));
  (void)line.keeper.timer_of(line.a, at(60s), line.room);
  line.keeper.look_by(at(3s));
  EXPECT_EQ(line.keeper.timer_of(line.b, at(60s), line.room), at(60s));
  EXPECT_EQ(line.bell_of_a.rings, 1);
  EXPECT_EQ(line.keeper.timer_of(line.a, at(60s), line.room), at(3s));
}

TEST(Keeper, HasASuccessorWhenItLeaves) {
  Line line;
  line.keeper.look_by(at(5s));
  (void)line.keeper.timer_of(line.a, at(60s), line.room);
  line.room.leave(line.a);
  line.keeper.appoint(line.room);
  EXPECT_EQ(line.bell_of_b.rings, 1);
  line.keeper.appoint(line.room);
  EXPECT_EQ(line.bell_of_b.rings, 1) << "it knows";
  EXPECT_EQ(line.keeper.timer_of(line.b, at(60s), line.room), at(5s));
}

TEST(Keeper, AnEmptyRoomHasNone) {
  Line line;
  line.room.leave(line.a);
  line.room.leave(line.b);
  line.keeper.look_by(at(5s));
  line.keeper.appoint(line.room);
  EXPECT_EQ(line.bell_of_a.rings + line.bell_of_b.rings, 0);
}

TEST(Keeper, ALookEndsTheTimesBeforeIt) {
  Keeper keeper;
  EXPECT_FALSE(keeper.due(at(1h)));
  keeper.look_by(at(5s));
  keeper.look_by(at(9s));
  EXPECT_FALSE(keeper.due(at(4s)));
  EXPECT_TRUE(keeper.due(at(5s)));
  keeper.looking();
  EXPECT_FALSE(keeper.due(at(1h)));
}

TEST(Keeper, KnowsTheLatestTimeThatItHasHeard) {
  Keeper keeper;
  keeper.heard(at(5s));
  keeper.heard(at(3s));
  EXPECT_EQ(keeper.latest(), at(5s));
}

}  // namespace
}  // namespace drover::core
