#include "upstream/run/run.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "core/dispatch/answer_table.h"
#include "net/loop/loop.h"
#include "net/loop/memory.h"
#include "telemetry/log/log.h"

namespace drover::upstream {
namespace {

constexpr std::string_view kStreamFields = "X-Accel-Buffering: no\r\n";
constexpr std::string_view kEarlyFields =
    "Content-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";

/// What an attempt that this timer ends has failed of.
ErrorKind timeout_kind(core::TimerKind timer) {
  switch (timer) {
    case core::TimerKind::Connect: return ErrorKind::ConnectTimeout;
    case core::TimerKind::Send:
    case core::TimerKind::Head: return ErrorKind::HeadTimeout;
    case core::TimerKind::FirstContent: return ErrorKind::FirstContentTimeout;
    case core::TimerKind::Idle: return ErrorKind::IdleTimeout;
    case core::TimerKind::Total:
    case core::TimerKind::StreamMax: return ErrorKind::TotalTimeout;
    default: return ErrorKind::Cancelled;
  }
}

core::DispatchRequest with_bell(core::DispatchRequest request, core::Bell* bell) {
  request.bell = bell;
  return request;
}

/// Whether drover itself limits how much this client, or everybody who asks for this model, may ask for in a time.
bool is_limited(const core::DispatchRequest& request) {
  const core::Plan& plan = *request.plan;
  const std::uint32_t principal = request.asker.principal;
  const bool limited = principal < plan.principals.size() && plan.principals[principal].limits.any_in_time();
  return limited || request.route->limits.any_in_time();
}

std::unique_ptr<RecordedRun> recorded_run(const Run::Parts& parts, const core::DispatchRequest& request) {
  if (parts.recorder == nullptr) return nullptr;
  return std::make_unique<RecordedRun>(*parts.recorder, request, parts.tools.loop->random()());
}

}  // namespace

Run::Run(const Parts& parts, const core::DispatchRequest& dispatch)
    : parts_(parts),
      recorded_(recorded_run(parts, dispatch)),
      dispatch_(with_bell(recorded_ ? recorded_->facts() : dispatch, this), *parts.fleet,
                recorded_ ? recorded_->random() : parts.tools.loop->random()),
      id_(dispatch.id),
      timer_(parts.tools.loop->ticker(), &Run::timer_expired, this),
      wakeup_(*parts.tools.loop),
      within_(dispatch.fence.within),
      asker_(dispatch.asker),
      route_(dispatch.route),
      tells_pool_(!dispatch.owner.known()),
      limited_(is_limited(dispatch) || (parts.meter != nullptr && parts.meter->limited())) {
  timers_.fill(kNever);
}

Run::~Run() {
  if (recorded_) recorded_->end(dispatch_);
  dispatch_.stop_waiting();
  if (letterbox_) letterbox_->run = nullptr;
  parts_.client->watch(nullptr);
}

Instant Run::now() const {
  return parts_.tools.loop->now();
}

net::Awaitable<> Run::perform() {
  return drive(first_lane_);
}

FixedVector<Run::Lane*, 2> Run::lanes() {
  FixedVector<Lane*, 2> lanes;
  (void)lanes.push_back(&first_lane_);
  if (second_lane_) (void)lanes.push_back(second_lane_.get());
  return lanes;
}

/// The first lane is the request's own coroutine, from its beginning to its end. The second has one only while two
/// attempts run, so that a request without a race pays for none.
net::Awaitable<> Run::drive(Lane& lane) {
  if (&lane == &first_lane_) begin();
  while (goes_on(lane)) {
    if (!lane.next) {
      co_await wakeup_.wait();
      continue;
    }
    begin_attempt(lane);
    const bool ready = lane.attempt->prepare();
    const bool connected = !ready || lane.attempt->take_connection();
    if (!connected) co_await lane.attempt->connect();
    for (Attempt::Need need = lane.attempt->step(); need != Attempt::Need::Nothing; need = lane.attempt->step()) {
      if (lane.attempt->in_tail()) bound_tail(*lane.attempt, need);
      if (need == Attempt::Need::UpstreamReadable) {
        auto readable = co_await lane.attempt->exchange().until_readable();
        if (!readable) lane.attempt->wait_failed(std::move(readable.error()));
      } else if (need == Attempt::Need::Turn) {
        co_await net::asio::post(parts_.tools.loop->executor(), net::kUseAwaitable);
      } else if (need == Attempt::Need::UpstreamWritten) {
        auto written = co_await lane.attempt->exchange().until_written();
        if (!written) lane.attempt->wait_failed(std::move(written.error()));
      } else {
        emit(core::DownstreamBlocked{});
        auto written = co_await parts_.client->until_written(stalled_at_);
        if (!written) client_failed(written.error());
        emit(core::DownstreamUnblocked{});
      }
    }
    end_attempt(lane);
  }
  if (&lane == &first_lane_) end();
}

bool Run::goes_on(const Lane& lane) const {
  return &lane == &first_lane_ ? !over() || racing_ : lane.next.has_value();
}

void Run::begin() {
  parts_.client->watch(this);
  emit(core::RequestReady{});
}

void Run::end() {
  parts_.client->watch(nullptr);
  timer_.disarm();
  record_.waited = dispatch_.waited(now());
  record_.wait_refusal = dispatch_.wait_refusal();
}

/// Also after an exception (there is no memory): the request ends with what the other lane comes to, or at a deadline.
struct Run::RaceEnded {
  Run* run;
  void operator()(const std::exception_ptr& problem) const {
    if (problem) telemetry::log(telemetry::Level::Error, "a hedge ended with an exception (please report it)");
    run->racing_ = false;
    run->wakeup_.notify();
  }
};

/// In the first lane unless an attempt runs there.
void Run::start_attempt(const core::StartAttempt& start) {
  AttemptRecord record;
  record.target = start.target;
  record.started = record.ended = now();
  record.last_resort = start.last_resort;
  record.beside = start.beside;
  [[maybe_unused]] const bool fits = record_.attempts.push_back(record);  // Dispatch stops at kMaxAttempts
  if (!first_lane_.busy()) {
    first_lane_.next = start;
    return wakeup_.notify();
  }
  if (!second_lane_) second_lane_ = std::make_unique<Lane>();
  second_lane_->next = start;
  if (std::exchange(racing_, true)) return;
  net::asio::co_spawn(parts_.tools.loop->executor(), drive(*second_lane_), RaceEnded{this});
}

void Run::cancel_attempt(const core::CancelAttempt& cancel) {
  AttemptRecord& record = record_of(cancel.attempt);
  record.lost = cancel.lost;
  if (!cancel.lost) record.failure = cancelled_by_;
  for (Lane* lane : lanes()) {
    if (lane->next && lane->next->attempt == cancel.attempt) lane->next.reset();
    if (lane->attempt && lane->attempt->id() == cancel.attempt) lane->attempt->cancel();
  }
}

void Run::begin_attempt(Lane& lane) {
  const core::StartAttempt start = *std::exchange(lane.next, std::nullopt);
  lane.attempt.emplace(*this, start);
}

void Run::end_attempt(Lane& lane) {
  record_of(lane.attempt->id()).ended = now();
  lane.attempt.reset();
}

Attempt* Run::answering() {
  for (Lane* lane : lanes()) {
    if (lane->attempt && lane->attempt->forwards()) return &*lane->attempt;
  }
  return nullptr;
}

void Run::emit(const core::Event& event) {
  apply(recorded_ ? recorded_->on(dispatch_, event, now()) : dispatch_.on(event, now()));
}

void Run::apply(const core::Commands& commands) {
  for (const core::Command& command : commands) {
    if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
      waits_no_more();
      start_attempt(*start);
    } else if (const auto* timer = std::get_if<core::ArmTimer>(&command)) {
      const bool a_wait = timer->timer == core::TimerKind::Queue || timer->timer == core::TimerKind::Backoff;
      if (a_wait && timer->at != kNever) waits(timer->timer);
      arm(*timer);
    } else if (const auto* cancel = std::get_if<core::CancelAttempt>(&command)) {
      cancel_attempt(*cancel);
    } else if (const auto* forward = std::get_if<core::Forward>(&command)) {
      for (Lane* lane : lanes()) {
        if (lane->attempt && lane->attempt->id() == forward->attempt) commit(*lane->attempt);
      }
    } else if (std::holds_alternative<core::SendHead>(command)) {
      send_early_head();
    } else if (std::holds_alternative<core::SendComment>(command)) {
      send_comment();
    } else if (const auto* end = std::get_if<core::EndWithError>(&command)) {
      waits_no_more();
      error_ = *end;
      record_.told_of = end->attempt;
      if (core::about_the_fleet(dispatch_.stopped())) record_.candidates = candidates();
      end_waits();
    } else if (std::holds_alternative<core::Finish>(command)) {
      waits_no_more();
      end_waits();
    }
    // WaitForCapacity needs nothing: the fleet rings, and the Queue timer is armed with it.
  }
}

