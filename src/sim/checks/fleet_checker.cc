// What all requests together may do to the fleet: the books of cooldowns, rests, ejections and retries.
#include <algorithm>

#include "core/health/blame.h"
#include "sim/checks/invariants.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

/// The figures that the documentation promises.
constexpr Duration kLongestCooldown = 1h;
constexpr Duration kShortestGuess = 1s;
constexpr Duration kLongestGuess = 66s;
constexpr Duration kShortestKeyRest = 30s;
constexpr Duration kLongestRest = 11min;
constexpr int kCrowd = 5;
/// Hedges are counted over a minute, requests over a little more.
constexpr Duration kHedgesWithin = 60s;
constexpr Duration kTheirRequestsWithin = 65s;
/// A target that was out gets its share back in steps, and may be full meanwhile.
constexpr Duration kComingBack = 10s;

bool counts_at_target(const Error& error) {
  if (error.scope != ErrorScope::Target) return false;
  switch (error.kind) {
    case ErrorKind::ServerError:
    case ErrorKind::ConnectionLost:
    case ErrorKind::HeadTimeout:
    case ErrorKind::FirstContentTimeout:
    case ErrorKind::IdleTimeout:
    case ErrorKind::TotalTimeout:
    case ErrorKind::Truncated: return true;
    case ErrorKind::Overloaded: return !error.retry_after.has_value();
    default: return false;
  }
}

/// Whether the fleet counts the ticket as a trial: only so is it known from when on a failed trial keeps its node out
/// again.
bool on_trial(const core::Ticket& ticket, core::Level level) {
  return (ticket.trial_levels >> static_cast<unsigned>(level) & 1U) != 0;
}

bool counts_at_server(const Error& error) {
  return error.kind == ErrorKind::Connect || error.kind == ErrorKind::ConnectTimeout;
}

}  // namespace

void FleetChecker::picked(std::uint32_t request, const core::PickRequest& asked, const core::Ticket& ticket,
                          Instant now) {
  if (asked.tried.empty() && !asked.again) requests_.push_back(now);
  const bool was_tried = std::ranges::find(asked.tried, ticket.target) != asked.tried.end();
  if (was_tried != asked.again) findings_->add(5, request, "a tried target was picked, or an untried one again");
  const core::Target& target = plan_->targets[ticket.target.index()];
  if (!asked.fence.admits(target.provider)) findings_->add(10, request, "a request crossed its fence");
  may_be_picked(request, asked, ticket, now);
  const bool second = asked.beside != core::kNobody;
  if (second && (ticket.trial || ticket.last_resort)) findings_->add(6, request, "a hedge was a trial or last resort");
  Crowd& crowd = crowds_[ticket.target.value];
  if (++crowd.running >= kCrowd) crowd.crowded = true;
}

void FleetChecker::may_be_picked(std::uint32_t request, const core::PickRequest& asked, const core::Ticket& ticket,
                                 Instant now) {
  const core::Target& target = plan_->targets[ticket.target.index()];
  const bool alone = one_server(target);
  if (const auto lane = cooling_.find(lane_of(target));
      alone && lane != cooling_.end() && now < lane->second.at_least) {
    findings_->add(6, request, target.name + " was used while cooling down");
  }
  const std::string key = plan_->keys[target.key.index()].fingerprint;
  const bool key_known = !probed_keys_.contains(key);
  if (const auto own = barred_.find(ticket.target.value); own != barred_.end() && now < own->second.at_least) {
    findings_->add(6, request, target.name + " was used while it cools down or rests at its server");
  }
  if (const auto rest = resting_.find(key);
      alone && key_known && rest != resting_.end() && now < rest->second.at_least) {
    findings_->add(6, request, target.name + " was used while its key rests");
  }
  const bool judged =
      plan_->health.mode == core::HealthMode::Consecutive && plan_->health.when_all_out == core::WhenAllOut::LastResort;
  if (!judged || !alternative_to(ticket.target, asked, now)) return;
  if (Health& health = targets_[ticket.target.value]; health.out && !contradicted_.contains(ticket.target.value)) {
    if (now < health.out_until) findings_->add(6, request, target.name + " was used while ejected");
    for (const auto& [other, trial] : target_trials_) {
      if (trial == ticket.target.value) findings_->add(6, request, target.name + " was on two trials at once");
    }
    target_trials_.insert({request, ticket.target.value});
  }
  if (probed_servers_.contains(target.server.value)) return;
  if (Health& health = servers_[target.server.value]; health.out) {
    if (now < health.out_until) findings_->add(6, request, target.name + " was used while its server is ejected");
    for (const auto& [other, trial] : server_trials_) {
      if (trial == target.server.value) findings_->add(6, request, target.name + "'s server was on two trials at once");
    }
    server_trials_.insert({request, target.server.value});
  }
}

