// For tests of the driver: one request driven by a real Run over exchanges in memory (exchange_test_kit.h). Time is
// real and its bounds are short.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/dns/resolver.h"
#include "net/test/test_kit.h"
#include "upstream/run/run.h"
#include "upstream/run/shared_fleet.h"
#include "upstream/test/exchange_test_kit.h"

namespace drover::upstream::testing {

using net::testing::drive;

/// Every bound of a request, short and each of another length, so that a test sees which one ended it.
inline core::Timeouts short_timeouts() {
  return {.connect = 1s,
          .send = 60ms,
          .head_stream = 100ms,
          .head_plain = 100ms,
          .first_content = 150ms,
          .idle = 60ms,
          .total = 600ms,
          .stream_max = 400ms,
          .queue = 100ms};
}

/// Bounds that only end a test that has already failed: where something else is to end the request.
inline core::Timeouts long_timeouts() {
  return {.connect = 20s,
          .send = 20s,
          .head_stream = 20s,
          .head_plain = 20s,
          .first_content = 20s,
          .idle = 20s,
          .total = 20s,
          .stream_max = 20s,
          .queue = 20s};
}

/// Targets p1, p2 … in this order, each with one connection that is open already.
class MemoryWorld {
 public:
  explicit MemoryWorld(std::size_t targets = 2, core::AnswerKind answer = core::AnswerKind::Stream) : answer_(answer) {
    plan_->pools.push_back({.model = "m", .timeouts = short_timeouts()});
    plan_->routes.push_back({.name = "m", .pools = {core::PoolId{0}}});
    plan_->retry.same_target = 0;
    for (std::uint32_t at = 0; at < targets; ++at) {
      const std::string name = "p" + std::to_string(at + 1);
      plan_->providers.push_back({.name = name});
      plan_->servers.push_back({.provider = {at}, .base_url = "http://" + name + ".test/v1"});
      plan_->keys.push_back({.provider = {at}, .name = "1", .fingerprint = "f" + name});
      plan_->targets.push_back(
          {.provider = {at}, .server = {at}, .key = {at}, .model = "m", .priority = at, .name = name});
      plan_->pools[0].targets.push_back(core::TargetId{at});
    }
    request.method = "POST";
    request.path = "/v1/chat/completions";
    request.api = dialect::Api::Chat;
    request.dialect = &dialect::openai();
    request.inspection.stream = answer == core::AnswerKind::Stream;
    request.has_body = true;
    request.body.begin(memory, nullptr, 0);
    EXPECT_TRUE(request.body.append("{\"model\":\"m\"}"));
  }
  ~MemoryWorld() { EXPECT_TRUE(!run_ || ends()) << "the request outlives its test"; }

  MemoryBudget memory{1 << 24};
  OwnerMap owners;
  CommitObserver* observer = nullptr;
  Meter* meter = nullptr;

  /// To be changed before it begins.
  core::Plan& plan() { return *plan_; }
  core::DispatchRequest facts{.blocked_client = 80ms};
  UpstreamRequest request;

  /// From begin() on.
  MemoryUpstream& upstream(std::size_t target = 0) { return *upstreams_[target]; }

  /// Prepares the upstreams, which `scene` may tell how to behave before the request comes.
  void begin(const std::function<void()>& scene = [] {}) {
    plan_->finish();
    plan_now_ = plan_;
    catalog_ = *Catalog::build(plan_now_, tls_);
    fleet_ = std::make_unique<SharedFleet>(plan_now_, [](const core::StateChange&, std::string_view) {});
    for (std::uint32_t at = 0; at < plan_->targets.size(); ++at) keep_connection(core::TargetId{at});
    scene();
    facts.plan = plan_now_.get();
    facts.route = &plan_now_->routes.front();
    facts.answer = answer_;
    facts.arrived = began_ = loop.now();
    run_.emplace(Run::Parts{.tools = {&loop, &resolver_, &pools_},
                            .owners = &owners,
                            .catalog = catalog_.get(),
                            .fleet = fleet_.get(),
                            .request = &request,
                            .client = &client,
                            .observer = observer,
                            .meter = meter,
                            .extra_fields = {}},
                 facts);
    net::asio::co_spawn(loop.executor(), perform(*this), net::asio::detached);
  }
  /// Lets the loop do all that it can without waiting.
  void settle() {
    while (loop.context().poll() > 0) {
    }
  }
  [[nodiscard]] bool ended() const { return ended_at_.has_value(); }
  /// Runs until the request has ended; false when it does not.
  [[nodiscard]] bool ends() {
    return drive(loop, [this] { return ended(); });
  }
  /// From its beginning to its end.
  [[nodiscard]] Duration took() const { return ended_at_.value_or(kNever) - began_; }
  Run& run() { return *run_; }
  [[nodiscard]] bool out_of_memory() const { return out_of_memory_; }
  /// What its session does when it has ended.
  void forget() { run_.reset(); }
  [[nodiscard]] std::string error() const { return run_->error() ? run_->error()->error.code : ""; }
  [[nodiscard]] std::size_t attempts() const { return run_->record().attempts.size(); }
  [[nodiscard]] std::uint32_t failures(std::uint32_t target) {
    return fleet_->with(
        [&](core::Fleet& all) { return all.view(core::TargetId{target}, loop.now()).consecutive_failures; });
  }
  [[nodiscard]] std::uint64_t leases() {
    return fleet_->with([](core::Fleet& all) { return all.in_flight(); });
  }
  /// Connections of a target that its pool believes to be busy.
  [[nodiscard]] std::size_t busy(std::uint32_t target) {
    OriginPool& pool = pool_of(core::TargetId{target});
    return pool.open() - pool.idle();
  }

  net::Loop loop{1};
  MemoryClient client{loop};

 private:
  /// An exception ends a request as it does in a session: the Run goes with it.
  static net::Awaitable<> perform(MemoryWorld& world) {
    try {
      co_await world.run_->perform();
    } catch (const std::bad_alloc&) {
      world.out_of_memory_ = true;
    }
    world.ended_at_ = world.loop.now();
  }
  OriginPool& pool_of(core::TargetId target) {
    const ServerEndpoint& server = *catalog_->endpoint(target).server;
    return pools_.pool(server.origin, server.connections);
  }
  void keep_connection(core::TargetId target) {
    upstreams_.push_back(std::make_unique<MemoryUpstream>(loop));
    Room room = pool_of(target).reserve();
    ASSERT_TRUE(room);
    room.adopt(std::make_unique<MemoryConnection>(*upstreams_.back())).give_back(loop.now());
  }

  core::AnswerKind answer_;
  std::shared_ptr<core::Plan> plan_ = std::make_shared<core::Plan>();
  std::shared_ptr<const core::Plan> plan_now_;
  TlsStore tls_;
  net::Resolver resolver_{loop};
  ConnectionPools pools_{loop, 1};
  std::shared_ptr<const Catalog> catalog_;
  std::unique_ptr<SharedFleet> fleet_;
  std::vector<std::unique_ptr<MemoryUpstream>> upstreams_;
  std::optional<Run> run_;
  Instant began_{};
  std::optional<Instant> ended_at_;
  bool out_of_memory_ = false;
};

}  // namespace drover::upstream::testing
