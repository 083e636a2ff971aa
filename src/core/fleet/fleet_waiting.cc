// How the fleet serves waiting requests: before new requests, in the order of their turns, as soon as there is room.
#include <algorithm>

#include "core/fleet/fleet.h"

namespace drover::core {
namespace {

/// The answer to a waiting request that keeps its place.
PickAnswer in_place(WaiterId waiter, PickAnswer answer) {
  answer.kind = PickKind::Wait;
  answer.waiter = waiter;
  return answer;
}

}  // namespace

PickAnswer Fleet::pick(const PickRequest& request, Instant now, Random& random) {
  keeper_.heard(now);
  if (request.beside != kNobody) return pick_beside(request, now, random);
  if (request.waiter.any()) return claim(request, now, random);
  if (!request.again && room_.in_line() > 0) {
    if (keeper_.due(now) && request.first()) serve_waiters(now);
    if (const PickAnswer* before = room_.before(request)) {
      PickAnswer answer = *before;
      answer.kind = PickKind::Wait;
      answer.wait_until = std::max(answer.wait_until, now);
      return join(request, answer, now);
    }
  }
  const PickAnswer answer = pick_now(request, now, random);
  if (answer.kind == PickKind::Wait && !request.again) return join(request, answer, now);
  if (answer.kind == PickKind::Picked && request.first() && !request.look) further_.count_request(now);
  return answer;
}

/// Takes a place in the waiting room for a request that cannot be served now, if it has a bell and will be served in
/// time.
PickAnswer Fleet::join(const PickRequest& request, PickAnswer blocked, Instant now) {
  if (request.bell == nullptr || request.look) return blocked;
  const auto joined = room_.join(request, blocked, static_cast<double>(load_of(request.estimate)), now);
  if (joined.refusal != WaitRefusal::None) {
    blocked.kind = PickKind::None;
    blocked.refusal = joined.refusal;
    blocked.wait_until = std::max(blocked.wait_until, joined.expected);
    return blocked;
  }
  keeper_.look_by(blocked.wait_until);
  blocked.wait_until = keeper_.timer_of(joined.id, room_.find(joined.id)->until, room_);
  return in_place(joined.id, blocked);
}

PickAnswer Fleet::claim(const PickRequest& request, Instant now, Random& random) {
  Waiting* waiting = room_.find(request.waiter);
  if (waiting == nullptr) return {};
  // The reserved target may be cooling down by now: then it gets no request.
  if (waiting->ticket &&
      !targets_.nodes().admits(targets_[waiting->ticket->target].path, waiting->ticket->trial_levels, now)) {
    take_back(*waiting->ticket);
    waiting->ticket.reset();
    room_.line_up_again(request.waiter, now);
    serve_waiters(now);
  } else if (keeper_.due(now)) {
    serve_waiters(now);
  }
  waiting = room_.find(request.waiter);
  if (waiting->ticket) {
    PickAnswer answer{.kind = PickKind::Picked, .ticket = *waiting->ticket};
    answer.untried_left = targets_.another_usable(answer.ticket.target, request, now);
    room_.leave(request.waiter);
    if (request.first()) further_.count_request(now);
    return answer;
  }
  const bool in_line = room_.stands_in_line(request.waiter);
  PickAnswer answer;
  if (const PickAnswer* before = in_line ? room_.before(request) : nullptr) answer = *before;
  if (in_line && now < waiting->until) {
    answer.wait_until = keeper_.timer_of(request.waiter, waiting->until, room_);
    return in_place(request.waiter, answer);
  }
  const bool timed_out = now >= waiting->until;
  leave(request.waiter);
  // A waiting request that no target will serve gets the reason, as a new request would.
  if (!in_line || answer.kind == PickKind::None) {
    PickRequest look = request;
    look.look = true;
    answer = pick_now(look, now, random);
    if (answer.kind == PickKind::Picked) answer = {.wait_until = now, .rate_limited = true};
  }
  answer.kind = PickKind::None;
  answer.wait_until = std::max(answer.wait_until, room_.expected(request, now));
  answer.refusal = timed_out ? WaitRefusal::TimedOut : WaitRefusal::None;
  return answer;
}

void Fleet::leave(WaiterId waiter) {
  const Waiting* waiting = room_.find(waiter);
  if (waiting == nullptr) return;
  const std::optional<Ticket> ticket = waiting->ticket;
  room_.leave(waiter);
  if (ticket) take_back(*ticket);
  made_room(keeper_.latest());
}

void Fleet::serve_waiters(Instant now) {
  keeper_.looking();
  room_.serve(now, [&](Waiting& waiting) { return serve(waiting, now); });
  if (room_.in_line() > 0) keeper_.appoint(room_);
}

Served Fleet::serve(Waiting& waiting, Instant now) {
  if (now >= waiting.until) return {.what = Served::What::Out};  // its own timer ends it
  const PickAnswer answer = pick_now(waiting.request(), now, random_);
  if (answer.kind == PickKind::Picked) {
    waiting.ticket = answer.ticket;
    waiting.bell->ring();
    return {.what = Served::What::Yes};
  }
  if (answer.kind == PickKind::None) {  // no target is left to wait for, so the request is told at once
    waiting.bell->ring();
    return {.what = Served::What::Out};
  }
  keeper_.look_by(std::max(answer.wait_until, now + kShortestLook));
  return {.what = answer.asker_limited ? Served::What::ClientBlocked : Served::What::LineBlocked, .because = answer};
}

}  // namespace drover::core
