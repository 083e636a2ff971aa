#include "upstream/run/decision.h"

#include "upstream/run/run.h"

namespace drover::upstream {
namespace {

using telemetry::DecisionRecord;
using telemetry::DecisionSkip;
using telemetry::DecisionSpace;

static_assert(kMaxWaits <= telemetry::kMaxDecisionWaits);

void describe_attempts(const RunRecord& run, const core::Plan& plan, Instant arrived, DecisionSpace& space,
                       DecisionRecord& record) {
  std::size_t count = 0;
  for (const AttemptRecord& attempt : run.attempts) {
    telemetry::DecisionAttempt& told = space.attempts[count++];
    told = {.target = plan.targets[attempt.target.index()].name,
            .at = attempt.started - arrived,
            .took = attempt.ended - attempt.started,
            .head = attempt.head == kNever ? kNoLimit : attempt.head - attempt.started,
            .failure = attempt.failure,
            .status = attempt.status,
            .upstream_id = attempt.upstream_id.view(),
            .connected = attempt.connected,
            .reused = attempt.reused,
            .last_resort = attempt.last_resort,
            .beside = attempt.beside,
            .lost = attempt.lost};
  }
  for (const AttemptFailure& failure : run.failures) {
    telemetry::DecisionAttempt& told = space.attempts[failure.attempt];
    told.stage = failure.stage;
    told.retry_after = failure.retry_after;
    told.code = failure.code.view();
  }
  record.attempts = {space.attempts.data(), count};
}

/// What was barred and taken in the end, after a wait or as a last resort, was not passed over.
bool taken_after_all(const core::Skip& skip, const RunRecord& run) {
  const std::size_t attempt = skip.before;
  return attempt != 0 && attempt <= run.attempts.size() && run.attempts[attempt - 1].target == skip.target;
}

template <class List>
std::span<const DecisionSkip> describe_skips(const List& from, const RunRecord& run, const core::Plan& plan,
                                             Instant arrived, std::span<DecisionSkip> to) {
  std::size_t count = 0;
  for (const core::Skip& skip : from) {
    if (count == to.size()) break;
    if (taken_after_all(skip, run)) continue;
    to[count++] = {.target = plan.targets[skip.target.index()].name,
                   .bar = skip.bar,
                   .why = skip.why,
                   .status = skip.status,
                   .before = skip.before,
                   .until = skip.until == kNever ? kNoLimit : skip.until - arrived};
  }
  return to.first(count);
}

}  // namespace

void describe_decision(const Run& run, const core::Plan& plan, Instant arrived, DecisionSpace& space,
                       DecisionRecord& record) {
  const RunRecord& ran = run.record();
  record.ran = true;
  // What a stopping process ends is told to Dispatch as a client that left.
  const bool shed = run.error() && run.error()->error.kind == ErrorKind::Shed && !run.client_left();
  record.stop = shed ? core::Stop::Draining : run.dispatch().stopped();
  if (ran.first_content != kNever) record.first_content = ran.first_content - arrived;
  describe_attempts(ran, plan, arrived, space, record);
  std::size_t waits = 0;
  for (const Wait& wait : ran.waits) {
    space.waits[waits++] = {.backoff = wait.what == core::TimerKind::Backoff,
                            .before = wait.before,
                            .at = wait.from - arrived,
                            .took = wait.until - wait.from};
  }
  record.waits = {space.waits.data(), waits};
  const core::SkipNotes& skips = run.dispatch().skips();
  record.skips = describe_skips(skips.list(), ran, plan, arrived, space.skips);
  record.more_skips = skips.more();
  record.candidates = describe_skips(ran.candidates.list, ran, plan, arrived, space.candidates);
  record.left_out = ran.candidates.left_out;
}

}  // namespace drover::upstream
