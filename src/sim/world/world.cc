#include "sim/world/world.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sim/world/agenda.h"
#include "sim/world/generations.h"
#include "sim/world/watched_fleet.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

/// The beginning of the world: an hour after the clock's zero, so that earlier times exist.
constexpr Instant kBeginning{1h};
/// What a fenced client may use: some of the first three providers.
const std::array<core::ProviderSet, 7> kFences{{{0}, {1}, {0, 1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}}};
/// Most steps of a world: one that has not ended by then never will.
constexpr std::uint64_t kMostSteps = 2'000'000;
/// A rung request learns of its bell after a short time, as in a real gateway.
constexpr Duration kGrantDelay = 1ms;
/// The agenda's entry for a round of probes.
constexpr std::uint32_t kProbeRound = ~std::uint32_t{0};
/// The agenda's entry for a reload.
constexpr std::uint32_t kReload = kProbeRound - 1;
/// A request that waits longer than this while a target is surely open is forgotten.
constexpr Duration kForgotten = 5ms;

struct Happening {
  std::uint32_t request = 0;
  core::Event event;
};

class World {
 public:
  World(std::uint64_t seed, const WorldSettings& settings)
      : settings_(settings),
        random_(seed),
        fleets_(settings.plan, seed, settings.requests, report_.reached),
        checker_(settings.plan, findings_),
        saboteur_(settings.saboteur ? settings.saboteur(fleets_) : nullptr),
        watched_(saboteur_ ? static_cast<core::FleetPort&>(*saboteur_) : fleets_, fleets_.newest(), checker_, findings_,
                 report_.reached) {
    report_.seed = seed;
    report_.attempts_at.resize(settings.plan.targets.size());
  }

