// What one request may do: the books of its attempts, leases, timers and ends.
#include <algorithm>

#include "sim/checks/invariants.h"

namespace drover::sim {
namespace {

/// The attempt that an event comes from; 0 for other events.
std::uint32_t attempt_of(const core::Event& event) {
  return std::visit(
      [](const auto& e) -> std::uint32_t {
        if constexpr (requires { e.attempt; }) return e.attempt.value;
        return 0;
      },
      event);
}

bool could_be_the_request(core::Stage stage) {
  return stage == core::Stage::FreshNoAnswer || stage == core::Stage::FailedAnswer;
}

}  // namespace

void RequestChecker::settled(core::TargetId target, const core::Outcome& outcome) {
  give_back(target);
  if (outcome.kind != core::Outcome::Kind::Failed || !outcome.charge || !could_be_the_request(outcome.stage)) return;
  if (outcome.error->scope == ErrorScope::Request || outcome.error->scope == ErrorScope::Gateway) return;
  const core::Pool& first = request_.plan->pools[request_.route->pools.front().index()];
  if (outcome.error->kind == ErrorKind::TotalTimeout && request_.client_timeout < first.timeouts.total) {
    report(7, "a target was charged with the client's own short deadline");
  }
  auto& charged = charged_[outcome.error->kind];
  charged.insert(target.value);
  if (charged.size() > 1) report(8, "one request was charged to two targets for the same kind of failure");
}

void RequestChecker::give_back(core::TargetId target) {
  if (--outstanding_[target.value] < 0) report(2, "a lease was settled or released twice");
}

void RequestChecker::stepped(const core::Event& event, const core::Commands& commands, const core::Dispatch& dispatch,
                             Instant now) {
  const bool was_over = ended();
  saw(event, now);
  if (was_over && !commands.empty()) report(2, "commands came after the end");
  if (from_the_dead_ && !commands.empty()) report(1, "an attempt that is over had an effect");
  for (const core::Command& command : commands) obeyed(command, now);
  free_.clear();

  int leases = 0;
  for (const auto& [target, count] : outstanding_) leases += count;
  if (leases != static_cast<int>(running())) report(2, "leases held differ from attempts running");
  if (tried_.size() > request_.plan->retry.walk) report(5, "more targets were tried than `walk` allows");
  if (!ended()) has_deadlines(dispatch);
}

void RequestChecker::saw(const core::Event& event, Instant now) {
  from_the_dead_ = false;
  if (const std::uint32_t id = attempt_of(event); id != 0) return saw_attempt(event, id);
  if (std::holds_alternative<core::ClientLeft>(event)) client_left_ = true;
  if (std::holds_alternative<core::Drain>(event)) drained_ = true;
  if (std::holds_alternative<core::DownstreamBlocked>(event)) blocked_ = true;
  if (std::holds_alternative<core::DownstreamUnblocked>(event)) blocked_ = false;
  if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
    const auto timer = timers_.find(fired->timer);
    const bool due = timer != timers_.end() && timer->second <= now;
    if (due && fired->timer == core::TimerKind::Blocked) client_left_ = true;  // as if it had left
    if (due) timers_.erase(timer);
  }
}

void RequestChecker::saw_attempt(const core::Event& event, std::uint32_t id) {
  Attempt& attempt = attempts_[id];
  if (!attempt.running) {
    from_the_dead_ = true;
    return;
  }
  attempt.connected = true;
  if (!std::holds_alternative<core::Progress>(event)) {
    attempt.sending = std::holds_alternative<core::AttemptConnected>(event);
  }
  if (std::holds_alternative<core::FirstContent>(event)) attempt.spoke = true;
  if (std::holds_alternative<core::AttemptEnded>(event)) {
    attempt.spoke = attempt.complete = true;
    attempt.running = false;
  }
  if (std::holds_alternative<core::AttemptFailed>(event)) attempt.running = false;
}

void RequestChecker::obeyed(const core::Command& command, Instant now) {
  if (const auto* wait = std::get_if<core::WaitForCapacity>(&command)) return waits(*wait, now);
  if (const auto* start = std::get_if<core::StartAttempt>(&command)) return started(*start);
  if (const auto* forward = std::get_if<core::Forward>(&command)) return forwarded(*forward);
  if (const auto* end = std::get_if<core::EndWithError>(&command)) return ended_with(*end);
  if (std::holds_alternative<core::Finish>(command)) return ended_well();
  if (std::holds_alternative<core::SendHead>(command)) {
    if (head_sent_ || forwarded_ != 0) report(1, "a second head was sent");
    head_sent_ = true;
  }
  if (std::holds_alternative<core::SendComment>(command) && !head_sent_) report(1, "a comment went before the head");
  if (const auto* cancel = std::get_if<core::CancelAttempt>(&command)) {
    Attempt& attempt = attempts_[cancel->attempt.value];
    attempt.running = false;
    attempt.cancelled = true;
  }
  if (const auto* arm = std::get_if<core::ArmTimer>(&command)) {
    if (arm->at == kNever) {
      timers_.erase(arm->timer);
    } else {
      timers_[arm->timer] = arm->at;
    }
  }
}

