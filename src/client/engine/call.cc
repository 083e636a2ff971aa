#include "client/engine/call.h"

#include <charconv>

#include "base/made_id.h"
#include "client/engine/engine.h"
#include "client/engine/worker.h"
#include "client/interface/errors.h"
#include "http/head/head.h"
#include "net/loop/loop.h"
#include "upstream/run/decision.h"
#include "upstream/run/dispatch_request.h"

namespace drover::client {
namespace {

v0::Error answer_too_long() {
  v0::Error error;
  error.kind = v0::ErrorKind::TooLarge;
  error.code = "answer_too_large";
  error.message = "The answer is longer than " + std::to_string(kMaxAnswerBytes) + " bytes.";
  return error;
}

constexpr std::string_view kIdField = "x-drover-request";

std::int64_t unix_milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

v0::Usage usage_of(const dialect::Usage& usage) {
  return {usage.known, usage.input_tokens, usage.output_tokens, usage.cached_tokens};
}

}  // namespace

v0::Origin origin_of(int status, std::string_view field_lines) {
  v0::Origin origin;
  origin.status = status;
  origin.fields = fields_of(field_lines);
  std::erase_if(origin.fields, [&origin](const v0::Field& field) {
    if (http::iequals(field.name, "x-drover-target")) {
      origin.target = field.value;
    } else if (http::iequals(field.name, kIdField)) {
      origin.request_id = field.value;
    } else if (http::iequals(field.name, "x-drover-attempts")) {
      std::from_chars(field.value.data(), field.value.data() + field.value.size(), origin.attempts);
    } else {
      return http::iequals(field.name, "x-accel-buffering");
    }
    return true;
  });
  return origin;
}

Call::Call(std::shared_ptr<Engine> engine, Kind kind) : engine_(std::move(engine)) {
  if (kind == Kind::Whole) {
    whole_.emplace();
  } else {
    stream_.emplace();
  }
}

Call::~Call() = default;

void Call::cancel() {
  if (worker_ != nullptr) worker_->post({shared_from_this(), Worker::Order::Cancel});
}

void Call::caught_up() {
  if (worker_ != nullptr) worker_->post({shared_from_this(), Worker::Order::Resume});
}

AnswerStore& Call::store() {
  if (whole_) return *whole_;
  return *stream_;
}

net::Awaitable<> Call::run(std::shared_ptr<Call> call, Worker& worker) {
  const bool begun = call->begin(worker);
  if (begun) co_await call->run_->perform();
  call->finish(&worker);
}

bool Call::begin(Worker& worker) {
  began_ = worker.loop().now();
  if (given_up_) return false;
  make_request_id(worker.loop().random(), id_);
  id_field_.append(kIdField).append(": ").append(id_).append("\r\n");
  core::DispatchRequest dispatch = upstream::dispatch_request(engine_->plan(), *route, request);
  dispatch.id = id_;
  dispatch.api = static_cast<core::ApiNumber>(request.api);
  dispatch.fence = fence;
  dispatch.arrived = began_;
  dispatch.client_timeout = timeout;
  dispatch.blocked_client = kNoLimit;  // the reader is the caller's own code and may take its time
  dispatch.may_answer_early = false;   // no proxy between us and the reader closes silent connections
  if (stream_) stream_->attach(worker.loop());
  run_.emplace(upstream::Run::Parts{.tools = worker.tools(),
                                    .catalog = &engine_->catalog(),
                                    .fleet = &engine_->fleet(),
                                    .request = &request,
                                    .client = &store(),
                                    .observer = nullptr,
                                    .extra_fields = id_field_},
               dispatch);
  return true;
}

void Call::give_up(v0::Error error) {
  if (finished_ || given_up_) return;
  given_up_ = std::move(error);
  store().leave();
}

std::optional<v0::Error> Call::read_error() {
  if (given_up_) return std::move(given_up_);
  if (whole_ && whole_->too_long()) return answer_too_long();
  if (!run_) return closed_error();
  if (!run_->error()) return run_->client_left() ? std::optional(cancelled_error()) : std::nullopt;
  const core::EndWithError& ended_with = *run_->error();
  v0::Error error = public_error(ended_with.error);
  const upstream::HeldAnswer* passed = run_->answer_to_pass();
  if (passed != nullptr) error.status = passed->status;
  const upstream::HeldAnswer* said = run_->told_answer();
  if (said != nullptr) {
    error.provider_status = said->status;
    error.fields = fields_of(said->fields);
    error.body = said->body;
  }
  return error;
}

void Call::add_attempts(v0::Error& error) const {
  if (!run_) return;
  error.attempts = static_cast<int>(run_->record().attempts.size());
  const upstream::AttemptRecord* const told = run_->record().told();
  if (told == nullptr) return;
  error.target = engine_->plan().targets[told->target.index()].name;
  if (error.provider_status == 0) error.provider_status = told->status;
}

void Call::finish(Worker* worker) {
  if (std::exchange(finished_, true)) return;
  outcome_.error = read_error();
  if (outcome_.error) add_attempts(*outcome_.error);
  if (outcome_.error) outcome_.error->request_id = id_;
  outcome_.origin = origin_of(store().status(), store().fields());
  outcome_.origin.request_id = id_;
  if (whole_) outcome_.body = whole_->take_body();
  if (run_) outcome_.usage = usage_of(run_->record().usage);
  if (worker != nullptr) {
    if (run_) write_decision(*worker);  // before the hook is called, which may ask for it
    report(*worker);
    worker->left(*this);
  }
  run_.reset();
  if (stream_) stream_->detach();
  request.body.free();
  place.leave();
  // The waiting caller may destroy what `ended` refers to as soon as `ended` is called.
  const std::function<void(Call&)> tell = std::move(ended);
  tell(*this);
}

void Call::write_decision(Worker& worker) {
  telemetry::DecisionRecord record;
  record.took = worker.loop().now() - began_;
  record.unix_milliseconds =
      unix_milliseconds() - std::chrono::duration_cast<std::chrono::milliseconds>(record.took).count();
  record.id = id_;
  record.model = request.inspection.model;
  record.route = route->name;
  record.streamed = stream_.has_value();
  record.status = outcome_.origin.status;
  if (outcome_.error) {
    record.error = to_string(static_cast<ErrorKind>(outcome_.error->kind));
    record.keep = outcome_.error->kind != v0::ErrorKind::Cancelled &&
                  !(run_->error() && run_->error()->error.scope == ErrorScope::Request);
  }
  upstream::describe_decision(*run_, engine_->plan(), began_, worker.decisions().space(), record);
  worker.decisions().write(record);
}

void Call::report(Worker& worker) const {
  if (!engine_->wants_records()) return;
  v0::CallRecord record;
  record.model = request.inspection.model;
  record.streamed = stream_.has_value();
  record.duration = worker.loop().now() - began_;
  record.usage = outcome_.usage;
  record.request_id = id_;
  if (outcome_.error) record.error = outcome_.error->kind;
  if (run_) {
    const upstream::RunRecord& ran = run_->record();
    record.attempts = static_cast<int>(ran.attempts.size());
    if (const upstream::AttemptRecord* told = ran.told()) {
      record.target = engine_->plan().targets[told->target.index()].name;
      record.status = told->status;
    }
    if (ran.first_content != kNever) record.first_content = ran.first_content - began_;
  }
  engine_->record(std::move(record));
}

}  // namespace drover::client