core::Candidates Run::candidates() {
  return recorded_ ? recorded_->candidates(dispatch_, now()) : dispatch_.candidates(now());
}

/// Whatever the first lane waits for, it learns that the request is over.
void Run::end_waits() {
  wakeup_.notify();
  parts_.client->interrupt();
}

/// Looking again while it waits for the same thing is no new wait.
void Run::waits(core::TimerKind what) {
  if (waiting_ && record_.waits.back().what == what) return;
  waits_no_more();
  waiting_ = record_.waits.push_back(
      {.what = what, .before = static_cast<std::uint32_t>(record_.attempts.size()) + 1, .from = now(), .until = now()});
}

void Run::waits_no_more() {
  if (std::exchange(waiting_, false)) record_.waits.back().until = now();
}

void Run::arm(const core::ArmTimer& timer) {
  if (timer.timer == core::TimerKind::Blocked) {
    stalled_at_ = timer.at;
    return;
  }
  timers_[static_cast<std::size_t>(timer.timer)] = timer.at;
  // A later time is found out when the earlier one fires: re-arming for every chunk stays a store.
  if (timer.at < timer_.at()) timer_.arm(timer.at);
}

/// After each step of the upstream's in the tail.
void Run::bound_tail(const Attempt& attempt, Attempt::Need need) {
  if (tail_began_ == kNever) tail_began_ = now();
  Instant until = tail_began_ + kTail;  // however often the upstream says something meanwhile
  const net::EndAwaited awaited = parts_.client->end_awaited();
  if (awaited == net::EndAwaited::ByRequest) {
    until = tail_began_ + kQuietTail;
  } else if (awaited == net::EndAwaited::ByClient && need == Attempt::Need::UpstreamReadable && !attempt.may_go_on()) {
    until = std::min(until, now() + kQuietTail);  // it is the upstream that is waited for
  }
  timer_.arm(until);
}

