#include "core/fleet/waiting_room.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Silent final : Bell {
  void ring() override {}
};

constexpr std::uint32_t kBatch = 3;

/// A plan with two models and four clients, the last of them a batch client; and an empty room.
class Room {
 public:
  explicit Room(WaitingLimits limits = {}) : plan_(plan_with_targets({"a"})) {
    plan_.routes.push_back({.name = "other", .pools = {PoolId{0}}});
    for (const char* name : {"x", "y", "z"}) plan_.principals.push_back({.name = name});
    plan_.principals.push_back({.name = "batch", .service = ServiceClass::Batch});
    plan_.waiting = limits;
    room_.emplace(plan_);
  }

  WaitingRoom::Joined join(std::uint32_t client, const char* name, Duration until = 10s, double cost = 1000,
                           std::size_t route = 0) {
    PickRequest request{.route = &plan_.routes[route], .asker = {.principal = client}, .bell = &bell_};
    request.patient_until = at(until);
    const PickAnswer blocked{.kind = PickKind::Wait, .wait_until = at(100ms), .rate_limited = true};
    const auto joined = room_->join(request, blocked, cost, at(0ms));
    if (joined.id.any()) names_[joined.id.place] = name;
    return joined;
  }
  /// The names of the requests that are served when there is room for so many.
  std::string serve(std::size_t room, Instant now = at(1ms)) {
    std::string order;
    room_->serve(now, [&](Waiting& waiting) -> Served {
      if (room == 0) return {.what = Served::What::LineBlocked, .because = {.kind = PickKind::Wait}};
      --room;
      waiting.ticket = Ticket{};
      order += names_of(waiting);
      return {.what = Served::What::Yes};
    });
    return order;
  }
  std::string names_of(const Waiting& waiting) {
    for (auto& [place, name] : names_) {
      // A request's place is found by the address of its Waiting.
      if (room_->find({place, turn_of(place)}) == &waiting) return name;
    }
    return "?";
  }
  std::uint32_t turn_of(std::uint32_t place) { return turns_[place]; }
  void remember(WaiterId id) { turns_[id.place] = id.turn; }

  WaiterId in(std::uint32_t client, const char* name, Duration until = 10s, double cost = 1000, std::size_t route = 0) {
    const auto joined = join(client, name, until, cost, route);
    remember(joined.id);
    return joined.id;
  }
  WaitingRoom& operator*() { return *room_; }
  WaitingRoom* operator->() { return &*room_; }
  Plan& plan() { return plan_; }

 private:
  Plan plan_;
  std::optional<WaitingRoom> room_;
  Silent bell_;
  std::map<std::uint32_t, std::string> names_;
  std::map<std::uint32_t, std::uint32_t> turns_;
};

TEST(WaitingRoom, ServesAClientInTheOrderOfItsArrivals) {
  Room room;
  for (const char* name : {"1", "2", "3"}) room.in(0, name);
  EXPECT_EQ(room.serve(2), "12");
  EXPECT_EQ(room.serve(9), "3");
  EXPECT_EQ(room->in_line(), 0U);
}

TEST(WaitingRoom, PrefersTheEarlierDeadlineOfOneClient) {
  Room room;
  room.in(0, "late", 10s);
  room.in(0, "soon", 2s);
  EXPECT_EQ(room.serve(1), "soon");
}

TEST(WaitingRoom, LetsClientsTakeTurnsHoweverManyOneHas) {
  Room room;
  for (int request = 0; request < 50; ++request) room.in(0, "x");
  for (int request = 0; request < 3; ++request) room.in(1, "y");
  const std::string first = room.serve(6);
  EXPECT_EQ(std::ranges::count(first, 'y'), 3) << first;
}

TEST(WaitingRoom, LetsClientsTakeTurnsWhenRoomComesOneByOne) {
  Room room;
  for (int request = 0; request < 20; ++request) room.in(0, "x");
  for (int request = 0; request < 20; ++request) room.in(1, "y");
  std::string order;
  for (int turn = 0; turn < 20; ++turn) order += room.serve(1);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(order, 'x')), 10, 1) << order;
}

TEST(WaitingRoom, CountsWhatRequestsCostAndNotHowManyTheyAre) {
  Room room;
  for (int request = 0; request < 20; ++request) room.in(0, "x", 10s, 4000);
  for (int request = 0; request < 80; ++request) room.in(1, "y", 10s, 1000);
  std::string order;
  for (int turn = 0; turn < 50; ++turn) order += room.serve(1);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(order, 'x')), 10, 2) << order;
}

