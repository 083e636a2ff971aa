// All failover logic for one client request, as a pure state machine: an event goes in, commands come out.
// It does no I/O and reads no clock. The gateway, the library and the simulator drive this same machine.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/error.h"
#include "base/fixed_vector.h"
#include "base/instant.h"
#include "base/random.h"
#include "base/units.h"
#include "core/fleet_port.h"
#include "core/plan.h"
#include "core/stage.h"

namespace drover::core {

/// Most targets one request may ever try (the setting `walk` is at most this), and most attempts in all.
inline constexpr std::size_t kMaxWalk = 16;
inline constexpr std::size_t kMaxAttempts = 32;

/// Numbers the attempts of one request: 1, 2, 3 ...
struct AttemptId {
  std::uint32_t value = 0;
  friend bool operator==(AttemptId, AttemptId) = default;
};

enum class TimerKind : std::uint8_t {
  Connect,       ///< of the current attempt
  Head,
  FirstContent,
  Idle,
  Total,
  StreamMax,
  Queue,         ///< waiting for capacity: wake up and look again
  Backoff,
  Hedge,
  Comment,       ///< first comment after a long wait, then keep-alive
};
inline constexpr std::size_t kTimerKinds = 10;

// ---------------------------------------------------------------------------------------------- events

struct RequestReady {};                       ///< the request was read, inspected and admitted: begin
struct CapacityGranted {};                    ///< something changed while waiting: look again
struct AttemptConnected { AttemptId attempt; };                 ///< a connection is there (fresh or reused); the request is being sent
struct RequestSent { AttemptId attempt; };                      ///< the whole request has been written
struct HeadArrived { AttemptId attempt; };                      ///< an acceptable head (2xx, not judged failed)
struct LifecycleEvent { AttemptId attempt; };                   ///< e.g. a role-only delta: withheld, does not commit
struct FirstContent { AttemptId attempt; };                     ///< the first content is at hand (held, not yet sent)
struct Content { AttemptId attempt; };                          ///< more content
struct AttemptEnded { AttemptId attempt; Amount used; };        ///< a complete answer
/// The attempt failed. `error` says why and whose fault it is; `has_answer`: the driver holds an upstream answer (status
/// and body) that could be passed on. `used`: what is known to have been spent.
struct AttemptFailed { AttemptId attempt; Error error; Stage stage = Stage::NotConnected; bool has_answer = false; Amount used{}; };
struct TimerFired { TimerKind timer; };
struct DownstreamBlocked {};                  ///< the client reads slowly: idle time does not count against the upstream
struct DownstreamUnblocked {};
struct ClientLeft {};
struct Drain {};                              ///< the process is going: end at the next boundary, start no further attempt

using Event = std::variant<RequestReady, CapacityGranted, AttemptConnected, RequestSent, HeadArrived, LifecycleEvent,
                           FirstContent, Content, AttemptEnded, AttemptFailed, TimerFired, DownstreamBlocked,
                           DownstreamUnblocked, ClientLeft, Drain>;

// ---------------------------------------------------------------------------------------------- commands

/// Nothing can be picked now; look again (CapacityGranted or the Queue timer, which is armed) by `until`.
struct WaitForCapacity { Instant until; };
/// Begin an attempt. `fresh`: do not take a reused connection (S2's one retry).
struct StartAttempt { AttemptId attempt; TargetId target; bool fresh = false; };
/// Fire TimerFired{timer} at `at`; replaces an earlier one of the same kind. kNever disarms.
struct ArmTimer { TimerKind timer; Instant at; };
/// Stop this attempt at once; it is already settled and sends no further events.
struct CancelAttempt { AttemptId attempt; };
/// Send our own 200 head of a stream now, because the wait grew long; errors travel in-band from here on.
struct SendHead {};
/// Send one SSE comment to keep the client's connection alive.
struct SendComment {};
/// Pass on what this attempt holds and everything that follows. The commit point.
struct Forward { AttemptId attempt; };
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

using Command = std::variant<std::monostate, WaitForCapacity, StartAttempt, ArmTimer, CancelAttempt, SendHead, SendComment,
                             Forward, EndWithError, Finish>;
/// In the order in which they are to be carried out.
using Commands = FixedVector<Command, 12>;

// ---------------------------------------------------------------------------------------------- the machine

enum class AnswerKind : std::uint8_t { Plain, Stream };

/// What one request brings along. The pointers outlive the Dispatch (they belong to the snapshot it began with).
struct DispatchRequest {
  const Plan* plan = nullptr;
  const Route* route = nullptr;
  AnswerKind answer = AnswerKind::Plain;
  Replay replay = Replay::Free;
  ProviderFence fence;
  std::uint64_t affinity = 0;
  Amount estimate;
  Instant arrived;
  Duration client_timeout = kNoLimit;  ///< x-drover-timeout or x-stainless-timeout: shortens `total`
  /// Whether our own 200 and comments may be sent while waiting (HTTP/1.1 client, streamed answer).
  bool may_answer_early = true;
};

/// Wait on a stream before our own head and first comment go out, and between comments (proxies in front of clients
/// close silent connections after 15 to 60 s).
inline constexpr Duration kFirstCommentAfter = std::chrono::seconds(10);
inline constexpr Duration kCommentEvery = std::chrono::seconds(15);

class Dispatch {
 public:
  /// Open: nothing was sent. Answering: our 200 and comments were sent. Committed: content was sent. Ended: finished.
  enum class State : std::uint8_t { Open, Answering, Committed, Ended };

  Dispatch(const DispatchRequest& request, FleetPort& fleet, Random& random);

  /// One event in, commands out. Events of an attempt that is no longer running are ignored. After Finish or
  /// EndWithError every event is ignored. Allocates nothing except inside errors.
  [[nodiscard]] Commands on(const Event& event, Instant now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::uint32_t attempts() const { return attempts_started_; }
  /// The targets tried so far, in order.
  [[nodiscard]] std::span<const TargetId> tried() const { return {tried_.begin(), tried_.size()}; }

 private:
  State state_ = State::Open;
  std::uint32_t attempts_started_ = 0;
  FixedVector<TargetId, kMaxWalk> tried_;
  // (the core room's to fill in)
};

}  // namespace drover::core
