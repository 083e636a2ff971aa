// Waiting for capacity under load, with books of its own: keys that take a few requests at once, clients of which one
// floods, answers of any length. No request is forgotten or overtaken by a later one of its client, and clients get
// equal parts.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "core/dispatch/dispatch.h"
#include "core/fleet/fleet.h"
#include "sim/world/agenda.h"
#include "sim/world/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};
constexpr Duration kHearing = 1ms;
/// A place may be given to several requests in turn that leave before they learn of it.
constexpr Duration kUnheard = 10 * kHearing;

struct Load {
  std::uint32_t keys = 1;
  std::int64_t concurrent = 2;  ///< of each key
  Duration answer = 100ms;      ///< on average
  Duration queue = 5s;
  Duration span = 60s;
  std::vector<double> per_second;  ///< how many requests each client sends
  double leaving = 0;
};

struct Seen {
  std::vector<int> answered;  ///< by client
  std::vector<int> refused;
  int overtaken = 0;        ///< served before an earlier request of the same client
  int late = 0;             ///< still waiting after the queue deadline
  int unserved = 0;         ///< events after which a place stayed free while a request stood in line
  Duration idle{};          ///< a place was free while a request waited, and not only until it learnt of it
  Duration longest_wait{};  ///< of the answered requests
};

class Shop {
 public:
  Shop(const Load& load, std::uint64_t seed) : load_(load), random_(seed), plan_(plan_of(load)), fleet_(plan_, seed) {}

  Seen run() {
    for (std::uint32_t client = 0; client < load_.per_second.size(); ++client) arrivals(client);
    seen_.answered.resize(load_.per_second.size());
    seen_.refused.resize(load_.per_second.size());
    while (!agenda_.empty()) {
      auto [now, happening] = agenda_.next();
      count_idle(now);
      now_ = now;
      on(*customers_[happening.customer], happening.event);
      look_for_free_places();
    }
    EXPECT_EQ(fleet_.in_flight(), 0U);
    EXPECT_EQ(fleet_.waiting(), 0U);
    return seen_;
  }

 private:
  struct Customer final : core::Bell {
    Shop* shop = nullptr;
    std::uint32_t number = 0;
    std::uint32_t client = 0;
    std::unique_ptr<core::Dispatch> dispatch;
    std::map<core::TimerKind, Instant> timers;
    Instant arrived{};
    bool waiting = false;
    bool over = false;
    void ring() override { shop->agenda_.add(shop->now_ + kHearing, {number, core::CapacityGranted{}}); }
  };
  struct Happening {
    std::uint32_t customer = 0;
    core::Event event;
  };

  static core::Plan plan_of(const Load& load) {
    core::Plan plan = simple_plan(load.keys);
    plan.pools[0].timeouts.queue = load.queue;
    for (core::Key& key : plan.keys) key.limits.concurrent = load.concurrent;
    for (std::size_t client = 0; client < load.per_second.size(); ++client) {
      plan.principals.push_back({.name = std::to_string(client)});
    }
    plan.finish();
    return plan;
  }

  void arrivals(std::uint32_t client) {
    const double per_second = load_.per_second[client];
    for (double at = 0; at < std::chrono::duration<double>(load_.span).count(); at += 2 * random_.unit() / per_second) {
      auto customer = std::make_unique<Customer>();
      customer->shop = this;
      customer->number = static_cast<std::uint32_t>(customers_.size());
      customer->client = client;
      customer->arrived = kStart + Duration(static_cast<Duration::rep>(at * 1e9));
      core::DispatchRequest request;
      request.plan = &plan_;
      request.route = &plan_.routes.front();
      request.asker.principal = client;
      request.arrived = customer->arrived;
      request.bell = customer.get();
      customer->dispatch = std::make_unique<core::Dispatch>(request, fleet_, random_);
      agenda_.add(customer->arrived, {customer->number, core::RequestReady{}});
      if (random_.unit() < load_.leaving)
        agenda_.add(customer->arrived + 300ms, {customer->number, core::ClientLeft{}});
      customers_.push_back(std::move(customer));
    }
  }

  /// Before an event: adds the time for which a place has been free while a request waited.
  void count_idle(Instant now) {
    if (free_since_ != kNever && now - free_since_ > kUnheard) seen_.idle += now - free_since_;
  }
  void look_for_free_places() {
    const auto places = static_cast<std::int64_t>(load_.keys) * load_.concurrent;
    if (static_cast<std::int64_t>(fleet_.in_flight()) < places && fleet_.waiting() > 0) ++seen_.unserved;
    if (running_ >= places || waiting_ == 0) {
      free_since_ = kNever;
    } else if (free_since_ == kNever) {
      free_since_ = now_;
    }
  }