/// A tail that has had its time ends at once.
void Run::request_behind() {
  if (tail_began_ != kNever) timer_.arm(std::min(timer_.at(), tail_began_ + kQuietTail));
}

void Run::cut_tail() {
  Attempt* const attempt = answering();
  if (attempt == nullptr || !attempt->in_tail()) return;
  attempt->cut_tail();
  parts_.client->interrupt();  // its wait is for room that nothing needs any more
}

void Run::answer_ends(const Attempt& attempt) {
  record_.usage = attempt.usage();
  record_.used = attempt.used();
  if (parts_.observer != nullptr) parts_.observer->ending();
}

Instant Run::ends_at() const {
  const auto at = [this](core::TimerKind kind) { return timers_[static_cast<std::size_t>(kind)]; };
  return std::min(at(core::TimerKind::Total), at(core::TimerKind::StreamMax));
}

void Run::timers_due() {
  if (over()) return cut_tail();
  const Instant at = now();
  for (std::size_t kind = 0; kind < timers_.size(); ++kind) {
    if (timers_[kind] > at) continue;
    timers_[kind] = kNever;
    cancelled_by_ = timeout_kind(static_cast<core::TimerKind>(kind));
    emit(core::TimerFired{static_cast<core::TimerKind>(kind)});
    cancelled_by_ = ErrorKind::Cancelled;
  }
  timer_.arm(*std::min_element(timers_.begin(), timers_.end()));
}

void Run::commit(Attempt& attempt) {
  attempt.forward();
  record_.answered_by = attempt.id();
  record_.first_content = now();
  // Borrowed pieces may still be on their way when the upstream answers early; then the body stays until the end.
  if (attempt.exchange().sent()) parts_.request->body.free();
  translator_.forget();
  if (parts_.observer != nullptr) parts_.observer->committed();
}

void Run::start_answer(const Attempt& attempt) {
  net::LoopMemory& memory = parts_.tools.loop->memory();
  std::string fields = memory.take_bytes();
  fields.append(attempt.answer_fields());
  append_routing_fields(fields);
  if (parts_.observer != nullptr && attempt.usage().known) {
    parts_.observer->append_cost(attempt.target(), attempt.used(), attempt.usage(), fields);
  }
  if (attempt.streams()) fields.append(kStreamFields);
  parts_.client->start(
      net::AnswerStart{.status = attempt.status(), .fields = fields, .framing = attempt.answer_framing()});
  memory.give(std::move(fields));
}

void Run::append_routing_fields(std::string& fields) const {
  fields.append(parts_.extra_fields);
  if (const AttemptRecord* attempt = record_.told()) {
    const core::Target& target = *parts_.catalog->endpoint(attempt->target).target;
    fields.append("x-drover-target: ").append(target.name).append("\r\n");
    if (!attempt->upstream_id.empty()) {
      fields.append("x-drover-upstream-request-id: ").append(attempt->upstream_id.view()).append("\r\n");
    }
  }
  fields.append("x-drover-attempts: ").append(std::to_string(record_.attempts.size())).append("\r\n");
}