FleetChecker::Lane FleetChecker::lane_of(const core::Target& target) const {
  if (target.quota) return {"quota " + plan_->quotas[target.quota->index()].name, target.model};
  return {plan_->keys[target.key.index()].fingerprint, target.model};
}

/// Whether an answer about the key can only be about the key, because it is used at one server.
bool FleetChecker::one_server(const core::Target& target) const {
  if (target.quota) return false;  // the quota's keys may be at several providers
  return std::ranges::all_of(plan_->targets, [&](const core::Target& other) {
    return !(other.key == target.key) || other.server == target.server;
  });
}

/// Whether the books show without doubt that the target could have been used.
bool FleetChecker::surely_open(core::TargetId id, Instant now) const {
  const core::Target& target = plan_->targets[id.index()];
  if (target.quota || plan_->keys[target.key.index()].limits.any() || target.weight == 0 ||
      contradicted_.contains(id.value) || refusing_.contains(id.value))
    return false;  // the books do not keep limits
  if (const auto lane = cooling_.find(lane_of(target));
      lane != cooling_.end() && now <= after(lane->second.at_most, kComingBack))
    return false;
  if (refused_.contains(lane_of(target)) || probed_servers_.contains(target.server.value)) return false;
  if (probed_keys_.contains(plan_->keys[target.key.index()].fingerprint)) return false;
  if (const auto crowd = crowds_.find(id.value); crowd != crowds_.end() && crowd->second.crowded) return false;
  const auto rest = resting_.find(plan_->keys[target.key.index()].fingerprint);
  if (rest != resting_.end() && now <= after(rest->second.at_most, kComingBack)) return false;
  const auto away = [now](const auto& books, std::uint32_t at) {
    const auto health = books.find(at);
    return health != books.end() && (health->second.out || now <= after(health->second.back_since, kComingBack));
  };
  return !away(targets_, id.value) && !away(servers_, target.server.value);
}

bool FleetChecker::alternative_to(core::TargetId picked, const core::PickRequest& asked, Instant now) const {
  const auto is_alternative = [&](core::TargetId other) {
    return other != picked && asked.fence.admits(plan_->targets[other.index()].provider) && surely_open(other, now);
  };
  if (asked.again) return std::ranges::any_of(asked.tried, is_alternative);
  return std::ranges::any_of(asked.route->pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan_->pools[pool.index()].targets, [&](core::TargetId other) {
      return is_alternative(other) && std::ranges::find(asked.tried, other) == asked.tried.end();
    });
  });
}

bool FleetChecker::surely_open_to(const core::Route* route, std::span<const core::TargetId> tried,
                                  core::ProviderFence fence, Instant now) const {
  if (plan_->health.mode != core::HealthMode::Consecutive) return false;  // the books do not keep scores
  return std::ranges::any_of(route->pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan_->pools[pool.index()].targets, [&](core::TargetId target) {
      return fence.admits(plan_->targets[target.index()].provider) && std::ranges::find(tried, target) == tried.end() &&
             surely_open(target, now);
    });
  });
}

