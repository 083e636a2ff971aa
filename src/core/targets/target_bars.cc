// What bars targets from a request, for explanations. It is asked after the pick and never changes it.
#include <algorithm>

#include "core/targets/target_book.h"

namespace drover::core {
namespace {

Bar bar_for(Access access, bool trial_running) {
  if (trial_running) return Bar::OnTrial;
  switch (access) {
    case Access::Open:
    case Access::Trial: return Bar::None;
    case Access::Ejected: return Bar::Ejected;
    case Access::Cooling: return Bar::Cooling;
    case Access::Resting: return Bar::Resting;
  }
  return Bar::None;
}

}  // namespace

Skip TargetBook::bar_of(TargetId target, const PickRequest& request, Instant now) {
  const Target& about = plan_->targets[target.index()];
  if (about.weight == 0) return {.target = target, .bar = Bar::NoWeight};
  if (!request.fence.admits(about.provider)) return {.target = target, .bar = Bar::Fenced};
  if (request.owner.known() && request.owner.bars(plan_->providers[about.provider.index()], about.key, about.quota))
    return {.target = target, .bar = Bar::NotOwner};
  if (!request.again && std::ranges::find(request.tried, target) != request.tried.end())
    return {.target = target, .bar = Bar::Tried};

  const TargetState& state = targets_[target.index()];
  if (state.lacks.has(request.api, now)) return {.target = target, .bar = Bar::LacksApi, .until = state.lacks.until()};
  Skip skip{.target = target};
  Access worst = Access::Trial;
  Instant until = now;
  for (const std::uint32_t at : state.path) {
    const HealthNode& node = nodes_[at];
    if (node.clear(now)) continue;
    const Access access = node.access(now);
    if (access <= Access::Trial) continue;
    until = std::max(until, node.until(now));
    if (access <= worst) continue;
    worst = access;
    skip.bar = bar_for(access, node.trial_running());
    skip.why = nodes_.cause(at).kind;
    skip.status = static_cast<std::int16_t>(nodes_.cause(at).status);
  }
  if (skip.bar != Bar::None) {
    skip.until = until;
    return skip;
  }
  if (state.doubt.barred(now)) return {.target = target, .bar = Bar::Doubted};
  // An explanation looks at the suspicion and does not begin one: that is for picks.
  if (state.silence.bars(now, suspicious_silence(state))) return {.target = target, .bar = Bar::Silent};
  if (rushed(state, now)) return {.target = target, .bar = Bar::Returning};
  const Instant learned = lanes_[state.lane].admits_at(request.estimate, now);
  if (learned > now) return {.target = target, .bar = Bar::LearnedLimit, .until = learned};
  const Instant room = limits_.target_admits_at(target, request, now);
  // A limit of requests at once has room when one of them ends, at a time that is not known.
  const bool known = room > now + kCapacityPoll;
  if (room > now) return {.target = target, .bar = Bar::Limit, .until = known ? room : kNever};
  return skip;
}

void TargetBook::note(TargetId target, const PickRequest& request, Instant now) {
  if (request.notes == nullptr) return;
  if (!request.again && std::ranges::find(request.tried, target) != request.tried.end()) return;
  if (!request.notes->has_room_for(target)) return request.notes->one_more();
  const Skip skip = bar_of(target, request, now);
  if (skip.bar != Bar::None) request.notes->note(skip);
}

}  // namespace drover::core
