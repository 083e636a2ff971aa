#include "upstream/connections/connection_pools.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <stdexcept>

#include "net/loop/loop.h"
#include "net/test/test_kit.h"
#include "upstream/catalog/catalog.h"

namespace drover::upstream {
namespace {

using namespace std::chrono_literals;

/// A connection that is as well as the test says.
class FakeConnection final : public net::ClientConnection {
 public:
  struct Fate {
    bool alive = true;
    bool reusable = true;
    int closed = 0;
  };
  explicit FakeConnection(Fate& fate) : fate_(fate) {}
  [[nodiscard]] net::ClientExchange& open() override { throw std::logic_error("not opened in these tests"); }
  [[nodiscard]] bool can_open() const override { return true; }
  [[nodiscard]] bool finish() override { return fate_.reusable; }
  [[nodiscard]] bool alive() override { return fate_.alive; }
  void close() override { ++fate_.closed; }

 private:
  Fate& fate_;
};

struct Pools {
  net::Loop loop{1};
  ConnectionPools pools{loop, 1};
  core::ConnectionLimits limits{.keep = 2, .max = 3, .idle = 10s};
  net::Origin origin{.host = "h", .port = 80, .tls = nullptr};

  OriginPool& pool() { return pools.pool(origin, limits); }
  /// A reload after which this is the only server.
  void use(const net::Origin& at, core::ConnectionLimits with) {
    ServerEndpoint server;
    server.origin = at;
    server.connections = with;
    pools.use({&server, 1});
  }
  PooledConnection opened(FakeConnection::Fate& fate) {
    Room room = pool().reserve();
    EXPECT_TRUE(room);
    return room.adopt(std::make_unique<FakeConnection>(fate));
  }
};

TEST(ConnectionPools, HandOutTheConnectionThatWasUsedLast) {
  Pools p;
  FakeConnection::Fate first, second;
  auto a = p.opened(first);
  auto b = p.opened(second);
  net::ClientConnection* const last = &*b;
  a.give_back(Instant(1s));
  b.give_back(Instant(2s));
  const auto taken = p.pool().take();
  EXPECT_EQ(&*taken, last);
}

TEST(ConnectionPools, CloseDeadConnectionsInsteadOfHandingThemOut) {
  Pools p;
  FakeConnection::Fate fate;
  p.opened(fate).give_back(Instant(1s));
  fate.alive = false;
  EXPECT_FALSE(p.pool().take());
  EXPECT_EQ(fate.closed, 1);
  EXPECT_EQ(p.pool().open(), 0U);
}

TEST(ConnectionPools, KeepNoMoreIdleConnectionsThanAsked) {
  Pools p;
  FakeConnection::Fate fates[3];
  PooledConnection open[3] = {p.opened(fates[0]), p.opened(fates[1]), p.opened(fates[2])};
  for (PooledConnection& connection : open) connection.give_back(Instant(1s));
  EXPECT_EQ(p.pool().idle(), 2U);
  EXPECT_EQ(fates[2].closed, 1);
}

TEST(ConnectionPools, RefuseMoreOpenConnectionsThanTheLimit) {
  Pools p;
  FakeConnection::Fate fate;
  auto one = p.opened(fate);
  auto two = p.opened(fate);
  auto three = p.opened(fate);
  EXPECT_FALSE(p.pool().reserve());
  two.drop();
  EXPECT_TRUE(p.pool().reserve());
}

TEST(ConnectionPools, E15_RoomForAConnectionThatCameToNothingIsGivenBackHoweverThatCameAbout) {
  Pools p;
  for (int time = 0; time < 10; ++time) {
    try {
      const Room room = p.pool().reserve();
      ASSERT_TRUE(room);
      throw std::bad_alloc();
    } catch (const std::bad_alloc&) {
      EXPECT_EQ(p.pool().open(), 0U);
    }
  }
}

TEST(ConnectionPools, CloseWhatWasNotGivenBackOrCannotBeUsedAgain) {
  Pools p;
  FakeConnection::Fate lost, spent;
  {
    const auto dropped = p.opened(lost);
  }
  EXPECT_EQ(lost.closed, 1);
  spent.reusable = false;
  p.opened(spent).give_back(Instant(1s));
  EXPECT_EQ(spent.closed, 1);
  EXPECT_EQ(p.pool().idle(), 0U);
  EXPECT_EQ(p.pool().open(), 0U);
}

TEST(ConnectionPools, CloseConnectionsThatWereIdleForTooLong) {
  Pools p;
  FakeConnection::Fate older, younger;
  auto a = p.opened(older);
  auto b = p.opened(younger);
  a.give_back(Instant(0s));
  b.give_back(Instant(5s));
  p.pool().sweep(Instant(11s));
  EXPECT_EQ(older.closed, 1);
  EXPECT_EQ(younger.closed, 0);
  EXPECT_EQ(p.pool().idle(), 1U);
}

TEST(ConnectionPools, LookAtIdleConnectionsUntilTheLastIsClosed) {
  Pools p;
  p.limits.idle = 1100ms;
  FakeConnection::Fate fate;
  auto connection = p.opened(fate);
  connection.give_back(p.loop.now() - 900ms);  // a sweep is due soon, and comes too early for it
  EXPECT_TRUE(net::testing::drive(p.loop, [&] { return fate.closed == 1; }));
  EXPECT_EQ(p.pool().open(), 0U);
}

TEST(ConnectionPools, KeepOriginsApart) {
  Pools p;
  net::Origin other = p.origin;
  other.port = 81;
  EXPECT_NE(&p.pool(), &p.pools.pool(other, p.limits));
  EXPECT_EQ(&p.pool(), &p.pool());
}

TEST(ConnectionPools, TakeNewLimitsWhileTheyRun) {
  Pools p;
  FakeConnection::Fate older, younger, busy;
  auto a = p.opened(older);
  auto b = p.opened(younger);
  auto c = p.opened(busy);
  a.give_back(Instant(1s));
  b.give_back(Instant(2s));
  p.use(p.origin, {.keep = 1, .max = 2, .idle = 3s});
  EXPECT_EQ(older.closed, 1) << "the one that was idle for longest goes";
  EXPECT_EQ(younger.closed + busy.closed, 0);
  EXPECT_FALSE(p.pool().reserve());
  p.pool().sweep(Instant(5s));
  EXPECT_EQ(younger.closed, 1);
  EXPECT_TRUE(p.pool().reserve());
}

TEST(ConnectionPools, NewLimitsOfAnUnknownOriginAreNoBusinessOfTheirs) {
  Pools p;
  net::Origin other = p.origin;
  other.port = 81;
  FakeConnection::Fate fate;
  auto open = p.opened(fate);
  p.use(other, {.keep = 1, .max = 1, .idle = 1s});
  EXPECT_TRUE(p.pool().reserve());
}

TEST(ConnectionPools, E10_KeepNothingForAnOriginThatIsNoServerAnyMore) {
  Pools p;
  net::Origin other = p.origin;
  other.port = 81;
  FakeConnection::Fate idle, busy;
  auto a = p.opened(idle);
  auto b = p.opened(busy);
  a.give_back(Instant(1s));
  p.use(other, p.limits);
  EXPECT_EQ(idle.closed, 1);
  EXPECT_EQ(busy.closed, 0) << "what runs may finish";
  b.give_back(Instant(2s));
  EXPECT_EQ(busy.closed, 1);
  EXPECT_EQ(p.pool().open(), 0U);
  p.use(p.origin, p.limits);
  FakeConnection::Fate again;
  auto c = p.opened(again);
  c.give_back(Instant(3s));
  EXPECT_EQ(again.closed, 0) << "it is one again";
}

}  // namespace
}  // namespace drover::upstream