/// A trial ends with its first content, however long the stream goes on.
void FleetChecker::committed(std::uint32_t request, const core::Ticket& ticket, Instant now) {
  const std::uint32_t server = plan_->targets[ticket.target.index()].server.value;
  committed_.insert({request, ticket.target.value});
  if (target_trials_.erase({request, ticket.target.value}) > 0 || on_trial(ticket, core::Level::Target)) {
    well(targets_[ticket.target.value], ticket.taken, now);
  }
  if (server_trials_.erase({request, server}) > 0 || on_trial(ticket, core::Level::Server)) {
    well(servers_[server], ticket.taken, now);
  }
}

void FleetChecker::settled(std::uint32_t request, const core::Ticket& ticket, const core::Outcome& outcome,
                           Instant now) {
  const core::Target& target = plan_->targets[ticket.target.index()];
  if (outcome.kind == core::Outcome::Kind::Succeeded) {
    if (const auto refusing = refusing_.find(ticket.target.value);
        refusing != refusing_.end() && ticket.taken >= refusing->second) {
      refusing_.erase(refusing);
    }
    well(targets_[ticket.target.value], ticket.taken, now);
    well(servers_[target.server.value], ticket.taken, now);
  }
  if (outcome.kind == core::Outcome::Kind::Failed) failed(request, ticket, outcome, now);
  Crowd& crowd = crowds_[ticket.target.value];
  --crowd.running;
  const bool spoke = outcome.kind == core::Outcome::Kind::Succeeded ||
                     (outcome.kind == core::Outcome::Kind::Failed && outcome.error->status != 0);
  if (spoke && crowd.running < kCrowd) crowd.crowded = false;
  target_trials_.erase({request, ticket.target.value});
  server_trials_.erase({request, target.server.value});
  committed_.erase({request, ticket.target.value});
}

void FleetChecker::failed(std::uint32_t request, const core::Ticket& ticket, const core::Outcome& outcome,
                          Instant now) {
  const core::Target& target = plan_->targets[ticket.target.index()];
  const Error& error = *outcome.error;
  if (error.status != 0) well(servers_[target.server.value], ticket.taken, now);
  const bool weighed = core::refuses_credential(error) && !outcome.charge;  // learned() says what it was worth
  if (weighed || core::refusal_kind(error) != core::RefusalKind::None) {
    refusing_.try_emplace(ticket.target.value, now);
    return;
  }
  if (error.scope == ErrorScope::Request || error.scope == ErrorScope::Gateway || !outcome.charge) return;
  const bool passed = committed_.contains({request, ticket.target.value});
  if (counts_at_target(error)) {
    const bool trial =
        !passed && (on_trial(ticket, core::Level::Target) || target_trials_.contains({request, ticket.target.value}));
    Health& health = targets_[ticket.target.value];
    count(health, trial && ticket.taken >= health.out_since, now);  // not a trial of an earlier ejection
  }
  if (counts_at_server(error)) {
    const bool trial =
        !passed && (on_trial(ticket, core::Level::Server) || server_trials_.contains({request, target.server.value}));
    Health& health = servers_[target.server.value];
    count(health, trial && ticket.taken >= health.out_since, now);
  }
  if (error.kind == ErrorKind::RateLimited || error.status == 529) refused_.insert(lane_of(target));
  if (error.kind == ErrorKind::RateLimited || (error.kind == ErrorKind::Overloaded && error.retry_after)) {
    const Duration told = std::clamp(error.retry_after.value_or(Duration::zero()), Duration::zero(), kLongestCooldown);
    Span& span = cooling_[lane_of(target)];
    // The provider's Retry-After is believed once. After a second refusal the fleet guesses, which may give a longer
    // time.
    const Duration at_most = std::max(told + told / 10, kLongestGuess);
    const Duration at_least = told > 0s ? told : kShortestGuess;
    bar(span, at_least, at_most, now);
    if (!one_server(target)) bar(barred_[ticket.target.value], at_least, at_most, now);
  }
  refused_credential(ticket.target, error.kind, ticket.taken, now);
}

