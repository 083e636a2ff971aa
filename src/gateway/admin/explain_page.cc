// GET /explain/ID: what was decided about a request, and why, as JSON; or how a target or key stands. No key's value
// and no prompt is known here.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cmath>

#include "gateway/admin/admin_view.h"
#include "telemetry/decisions/decision_record.h"
#include "telemetry/log/timestamp.h"

namespace drover::gateway {
namespace {

namespace json = boost::json;
using telemetry::DecisionAttempt;
using telemetry::DecisionRecord;
using telemetry::DecisionSkip;
using telemetry::DecisionWait;

json::value milliseconds(Duration span) {
  if (span == kNoLimit) return nullptr;
  return std::round(std::chrono::duration<double, std::milli>(span).count() * 1e3) / 1e3;
}

json::value text(std::string_view value) {
  return value.empty() ? json::value(nullptr) : json::value(value);
}

json::value status(int status) {
  return status == 0 ? json::value(nullptr) : json::value(status);
}

std::string_view stage_word(core::Stage stage) {
  switch (stage) {
    case core::Stage::NotConnected: return "not_connected";
    case core::Stage::Unsent: return "unsent";
    case core::Stage::ReusedNoAnswer: return "no_answer_on_reused_connection";
    case core::Stage::FreshNoAnswer: return "no_answer";
    case core::Stage::Refused: return "refused";
    case core::Stage::FailedAnswer: return "failed_answer";
    case core::Stage::Committed: return "committed";
  }
  return "committed";
}

json::object attempt_object(const DecisionAttempt& attempt, std::size_t number) {
  json::object one;
  one["number"] = number;
  one["target"] = attempt.target;
  one["at_ms"] = milliseconds(attempt.at);
  one["ms"] = milliseconds(attempt.took);
  one["head_ms"] = milliseconds(attempt.head);
  one["class"] = attempt.lost      ? telemetry::kLostRace
                 : attempt.failure ? to_string(*attempt.failure)
                                   : std::string_view("ok");
  one["status"] = status(attempt.status);
  one["code"] = text(attempt.code);
  one["retry_after_seconds"] = attempt.retry_after
                                   ? json::value(std::chrono::duration<double>(*attempt.retry_after).count())
                                   : json::value(nullptr);
  one["stage"] = attempt.stage ? json::value(stage_word(*attempt.stage)) : json::value(nullptr);
  one["last_resort"] = attempt.last_resort;
  one["connection"] = attempt.connected ? json::value(attempt.reused ? "reused" : "fresh") : json::value(nullptr);
  one["beside"] = attempt.beside == core::Beside::Nothing   ? json::value(nullptr)
                  : attempt.beside == core::Beside::Trial   ? json::value("a_trial")
                  : attempt.beside == core::Beside::Silence ? json::value("a_silent_target")
                                                            : json::value("a_late_attempt");
  one["upstream_request_id"] = text(attempt.upstream_id);
  return one;
}

json::object wait_object(const DecisionWait& wait) {
  return {{"before_attempt", wait.before},
          {"for", wait.backoff ? "backoff" : "capacity"},
          {"at_ms", milliseconds(wait.at)},
          {"ms", milliseconds(wait.took)}};
}

json::object skip_object(const DecisionSkip& skip, const DecisionRecord& record) {
  json::object one;
  one["target"] = skip.target;
  if (skip.before != 0) one["before_attempt"] = skip.before;
  one["bar"] = core::to_string(skip.bar);
  one["class"] = skip.why == ErrorKind::NoUpstream ? json::value(nullptr) : json::value(to_string(skip.why));
  one["status"] = status(skip.status);
  one["until"] =
      skip.until == kNoLimit
          ? json::value(nullptr)
          : json::value(telemetry::timestamp_text(
                record.unix_milliseconds + std::chrono::duration_cast<std::chrono::milliseconds>(skip.until).count()));
  return one;
}

json::array skip_list(std::span<const DecisionSkip> skips, const DecisionRecord& record) {
  json::array all;
  for (const DecisionSkip& skip : skips) all.push_back(skip_object(skip, record));
  return all;
}

/// What was answered or refused without a target has no Stop.
std::string_view end_of(const DecisionRecord& record) {
  if (record.ran) return core::to_string(record.stop);
  if (record.error.empty()) return core::to_string(core::Stop::Answered);
  return record.error == to_string(ErrorKind::ClientGone) ? core::to_string(core::Stop::ClientLeft) : "refused";
}

json::object request_object(const DecisionRecord& record) {
  json::object one;
  one["id"] = record.id;
  one["at"] = telemetry::timestamp_text(record.unix_milliseconds);
  one["client"] = text(record.client);
  one["model"] = text(record.model);
  one["route"] = text(record.route);
  one["stream"] = record.streamed;
  one["status"] = status(record.status);
  one["error"] = text(record.error);
  one["ended_by"] = end_of(record);
  one["ms"] = milliseconds(record.took);
  one["first_content_ms"] = milliseconds(record.first_content);
  one["client_deadline_ms"] = milliseconds(record.client_deadline);
  json::array attempts;
  for (const DecisionAttempt& attempt : record.attempts) {
    attempts.push_back(attempt_object(attempt, attempts.size() + 1));
  }
  one["attempts"] = std::move(attempts);
  json::array waits;
  for (const DecisionWait& wait : record.waits) waits.push_back(wait_object(wait));
  one["waits"] = std::move(waits);
  one["skipped"] = skip_list(record.skips, record);
  one["skipped_more"] = record.more_skips;
  one["candidates"] = skip_list(record.candidates, record);
  one["candidates_left_out"] = record.left_out;
  return one;
}

}  // namespace

std::optional<std::string> explain_page(const AdminView& view, std::string_view name) {
  const std::vector<telemetry::KeptDecision> kept = view.decisions->find(name);
  if (kept.empty()) {
    const std::string targets = targets_named(view, name);
    if (targets.empty()) return std::nullopt;
    return "{\"targets\":" + targets + "}";
  }
  json::array requests;
  for (const telemetry::KeptDecision& decision : kept) requests.push_back(request_object(decision.record));
  return json::serialize(json::object{{"requests", std::move(requests)}});
}

}  // namespace drover::gateway
