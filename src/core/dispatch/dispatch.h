// All failover logic for one client request, as a pure state machine: an event goes in, commands come out.
// It does no I/O and reads no clock. The gateway, the library and the simulator drive this same machine.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/fixed_vector.h"
#include "base/instant.h"
#include "base/random.h"
#include "base/small_vector.h"
#include "base/units.h"
#include "core/dispatch/stage.h"
#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"

namespace drover::core {

/// Most attempts of one request in all (kMaxWalk: most targets).
inline constexpr std::size_t kMaxAttempts = 32;

/// Numbers the attempts of one request: 1, 2, 3 ...
struct AttemptId {
  std::uint32_t value = 0;
  friend bool operator==(AttemptId, AttemptId) = default;
};

enum class TimerKind : std::uint8_t {
  Connect,  ///< to Idle: of an attempt. When two run, of the one that is due first
  Send,
  Head,
  FirstContent,
  Second,  ///< the attempt is late: ask another target as well
  Idle,
  Total,
  StreamMax,
  Blocked,  ///< the client does not read; the driver restarts this timer when it sees the client read
  Queue,    ///< waiting for capacity: wake up and look again
  Backoff,
  Comment,  ///< first comment after a long wait, then keep-alive
};
inline constexpr std::size_t kTimerKinds = 12;
inline constexpr std::size_t kTimersBeforeContent = 5;
inline constexpr std::size_t kAttemptTimers = 6;

/// What an attempt is beside another one that is late.
enum class Beside : std::uint8_t {
  Nothing,  ///< it began when none was running
  Hedge,    ///< one of the slowest few requests, asked twice (retry.hedge)
  Trial,    ///< the other attempt is a trial, and the client must not wait for a sick target
  Silence,  ///< the other attempt's target is silent far longer than its pool's plain answers take
};
inline constexpr std::size_t kBesides = 4;

// ---------------------------------------------------------------------------------------------- events

struct RequestReady {};     ///< the request was read, inspected and admitted: begin
struct CapacityGranted {};  ///< something changed while waiting: look again
struct AttemptConnected {
  AttemptId attempt;
};  ///< a connection is there (fresh or reused); the request is being sent
struct RequestSent {
  AttemptId attempt;
};  ///< the whole request has been written, or a final answer has begun before
struct Progress {
  AttemptId attempt;
};  ///< bytes have moved that no other event reports: some of the request has left, or of an answer that is held back
struct QuotaHinted {
  AttemptId attempt;
  QuotaHints hints;
};  ///< the answer's head says what is left of the provider's limits
struct HeadArrived {
  AttemptId attempt;
};  ///< an acceptable head (2xx, not judged failed)
struct LifecycleEvent {
  AttemptId attempt;
};  ///< e.g. a role-only delta: withheld, does not commit
struct FirstContent {
  AttemptId attempt;
};  ///< the first content is at hand (held, not yet sent)
struct Content {
  AttemptId attempt;
};  ///< more content
struct KeepAlive {
  AttemptId attempt;
};  ///< the upstream's own comment or ping was passed on: no progress, but the client's connection was not silent
struct AttemptEnded {
  AttemptId attempt;
  Amount used;
};  ///< a complete answer
/// The attempt failed. `error` says why and whose fault it is; `has_answer`: the driver holds an upstream answer
/// (status and body) that could be passed on. `used`: what is known to have been spent.
struct AttemptFailed {
  AttemptId attempt{};
  Error error{};
  Stage stage = Stage::NotConnected;
  bool has_answer = false;
  Amount used{};
  /// The status that the upstream answered with (0: none came), where error.status is not it.
  std::optional<int> upstream_status = std::nullopt;
};
struct TimerFired {
  TimerKind timer;
};
struct DownstreamBlocked {};  ///< the client reads slowly: idle time does not count against the upstream
struct DownstreamUnblocked {};
struct ClientLeft {};
struct Drain {};  ///< the process stops: end at the next boundary, start no further attempt

using Event = std::variant<RequestReady, CapacityGranted, AttemptConnected, RequestSent, Progress, QuotaHinted,
                           HeadArrived, LifecycleEvent, FirstContent, Content, KeepAlive, AttemptEnded, AttemptFailed,
                           TimerFired, DownstreamBlocked, DownstreamUnblocked, ClientLeft, Drain>;

// ---------------------------------------------------------------------------------------------- commands

/// Nothing can be picked now; look again (CapacityGranted or the Queue timer, which is armed) by `until`.
struct WaitForCapacity {
  Instant until;
};
/// Begin an attempt. `fresh`: do not take a reused connection (S2's one retry).
struct StartAttempt {
  AttemptId attempt;
  TargetId target;
  bool fresh = false;
  bool last_resort = false;  ///< the target is out, and every other one too
  Beside beside = Beside::Nothing;
};
/// Fire TimerFired{timer} at `at`; replaces an earlier one of the same kind. kNever disarms.
struct ArmTimer {
  TimerKind timer;
  Instant at;
};
/// Stop this attempt at once; it is already settled and sends no further events.
struct CancelAttempt {
  AttemptId attempt;
  bool lost = false;  ///< another one answered first
};
/// Send our own 200 head of a stream now, because the wait grew long; errors travel in-band from here on.
struct SendHead {};
/// Send one SSE comment to keep the client's connection alive; behind the commit point only between two events.
struct SendComment {};
/// Pass on what this attempt holds and everything that follows. The commit point.
struct Forward {
  AttemptId attempt;
};
/// End with an error. `pass_answer`: pass on the upstream answer held for `attempt` as it is, else make our own from
/// `error` (status, code, message, retry_after are filled in). `in_band`: the head is out; as an error event or a cut.
struct EndWithError {
  Error error;
  bool in_band = false;
  bool pass_answer = false;
  AttemptId attempt{};
  bool retries_spent = false;  ///< say x-should-retry: false
};
/// The answer is complete; nothing more will come.
struct Finish {};

using Command = std::variant<std::monostate, WaitForCapacity, StartAttempt, ArmTimer, CancelAttempt, SendHead,
                             SendComment, Forward, EndWithError, Finish>;
/// Most commands of one event: more than any of the simulated worlds has needed (10; sim/world/test/seeds_test.cc
/// counts them).
inline constexpr std::size_t kMaxCommands = 16;
/// In the order in which they are to be carried out.
using Commands = FixedVector<Command, kMaxCommands>;

// ---------------------------------------------------------------------------------------------- the machine

enum class AnswerKind : std::uint8_t { Plain, Stream };

/// Wait on a stream before our own head and first comment go out, and between comments (proxies in front of clients
/// close silent connections after 15 to 60 s).
inline constexpr Duration kFirstCommentAfter = std::chrono::seconds(10);
inline constexpr Duration kCommentEvery = std::chrono::seconds(15);

/// How long a client may take nothing of what waits for it (nginx: send_timeout).
inline constexpr Duration kBlockedClient = std::chrono::seconds(60);

/// What one request brings along. The pointers outlive the Dispatch (they belong to the snapshot it began with).
struct DispatchRequest {
  std::string_view id{};  ///< the request's id in logs and on pages; borrowed
  const Plan* plan = nullptr;
  const Route* route = nullptr;
  AnswerKind answer = AnswerKind::Plain;
  Replay replay = Replay::Free;
  bool safe = false;  ///< GET, HEAD or OPTIONS: repeating it once does no harm, whatever `replay` says
  ProviderFence fence{};
  Owner owner{};
  Asker asker{};
  ApiNumber api = 0;
  std::uint64_t affinity = 0;
  std::uint64_t body = 0;  ///< a hash of the body's bytes, to recognise the same body (J15); 0: unknown
  Amount estimate{};
  Instant arrived{};
  Duration client_timeout = kNoLimit;  ///< x-drover-timeout or x-stainless-timeout: shortens `total`
  bool clients_retry = false;          ///< the client itself says that this is not its first try
  /// Whether our own 200 and comments may be sent while waiting (HTTP/1.1 client, streamed answer).
  bool may_answer_early = true;
  Bell* bell = nullptr;  ///< rung when CapacityGranted is due; null: it looks again by timer. Outlives the wait
  Duration comment_every = kCommentEvery;    ///< between comments of ours
  Duration blocked_client = kBlockedClient;  ///< kNoLimit: the client may pause as long as the stream may last
};

class Dispatch {
 public:
  /// Open: nothing was sent. Answering: our 200 and comments were sent. Committed: content was sent. Ended: finished.
  enum class State : std::uint8_t { Open, Answering, Committed, Ended };

