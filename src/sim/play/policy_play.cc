// Plays a scenario with the real Fleet and a real Dispatch for each request. A scenario may have millions of requests,
// so a request has one entry in the agenda for all its timers, and its place is used again after its end.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/dispatch/dispatch.h"
#include "core/fleet/fleet.h"
#include "sim/play/simulate.h"
#include "sim/play/truth.h"
#include "sim/world/agenda.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

/// Connections are kept open; getting one and writing a request takes about this long.
constexpr Duration kSending = 2ms;
/// A refusal is quick.
constexpr Duration kRefusing = 50ms;

enum class Kind : std::uint8_t { Arrive, Leave, Wake, Rung, Sent, First, End, Refuse, Fail, Beat };

/// `generation` tells the current request of a place from earlier ones.
struct Happening {
  std::uint32_t place = 0;
  std::uint32_t generation = 0;
  std::uint32_t attempt = 0;
  Kind kind = Kind::Arrive;
};

struct Attempt {
  core::AttemptId id{};
  std::uint32_t target = 0;
  bool running = true;
  bool admitted = true;   ///< false: it was refused and takes no capacity
  bool executed = false;  ///< the upstream works on it, and bills it even when it is cancelled
  std::uint32_t input_tokens = 0;
  Instant began{};
  AnswerTime time{};
  std::vector<Beat> script{};  ///< of an ill upstream
  std::size_t next = 0;
};

/// Tells a request that its turn has come.
struct Doorbell final : core::Bell {
  void ring() override { agenda->add(*now, rung); }
  Agenda<Happening>* agenda = nullptr;
  const Instant* now = nullptr;
  Happening rung{};
};

struct Request {
  std::uint32_t generation = 0;
  Ask ask{};
  Doorbell bell{};  ///< outlives the dispatch
  std::unique_ptr<core::Dispatch> dispatch{};
  std::array<Instant, core::kTimerKinds> timers{};
  Instant wake = kNever;
  std::vector<Attempt> attempts{};
  Instant forwarded = kNever;
  bool client_left = false;
};

class PolicyPlay {
 public:
  PolicyPlay(const Play& play, std::string name, std::optional<core::Balance> balance)
      : play_(play),
        plan_(play.world->plan),
        truth_(*play.scenario, play.world->upstream_of, play.seed),
        source_(*play.scenario, play.seed),
        random_(play.seed),
        outcome_(std::move(name), *play.scenario, play.world->plan.targets.size()) {
    for (core::Pool& pool : plan_.pools) pool.balance = balance.value_or(pool.balance);
    fleet_ = std::make_unique<core::Fleet>(plan_, play.seed);
  }

  Outcome run() {
    expect_next();
    while (!agenda_.empty()) {
      const auto [now, what] = agenda_.next();
      now_ = now;
      happen(what, now);
    }
    outcome_.finish();
    return std::move(outcome_);
  }

 private:
  void expect_next() {
    if (source_.next(coming_)) agenda_.add(coming_.arrived, {.kind = Kind::Arrive});
  }

  void happen(const Happening& what, Instant now) {
    if (what.kind == Kind::Arrive) return arrive(now);
    Request& request = *requests_[what.place];
    if (request.generation != what.generation) return;
    switch (what.kind) {
      case Kind::Arrive: return;
      case Kind::Leave:
        request.client_left = true;
        (void)deliver(what.place, core::ClientLeft{}, now);
        return;
      case Kind::Wake: return wake(what.place, now);
      case Kind::Rung: return (void)deliver(what.place, core::CapacityGranted{}, now);
      default: break;
    }
    const auto found = std::ranges::find(request.attempts, core::AttemptId{what.attempt}, &Attempt::id);
    if (found == request.attempts.end() || !found->running) return;
    attempt_goes_on(what, *found, now);
  }

