// Picking a target: pools in order, priorities within a pool, the pool's policy within a priority. When no target is
// usable: a last resort, a time to wait for, or nothing.
#include <algorithm>

#include "core/balancer/p2c.h"
#include "core/balancer/sticky.h"
#include "core/fleet/comparison.h"
#include "core/fleet/fleet.h"

namespace drover::core {
namespace {

/// Factor for weights where a policy counts in whole numbers, so that the small share of a slow start is not rounded to
/// nothing.
constexpr double kWeightScale = 100.0;
/// A second attempt needs room in a target's limits for this many requests like it.
constexpr std::int64_t kRoomForSecond = 5;

/// Whether the request may go to the target at all, whatever the target's state.
bool candidate(const Plan& plan, TargetId target, const PickRequest& request) {
  const Target& about = plan.targets[target.index()];
  if (about.weight == 0 || !request.fence.admits(about.provider)) return false;
  if (request.owner.known() && request.owner.bars(plan.providers[about.provider.index()], about.key, about.quota))
    return false;
  return std::ranges::find(request.tried, target) == request.tried.end();
}

}  // namespace

PickAnswer Fleet::pick_now(const PickRequest& request, Instant now, Random& random) {
  if (request.again) return pick_without_open(request, now, random);
  if (request.first()) {
    const Instant room = limits_.asker_admits_at(request, now);
    if (room > now) {
      return {.kind = PickKind::Wait,
              .wait_until = room,
              .rate_limited = true,
              .asker_limited = true,
              .why = ErrorKind::RateLimited};
    }
  }
  for (std::uint32_t fallback = 0; fallback < request.route->pools.size(); ++fallback) {
    const PoolId pool = request.route->pools[fallback];
    for (Tier& tier : pools_[pool.index()].tiers) {
      const auto target = choose(pool, tier, request, now, random);
      if (target) return take(*target, fallback, request, now);
    }
  }
  return pick_without_open(request, now, random);
}

/// Picks a target for a second attempt. It does not wait, and takes no capacity that another request may need soon.
PickAnswer Fleet::pick_beside(const PickRequest& request, Instant now, Random& random) {
  if (room_.in_line() > 0 || request.beside >= request.route->pools.size()) return {};
  if (limits_.asker_admits_at(request, now) > now) return {};
  const PoolId pool = request.route->pools[request.beside];
  for (Tier& tier : pools_[pool.index()].tiers) {
    if (const auto target = choose(pool, tier, request, now, random))
      return take(*target, request.beside, request, now);
  }
  return {};
}

/// Whether a second attempt may go to the target: not on trial, not suspect, not refused lately, and with room left in
/// its limits.
bool Fleet::free_for_a_second(TargetId target, const PickRequest& request, Instant now) {
  const TargetState& state = targets_[target.index()];
  const LaneLimit& lane = lanes_[state.lane];
  if (!nodes_.clear(state.path, now) || state.silence.suspected() || lane.learned_per_second() > 0) return false;
  PickRequest several = request;
  several.estimate.requests.value *= kRoomForSecond;
  several.estimate.input_tokens.value *= kRoomForSecond;
  several.estimate.output_tokens.value *= kRoomForSecond;
  if (!lane.unknown() && lane.admits_at(several.estimate, now) > now) return false;
  return limits_.target_admits_at(target, several, now) <= now;
}

bool Fleet::usable(TargetId target, const PickRequest& request, Instant now) {
  if (!candidate(*plan_, target, request)) return false;
  const TargetState& state = targets_[target.index()];
  if (state.lacks.any() && state.lacks.has(request.api, now)) return false;
  if (!nodes_.admits(state.path, now)) return false;
  if (state.doubt.barred(now) || (!state.silence.calm() && silent(target, now)) || rushed(state, now)) return false;
  const LaneLimit& lane = lanes_[state.lane];
  if (!lane.unknown() && lane.admits_at(request.estimate, now) > now) return false;
  return limits_.target_admits_at(target, request, now) <= now;
}

std::optional<TargetId> Fleet::choose(PoolId pool, Tier& tier, const PickRequest& request, Instant now,
                                      Random& random) {
  const Pool& about = plan_->pools[pool.index()];
  const PoolState& state = pools_[pool.index()];
  const auto at = [&](std::size_t place) { return about.targets[tier.begin + place]; };
  const auto eligible = [&](std::size_t place) {
    if (usable(at(place), request, now) && (request.beside == kNobody || free_for_a_second(at(place), request, now)))
      return true;
    note(at(place), request, now);
    return false;
  };
  const auto weight = [&](std::size_t place) { return plan_->targets[at(place).index()].weight; };
  const auto load = [&](std::size_t place) { return targets_[at(place).index()].load_per_weight(); };
  const auto comparison = [&] {
    return Comparison(plan_->health.latency_from, nodes_, checks_, state.latency, request, now);
  };
  const auto two_choices = [&] {
    const Comparison compared = comparison();
    return balancer::p2c_where(tier.draw, random, eligible, weight, [&](std::size_t second, std::size_t first) {
      return compared.clearly_cheaper(targets_[at(second).index()], targets_[at(first).index()]);
    });
  };
  // A failover has a turn of its own: if it took the turn of the next request, that request would go to the target that
  // just failed.
  balancer::RoundRobin& round = request.tried.empty() ? tier.round : tier.spare;

  const auto pull = [&](std::size_t place) {
    const std::uint64_t hash = targets_[at(place).index()].hash;
    return tier.draw.even() ? balancer::attraction(request.affinity, hash)
                            : balancer::attraction(request.affinity, hash, weight(place));
  };

  if (about.balance == Balance::P2c) {
    if (const auto home = kept(pool, tier, request, now)) return home;
  }
  std::optional<std::size_t> chosen;
  switch (about.balance) {
    case Balance::P2c: chosen = two_choices(); break;
    case Balance::RoundRobin:
      if (tier.draw.even() && now >= nodes_.recovering_until()) {
        chosen = round.next(eligible);
        break;
      }
      chosen = round(eligible, [&](std::size_t place) {
        return std::max(1.0, weight(place) * kWeightScale * nodes_.share(targets_[at(place).index()].path, now));
      });
      break;
    case Balance::Random: chosen = balancer::draw_eligible(tier.draw, random, eligible, weight); break;
    case Balance::LeastRequests:
      chosen = balancer::least(tier.draw.size(), random, eligible, [&](std::size_t place) {
        const TargetState& target = targets_[at(place).index()];
        const double requests = (target.in_flight + 1) * static_cast<double>(target.per_weight);
        return target.by_success(nodes_.by_share(requests, target.path, now), now);
      });
      break;
    case Balance::LeastLatency: {
      const Comparison compared = comparison();
      chosen = balancer::least(tier.draw.size(), random, eligible, [&](std::size_t place) {
        const TargetState& target = targets_[at(place).index()];
        return compared.quickness(target) * static_cast<double>(target.per_weight);
      });
      break;
    }
    case Balance::Sticky:
      chosen = request.affinity == 0
                   ? two_choices()
                   : balancer::sticky(tier.draw.size(),
                                      load_bound(targets_, about.targets, state.borrows, tier, request.estimate),
                                      eligible, pull, load);
      break;
  }
  if (!chosen) return std::nullopt;
  if (about.balance == Balance::P2c) keep(pool, at(*chosen), request, now);
  return at(*chosen);
}

void Fleet::count_load(TargetState& target, std::uint64_t more, std::uint64_t less) {
  target.load += more - less;
  if (target.pool != kNone) pools_[target.pool].tiers[target.tier].load += more - less;
}

PickAnswer Fleet::take(TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now) {
  if (request.look) return {.kind = PickKind::Picked, .ticket = {.target = target, .fallback = fallback}};
  TargetState& state = targets_[target.index()];
  const PromptSize prompt(request.estimate.input_tokens);
  PickAnswer answer{.kind = PickKind::Picked};
  Ticket& ticket = answer.ticket;
  ticket.target = target;
  ticket.load = load_of(request.estimate);
  ticket.reserved = request.estimate;
  ticket.fallback = fallback;
  ticket.taken = now;
  for (std::size_t level = 0; level < kLevels; ++level) {
    HealthNode& node = nodes_[state.path[level]];
    if (node.clear(now) || node.access(now) != Access::Trial) continue;
    node.begin_trial(now);
    ticket.trial = true;
    ticket.trial_levels = static_cast<std::uint8_t>(ticket.trial_levels | (1U << level));
    nodes_.tell(StateChange::What::OnTrial, state.path[level], now);
  }
  if (state.silence.suspected()) ticket.trial = true;
  ticket.streamed = request.streamed;
  waits(state, ticket, now);
  if (now < nodes_.recovering_until()) {
    if (const Comeback back = nodes_.comeback(state.path, now); back.running(now)) state.comers.taken(back);
  }
  ++state.in_flight;
  ++state.requests;
  count_load(state, ticket.load, 0);
  state.last_used = now;
  limits_.take(request, ticket, now);
  ticket.lane_before = lanes_[state.lane].take(request.estimate, now);
  answer.untried_left = another_left(target, request, now);
  if (!answer.untried_left || state.pool == kNone) return answer;
  if (ticket.trial) ticket.patience = prompt.scaled(suspicious_silence(state));
  if (ticket.trial || further_.may_hedge()) {
    ticket.second_after = prompt.scaled(pools_[state.pool].latency.late(request.streamed));
  } else if (!request.streamed) {  // a stream is bounded by its FirstContent timer
    ticket.second_after = prompt.scaled(suspicious_silence(state));
  }
  return answer;
}

bool Fleet::another_left(TargetId taken, const PickRequest& request, Instant now) {
  if (request.again) return false;
  for (const PoolId pool : request.route->pools) {
    for (const TargetId other : plan_->pools[pool.index()].targets) {
      if (!(other == taken) && usable(other, request, now)) return true;
    }
  }
  return false;
}

Fleet::Standing Fleet::standing(TargetId target, const PickRequest& request, Instant now) {
  const TargetState& state = targets_[target.index()];
  Standing worst{.until = now};
  for (const std::uint32_t at : state.path) {
    const HealthNode& node = nodes_[at];
    if (node.clear(now)) continue;
    const Access access = node.access(now);
    if (access > worst.access) {
      worst.access = access;
      worst.why = node.why();
    }
    if (access > Access::Trial) worst.until = std::max(worst.until, node.until(now));
  }
  if (worst.access == Access::Resting) return worst;
  // A silent or doubted target counts as ejected: it may still be the last resort.
  if (worst.access < Access::Ejected && (state.doubt.barred(now) || silent(target, now))) {
    worst = {.access = Access::Ejected, .until = now + kCapacityPoll, .why = ErrorKind::HeadTimeout};
  }
  const Instant room =
      std::max({limits_.target_admits_at(target, request, now), lanes_[state.lane].admits_at(request.estimate, now),
                rushed(state, now) ? now + kCapacityPoll : now});
  if (room <= now) return worst;
  return {
      .access = Access::Cooling, .until = std::max(worst.until, room), .why = ErrorKind::RateLimited, .limited = true};
}

void Fleet::look_at(TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now, Survey& found) {
  if (targets_[target.index()].lacks.has(request.api, now)) {
    note(target, request, now);
    if (!found.lacking) found.lacking = target, found.lacking_fallback = fallback;
    return;
  }
  const Standing own = standing(target, request, now);
  found.any = true;
  if (own.access <= Access::Trial) {
    if (!found.open) found.open = target, found.open_fallback = fallback;
    return;
  }
  note(target, request, now);
  if (own.access != Access::Cooling) found.all_limited = false;
  const Instant until = own.until == kNever ? now + kCapacityPoll : own.until;  // kNever: its trial ends soon
  if (own.access == Access::Ejected) {
    const bool first_counts = plan_->health.when_all_out == WhenAllOut::First;
    if (plan_->health.when_all_out == WhenAllOut::Fail) return;
    const bool sooner = !found.last_resort || (!first_counts && until < found.last_resort_until);
    if (sooner) found.last_resort = target, found.last_resort_fallback = fallback, found.last_resort_until = until;
  }
  if (until < found.soonest) found.soonest = until, found.why = own.why;
}

Fleet::Survey Fleet::survey(const PickRequest& request, Instant now) {
  Survey found;
  if (request.again) {
    for (const TargetId target : request.tried) {
      const std::vector<PoolId>& pools = request.route->pools;
      const auto pool = std::ranges::find(pools, PoolId{targets_[target.index()].pool});
      look_at(target, pool == pools.end() ? 0 : static_cast<std::uint32_t>(pool - pools.begin()), request, now, found);
    }
    return found;
  }
  for (std::uint32_t fallback = 0; fallback < request.route->pools.size(); ++fallback) {
    for (const TargetId target : plan_->pools[request.route->pools[fallback].index()].targets) {
      if (candidate(*plan_, target, request)) look_at(target, fallback, request, now, found);
    }
  }
  return found;
}

PickAnswer Fleet::pick_without_open(const PickRequest& request, Instant now, Random& random) {
  const Survey found = survey(request, now);
  if (found.open) return take(*found.open, found.open_fallback, request, now);
  if (found.last_resort) {
    const bool resets = plan_->health.when_all_out == WhenAllOut::Reset && !request.again;
    if (resets && reset_all(request, now)) return pick_now(request, now, random);
    PickAnswer answer = take(*found.last_resort, found.last_resort_fallback, request, now);
    answer.ticket.last_resort = true;
    return answer;
  }
  // When no target offers the API, the answer of one of them tells the client so best.
  if (!found.any && found.lacking) return take(*found.lacking, found.lacking_fallback, request, now);
  PickAnswer answer{.kind = found.soonest == kNever ? PickKind::None : PickKind::Wait, .wait_until = found.soonest};
  answer.rate_limited = found.any && found.all_limited;
  answer.why = found.why;
  return answer;
}

/// When every candidate rests after an ejection, all of them are reset and tried again. Returns false when none was
/// ejected: then they are barred by silence.
bool Fleet::reset_all(const PickRequest& request, Instant now) {
  bool any = false;
  for (const PoolId pool : request.route->pools) {
    for (const TargetId target : plan_->pools[pool.index()].targets) {
      if (!candidate(*plan_, target, request)) continue;
      for (const std::uint32_t at : targets_[target.index()].path) {
        if (nodes_[at].clear(now) || nodes_[at].access(now) != Access::Ejected) continue;
        nodes_[at].reset();
        nodes_.tell(StateChange::What::Recovered, at, now);
        any = true;
      }
    }
  }
  return any;
}

}  // namespace drover::core
