// A small world for tests of Dispatch: targets named by letters, a real Fleet, events to send and commands to check.
// Only tests include it.
#pragma once

#include <deque>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/dispatch/dispatch.h"
#include "core/fleet/fleet.h"

namespace drover::core::testing {

/// Scenarios begin an hour after the clock's zero, so that times before the beginning exist.
inline Instant at(Duration since) {
  return Instant(std::chrono::hours(1) + since);
}

// ------------------------------------------------------------------------------------------ what went wrong

inline Error error_of(ErrorKind kind, ErrorScope scope, RetryClass retry, int status = 0) {
  Error error;
  error.kind = kind;
  error.scope = scope;
  error.retry = retry;
  error.status = status;
  return error;
}
inline Error refused() {
  return error_of(ErrorKind::Connect, ErrorScope::Server, RetryClass::OtherKey);
}
inline Error reset() {
  return error_of(ErrorKind::ConnectionLost, ErrorScope::Target, RetryClass::OtherKey);
}
inline Error stale() {
  return error_of(ErrorKind::StaleConnection, ErrorScope::Target, RetryClass::SameTarget);
}
inline Error server_error(int status = 500) {
  return error_of(ErrorKind::ServerError, ErrorScope::Target, RetryClass::OtherKey, status);
}
inline Error rate_limited(std::optional<Duration> retry_after = std::nullopt) {
  Error error = error_of(ErrorKind::RateLimited, ErrorScope::Key, RetryClass::OtherKey, 429);
  error.retry_after = retry_after;
  return error;
}
inline Error key_rejected() {
  return error_of(ErrorKind::KeyRejected, ErrorScope::Key, RetryClass::OtherKey, 401);
}
inline Error quota_exhausted() {
  return error_of(ErrorKind::QuotaExhausted, ErrorScope::Quota, RetryClass::OtherKey, 429);
}
inline Error forbidden() {
  return error_of(ErrorKind::Forbidden, ErrorScope::Request, RetryClass::OtherKey, 403);
}
inline Error model_missing() {
  return error_of(ErrorKind::ModelMissing, ErrorScope::Target, RetryClass::OtherKey, 404);
}
inline Error user_error() {
  return error_of(ErrorKind::UserError, ErrorScope::Request, RetryClass::Never, 400);
}

inline Error too_long() {
  return error_of(ErrorKind::ContextTooLong, ErrorScope::Request, RetryClass::Never, 400);
}

// ------------------------------------------------------------------------------------------ asking about commands

template <class C>
const C* find(const Commands& commands) {
  for (const Command& command : commands) {
    if (const C* found = std::get_if<C>(&command)) return found;
  }
  return nullptr;
}
template <class C>
bool has(const Commands& commands) {
  return find<C>(commands) != nullptr;
}
/// The time for which the commands arm this timer: nothing when they leave it alone, kNever when they disarm it.
inline std::optional<Instant> armed(const Commands& commands, TimerKind timer) {
  std::optional<Instant> at;
  for (const Command& command : commands) {
    const auto* arm = std::get_if<ArmTimer>(&command);
    if (arm != nullptr && arm->timer == timer) at = arm->at;
  }
  return at;
}

// ------------------------------------------------------------------------------------------ a plan

/// One provider, one server and one key for each letter; all in one pool of the route "m".
inline Plan plan_with_targets(std::initializer_list<const char*> names) {
  Plan plan;
  plan.pools.push_back({.model = "m", .balance = Balance::RoundRobin});
  plan.routes.push_back({.name = "m", .pools = {PoolId{0}}});
  for (const char* name : names) {
    const auto at = static_cast<std::uint32_t>(plan.targets.size());
    plan.providers.push_back({.name = name});
    plan.servers.push_back({.provider = {at}, .base_url = std::string("https://") + name});
    plan.keys.push_back({.provider = {at}, .name = "1", .fingerprint = std::string("fp-") + name});
    plan.targets.push_back({.provider = {at}, .server = {at}, .key = {at}, .model = "m", .name = name});
    plan.pools[0].targets.push_back(TargetId{at});
  }
  plan.retry.jitter = Jitter::None;
  plan.finish();
  return plan;
}

// ------------------------------------------------------------------------------------------ the scenario

class Scenario {
 public:
  static Scenario with_targets(std::initializer_list<const char*> names) { return Scenario(plan_with_targets(names)); }
  explicit Scenario(Plan plan) : plan_(std::make_unique<Plan>(std::move(plan))) {}

  /// To be changed before the first event only.
  Plan& plan() { return *plan_; }
  DispatchRequest& request() { return request_; }
  Fleet& fleet() {
    if (!fleet_) fleet_ = std::make_unique<Fleet>(*plan_);
    return *fleet_;
  }
  Dispatch& dispatch() {
    if (!dispatch_) {
      request_.plan = plan_.get();
      request_.route = &plan_->routes.front();
      if (request_.arrived == Instant{}) request_.arrived = at(Duration::zero());
      dispatch_ = std::make_unique<Dispatch>(request_, fleet(), *random_);
    }
    return *dispatch_;
  }
  void forget_dispatch() { dispatch_.reset(); }

  Commands on(const Event& event, Instant now) {
    Commands out = dispatch().on(event, now);
    if (const auto* start = find<StartAttempt>(out)) current_ = start->attempt;
    return out;
  }
  [[nodiscard]] AttemptId current() const { return current_; }
  [[nodiscard]] std::string name(TargetId target) const { return plan_->targets[target.index()].name; }

  // The current attempt's events, in the order of its life.
  Commands connected(Instant now) { return on(AttemptConnected{current_}, now); }
  Commands sent(Instant now) {
    (void)connected(now);
    return on(RequestSent{current_}, now);
  }
  Commands head(Instant now) { return on(HeadArrived{current_}, now); }
  Commands first_content(Instant now) { return on(FirstContent{current_}, now); }
  Commands content(Instant now) { return on(Content{current_}, now); }
  Commands ended(Instant now) { return on(AttemptEnded{current_, {}}, now); }
  Commands failed(const Error& error, Stage stage, Instant now) {
    return on(AttemptFailed{.attempt = current_, .error = error, .stage = stage, .has_answer = error.status != 0}, now);
  }
  Commands fired(TimerKind timer, Instant now) { return on(TimerFired{timer}, now); }

  /// The name of the target at which an attempt is started; "": none is.
  [[nodiscard]] std::string started(const Commands& commands) const {
    const auto* start = find<StartAttempt>(commands);
    return start == nullptr ? "" : name(start->target);
  }

 private:
  std::unique_ptr<Plan> plan_;
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<Random> random_ = std::make_unique<Random>(1);
  DispatchRequest request_;
  std::unique_ptr<Dispatch> dispatch_;
  AttemptId current_;
};

}  // namespace drover::core::testing