TEST(WaitingRoom, J11_BatchClientsShareTheirClassesPartHoweverManyTheyAre) {
  Room room;
  for (int client = 0; client < 8; ++client) room.plan().principals.push_back({.service = ServiceClass::Batch});
  for (std::uint32_t client = kBatch; client < kBatch + 9; ++client) {
    for (int request = 0; request < 100; ++request) room.in(client, "b");
  }
  for (int request = 0; request < 200; ++request) room.in(0, "i");
  std::string order;
  for (int turn = 0; turn < 200; ++turn) order += room.serve(1);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(order, 'i')), 160, 40) << order;
}

TEST(WaitingRoom, AClientThatIsBlockedHoldsUpNoOtherOfItsLine) {
  Room room;
  room.in(0, "x");
  room.in(1, "y");
  std::string order;
  room->serve(at(1ms), [&](Waiting& waiting) -> Served {
    if (waiting.asker.principal == 0) return {.what = Served::What::ClientBlocked, .because = {}};
    order += room.names_of(waiting);
    return {.what = Served::What::Yes};
  });
  EXPECT_EQ(order, "y");
}

TEST(WaitingRoom, ALineThatIsBlockedHoldsUpNoOtherLine) {
  Room room;
  room.in(0, "m");
  room.in(0, "o", 10s, 1000, 1);
  std::string order;
  room->serve(at(1ms), [&](Waiting& waiting) -> Served {
    if (waiting.route == &room.plan().routes[0]) return {.what = Served::What::LineBlocked, .because = {}};
    order += room.names_of(waiting);
    return {.what = Served::What::Yes};
  });
  EXPECT_EQ(order, "o");
}

TEST(WaitingRoom, OneWhoseTurnWasCutShortIsTheFirstToBeTriedNext) {
  Room room;
  room.in(0, "dear", 10s, 60'000);
  for (int request = 0; request < 5; ++request) room.in(1, "y");
  int dear_tried = 0;
  std::string order;
  for (int pass = 0; pass < 100 && order.find("dear") == std::string::npos; ++pass) order += room.serve(1);
  EXPECT_EQ(dear_tried, 0);
  EXPECT_NE(order.find("dear"), std::string::npos);
}

TEST(WaitingRoom, TellsWhoeverComesThatOthersWaitForTheSame) {
  Room room;
  room.in(0, "x");
  PickRequest same{.route = &room.plan().routes[0], .asker = {.principal = 1}};
  PickRequest other{.route = &room.plan().routes[1], .asker = {.principal = 1}};
  EXPECT_NE(room->before(same), nullptr);
  EXPECT_EQ(room->before(other), nullptr);
}

TEST(WaitingRoom, ForgetsWhoLeaves) {
  Room room;
  room.in(0, "1");
  const WaiterId second = room.in(0, "2");
  room.in(0, "3");
  room->leave(second);
  EXPECT_EQ(room->find(second), nullptr);
  EXPECT_EQ(room.serve(9), "13");
  room->leave(second);  // twice is once
}

TEST(WaitingRoom, APlacesNextOwnerIsNotTakenForTheLast) {
  Room room;
  const WaiterId first = room.in(0, "1");
  room->leave(first);
  const WaiterId second = room.in(0, "2");
  EXPECT_EQ(second.place, first.place);
  EXPECT_EQ(room->find(first), nullptr);
  EXPECT_TRUE(room->stands_in_line(second));
}

TEST(WaitingRoom, IsBoundedAltogetherAndForEachClient) {
  Room room({.all = 3, .per_client = 2});
  room.in(0, "1");
  room.in(0, "2");
  EXPECT_EQ(room.join(0, "3").refusal, WaitRefusal::ClientFull);
  room.in(1, "4");
  EXPECT_EQ(room.join(1, "5").refusal, WaitRefusal::RoomFull);
}

TEST(WaitingRoom, RefusesWhomItCouldNotServeInTime) {
  Room room;
  EXPECT_EQ(room.join(0, "1", 50ms).refusal, WaitRefusal::TooLong);  // what it waits for comes after 100 ms
  for (int request = 0; request < 40; ++request) room.in(0, "x");
  for (int second = 1; second <= 10; ++second) (void)room.serve(1, at(std::chrono::seconds(second)));  // one a second
  PickRequest request{.route = &room.plan().routes[0], .asker = {.principal = 0}};
  const Instant turn = room->expected(request, at(10s));
  EXPECT_GT(turn, at(35s));
  EXPECT_LT(turn, at(45s));
  request.asker.principal = 1;  // has nobody before it but those whose turns alternate with its own
  EXPECT_LT(room->expected(request, at(10s)), at(13s));
}

TEST(WaitingRoom, KnowsNoPaceBeforeItHasSeenOne) {
  Room room;
  for (int request = 0; request < 40; ++request) room.in(0, "x");
  (void)room.serve(3, at(5s));
  const PickRequest request{.route = &room.plan().routes[0], .asker = {.principal = 0}};
  EXPECT_EQ(room->expected(request, at(5s)), at(5s));
}

}  // namespace
}  // namespace drover::core