  Dispatch(const DispatchRequest& request, FleetPort& fleet, Random& random);
  ~Dispatch();
  Dispatch(Dispatch&&) = default;

  /// One event in, commands out. Events of an attempt that is no longer running are ignored. After Finish or
  /// EndWithError every event is ignored. Allocates nothing but for failures and second attempts.
  [[nodiscard]] Commands on(const Event& event, Instant now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::uint32_t attempts() const { return attempts_started_; }
  /// How long the request has waited for capacity in all.
  [[nodiscard]] Duration waited(Instant now) const {
    return waited_ + (waiting_since_ == kNever ? Duration::zero() : now - waiting_since_);
  }
  /// Why the request could not wait, or not longer, if that ended the request.
  [[nodiscard]] WaitRefusal wait_refusal() const { return refusal_; }
  /// Gives up the request's place in the waiting room: from here on its bell is not rung.
  void stop_waiting() { place_.leave(); }
  /// The targets tried so far, in order.
  [[nodiscard]] std::span<const TargetId> tried() const { return {tried_.begin(), tried_.size()}; }
  /// Why no further target was tried. Complete when the request has ended, like the next two.
  [[nodiscard]] Stop stopped() const { return stop_; }
  /// The targets that picks passed over.
  [[nodiscard]] const SkipNotes& skips() const { return skips_; }
  /// What bars each target of the route now.
  [[nodiscard]] Candidates candidates(Instant now) { return fleet_->candidates(pick_request(), now); }

 private:
  /// How far an attempt has come, as its own events tell.
  enum class Phase : std::uint8_t { Idle, Connecting, Sending, AwaitingHead, AwaitingContent, Relaying };

  struct Attempt {
    AttemptId id{};
    Phase phase = Phase::Idle;
    bool fresh = false;
    Beside beside = Beside::Nothing;
    Lease lease{};
    Instant started{};
    Instant sent = kNever;
    bool committed = false;  ///< the fleet was told of the stream's first content
    Instant moved{};         ///< when bytes of the attempt last moved: Send and Idle count from here
    std::array<Instant, kAttemptTimers> due = {kNever, kNever, kNever, kNever, kNever, kNever};
    [[nodiscard]] bool running() const { return phase != Phase::Idle; }
    /// The time from which the attempt's latency counts.
    [[nodiscard]] Instant begun() const { return sent == kNever ? started : sent; }
  };

  /// Why an attempt is given up: its answer is not needed any more, or an attempt that began later has answered.
  enum class Gone : std::uint8_t { NotWanted, Overtaken };

  /// What follows a failure.
  enum class Next : std::uint8_t {
    End,
    Seek,          ///< another attempt, where and when there is one
    AskElsewhere,  ///< asks another target that is free now, to learn whether the refusal is the request's fault
  };

  /// What is remembered about each target in `tried_`, side by side with it.
  struct TriedNote {
    std::uint32_t attempts = 0;
    bool repeatable = false;  ///< its last failure may not come again at the next try
    ErrorKind kind = ErrorKind::Internal;
  };

  /// The target that was charged, with the kind of failure that a poisonous request could cause.
  struct Blamed {
    ErrorKind kind = ErrorKind::Internal;
    TargetId target{};
  };

  struct Failure {
    Error error{};
    Stage stage = Stage::NotConnected;
    AttemptId attempt{};
    bool has_answer = false;
    Amount used{};
    std::optional<int> upstream_status{};
  };

  /// One call of on(): the time and where the commands go.
  struct Step {
    Instant now;
    Commands& out;
    /// Adds a command. A lost command could hang the request for ever, so the program stops when there is no room.
    void say(std::convertible_to<Command> auto&& command) {
      if (!out.push_back(std::forward<decltype(command)>(command))) too_many_commands();
    }
  };

  [[noreturn]] static void too_many_commands();

  void handle(const RequestReady&, Step& step);
  void handle(const CapacityGranted&, Step& step);
  void handle(const AttemptConnected& event, Step& step);
  void handle(const RequestSent& event, Step& step);
  void handle(const Progress& event, Step& step);
  void handle(const QuotaHinted& event, Step& step);
  void handle(const HeadArrived& event, Step& step);
  void handle(const LifecycleEvent& event, Step& step);
  void handle(const FirstContent& event, Step& step);
  void handle(const Content& event, Step& step);
  void handle(const KeepAlive& event, Step& step);
  void handle(const AttemptEnded& event, Step& step);
  void handle(const AttemptFailed& event, Step& step);
  void handle(const TimerFired& event, Step& step);
  void handle(const DownstreamBlocked&, Step& step);
  void handle(const DownstreamUnblocked&, Step& step);
  void handle(const ClientLeft&, Step& step);
  void handle(const Drain&, Step& step);

  // choosing (dispatch_choose.cc)
  void seek(Step& step);
  [[nodiscard]] Instant repeat_at(Step& step, bool& started);
  [[nodiscard]] Instant queue_until(Instant now) const;
  [[nodiscard]] PickAnswer pick_or_wait(Instant now);
  void wait(Instant until, TimerKind timer, Step& step);
  void stop_waiting_at(Instant now);
  void start(Lease lease, bool fresh, Step& step, Beside beside = Beside::Nothing);
  void start_second(Step& step);
  [[nodiscard]] bool may_have_second() const;
  [[nodiscard]] PickRequest pick_request();
  [[nodiscard]] Next never(Stop why);
  [[nodiscard]] FixedVector<TargetId, kMaxWalk> repeatable() const;
  [[nodiscard]] bool paid(TargetId next, Instant now);
  [[nodiscard]] bool spend_retry(Instant now);

  // refusals (dispatch_refusal.cc)
  void note_refusal(const Attempt& attempt, const Failure& failure, Instant now);
  [[nodiscard]] Next after_refusal(const Failure& failure);
  void ask_elsewhere(RetryClass retry, Step& step);
  [[nodiscard]] PickAnswer pick_well(const PickRequest& request, Instant now);
  void conclude(std::optional<TargetId> answered, Instant now);

  // failing (dispatch_failure.cc)
  void fail(Attempt& attempt, Failure failure, Step& step);
  [[nodiscard]] bool retry_on_fresh_connection(Attempt& attempt, const Failure& failure, Step& step);
  [[nodiscard]] Next next_after(const Failure& failure);
  [[nodiscard]] bool may_run_again() const;
  [[nodiscard]] bool take_detour(const Failure& failure);
  void settle_failed(Attempt& attempt, const Failure& failure, Instant now);
  void note(TargetId target, const Failure& failure);
  void remember(Failure failure);
  void end_without_capacity(const PickAnswer& answer, Step& step);
  void end_with_failure(Step& step);
  void end_with(EndWithError end, Step& step);

  // time (dispatch_timers.cc)
  void arm(TimerKind timer, Instant at, Step& step);
  void arm(Attempt& attempt, TimerKind timer, Instant at, Step& step);
  void arm_head(Attempt& attempt, Step& step);
  void arm_second(Attempt& attempt, Step& step);
  void disarm(TimerKind timer, Step& step);
  void disarm(Attempt& attempt, TimerKind timer, Step& step);
  void disarm_attempt(Attempt& attempt, Step& step);
  void attempts_due(TimerKind timer, Step& step);
  void timed_out(Attempt& attempt, TimerKind timer, Step& step);
  [[nodiscard]] static Failure timeout_of(const Attempt& attempt, TimerKind timer);
  void total_passed(Step& step);
  void stream_max_passed(Step& step);
  void stalled(Attempt& attempt, TimerKind timer, Step& step);
  void comment_due(Step& step);

  void commit(Attempt& attempt, Step& step);
  void abandon(Attempt& attempt, Step& step);
  void settle_abandoned(Attempt& attempt, Gone why, Instant now);
  void lose(Attempt& attempt, Step& step);
  /// The places of attempts that there are.
  [[nodiscard]] FixedVector<Attempt*, 2> places();
  [[nodiscard]] Attempt& free_place();
  [[nodiscard]] Attempt* running(AttemptId id);
  [[nodiscard]] Attempt* newest();
  [[nodiscard]] Attempt* other_than(const Attempt& attempt);
  [[nodiscard]] Instant head_due(const Attempt& attempt);
  [[nodiscard]] const Timeouts& timeouts_of(const Attempt& attempt) const;

  DispatchRequest request_;
  FleetPort* fleet_;
  Random* random_;
  State state_ = State::Open;
  Stop stop_ = Stop::Running;
  SkipNotes skips_;
  bool begun_ = false;
  bool draining_ = false;
  bool waiting_ = false;
  bool settled_failure_ = false;  ///< a failure was settled in this step: the waiting requests have not been served yet
  bool blocked_ = false;
  bool ambiguous_spent_ = false;  ///< the one failover that Ambiguous::ReusedOnly grants after S3
  bool choked_before_ = false;    ///< other requests with this body failed the same way at two targets (J15)
  bool repeat_paid_ = false;      ///< the budget has granted the next attempt at the same target
  bool seconded_ = false;         ///< the request has had its second attempt beside another
  bool only_rate_limits_ = true;  ///< every failure so far was a rate limit
  std::uint32_t attempts_started_ = 0;
  std::uint32_t repeats_ = 0;  ///< attempts at targets that were tried before
  std::size_t walk_ = 1;
  Instant total_at_ = kNever;
  std::optional<Instant> queue_until_;  ///< set by the first wait
  WaitingPlace place_;
  Duration waited_{};
  Instant waiting_since_ = kNever;
  WaitRefusal refusal_ = WaitRefusal::None;
  std::optional<Instant> backoff_until_;
  Instant last_content_{};
  Instant last_keep_alive_{};  ///< the upstream's own
  SmallVector<TargetId, 4, kMaxWalk> tried_;
  SmallVector<TriedNote, 2, kMaxWalk> notes_;
  SmallVector<Blamed, 2, kMaxAttempts> blamed_;
  Attempt first_place_;
  std::unique_ptr<Attempt> second_place_;  ///< from the first time on that one runs beside another
  std::array<Instant, kTimerKinds> armed_;
  std::unique_ptr<Failure> told_;  ///< the failure the client would be told
  std::vector<Refusal> refusals_;  ///< of this request, until it is known whose mistake they are
};

}  // namespace drover::core
