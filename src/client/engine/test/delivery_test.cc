#include "client/engine/delivery.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <string>

namespace drover::client {
namespace {

TEST(Delivery, RunsInOrderOnAThreadOfItsOwn) {
  Delivery delivery(nullptr);
  std::string order;
  std::promise<std::thread::id> last;
  delivery.call([&order] { order += "a"; });
  delivery.tell([&order] { order += "b"; });
  delivery.call([&] { last.set_value(std::this_thread::get_id()); });
  EXPECT_NE(last.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(order, "ab");
}

TEST(Delivery, RunsWhatWaitsBeforeItCloses) {
  int ran = 0;
  {
    Delivery delivery(nullptr);
    for (int task = 0; task < 100; ++task) delivery.call([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(Delivery, SurvivesWhatIsThrownAndComplains) {
  std::vector<std::string> said;
  bool ran = false;
  {
    Delivery delivery([&said](std::string text) { said.push_back(std::move(text)); });
    delivery.call([] { throw std::runtime_error("first"); });
    delivery.call([] { throw 7; });
    delivery.call([&ran] { ran = true; });
  }
  EXPECT_EQ(said, (std::vector<std::string>{"first", "something that is no std::exception"}));
  EXPECT_TRUE(ran);
}

TEST(Delivery, DropsHooksWhenTooManyWaitButNoCallback) {
  std::promise<void> may_go;
  std::size_t hooks = 0;
  bool called = false;
  {
    Delivery delivery(nullptr);
    delivery.call([go = may_go.get_future().share()] { go.wait(); });
    for (std::size_t task = 0; task < kMaxWaitingHooks + 500; ++task) delivery.tell([&hooks] { ++hooks; });
    delivery.call([&called] { called = true; });
    may_go.set_value();
  }
  EXPECT_LE(hooks, kMaxWaitingHooks);
  EXPECT_GE(hooks, kMaxWaitingHooks - 1);
  EXPECT_TRUE(called);
}

TEST(Delivery, MayBeClosedByACallbackAndRunsTheRest) {
  auto delivery = std::make_unique<Delivery>(nullptr);
  std::promise<void> done;
  Delivery& used = *delivery;
  used.call([&] {
    used.call([&done] { done.set_value(); });
    delivery.reset();
  });
  done.get_future().get();
}

}  // namespace
}  // namespace drover::client