void FleetChecker::refused_credential(core::TargetId id, ErrorKind kind, Instant taken, Instant now) {
  const core::Target& target = plan_->targets[id.index()];
  Span& resting = resting_[plan_->keys[target.key.index()].fingerprint];
  const bool news = taken >= resting.since;
  if (kind == ErrorKind::KeyRejected && news) {
    bar(resting, kShortestKeyRest, kLongestRest, now);
    if (!one_server(target)) bar(barred_[id.value], kShortestKeyRest, kLongestRest, now);
  }
  if (kind == ErrorKind::QuotaExhausted && news) bar(resting, target.quota ? 0s : 10min, kLongestRest, now);
  if (kind == ErrorKind::QuotaExhausted && target.quota) {
    // Every key of the quota: none of its targets is an alternative anyway.
    bar(cooling_[lane_of(target)], 10min, kLongestRest, now);
  }
}

void FleetChecker::learned(const core::Refusal& refusal, core::Verdict verdict, Instant now) {
  if (refusal.of_credential) {
    // When all targets agree, the request may be at fault.
    if (verdict != core::Verdict::Agreed) refused_credential(refusal.target, refusal.cause.kind, refusal.taken, now);
    return;
  }
  if (verdict == core::Verdict::Contradicted) contradicted_.insert(refusal.target.value);
  if (verdict != core::Verdict::Agreed || refusal.trial_levels == 0) return;
  well(targets_[refusal.target.value], refusal.taken, now);
  well(servers_[plan_->targets[refusal.target.index()].server.value], refusal.taken, now);
}

/// Only an attempt that began after the node went out shows that it is back.
void FleetChecker::well(Health& health, Instant began, Instant now) {
  if (health.out && began <= health.out_since) return;
  health = {.back_since = health.out ? now : health.back_since};
}

void FleetChecker::count(Health& health, bool was_trial, Instant now) const {
  if (health.out && !was_trial) return;  // the attempt was in flight, or a last resort
  if (!health.out && ++health.failures_in_a_row < static_cast<int>(plan_->health.eject_after)) return;
  health.out = true;
  health.out_since = now;
  health.out_until = now + plan_->health.eject_for;
}

void FleetChecker::bar(Span& span, Duration at_least, Duration at_most, Instant now) const {
  // A guess during a cooldown may add nothing; a time that the provider asked for always holds.
  const bool guess = at_least == kShortestGuess && at_most == kLongestGuess;
  if (!(guess && now < span.at_most)) span.at_least = std::max(span.at_least, now + at_least);
  span.at_most = std::max(span.at_most, now + at_most);
  span.since = now;
}

void FleetChecker::released(const core::Ticket& ticket) {
  --crowds_[ticket.target.value].running;
  // A pick that took nothing is no trial.
  std::erase_if(target_trials_, [&](const auto& trial) { return trial.second == ticket.target.value && ticket.trial; });
  const std::uint32_t server = plan_->targets[ticket.target.index()].server.value;
  std::erase_if(server_trials_, [&](const auto& trial) { return trial.second == server && ticket.trial; });
}

void FleetChecker::probed(core::KeyId key, core::ServerId server) {
  probed_keys_.insert(plan_->keys[key.index()].fingerprint);
  probed_servers_.insert(server.value);
}

void FleetChecker::retry_granted(Instant now) {
  retries_.push_back(now);
  while (retries_.front() <= now - 10s) retries_.pop_front();
  while (!requests_.empty() && requests_.front() <= now - kTheirRequestsWithin) requests_.pop_front();
  const auto lately = std::ranges::count_if(requests_, [now](Instant at) { return at > now - 11s; });
  const auto last_second = std::ranges::count_if(retries_, [now](Instant at) { return at > now - 1s; });
  const double share = plan_->retry.budget * static_cast<double>(lately);
  if (last_second > 3 && static_cast<double>(retries_.size()) > share) {
    findings_->add(5, 0, "more retries were granted than the budget holds");
  }
}

void FleetChecker::hedge_granted(Instant now) {
  hedges_.push_back(now);
  while (hedges_.front() <= now - kHedgesWithin) hedges_.pop_front();
  if (static_cast<double>(hedges_.size()) > plan_->retry.hedge * static_cast<double>(requests_.size())) {
    findings_->add(5, 0, "more requests were hedged than the share allows");
  }
}

}  // namespace drover::sim
