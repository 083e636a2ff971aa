#include "net/loop/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/loop/mailbox.h"
#include "net/test/test_kit.h"

namespace drover::net {
namespace {

using namespace testing;

TEST(Loop, RunsWhatOtherThreadsPostInTheOrderOfEach) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 5000;
  Loop loop(1);
  std::vector<int> last(kThreads, -1);
  int ran = 0;
  bool ordered = true;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int task = 0; task < kTasks; ++task) {
        ASSERT_TRUE(loop.post([&, thread, task] {
          ordered &= last[static_cast<std::size_t>(thread)] == task - 1;
          last[static_cast<std::size_t>(thread)] = task;
          if (++ran == kThreads * kTasks) loop.stop();
        }));
      }
    });
  }
  loop.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran, kThreads * kTasks);
  EXPECT_TRUE(ordered);
}

TEST(Loop, RefusesMailPastItsLimit) {
  Loop loop(1);
  for (std::size_t task = 0; task < kMaxMail; ++task) ASSERT_TRUE(loop.post([] {}));
  EXPECT_FALSE(loop.post([] {}));
  bool ran = false;
  loop.context().run_one_for(1s);
  ASSERT_TRUE(loop.post([&] { ran = true; }));
  EXPECT_TRUE(drive(loop, [&] { return ran; }));
}

TEST(Loop, E4_HearsOrdersThoughItsMailIsFull) {
  Loop loop(1);
  while (loop.post([] {})) continue;
  std::size_t orders = 0;
  while (loop.takes_order()) {
    ASSERT_TRUE(loop.order([&] { ++orders; }));
  }
  EXPECT_FALSE(loop.order([] {}));
  EXPECT_TRUE(drive(loop, [&] { return orders == kMaxOrders; }));
  EXPECT_TRUE(loop.takes_order());
}

TEST(Loop, EndsAlsoWhenItsMailIsFullOfOrders) {
  Loop loop(1);
  while (loop.post([] {})) continue;
  while (loop.takes_order()) ASSERT_TRUE(loop.order([] {}));
  loop.order_end();
  loop.run();  // returns
  EXPECT_FALSE(loop.takes_order());
  loop.order_end();  // it has stopped: nothing happens
}

TEST(Loop, RefusesMailAfterItHasStopped) {
  Loop loop(1);
  ASSERT_TRUE(loop.post([&] { loop.stop(); }));
  loop.run();
  EXPECT_FALSE(loop.post([] {}));
  EXPECT_FALSE(loop.takes_order());
  EXPECT_FALSE(loop.order([] {}));
}

TEST(Loop, RunsMailThatMailPosts) {
  Loop loop(1);
  int depth = 0;
  std::function<void()> again = [&] {
    if (++depth == 10) return loop.stop();
    EXPECT_TRUE(loop.post(again));
  };
  ASSERT_TRUE(loop.post(again));
  loop.run();
  EXPECT_EQ(depth, 10);
}

Awaitable<void> wait_for_ever(Waiter& waiter, std::shared_ptr<int> owned) {
  Result<void> outcome = co_await waiter.wait();
  *owned = outcome ? 1 : 2;
}

TEST(Loop, UnwindsCoroutinesThatStillWaitWhenItGoes) {
  auto owned = std::make_shared<int>(0);
  {
    auto loop = std::make_unique<Loop>(1);
    SocketPair pair = connect_pair(*loop);
    auto connection = http1_server(*loop, std::move(pair.ours), nullptr, {});
    std::optional<Result<ServerExchange*>> never;
    begin(*loop, connection->next(), never);
    Waiter waiter(*loop);
    asio::co_spawn(loop->executor(), wait_for_ever(waiter, owned), asio::detached);
    loop->context().run_one_for(10ms);
    loop->context().run_one_for(10ms);
    EXPECT_EQ(owned.use_count(), 2);
    connection.reset();
  }
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(*owned, 0);
}

Awaitable<void> own_what_it_waits_on(std::unique_ptr<Waiter> waiter, std::shared_ptr<int> owned) {
  Result<void> outcome = co_await waiter->wait();
  *owned = outcome ? 1 : 2;
}

TEST(Loop, UnwindsACoroutineThatOwnsWhatItWaitsOn) {
  auto owned = std::make_shared<int>(0);
  {
    Loop loop(1);
    asio::co_spawn(loop.executor(), own_what_it_waits_on(std::make_unique<Waiter>(loop), owned), asio::detached);
    loop.context().poll();
    EXPECT_EQ(owned.use_count(), 2);
  }
  EXPECT_EQ(owned.use_count(), 1);
  EXPECT_EQ(*owned, 0);
}

TEST(Loop, KnowsTheWallClock) {
  Loop loop(1);
  EXPECT_NEAR(static_cast<double>(loop.unix_seconds()), static_cast<double>(::time(nullptr)), 2.0);
}

}  // namespace
}  // namespace drover::net
