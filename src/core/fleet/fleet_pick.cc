// Picking a target: pools in order, priorities within a pool, the pool's policy within a priority. When no target is
// usable: a last resort, a time to wait for, or nothing.
#include <algorithm>

#include "core/balancer/p2c.h"
#include "core/balancer/sticky.h"
#include "core/fleet/fleet.h"
#include "core/fleet/soft_affinity.h"
#include "core/targets/comparison.h"
#include "core/targets/survey.h"

namespace drover::core {
namespace {

/// Factor for weights where a policy counts in whole numbers, so that the small share of a slow start is not rounded to
/// nothing.
constexpr double kWeightScale = 100.0;

}  // namespace

PickAnswer Fleet::pick_now(const PickRequest& request, Instant now, Random& random) {
  if (request.again) return pick_without_open(request, now, random);
  if (request.first()) {
    const Instant room = targets_.limits().asker_admits_at(request, now);
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
    for (Tier& tier : targets_.pool(pool.index()).tiers) {
      const auto target = choose(pool, tier, request, now, random);
      if (target) return take(*target, fallback, request, now);
    }
  }
  return pick_without_open(request, now, random);
}

/// Picks a target for a second attempt. It does not wait, and takes no capacity that another request may need soon.
PickAnswer Fleet::pick_beside(const PickRequest& request, Instant now, Random& random) {
  if (room_.in_line() > 0 || request.beside >= request.route->pools.size()) return {};
  if (targets_.limits().asker_admits_at(request, now) > now) return {};
  const PoolId pool = request.route->pools[request.beside];
  for (Tier& tier : targets_.pool(pool.index()).tiers) {
    if (const auto target = choose(pool, tier, request, now, random))
      return take(*target, request.beside, request, now);
  }
  return {};
}

std::optional<TargetId> Fleet::choose(PoolId pool, Tier& tier, const PickRequest& request, Instant now,
                                      Random& random) {
  const HealthTree& nodes = targets_.nodes();
  const Pool& about = plan_->pools[pool.index()];
  const PoolState& state = targets_.pool(pool.index());
  const auto at = [&](std::size_t place) { return about.targets[tier.begin + place]; };
  const auto eligible = [&](std::size_t place) {
    if (targets_.usable(at(place), request, now) &&
        (request.beside == kNobody || targets_.free_for_a_second(at(place), request, now)))
      return true;
    targets_.note(at(place), request, now);
    return false;
  };
  const auto weight = [&](std::size_t place) { return plan_->targets[at(place).index()].weight; };
  const auto load = [&](std::size_t place) { return targets_[at(place)].load_per_weight(); };
  const auto comparison = [&] {
    return Comparison(plan_->health.latency_from, nodes, checks_, state.latency, request, now);
  };
  const auto two_choices = [&] {
    const Comparison compared = comparison();
    return balancer::p2c_where(tier.draw, random, eligible, weight, [&](std::size_t second, std::size_t first) {
      return compared.clearly_cheaper(targets_[at(second)], targets_[at(first)]);
    });
  };
  // A failover has a turn of its own: if it took the turn of the next request, that request would go to the target that
  // just failed.
  balancer::RoundRobin& round = request.tried.empty() ? tier.round : tier.spare;

  const auto pull = [&](std::size_t place) {
    const std::uint64_t hash = targets_[at(place)].hash;
    return tier.draw.even() ? balancer::attraction(request.affinity, hash)
                            : balancer::attraction(request.affinity, hash, weight(place));
  };

  SoftAffinity affinity(conversations_, targets_, pool, request, now);
  if (about.balance == Balance::P2c) {
    if (const auto home = affinity.home(tier)) return home;
  }
  std::optional<std::size_t> chosen;
  switch (about.balance) {
    case Balance::P2c: chosen = two_choices(); break;
    case Balance::RoundRobin:
      if (tier.draw.even() && now >= nodes.recovering_until()) {
        chosen = round.next(eligible);
        break;
      }
      chosen = round(eligible, [&](std::size_t place) {
        return std::max(1.0, weight(place) * kWeightScale * nodes.share(targets_[at(place)].path, now));
      });
      break;
    case Balance::Random: chosen = balancer::draw_eligible(tier.draw, random, eligible, weight); break;
    case Balance::LeastRequests:
      chosen = balancer::least(tier.draw.size(), random, eligible, [&](std::size_t place) {
        const TargetState& target = targets_[at(place)];
        const double requests = (target.in_flight + 1) * static_cast<double>(target.per_weight);
        return target.by_success(nodes.by_share(requests, target.path, now), now);
      });
      break;
    case Balance::LeastLatency: {
      const Comparison compared = comparison();
      chosen = balancer::least(tier.draw.size(), random, eligible, [&](std::size_t place) {
        const TargetState& target = targets_[at(place)];
        return compared.quickness(target) * static_cast<double>(target.per_weight);
      });
      break;
    }
    case Balance::Sticky:
      chosen = request.affinity == 0
                   ? two_choices()
                   : balancer::sticky(tier.draw.size(),
                                      load_bound(targets_.all(), about.targets, state.borrows, tier, request.estimate),
                                      eligible, pull, load);
      break;
  }
  if (!chosen) return std::nullopt;
  if (about.balance == Balance::P2c) affinity.remember(at(*chosen));
  return at(*chosen);
}

PickAnswer Fleet::take(TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now) {
  if (request.look) return {.kind = PickKind::Picked, .ticket = {.target = target, .fallback = fallback}};
  HealthTree& nodes = targets_.nodes();
  TargetState& state = targets_[target];
  const PromptSize prompt(request.estimate.input_tokens);
  PickAnswer answer{.kind = PickKind::Picked};
  Ticket& ticket = answer.ticket;
  ticket.target = target;
  ticket.load = load_of(request.estimate);
  ticket.reserved = request.estimate;
  ticket.fallback = fallback;
  ticket.taken = now;
  for (std::size_t level = 0; level < kLevels; ++level) {
    HealthNode& node = nodes[state.path[level]];
    if (node.clear(now) || node.access(now) != Access::Trial) continue;
    node.begin_trial(now);
    ticket.trial = true;
    ticket.trial_levels = static_cast<std::uint8_t>(ticket.trial_levels | (1U << level));
    nodes.tell(StateChange::What::OnTrial, state.path[level], now);
  }
  if (state.silence.suspected()) ticket.trial = true;
  ticket.streamed = request.streamed;
  targets_.waits(state, ticket, now);
  if (now < nodes.recovering_until()) {
    if (const Comeback back = nodes.comeback(state.path, now); back.running(now)) state.comers.taken(back);
  }
  ++state.in_flight;
  ++state.requests;
  targets_.count_load(state, ticket.load, 0);
  state.last_used = now;
  targets_.limits().take(request, ticket, now);
  ticket.lane_before = targets_.lanes()[state.lane].take(request.estimate, now);
  answer.untried_left = targets_.another_usable(target, request, now);
  if (!answer.untried_left || state.pool == TargetState::kNone) return answer;
  if (ticket.trial) ticket.patience = prompt.scaled(targets_.suspicious_silence(state));
  if (ticket.trial || further_.may_hedge()) {
    ticket.second_after = prompt.scaled(targets_.pool(state.pool).latency.late(request.streamed));
  } else if (!request.streamed) {  // a stream is bounded by its FirstContent timer
    ticket.second_after = prompt.scaled(targets_.suspicious_silence(state));
  }
  return answer;
}

PickAnswer Fleet::pick_without_open(const PickRequest& request, Instant now, Random& random) {
  const Survey found = survey(targets_, request, now);
  if (found.open) return take(*found.open, found.open_fallback, request, now);
  if (found.last_resort) {
    const bool resets = plan_->health.when_all_out == WhenAllOut::Reset && !request.again;
    if (resets && targets_.reset_ejected(request, now)) return pick_now(request, now, random);
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

}  // namespace drover::core
