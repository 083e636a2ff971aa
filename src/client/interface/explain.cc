#include "client/interface/explain.h"

#include <utility>

namespace drover::client {
namespace {

std::optional<std::chrono::nanoseconds> span_of(Duration span) {
  if (span == kNoLimit) return std::nullopt;
  return span;
}

v0::ExplainedAttempt attempt_of(const telemetry::DecisionAttempt& attempt) {
  v0::ExplainedAttempt out;
  out.target = attempt.target;
  out.at = attempt.at;
  out.took = attempt.took;
  out.to_head = span_of(attempt.head);
  if (attempt.failure) out.failure = to_string(*attempt.failure);
  out.status = attempt.status;
  out.code = attempt.code;
  if (attempt.retry_after) out.retry_after = std::chrono::ceil<std::chrono::milliseconds>(*attempt.retry_after);
  out.reused = attempt.reused;
  out.last_resort = attempt.last_resort;
  out.hedge = attempt.beside != core::Beside::Nothing;
  out.lost_race = attempt.lost;
  return out;
}

std::vector<v0::ExplainedTarget> targets_of(std::span<const telemetry::DecisionSkip> skips) {
  std::vector<v0::ExplainedTarget> out;
  for (const telemetry::DecisionSkip& skip : skips) {
    v0::ExplainedTarget& target = out.emplace_back();
    target.target = skip.target;
    target.bar = core::to_string(skip.bar);
    if (skip.why != ErrorKind::NoUpstream) target.why = to_string(skip.why);
    target.status = skip.status;
    target.before_attempt = skip.before;
  }
  return out;
}

}  // namespace

v0::Explanation explanation_of(const telemetry::DecisionRecord& record) {
  v0::Explanation out;
  out.request_id = record.id;
  out.began = std::chrono::system_clock::time_point(std::chrono::milliseconds(record.unix_milliseconds));
  out.model = record.model;
  out.route = record.route;
  out.streamed = record.streamed;
  out.status = record.status;
  out.error = record.error;
  out.ended_by = core::to_string(record.stop);
  out.took = record.took;
  out.first_content = span_of(record.first_content);
  for (const telemetry::DecisionAttempt& attempt : record.attempts) out.attempts.push_back(attempt_of(attempt));
  for (const telemetry::DecisionWait& wait : record.waits) {
    out.waits.push_back({wait.backoff, wait.before, wait.at, wait.took});
  }
  out.skipped = targets_of(record.skips);
  out.skipped_more = record.more_skips;
  out.candidates = targets_of(record.candidates);
  out.candidates_left_out = record.left_out;
  return out;
}

}  // namespace drover::client