void Run::send_early_head() {
  if (parts_.client->started()) return;
  std::string fields(kEarlyFields);
  fields.append(parts_.extra_fields);
  parts_.client->start(net::AnswerStart{.status = 200, .fields = fields, .framing = {http::BodyKind::Chunked, 0}});
}

void Run::send_comment() {
  const bool committed = dispatch_.state() == core::Dispatch::State::Committed;
  const Attempt* const attempt = answering();
  if (committed && !(attempt != nullptr && attempt->between_events())) return;
  const std::string_view comment = parts_.request->dialect->keep_alive(committed);
  const auto written = parts_.client->write({&comment, 1}, net::More::Yes, net::Keep::Copy);
  if (!written) downstream_gone();
}

void Run::downstream_gone() {
  if (over()) return cut_tail();
  client_left_ = true;
  emit(core::ClientLeft{});
}

/// The wait for the client to read ended without that.
void Run::client_failed(const Error& error) {
  client_blocked_ = over();
  if (over()) return cut_tail();
  client_left_ = true;
  if (error.kind == ErrorKind::IdleTimeout) emit(core::TimerFired{core::TimerKind::Blocked});
  if (!over()) emit(core::ClientLeft{});
}

/// Any thread, with the fleet's lock held: the run cannot go while it may be rung, but it may before its loop reads
/// this.
void Run::ring() {
  if (!letterbox_) letterbox_ = std::make_shared<Letterbox>(this);
  // One note is enough, so a loop has at most one in its mail for each that waits: fewer than it takes.
  if (letterbox_->full.exchange(true)) return;
  const bool taken = parts_.tools.loop->post([letterbox = letterbox_] {
    letterbox->full.store(false);
    if (letterbox->run != nullptr) letterbox->run->emit(core::CapacityGranted{});
  });
  if (!taken) letterbox_->full.store(false);  // the loop has stopped, or the next ring tries again
}

Result<std::shared_ptr<const Translation>> Run::translation(translate::Form back, const std::string& model) {
  return translator_.get(*parts_.request, back, model,
                         {.policy = route_->translate,
                          .request_id = id_,
                          .unix_now = parts_.tools.loop->unix_seconds(),
                          .client = asker_.principal,
                          .memory = parts_.reasoning,
                          .now = now()});
}

void Run::remember(translate::ReasoningNote note) {
  if (parts_.reasoning != nullptr) parts_.reasoning->keep(asker_.principal, std::move(note), now());
}

void Run::attempt_answered(core::AttemptId id, int status) {
  record_of(id).status = status;
  record_of(id).head = now();
}

void Run::attempt_failed(core::AttemptId id, const Error& error, core::Stage stage) {
  record_of(id).failure = error.kind;
  record_.failures.push_back({.attempt = id.value - 1,
                              .stage = stage,
                              .retry_after = error.retry_after,
                              .code = FixedText<core::kMaxCauseCode>(error.code)});
}

void Run::hold(HeldAnswer answer) {
  const auto telling = [](const HeldAnswer& held) { return core::telling(held.kind); };
  if (held_.size() == kMaxHeldAnswers) held_.erase(std::ranges::min_element(held_, {}, telling));
  held_.push_back(std::move(answer));
}

const HeldAnswer* Run::answer_to_pass() const {
  return error_ && error_->pass_answer ? told_answer() : nullptr;
}

const HeldAnswer* Run::told_answer() const {
  if (!error_) return nullptr;
  for (const HeldAnswer& answer : held_) {
    if (answer.attempt == error_->attempt) return &answer;
  }
  return nullptr;
}

bool Run::expire() {
  if (over()) {
    cut_tail();
    return false;
  }
  emit(core::Drain{});  // ends what only waits
  if (over()) return true;
  Error stopping;
  stopping.kind = ErrorKind::Shed;
  stopping.status = 503;
  stopping.code = "shutting_down";
  stopping.message = "The gateway is stopping and could not wait any longer for this answer; send the request again.";
  stopping.retry_after = std::chrono::seconds(1);
  end_now(std::move(stopping));
  return true;
}

/// The request is abandoned as if the client had left: the upstream is cancelled and not blamed. The client is told.
void Run::end_now(Error error) {
  core::EndWithError end;
  end.in_band = dispatch_.state() != core::Dispatch::State::Open;
  emit(core::ClientLeft{});
  end.error = std::move(error);
  error_ = std::move(end);
}

}  // namespace drover::upstream
