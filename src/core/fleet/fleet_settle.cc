// Settling: what the end of an attempt changes in health, latency, load and limits.
#include <algorithm>

#include "core/fleet/fleet.h"
#include "core/targets/evidence.h"

namespace drover::core {
namespace {

/// A failover costs nothing while at least this share of the pool's attempts of the last 10 s succeeded.
constexpr double kFreeFailoverAbove = 0.5;
/// Fewer failures than this in the 10 s say nothing about a pool. After a quiet time one target's quick failures are
/// counted before its siblings' slow successes; the simulator lost a request by that.
constexpr std::int64_t kFailuresThatCount = 10;
/// Most tokens that are believed of one answer: an upstream may claim any number.
constexpr std::int64_t kMostTokens = 1'000'000'000;

/// What the limits are charged: nothing for a request that was not sent; a request but no tokens for a refused one.
Amount used_by(const Ticket& ticket, const Outcome& outcome) {
  if (outcome.kind != Outcome::Kind::Succeeded && outcome.stage <= Stage::Unsent) return {.requests = {0}};
  if (outcome.kind == Outcome::Kind::Failed && outcome.stage == Stage::Refused)
    return {.requests = ticket.reserved.requests};
  Amount used = outcome.used;
  used.requests = ticket.reserved.requests;
  return used;
}

/// Whether the outcome's values are possible. Impossible values are clamped where they are used, and counted here.
bool plausible(const Outcome& outcome) {
  for (const Tokens tokens : {outcome.used.input_tokens, outcome.used.output_tokens}) {
    if (tokens.value < 0 || tokens.value > kMostTokens) return false;
  }
  return outcome.error == nullptr || !outcome.error->retry_after || *outcome.error->retry_after <= kMaxCooldown;
}

Cause cause_of(const Outcome& outcome, Instant now) {
  const Error& error = *outcome.error;
  return {.kind = error.kind,
          .status = outcome.upstream_status.value_or(error.status),
          .retry_after = error.retry_after,
          .code = FixedText<kMaxCauseCode>(error.code),
          .request = FixedText<kMaxCauseRequest>(outcome.request),
          .at = now};
}

/// An id for a target that stays the same when a reload changes its place in the plan.
TargetId in_every_plan(std::uint64_t hash) {
  return TargetId{static_cast<std::uint32_t>(hash)};
}

void learn_first_content(TargetState& target, TargetBook& targets, Duration first_content, PromptSize prompt,
                         Instant now) {
  target.first_content.observe(std::chrono::duration<double>(first_content).count(), now);
  if (target.pool != TargetState::kNone) targets.pool(target.pool).latency.learn_first_content(first_content, prompt);
}

void learn_latency(TargetState& target, TargetBook& targets, const Outcome& outcome, PromptSize prompt, Instant now) {
  if (outcome.first_content) learn_first_content(target, targets, *outcome.first_content, prompt, now);
  if (!outcome.whole) return;
  // An answer without output tokens (embeddings) counts as one token. A pool serves one model, so its answers are
  // alike in this.
  const auto tokens = static_cast<double>(std::max<std::int64_t>(outcome.used.output_tokens.value, 1));
  const double seconds = std::chrono::duration<double>(*outcome.whole).count() / tokens;
  target.per_token.observe(seconds, now);
  if (target.pool != TargetState::kNone) targets.pool(target.pool).latency.learn_whole(*outcome.whole, seconds, prompt);
}

}  // namespace

void Fleet::settle(const Ticket& ticket, const Outcome& outcome, Instant now) {
  keeper_.heard(now);
  settle_now(ticket, outcome, now);
  if (outcome.kind != Outcome::Kind::Failed) return made_room(now);
  if (room_.in_line() > 0) keeper_.look_by(now);  // the next call of the fleet looks at the latest
}

void Fleet::settle_now(const Ticket& ticket, const Outcome& outcome, Instant now) {
  if (!plausible(outcome)) targets_.lanes().count_nonsense();
  if (outcome.used.reported) {
    TargetState& counted = targets_[ticket.target];
    const std::int64_t input = std::clamp<std::int64_t>(outcome.used.input_tokens.value, 0, kMostTokens);
    counted.input_tokens += static_cast<std::uint64_t>(input);
    counted.cached_tokens +=
        static_cast<std::uint64_t>(std::clamp<std::int64_t>(outcome.used.cached_tokens.value, 0, input));
  }
  Ticket ended = ticket;
  ended.trial_levels = targets_.give_back(ticket);
  TargetState& target = targets_[ticket.target];
  const bool an_answer =
      outcome.kind == Outcome::Kind::Succeeded || (outcome.error != nullptr && outcome.error->status != 0);
  if (outcome.committed) {
    if (outcome.kind == Outcome::Kind::Succeeded) targets_.heard(target, ticket, now);
  } else {
    targets_.waits_no_more(target, ticket, an_answer);
    if (an_answer) targets_.heard(target, ticket, now);
    if (outcome.overtaken) target.silence.overtaken();
    outcome.kind == Outcome::Kind::Succeeded ? target.comers.answered(ticket.taken) : target.comers.left(ticket.taken);
  }
  targets_.limits().settle(ticket, used_by(ticket, outcome), /*released=*/false);
  switch (outcome.kind) {
    case Outcome::Kind::Succeeded: return succeeded(ended, outcome, now);
    case Outcome::Kind::Failed: return failed(ended, outcome, now);
    case Outcome::Kind::Abandoned: return;
  }
}

void Fleet::release(const Ticket& ticket) {
  take_back(ticket);
  made_room(keeper_.latest());
}

void Fleet::take_back(const Ticket& ticket) {
  (void)targets_.give_back(ticket);
  targets_.waits_no_more(targets_[ticket.target], ticket, /*answered=*/false);
  targets_[ticket.target].comers.left(ticket.taken);
  targets_.limits().settle(ticket, {.requests = {0}}, /*released=*/true);
  --targets_[ticket.target].requests;
}

void Fleet::succeeded(const Ticket& ticket, const Outcome& outcome, Instant now) {
  TargetState& target = targets_[ticket.target];
  targets_.well_throughout(target, ticket.taken, now);
  learn_latency(target, targets_, outcome, ticket.prompt(), now);
  target.success.succeeded(now);
  target.doubt.answered(ticket.taken);
  if (outcome.body != 0) poison_.answered(outcome.body, now);
  if (target.pool == TargetState::kNone) return;
  targets_.pool(target.pool).successes.add(now, 1);
  targets_.pool(target.pool).excused = 0;
}

void Fleet::failed(const Ticket& ticket, const Outcome& outcome, Instant now) {
  if (outcome.error == nullptr) return;
  TargetState& target = targets_[ticket.target];
  const Error& error = *outcome.error;
  const Charge due = charge_for(error, !plan_->targets[ticket.target.index()].model.empty());
  const bool refused = refusal_kind(error) != RefusalKind::None;
  // Any answer shows that the server is up. Some answers show that the key is good, except from a target that refuses
  // every request.
  const bool shows_key = shows_key_accepted(error) && due.level != Level::Key && !target.doubt.doubted();
  if (shows_server_well(error) && due.level != Level::Server) targets_.well(target, Level::Server, ticket.taken, now);
  if (shows_key) targets_.well(target, Level::Key, ticket.taken, now);
  const bool of_credential = !outcome.charge && refuses_credential(error);
  if (of_credential || (refused && outcome.evidence && error.kind != ErrorKind::Unsupported)) {
    target.success.failed(now);
    target.doubt.refused(now);
  }
  if (of_credential) target.doubt.asks_for_credential(now);
  if (refused || due.action == Charge::Action::None || !outcome.charge) return;
  target.success.failed(now);
  // A failure counts here even when the body is to blame: the retry budget goes by whether the pool answers.
  if (target.pool != TargetState::kNone) targets_.pool(target.pool).failures.add(now, 1);
  if (outcome.body != 0 && poison_.failed(outcome.body, error.kind, in_every_plan(target.hash), now)) return;
  ++target.failures;
  if (error.kind == ErrorKind::RateLimited || (error.kind == ErrorKind::Overloaded && error.status == 529)) {
    targets_.lanes()[target.lane].refused(ticket.reserved, now);
  }
  Evidence(targets_, random_, now)
      .charge({.target = ticket.target,
               .trial_levels = ticket.trial_levels,
               .error = &error,
               .cause = cause_of(outcome, now)},
              due);
}

void Fleet::committed(const Ticket& ticket, Duration first_content, Instant now) {
  TargetState& target = targets_[ticket.target];
  targets_.waits_no_more(target, ticket, /*answered=*/true);
  targets_.heard(target, ticket, now);
  target.comers.answered(ticket.taken);
  const std::uint8_t passed = targets_.nodes().end_trials(target.path, ticket.trial_levels, ticket.taken);
  for (std::size_t level = 0; level < kLevels; ++level) {
    if ((passed & level_bit(static_cast<Level>(level))) != 0)
      targets_.well(target, static_cast<Level>(level), ticket.taken, now);
  }
  target.doubt.answered(ticket.taken);
  learn_first_content(target, targets_, first_content, ticket.prompt(), now);
  made_room(now);
}

void Fleet::hint(const Ticket& ticket, const QuotaHints& hints, Instant now) {
  const TargetState& target = targets_[ticket.target];
  const bool tell = targets_.lanes().hint(target.lane, hints, ticket.lane_before, ticket.taken, now);
  made_room(now);
  if (tell)
    targets_.nodes().tell(StateChange::What::NotBelieved, target.path[static_cast<std::size_t>(Level::Lane)], now);
}

bool Fleet::quarantined(std::uint64_t body, Instant now) const {
  return body != 0 && poison_.quarantined(body, now);
}

bool Fleet::failover_is_free(TargetId next, Instant now) const {
  const TargetState& target = targets_[next];
  // The least bad of the ejected targets. All others are out as well, whatever the last 10 s say.
  if (targets_.nodes().ejected(target.path, now)) return false;
  // A target that answers other requests is in no outage, even when many of its siblings fail.
  if (target.success.answers(kBudgetWindow, now)) return true;
  const std::uint32_t pool = target.pool;
  if (pool == TargetState::kNone) return true;
  const std::int64_t failures = targets_.pool(pool).failures.total(now);
  if (failures < kFailuresThatCount) return true;
  const std::int64_t successes = targets_.pool(pool).successes.total(now);
  return static_cast<double>(successes) >= kFreeFailoverAbove * static_cast<double>(successes + failures);
}

}  // namespace drover::core
