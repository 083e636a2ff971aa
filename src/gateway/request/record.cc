// What is written down about a finished request: the thread's counters, a line of the access log, and a line of the log
// for a failure that was ours to prevent.
#include "gateway/request/record.h"

#include <array>
#include <chrono>
#include <string>

#include "config/yaml/scalar.h"
#include "dialect/api_name.h"
#include "gateway/accounts/ledger_entry.h"
#include "gateway/process/worker.h"
#include "gateway/request/client_deadline.h"
#include "gateway/routing/model_access.h"
#include "telemetry/access_log/access_log.h"
#include "telemetry/decisions/decision_log.h"
#include "telemetry/log/log.h"
#include "upstream/run/decision.h"

namespace drover::gateway {
namespace {

using telemetry::StatusClass;
using upstream::AttemptRecord;
using upstream::RunRecord;

/// What ended a request that its client gave less time than the configuration does.
constexpr std::string_view kClientDeadline = "client_deadline";

/// How the request ended for its client.
struct Ending {
  int status = 0;  ///< sent; 0: none was
  StatusClass status_class = StatusClass::Success;
  std::string_view error;  ///< empty: it went well
};

StatusClass class_of(int status) {
  if (status < 400) return StatusClass::Success;
  return status < 500 ? StatusClass::ClientError : StatusClass::ServerError;
}

/// Of an error of ours.
std::string_view code_of(const Error& error) {
  return error.code.empty() ? to_string(error.kind) : std::string_view(error.code);
}

/// Of the upstream's answer that was being passed on, or of our own early head.
int relayed_status(const RequestState& state) {
  const RunRecord& run = state.run->record();
  const AttemptRecord* const answer = run.answer();
  if (answer != nullptr && answer->status != 0) return answer->status;
  return state.exchange->started() ? 200 : 0;
}

Ending ending_of(const RequestState& state, const Error* refused) {
  if (refused != nullptr) {
    const bool gone = refused->kind == ErrorKind::ClientGone;
    return {state.own_status, gone ? StatusClass::ClientGone : class_of(state.own_status), code_of(*refused)};
  }
  if (!state.run) return {state.own_status, class_of(state.own_status), {}};
  const auto& ended = state.run->error();
  if (state.run->client_left()) {
    return {relayed_status(state), StatusClass::ClientGone, to_string(ErrorKind::ClientGone)};
  }
  if (!ended) return {relayed_status(state), class_of(relayed_status(state)), {}};
  // The kind, not the code: a provider's code is its own text and could hold anything.
  const std::string_view kind = ended_by_client_deadline(state) ? kClientDeadline : to_string(ended->error.kind);
  if (state.own_status != 0) return {state.own_status, class_of(state.own_status), kind};
  return {relayed_status(state), StatusClass::Broken, kind};
}

bool is_estimate(const RunRecord& run) {
  return !run.used.reported;
}

void count_translation(const RequestState& state, const AttemptRecord& answer, telemetry::Tally& tally) {
  const std::string_view from = dialect::api_name(state.request.api);
  const std::string_view to = to_string(*answer.translated_to);
  tally.translations.add({.from = from, .to = to, .field = {}});
  const auto& losses = state.run->record().dropped;
  if (!losses) return;
  for (const translate::Loss& loss : losses->all())
    tally.translations.add({.from = from, .to = to, .field = loss.field});
}

void count_attempts(const RequestState& state, telemetry::Tally& tally) {
  const RunRecord& run = state.run->record();
  const AttemptRecord* before = nullptr;
  for (const AttemptRecord& attempt : run.attempts) {
    telemetry::TargetTally& target = tally.targets[state.snapshot->target_slots[attempt.target.index()]];
    if (attempt.lost) {
      target.lost().add();
    } else if (attempt.failure) {
      target.failed(*attempt.failure).add();
    } else {
      target.answered().add();
    }
    if (attempt.connected) (attempt.reused ? target.reused_connections : target.fresh_connections).add();
    if (attempt.beside != core::Beside::Nothing) {
      tally
          .second(attempt.beside, attempt.lost               ? telemetry::Race::Lost
                                  : &attempt == run.answer() ? telemetry::Race::Won
                                                             : telemetry::Race::Failed)
          .add();
    } else if (before != nullptr && before->failure) {
      auto& further = before->target == attempt.target ? tally.retries : tally.failovers;
      further[static_cast<std::size_t>(*before->failure)].add();
    }
    before = &attempt;
  }
  const AttemptRecord* const answer = run.answer();
  if (answer == nullptr) return;
  telemetry::TargetTally& target = tally.targets[state.snapshot->target_slots[answer->target.index()]];
  target.first_content.observe(run.first_content - answer->started);
  if (answer->translated_to) count_translation(state, *answer, tally);
  const auto input = static_cast<std::uint64_t>(run.used.input_tokens.value);
  const auto output = static_cast<std::uint64_t>(run.used.output_tokens.value);
  target.input_tokens.add(input);
  target.output_tokens.add(output);
  target.cached_tokens.add(static_cast<std::uint64_t>(run.usage.cached_tokens));
  if (is_estimate(run)) target.estimated_tokens.add(input + output);
  const auto cost = state.snapshot->prices->bill(state.request.inspection.model, run).charge.cost;
  cost ? target.cost_nano_usd.add(static_cast<std::uint64_t>(cost->value)) : target.unpriced.add();
}

void count(const RequestState& state, const Ending& ending, Instant now, telemetry::Tally& tally) {
  telemetry::ModelTally& model = tally.models[state.snapshot->model_slot(state.routing.route)];
  const bool streamed = state.request.inspection.stream;
  const auto mode = static_cast<std::size_t>(streamed ? telemetry::Mode::Streamed : telemetry::Mode::Plain);
  model.requests[mode][static_cast<std::size_t>(ending.status_class)].add();
  model.duration[mode].observe(now - state.arrived);
  model.request_bytes.add(state.body_bytes);
  if (!state.run) return model.answer_bytes.add(state.own_bytes);
  const RunRecord& run = state.run->record();
  model.answer_bytes.add(run.bytes_down + state.own_bytes);
  if (run.waited > Duration::zero()) tally.waited.observe(run.waited);
  if (run.wait_refusal != core::WaitRefusal::None) {
    tally.wait_refusals[static_cast<std::size_t>(run.wait_refusal)].add();
  }
  if (streamed && run.answer() != nullptr) model.first_content.observe(run.first_content - state.arrived);
  count_attempts(state, tally);
}

std::string_view outcome_of(const AttemptRecord& attempt) {
  if (attempt.lost) return telemetry::kLostRace;
  return attempt.failure ? to_string(*attempt.failure) : std::string_view("ok");
}

using Attempts = std::array<telemetry::AccessAttempt, core::kMaxAttempts>;

void describe_run(const RequestState& state, Attempts& attempts, telemetry::AccessRecord& record) {
  const RunRecord& run = state.run->record();
  std::size_t count = 0;
  for (const AttemptRecord& attempt : run.attempts) {
    attempts[count++] = {.target = state.snapshot->plan->targets[attempt.target.index()].name,
                         .outcome = outcome_of(attempt),
                         .status = attempt.status,
                         .upstream_id = attempt.upstream_id.view(),
                         .form = attempt.translated_to ? to_string(*attempt.translated_to) : std::string_view(),
                         .took = attempt.ended - attempt.started,
                         .reused = attempt.reused};
  }
  record.attempts = {attempts.data(), count};
  record.bytes_down += run.bytes_down;
  if (run.answer() == nullptr) return;
  record.has_tokens = true;
  record.tokens = {.input = run.used.input_tokens.value,
                   .output = run.used.output_tokens.value,
                   .cached = run.usage.cached_tokens,
                   .estimated = is_estimate(run)};
  const auto cost = state.snapshot->prices->bill(state.request.inspection.model, run).charge.cost;
  if (cost) record.cost_nano_usd = cost->value;
  if (record.streamed) record.first_content = run.first_content - state.arrived;
}

std::int64_t unix_milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string_view route_name(const RequestState& state) {
  const bool shown = state.routing.route != nullptr && state.routing.route->name.front() != kInternalRoute;
  return shown ? std::string_view(state.routing.route->name) : std::string_view();
}

void write_access(const RequestState& state, const Ending& ending, Instant now, telemetry::AccessLog::Lane& lane) {
  Attempts attempts;
  telemetry::AccessRecord record;
  record.unix_milliseconds = unix_milliseconds();
  record.id = state.id;
  if (state.client != nullptr) record.client = state.client->name;
  record.method = state.request.method;
  if (!state.request.method.empty()) record.api = dialect::api_name(state.request.api);
  record.path = state.request.path;
  record.model = state.request.inspection.model;
  record.route = route_name(state);
  record.streamed = state.request.inspection.stream;
  record.status = ending.status;
  record.error = ending.error;
  record.bytes_up = state.body_bytes;
  record.bytes_down = state.own_bytes;
  record.duration = now - state.arrived;
  if (state.run) describe_run(state, attempts, record);
  lane.write(record);
}

/// Whether others should be forgotten before it: it failed, and not for what its client did.
bool worth_keeping(const RequestState& state) {
  if (!state.run || !state.run->error() || state.run->client_left()) return false;
  return state.run->error()->error.scope != ErrorScope::Request;
}

void write_decision(RequestState& state, const Ending& ending, Instant now, telemetry::DecisionStore& store) {
  telemetry::DecisionRecord record;
  record.took = now - state.arrived;
  record.unix_milliseconds =
      unix_milliseconds() - std::chrono::duration_cast<std::chrono::milliseconds>(record.took).count();
  record.id = state.id;
  if (state.client != nullptr) record.client = state.client->name;
  record.model = state.request.inspection.model;
  record.route = route_name(state);
  record.streamed = state.request.inspection.stream;
  record.keep = worth_keeping(state);
  record.stranger = !state.known;
  record.status = ending.status;
  record.error = ending.error;
  record.client_deadline = client_deadline(state);
  const std::string dropped =
      state.run && state.run->record().dropped ? state.run->record().dropped->head_value() : std::string();
  record.dropped = dropped;
  if (state.run) upstream::describe_decision(*state.run, *state.snapshot->plan, state.arrived, store.space(), record);
  store.write(record);
}

/// The client's own mistakes are its business; what we could not save is ours.
void log_failure(const RequestState& state) {
  const auto& ended = state.run->error();
  if (!ended || state.run->client_left()) return;
  const bool configured = !ended_by_client_deadline(state);
  if (configured && ended->error.scope == ErrorScope::Request && !ended->in_band) return;
  const RunRecord& run = state.run->record();
  std::string line = "request " + state.id + " failed after " + std::to_string(run.attempts.size()) + " attempts: ";
  if (configured) {
    line.append(to_string(ended->error.kind));
  } else {
    line.append(kClientDeadline).append(" (its client gave it ");
    line.append(config::format_duration(client_deadline(state))).append(")");
  }
  for (const AttemptRecord& attempt : run.attempts) {
    line.append("; ").append(state.snapshot->plan->targets[attempt.target.index()].name).append(" ");
    line.append(attempt.failure ? to_string(*attempt.failure) : std::string_view("answered"));
    if (attempt.status != 0) line.append(" ").append(std::to_string(attempt.status));
  }
  telemetry::log(telemetry::Level::Warning, line);
}

}  // namespace

void record(Worker& worker, RequestState& state, const Error* refused) {
  const Instant now = worker.loop().now();
  const Ending ending = ending_of(state, refused);
  count(state, ending, now, worker.tally());
  if (worker.access().on()) write_access(state, ending, now, worker.access());
  write_decision(state, ending, now, worker.decisions());
  // Whoever has no key writes nothing into a store.
  if (store::Ring* const ledger = worker.ledger(); ledger != nullptr && state.known) {
    (void)ledger->push(ledger_row(state, ending.status, ending.error.empty() ? "ok" : ending.error, now));
  }
  if (state.run) log_failure(state);
}

void record_unreadable(Worker& worker, const Error& error, std::string_view id) {
  telemetry::ModelTally& model = worker.tally().models[worker.snapshot()->unrouted];
  const auto plain = static_cast<std::size_t>(telemetry::Mode::Plain);
  model.requests[plain][static_cast<std::size_t>(class_of(error.status))].add();
  worker.decisions().write({.unix_milliseconds = unix_milliseconds(),
                            .id = id,
                            .stranger = true,
                            .status = error.status,
                            .error = code_of(error)});
  if (!worker.access().on()) return;
  telemetry::AccessRecord record;
  record.unix_milliseconds = unix_milliseconds();
  record.id = id;
  record.status = error.status;
  record.error = code_of(error);
  worker.access().write(record);
}

}  // namespace drover::gateway