  /// Each request gives back to its own fleet.
  ~World() {
    for (Request& request : requests_) {
      fleets_.serve(request.number);
      request.dispatch.reset();
    }
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Report run() {
    if (settings_.probes != kNoLimit) agenda_.add(kBeginning + settings_.probes, {kProbeRound, core::Drain{}});
    if (settings_.reloads != kNoLimit) agenda_.add(kBeginning + settings_.reloads, {kReload, core::Drain{}});
    requests_.reserve(settings_.requests);
    for (std::uint32_t number = 0; number < settings_.requests; ++number) invent_request(number);
    while (!agenda_.empty() && report_.steps < kMostSteps) {
      auto [now, happening] = agenda_.next();
      now_ = now;
      if (happening.request == kProbeRound) {
        probe(now);
        continue;
      }
      if (happening.request == kReload) {
        reload(now);
        continue;
      }
      step(requests_[happening.request], happening.event, now);
    }
    for (Request& request : requests_) request.checker.finished();
    if (watched_.refused_for_a_limit()) notice_learned();
    if (fleets_.newest().in_flight() != 0) findings_.add(9, 0, "the fleet believes that something is still in flight");
    if (report_.steps >= kMostSteps) findings_.add(4, 0, "the world did not come to an end");
    report_.violations = findings_.all();
    return std::move(report_);
  }

 private:
  struct Attempt {
    std::vector<Beat> script{};
    core::Beside beside = core::Beside::Nothing;
    std::size_t next = 0;
    bool running = true;
  };
  /// Tells a request that its turn has come.
  struct Doorbell final : core::Bell {
    Doorbell(World* its_world, std::uint32_t its_number) : world(its_world), number(its_number) {}
    void ring() override { world->agenda_.add(world->now_ + kGrantDelay, {number, core::CapacityGranted{}}); }
    World* world;
    std::uint32_t number;
  };
  struct Request {
    std::uint32_t number = 0;
    std::unique_ptr<Doorbell> bell{};  ///< outlives the dispatch
    core::DispatchRequest facts{};
    bool wrong = false;
    bool poisonous = false;
    std::unique_ptr<core::Dispatch> dispatch{};
    RequestChecker checker;
    std::map<std::uint32_t, Attempt> attempts{};
    std::array<Instant, core::kTimerKinds> timers{};
    bool waiting = false;
    bool waited = false;
    Instant connected_at{};
    Instant open_since = kNever;  ///< while waiting: since when it surely need not wait
  };

  bool chance(double share) { return random_.unit() < share; }
  Duration upto(Duration most) {
    return Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(most.count()))));
  }

  void invent_request(std::uint32_t number) {
    core::DispatchRequest facts;
    facts.plan = &settings_.plan;
    facts.route = &settings_.plan.routes[random_.below(settings_.plan.routes.size())];
    facts.answer = chance(settings_.streamed) ? core::AnswerKind::Stream : core::AnswerKind::Plain;
    facts.replay = chance(settings_.only_once) ? core::Replay::NotExecuted : core::Replay::Free;
    facts.arrived = kBeginning + upto(settings_.span);
    facts.affinity = random_.below(8);
    if (!settings_.plan.principals.empty()) {
      facts.asker.principal = static_cast<std::uint32_t>(random_.below(settings_.plan.principals.size() + 1));
    }
    if (!settings_.plan.limited_models.empty()) {
      facts.asker.model = static_cast<std::uint32_t>(random_.below(settings_.plan.limited_models.size() + 1));
    }
    facts.estimate = {.input_tokens = {static_cast<std::int64_t>(random_.below(1000))},
                      .output_tokens = {static_cast<std::int64_t>(random_.below(1000))}};
    facts.may_answer_early = !chance(0.2);
    if (chance(settings_.fenced)) facts.fence.within = &kFences[random_.below(kFences.size())];
    if (chance(0.5)) facts.blocked_client = 100ms + upto(5s);
    if (chance(settings_.impatient)) facts.client_timeout = 500ms + upto(5s);
    auto bell = std::make_unique<Doorbell>(this, number);
    facts.bell = bell.get();
    Request& request = requests_.emplace_back(Request{.number = number,
                                                      .bell = std::move(bell),
                                                      .facts = facts,
                                                      .checker = RequestChecker(number, facts, findings_)});
    request.wrong = chance(settings_.wrong);
    request.poisonous = chance(settings_.poisonous);
    request.timers.fill(kNever);
    request.dispatch = std::make_unique<core::Dispatch>(facts, watched_, random_);
    agenda_.add(facts.arrived, {number, core::RequestReady{}});
    if (settings_.drain != kNoLimit) {  // a request that arrives later is drained at once, as one that was being read
      agenda_.add(std::max(facts.arrived, kBeginning + settings_.drain), {number, core::Drain{}});
    }
    if (chance(settings_.leaving)) agenda_.add(facts.arrived + upto(5s), {number, core::ClientLeft{}});
    if (chance(settings_.slow_readers)) {
      const Instant blocked = facts.arrived + upto(2s);
      agenda_.add(blocked, {number, core::DownstreamBlocked{}});
      agenda_.add(blocked + upto(20s), {number, core::DownstreamUnblocked{}});
    }
  }

  void step(Request& request, const core::Event& event, Instant now) {
    if (stale(request, event, now)) return;
    ++report_.steps;
    note(now, request.number, event.index());
    notice_before(request, event);
    watched_.serve(&request.checker, request.number);
    fleets_.serve(request.number);
    const core::Commands commands = request.dispatch->on(event, now);
    report_.most_commands = std::max(report_.most_commands, commands.size());
    notice_sending(request, event, commands, now);
    request.checker.stepped(event, commands, *request.dispatch, now);
    watched_.serve(nullptr, 0);
    notice_changes(now);
    for (const core::Command& command : commands) obey(request, command, now);
    look_for_the_forgotten(now);
  }

  /// Invariant 13, for requests that no limit of their own holds back.
  void look_for_the_forgotten(Instant now) {
    if (!settings_.plan.principals.empty()) return;
    for (Request& request : requests_) {
      if (!request.waiting) continue;
      const auto tried = request.dispatch->tried();
      const bool open = !request.facts.route->limits.any() &&
                        checker_.surely_open_to(request.facts.route, tried, request.facts.fence, now);
      if (!open) {
        request.open_since = kNever;
      } else if (request.open_since == kNever) {
        request.open_since = now;
      } else if (now - request.open_since > kForgotten) {
        findings_.add(13, request.number, "a request waits although a target is open");
      }
    }
  }

  /// Whether the event comes from a timer that was moved or an attempt that was cancelled. A driver drops most of
  /// these; some are late.
  bool stale(Request& request, const core::Event& event, Instant now) {
    if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
      Instant& at = request.timers[static_cast<std::size_t>(fired->timer)];
      if (at != now) return !chance(settings_.late_events);
      at = kNever;
      return false;
    }
    if (std::holds_alternative<core::CapacityGranted>(event)) return request.checker.ended();
    const auto attempt = request.attempts.find(attempt_of(event));
    if (attempt == request.attempts.end()) return false;
    const bool deliver = attempt->second.running || chance(settings_.late_events);
    if (deliver) schedule(request, attempt->first, now);
    return !deliver;
  }

  static std::uint32_t attempt_of(const core::Event& event) {
    return std::visit(
        [](const auto& e) -> std::uint32_t {
          if constexpr (requires { e.attempt; }) return e.attempt.value;
          return 0;
        },
        event);
  }

  void schedule(Request& request, std::uint32_t id, Instant now) {
    Attempt& attempt = request.attempts[id];
    if (attempt.next >= attempt.script.size()) return;
    Beat& beat = attempt.script[attempt.next++];
    agenda_.add(now + beat.after, {request.number, std::move(beat.event)});
  }

  void obey(Request& request, const core::Command& command, Instant now) {
    note(now, request.number, 100 + command.index());
    if (const auto* start = std::get_if<core::StartAttempt>(&command)) return start_attempt(request, *start, now);
    if (const auto* cancel = std::get_if<core::CancelAttempt>(&command)) {
      request.attempts[cancel->attempt.value].running = false;
      if (cancel->lost) notice_race(request, cancel->attempt);
    }
    if (const auto* arm = std::get_if<core::ArmTimer>(&command)) {
      note(arm->at, request.number, static_cast<std::size_t>(arm->timer));
      request.timers[static_cast<std::size_t>(arm->timer)] = arm->at;
      if (arm->at != kNever) agenda_.add(arm->at, {request.number, core::TimerFired{arm->timer}});
    }
    if (std::holds_alternative<core::WaitForCapacity>(command)) {
      request.waiting = request.waited = true;
      request.open_since = kNever;
    }
    if (std::holds_alternative<core::SendHead>(command)) mark(Rare::CommentsFirst);
    if (std::holds_alternative<core::Finish>(command)) {
      const bool complete = std::ranges::any_of(request.attempts, [](const auto& a) { return a.second.running; });
      ++(complete ? report_.answered : report_.left);
      if (complete && request.waited) mark(Rare::WaitedThenServed);
      over(request);
    }
    if (const auto* end = std::get_if<core::EndWithError>(&command)) {
      ++report_.failed[end->in_band ? 0 : end->error.status];
      if (end->in_band) mark(Rare::ErrorInBand);
      if (request.dispatch->tried().size() == std::max<std::size_t>(settings_.plan.retry.walk, 1))
        mark(Rare::WalkUsedUp);
      over(request);
    }
  }

  void over(Request& request) {
    request.waiting = false;
    request.timers.fill(kNever);
    for (auto& [id, attempt] : request.attempts) attempt.running = false;
  }

  void start_attempt(Request& request, const core::StartAttempt& start, Instant now) {
    request.waiting = false;
    ++report_.attempts;
    if (start.fresh) mark(Rare::FreshRetry);
    if (recovered_at_ && now - *recovered_at_ < core::kSlowStart) mark(Rare::SlowStart);
    ++report_.attempts_at[start.target.index()];
    note(now, start.attempt.value, start.target.value);
    const AttemptFacts facts{.id = start.attempt,
                             .stream = request.facts.answer == core::AnswerKind::Stream,
                             .fresh = start.fresh,
                             .poisonous = request.poisonous,
                             .wrong = request.wrong};
    request.attempts[start.attempt.value] = {.script = script_of(fault_of(start.target, now), facts, random_),
                                             .beside = start.beside};
    if (start.beside == core::Beside::Trial) mark(Rare::TrialBacked);
    schedule(request, start.attempt.value, now);
  }

  [[nodiscard]] Fault fault_of(core::TargetId target, Instant now) const {
    Fault fault = Fault::None;
    for (const FaultWindow& window : settings_.faults) {
      const bool applies =
          window.target == target && now >= kBeginning + window.from && now < after(kBeginning, window.until);
      if (applies) fault = window.fault;
    }
    return fault;
  }

  void notice_before(Request& request, const core::Event& event) {
    const bool committed = request.dispatch->state() == core::Dispatch::State::Committed;
    const bool runs = std::ranges::any_of(request.attempts, [](const auto& a) { return a.second.running; });
    if (committed && std::holds_alternative<core::AttemptFailed>(event)) mark(Rare::CommittedThenCut);
    if (request.checker.running() > 1 && std::holds_alternative<core::AttemptFailed>(event)) mark(Rare::HalfFailed);
    if (runs && std::holds_alternative<core::ClientLeft>(event)) mark(Rare::LeftInMidAnswer);
    if (request.waiting && std::holds_alternative<core::Drain>(event)) mark(Rare::DrainedWaiting);
    if (request.checker.ended()) return;
    if (const auto* fired = std::get_if<core::TimerFired>(&event)) {
      if (fired->timer == core::TimerKind::StreamMax) mark(Rare::StreamTooLong);
      if (fired->timer == core::TimerKind::Total) mark(Rare::DeadlinePassed);
    }
    const auto attempt = request.attempts.find(attempt_of(event));
    if (attempt != request.attempts.end() && !attempt->second.running) mark(Rare::LateEvent);
  }

  void notice_sending(Request& request, const core::Event& event, const core::Commands& commands, Instant now) {
    if (std::holds_alternative<core::AttemptConnected>(event)) request.connected_at = now;
    const Duration send = request.facts.plan->pools[request.facts.route->pools.front().index()].timeouts.send;
    const bool sent = std::holds_alternative<core::RequestSent>(event) && !commands.empty();
    if (sent && now - request.connected_at > send) mark(Rare::SentSlowly);
    const auto* fired = std::get_if<core::TimerFired>(&event);
    if (fired == nullptr || commands.empty()) return;
    const bool cancels = std::ranges::any_of(
        commands, [](const core::Command& command) { return std::holds_alternative<core::CancelAttempt>(command); });
    if (fired->timer == core::TimerKind::Send && cancels) mark(Rare::SendStalled);
    if (fired->timer == core::TimerKind::Blocked && cancels) mark(Rare::ClientStalled);
  }

  void notice_race(const Request& request, core::AttemptId loser) {
    const core::Beside lost = request.attempts.at(loser.value).beside;
    if (lost == core::Beside::Hedge) return mark(Rare::HedgeLost);
    if (lost == core::Beside::Trial) return mark(Rare::TrialOutran);
    const auto is_hedge = [](const auto& entry) { return entry.second.beside == core::Beside::Hedge; };
    if (std::ranges::any_of(request.attempts, is_hedge)) mark(Rare::HedgeWon);
  }

  void notice_changes(Instant now) {
    while (const auto change = fleets_.next_change()) {
      using What = core::StateChange::What;
      if (change->what == What::Suspected) mark(Rare::Suspected);
      if (change->what == What::NotBelieved) mark(Rare::LieNotBelieved);
      if (change->what == What::Resting) mark(Rare::KeyRested);
      if (change->what == What::Recovered) recovered_at_ = now;
    }
  }

  void notice_learned() {
    if (fleets_.newest().targets().lanes().any_rate_learned()) mark(Rare::LimitLearned);
  }

  void mark(Rare rare) { report_.reached.mark(rare); }

  void reload(Instant now) {
    fleets_.reload();
    watched_.reloaded(fleets_.newest());
    note(now, kReload, 0);
    notice_changes(now);
    if (now < kBeginning + settings_.span) agenda_.add(now + settings_.reloads, {kReload, core::Drain{}});
  }

  /// Every key at every server answers a probe as it would answer a request now.
  void probe(Instant now) {
    core::Fleet& fleet = fleets_.newest();
    for (const core::CheckPoint& point : fleet.check_points()) {
      const core::TargetView before = fleet.view(point.target, now);
      const AttemptFacts facts{.id = {1}};
      Error error;
      const bool healthy = !probe_fails(script_of(fault_of(point.target, now), facts, random_), error);
      checker_.probed(point.key, point.server);
      fleet.on_probe({.key = point.key, .server = point.server, .error = healthy ? nullptr : &error}, now);
      const core::TargetView after_it = fleet.view(point.target, now);
      if (after_it.failures != before.failures) findings_.add(7, 0, "a probe was counted against a target");
      if (before.condition == core::TargetCondition::Ok && after_it.condition > core::TargetCondition::HalfOpen) {
        mark(Rare::ProbeTookOut);
      }
    }
    notice_changes(now);
    if (now < kBeginning + settings_.span) agenda_.add(now + settings_.probes, {kProbeRound, core::Drain{}});
  }

  static bool probe_fails(const std::vector<Beat>& script, Error& error) {
    for (const Beat& beat : script) {
      if (std::holds_alternative<core::AttemptEnded>(beat.event)) return false;
      const auto* failed = std::get_if<core::AttemptFailed>(&beat.event);
      if (failed == nullptr) continue;
      error = failed->error;
      return true;
    }
    error = {.kind = ErrorKind::HeadTimeout, .scope = ErrorScope::Target, .retry = RetryClass::OtherKey};
    return true;
  }

  /// FNV-1a over the events.
  void note(Instant now, std::uint64_t a, std::uint64_t b) {
    for (const std::uint64_t word : {static_cast<std::uint64_t>(now.time_since_epoch().count()), a, b}) {
      report_.trace = (report_.trace ^ word) * 0x100000001b3ULL;
    }
  }

  const WorldSettings& settings_;
  Report report_;
  Random random_;
  Findings findings_;
  Generations fleets_;
  FleetChecker checker_;
  std::unique_ptr<core::FleetPort> saboteur_;
  WatchedFleet watched_;
  Agenda<Happening> agenda_;
  Instant now_{};
  std::vector<Request> requests_;
  std::optional<Instant> recovered_at_;
};

}  // namespace

Report run(std::uint64_t seed, const WorldSettings& settings) {
  return World(seed, settings).run();
}

}  // namespace drover::sim