void RequestChecker::waits(const core::WaitForCapacity& wait, Instant now) {
  if (!queue_until_) {
    const core::Pool& first = request_.plan->pools[request_.route->pools.front().index()];
    queue_until_ = after(now, first.timeouts.queue);
  }
  if (wait.until > *queue_until_) report(4, "a request waits longer for capacity than the queue deadline");
}

void RequestChecker::started(const core::StartAttempt& start) {
  if (forwarded_ != 0) report(1, "an attempt was started after the commit point");
  if (ended()) report(2, "an attempt was started after the end");
  if (drained_) report(2, "an attempt was started while the process goes");
  if (running() > 0 || start.beside != core::Beside::Nothing) raced(start);
  const bool first = attempts_.empty();
  const bool untried = tried_.insert(start.target.value).second;
  attempts_[start.attempt.value] = Attempt{.target = start.target};
  if (first || start.fresh) return;
  if (untried && free_.contains(start.target.value)) return;
  if (--retries_granted_ < 0) report(5, "a further attempt was neither free nor paid for");
}

/// Two attempts at once are allowed once, and only for a request that may be executed twice. A lost keep-alive race is
/// no such case.
void RequestChecker::raced(const core::StartAttempt& start) {
  if (running() > 1) report(5, "three attempts run at once");
  if (start.fresh) return;
  if (request_.replay != core::Replay::Free) report(5, "a request that must not be executed twice was sent twice");
  if (running() == 0 || start.beside == core::Beside::Nothing) report(5, "an attempt beside another is not called so");
  if (++seconds_ > 1) report(5, "a request had two second attempts");
}

void RequestChecker::forwarded(const core::Forward& forward) {
  if (forwarded_ != 0) report(1, "two attempts were forwarded");
  forwarded_ = forward.attempt.value;
  const Attempt& attempt = attempts_[forwarded_];
  if (!attempt.spoke || attempt.cancelled) report(1, "an attempt was forwarded that has nothing to say");
}

void RequestChecker::ended_well() {
  ++ends_;
  if (client_left_) return;
  if (forwarded_ == 0 || !attempts_[forwarded_].complete) report(3, "an answer was finished that is not complete");
}

void RequestChecker::ended_with(const core::EndWithError& end) {
  ++ends_;
  const bool head_out = head_sent_ || forwarded_ != 0;
  if (end.in_band != head_out) report(3, "an error was told in the wrong place");
  if (end.in_band && end.pass_answer) report(1, "a second answer was passed on");
  if (end.error.status == 401 || end.error.status == 402) report(10, "the client was blamed for our key");
  const ErrorKind kind = end.error.kind;
  const bool ours =
      kind == ErrorKind::KeyRejected || kind == ErrorKind::QuotaExhausted || kind == ErrorKind::RateLimited;
  if (end.pass_answer && ours) report(10, "an answer about our key was passed on");
  if (end.error.message.empty() || end.error.code.empty()) report(3, "an error said nothing");
}

void RequestChecker::has_deadlines(const core::Dispatch& dispatch) {
  using enum core::TimerKind;
  const bool stream = request_.answer == core::AnswerKind::Stream;
  const bool committed = dispatch.state() == core::Dispatch::State::Committed;
  if (!armed(committed && stream ? StreamMax : Total)) report(4, "nothing bounds the whole request");
  if (committed && !blocked_ && !armed(Idle)) report(4, "nothing bounds a stall after content");
  if (blocked_ && !armed(Blocked)) report(4, "nothing bounds a client that does not read");
  if (running() == 0 && !armed(Queue) && !armed(Backoff)) report(4, "a request waits for nothing");
  for (const auto& [id, attempt] : attempts_) {
    if (attempt.running && !attempt.connected && !armed(Connect)) report(4, "nothing bounds a connect");
    if (attempt.running && attempt.sending && !armed(Send)) report(4, "nothing bounds the sending");
  }
}

std::size_t RequestChecker::running() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(attempts_, [](const auto& entry) { return entry.second.running; }));
}

void RequestChecker::finished() {
  if (ends_ != 1) report(2, "a request ended " + std::to_string(ends_) + " times");
  for (const auto& [target, count] : outstanding_) {
    if (count != 0) report(9, "a lease was never given back");
  }
}

}  // namespace drover::sim