  void arrive(Instant now) {
    const Ask ask = coming_;
    expect_next();
    outcome_.asked(now);
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(requests_.size()));
      requests_.push_back(std::make_unique<Request>());
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    Request& request = *requests_[place];
    request.ask = ask;
    request.timers.fill(kNever);
    core::DispatchRequest facts;
    facts.plan = &plan_;
    facts.route = &plan_.routes[play_.route];
    facts.answer = ask.streamed ? core::AnswerKind::Stream : core::AnswerKind::Plain;
    facts.affinity = ask.conversation;
    facts.arrived = now;
    request.bell.agenda = &agenda_;
    request.bell.now = &now_;
    request.bell.rung = {place, request.generation, 0, Kind::Rung};
    facts.bell = &request.bell;
    facts.estimate = {.input_tokens = {ask.input_tokens},
                      .output_tokens = {static_cast<std::int64_t>(play_.scenario->requests.output_tokens)}};
    request.dispatch = std::make_unique<core::Dispatch>(facts, *fleet_, random_);
    if (ask.leaves != kNever) agenda_.add(ask.leaves, {place, request.generation, 0, Kind::Leave});
    (void)deliver(place, core::RequestReady{}, now);
  }

  /// False: the request has ended, and another has its place.
  bool deliver(std::uint32_t place, const core::Event& event, Instant now) {
    Request& request = *requests_[place];
    const core::Commands commands = request.dispatch->on(event, now);
    for (const core::Command& command : commands) obey(place, command, now);
    if (request.dispatch->state() != core::Dispatch::State::Ended) return true;
    ++request.generation;
    request.dispatch.reset();
    request.attempts.clear();
    request.wake = request.forwarded = kNever;
    request.client_left = false;
    free_.push_back(place);
    return false;
  }

  void obey(std::uint32_t place, const core::Command& command, Instant now) {
    Request& request = *requests_[place];
    if (const auto* arm = std::get_if<core::ArmTimer>(&command)) {
      request.timers[static_cast<std::size_t>(arm->timer)] = arm->at;
      expect_wake(place, arm->at);
    } else if (const auto* start = std::get_if<core::StartAttempt>(&command)) {
      start_attempt(place, *start, now);
    } else if (const auto* cancel = std::get_if<core::CancelAttempt>(&command)) {
      const auto found = std::ranges::find(request.attempts, cancel->attempt, &Attempt::id);
      if (found != request.attempts.end()) stop(*found);
    } else if (std::holds_alternative<core::Forward>(command)) {
      request.forwarded = now;
    } else if (std::holds_alternative<core::Finish>(command)) {
      if (request.client_left) return outcome_.left();
      outcome_.answered(request.forwarded - request.ask.arrived, now);
    } else if (std::holds_alternative<core::EndWithError>(command)) {
      outcome_.failed(now);
    }
  }

  void expect_wake(std::uint32_t place, Instant at) {
    Request& request = *requests_[place];
    if (at >= request.wake) return;
    request.wake = at;
    agenda_.add(at, {place, request.generation, 0, Kind::Wake});
  }

  void wake(std::uint32_t place, Instant now) {
    Request& request = *requests_[place];
    if (now != request.wake) return;  // an earlier event came first
    request.wake = kNever;
    for (std::size_t timer = 0; timer < core::kTimerKinds; ++timer) {
      if (request.timers[timer] > now) continue;
      request.timers[timer] = kNever;
      if (!deliver(place, core::TimerFired{static_cast<core::TimerKind>(timer)}, now)) return;
    }
    expect_wake(place, *std::ranges::min_element(request.timers));
  }

  void start_attempt(std::uint32_t place, const core::StartAttempt& start, Instant now) {
    Request& request = *requests_[place];
    const std::uint32_t target = start.target.value;
    outcome_.attempted(target, now);
    Attempt& attempt = request.attempts.emplace_back(
        Attempt{.id = start.attempt, .target = target, .input_tokens = request.ask.input_tokens, .began = now});
    const Happening next{place, request.generation, start.attempt.value, Kind::Sent};
    const auto expect = [&](Duration span, Kind kind) {
      Happening what = next;
      what.kind = kind;
      agenda_.add(now + span, what);
    };
    const Fault ill = truth_.ill(target, now);
    if (ill != Fault::None) {
      attempt.script =
          script_of(ill, {.id = start.attempt, .stream = request.ask.streamed, .fresh = start.fresh}, random_);
      if (!attempt.script.empty()) expect(attempt.script.front().after, Kind::Beat);
      return truth_.began(target);
    }
    const bool admitted = truth_.admit(target, now);
    attempt.time = truth_.answer_time(target, request.ask, now);
    attempt.executed = admitted && !truth_.fails(target, request.ask);
    attempt.admitted = admitted;
    if (!admitted) return expect(kRefusing, Kind::Refuse);
    truth_.began(target);
    expect(attempt.executed ? kSending : attempt.time.first_content, attempt.executed ? Kind::Sent : Kind::Fail);
  }

  void attempt_goes_on(const Happening& what, Attempt& attempt, Instant now) {
    const core::AttemptId id = attempt.id;
    const bool streamed = requests_[what.place]->ask.streamed;
    Happening next = what;
    switch (what.kind) {
      case Kind::Sent:
        next.kind = streamed ? Kind::First : Kind::End;
        agenda_.add(std::max(now, attempt.began + (streamed ? attempt.time.first_content : attempt.time.whole)), next);
        if (deliver(what.place, core::AttemptConnected{id}, now)) (void)deliver(what.place, core::RequestSent{id}, now);
        return;
      case Kind::First:
        next.kind = Kind::End;
        agenda_.add(std::max(now, attempt.began + attempt.time.whole), next);
        if (head(what.place, attempt, now)) (void)deliver(what.place, core::FirstContent{id}, now);
        return;
      case Kind::End: return end_well(what.place, attempt, streamed, now);
      case Kind::Refuse: return refuse(what.place, attempt, now);
      case Kind::Fail: return fail(what.place, attempt, now);
      case Kind::Beat: return beat(what, attempt, now);
      default: return;
    }
  }

  bool head(std::uint32_t place, const Attempt& attempt, Instant now) {
    const core::AttemptId id = attempt.id;
    if (truth_.upstream(attempt.target).tells == Tells::Headers) {
      if (!deliver(place, core::QuotaHinted{id, truth_.hints(attempt.target, now)}, now)) return false;
    }
    return deliver(place, core::HeadArrived{id}, now);
  }

  void end_well(std::uint32_t place, Attempt& attempt, bool streamed, Instant now) {
    const Ask& ask = requests_[place]->ask;
    const core::AttemptEnded ended{
        attempt.id, {.input_tokens = {ask.input_tokens}, .output_tokens = {ask.output_tokens}, .reported = true}};
    pay(attempt, ask.input_tokens, ask.output_tokens);
    attempt.executed = false;
    stop(attempt);
    if (!streamed && !head(place, attempt, now)) return;
    (void)deliver(place, ended, now);
  }

  void refuse(std::uint32_t place, Attempt& attempt, Instant now) {
    const Upstream& about = truth_.upstream(attempt.target);
    core::AttemptFailed failed{.attempt = attempt.id, .stage = core::Stage::Refused, .has_answer = true};
    failed.error = {
        .kind = ErrorKind::RateLimited, .scope = ErrorScope::Key, .retry = RetryClass::OtherKey, .status = 429};
    if (about.tells != Tells::Nothing) failed.error.retry_after = truth_.retry_after(attempt.target);
    const QuotaHints hints = truth_.hints(attempt.target, now);
    stop(attempt);
    if (!deliver(place, core::AttemptConnected{failed.attempt}, now)) return;
    if (!deliver(place, core::RequestSent{failed.attempt}, now)) return;
    if (about.tells == Tells::Headers && !deliver(place, core::QuotaHinted{failed.attempt, hints}, now)) return;
    (void)deliver(place, failed, now);
  }

  void fail(std::uint32_t place, Attempt& attempt, Instant now) {
    core::AttemptFailed failed{.attempt = attempt.id, .stage = core::Stage::FailedAnswer, .has_answer = true};
    failed.error = {
        .kind = ErrorKind::ServerError, .scope = ErrorScope::Target, .retry = RetryClass::OtherKey, .status = 500};
    stop(attempt);
    if (!deliver(place, core::AttemptConnected{failed.attempt}, now)) return;
    if (!deliver(place, core::RequestSent{failed.attempt}, now)) return;
    (void)deliver(place, failed, now);
  }

  void beat(const Happening& what, Attempt& attempt, Instant now) {
    const core::Event event = attempt.script[attempt.next++].event;
    if (attempt.next < attempt.script.size()) agenda_.add(now + attempt.script[attempt.next].after, what);
    const bool over =
        std::holds_alternative<core::AttemptFailed>(event) || std::holds_alternative<core::AttemptEnded>(event);
    if (over) stop(attempt);
    (void)deliver(what.place, event, now);
  }

  /// Ends an attempt: no more events come from it, and the work that has begun is billed.
  void stop(Attempt& attempt) {
    if (!attempt.running) return;
    attempt.running = false;
    if (attempt.admitted) truth_.ended(attempt.target);
    if (attempt.executed) pay(attempt, attempt.input_tokens, 0);
  }

  void pay(const Attempt& attempt, std::uint32_t input, std::uint32_t output) {
    const Upstream& about = truth_.upstream(attempt.target);
    outcome_.spent((input * about.usd_per_million_input + output * about.usd_per_million_output) / 1e6);
  }

  Play play_;
  core::Plan plan_;
  Truth truth_;
  AskSource source_;
  Random random_;
  Outcome outcome_;
  std::unique_ptr<core::Fleet> fleet_;
  Agenda<Happening> agenda_;
  Instant now_{};
  Ask coming_{};
  std::vector<std::unique_ptr<Request>> requests_;
  std::vector<std::uint32_t> free_;
};

}  // namespace

Outcome play_policy(const Play& play, std::string name, std::optional<core::Balance> balance) {
  return PolicyPlay(play, std::move(name), balance).run();
}

}  // namespace drover::sim