  void on(Customer& customer, const core::Event& event) {
    if (customer.over) return;
    if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
      if (customer.timers[fired->timer] != now_) return;
    }
    for (const core::Command& command : customer.dispatch->on(event, now_)) obey(customer, command);
    if (customer.waiting && now_ > customer.arrived + load_.queue + kHearing) ++seen_.late;
  }

  void obey(Customer& customer, const core::Command& command) {
    if (const auto* arm = std::get_if<core::ArmTimer>(&command)) {
      customer.timers[arm->timer] = arm->at;
      if (arm->at != kNever) agenda_.add(arm->at, {customer.number, core::TimerFired{arm->timer}});
    }
    if (std::holds_alternative<core::WaitForCapacity>(command)) set_waiting(customer, true);
    if (const auto* start = std::get_if<core::StartAttempt>(&command)) begin(customer, start->attempt);
    if (std::holds_alternative<core::EndWithError>(command)) {
      ++seen_.refused[customer.client];
      end(customer);
    }
    if (std::holds_alternative<core::Finish>(command)) end(customer);
  }

  void begin(Customer& customer, core::AttemptId attempt) {
    set_waiting(customer, false);
    ++running_;
    started_.insert(customer.number);
    Instant& last = last_served_[customer.client];
    if (customer.arrived < last) ++seen_.overtaken;
    last = std::max(last, customer.arrived);
    seen_.longest_wait = std::max(seen_.longest_wait, now_ - customer.arrived);
    const auto took =
        Duration(static_cast<Duration::rep>(2 * random_.unit() * static_cast<double>(load_.answer.count())));
    ++seen_.answered[customer.client];
    agenda_.add(now_ + took, {customer.number, core::AttemptEnded{attempt, {}}});
  }

  void end(Customer& customer) {
    set_waiting(customer, false);
    if (started_.contains(customer.number)) --running_;
    customer.over = true;
  }

  void set_waiting(Customer& customer, bool waits) {
    if (waits != customer.waiting) waiting_ += waits ? 1 : -1;
    customer.waiting = waits;
  }

  Load load_;
  Random random_;
  core::Plan plan_;
  core::Fleet fleet_;
  Agenda<Happening> agenda_;
  std::vector<std::unique_ptr<Customer>> customers_;
  std::map<std::uint32_t, Instant> last_served_;
  std::set<std::uint32_t> started_;
  std::int64_t running_ = 0;
  std::int64_t waiting_ = 0;
  Instant free_since_ = kNever;
  Instant now_ = kStart;
  Seen seen_;
};

TEST(Waiting, NobodyIsForgottenAndNoPlaceStaysFreeWhileSomebodyWaits) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Load load{.keys = 1 + static_cast<std::uint32_t>(seed % 3), .per_second = {30, 20}, .leaving = 0.2};
    const Seen seen = Shop(load, seed).run();
    EXPECT_EQ(seen.unserved, 0) << "seed " << seed;
    EXPECT_EQ(seen.idle, Duration::zero()) << "seed " << seed;
    EXPECT_EQ(seen.late, 0) << "seed " << seed;
  }
}

TEST(Waiting, AClientsOwnRequestsAreServedInTheirOrder) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(Shop({.per_second = {30, 30}}, seed).run().overtaken, 0) << "seed " << seed;
  }
}

TEST(Waiting, AFloodOfOneClientTakesNothingFromTheOther) {
  // 20 answers a second for 200 and 8 requests a second: the client that asks for less than its half gets all of it.
  const Seen seen = Shop({.per_second = {200, 8}}, 1).run();
  std::printf("  flood: %d answered, %d refused; beside it: %d answered, %d refused; longest wait %.1f s\n",
              seen.answered[0], seen.refused[0], seen.answered[1], seen.refused[1],
              std::chrono::duration<double>(seen.longest_wait).count());
  EXPECT_LE(seen.refused[1], (seen.answered[1] + seen.refused[1]) / 50);
}

TEST(Waiting, TwoClientsThatFloodGetEqualParts) {
  const Seen seen = Shop({.per_second = {400, 60}}, 2).run();
  const double share = static_cast<double>(seen.answered[0]) / (seen.answered[0] + seen.answered[1]);
  std::printf("  the larger flood's share: %.3f\n", share);
  EXPECT_NEAR(share, 0.5, 0.05);
}

TEST(Waiting, WhoCannotBeServedInTimeIsToldAtOnce) {
  const Load load{.queue = 2s, .per_second = {100}};
  const Seen seen = Shop(load, 3).run();
  EXPECT_GT(seen.refused[0], seen.answered[0]);
  EXPECT_LE(seen.longest_wait, 2s + kHearing);
}

}  // namespace
}  // namespace drover::sim
