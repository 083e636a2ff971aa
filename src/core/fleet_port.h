// How a request reaches the fleet: pick a target, settle it once. The fleet itself is single-threaded; a thread-safe
// face on it lives with whoever has threads (upstream/shared_fleet.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/fixed_vector.h"
#include "base/instant.h"
#include "base/quota_hints.h"
#include "base/random.h"
#include "base/units.h"
#include "core/cause.h"
#include "core/decision.h"
#include "core/doubt.h"
#include "core/lacked_apis.h"
#include "core/lane_limit.h"
#include "core/plan.h"
#include "core/prompt_size.h"
#include "core/provider_set.h"
#include "core/stage.h"
#include "core/waiter.h"

namespace drover::core {

/// Most targets one request may ever try (the setting `walk` is at most this).
inline constexpr std::size_t kMaxWalk = 16;

/// The providers that a request may use: those of a set that outlives it (its snapshot's; null: all), but for those
/// that have shown themselves to be of no use to it.
struct ProviderFence {
  const ProviderSet* within = nullptr;
  FixedVector<ProviderId, kMaxWalk> left{};

  [[nodiscard]] bool admits(ProviderId provider) const {
    if (within != nullptr && !within->has(provider)) return false;
    return left.empty() || std::find(left.begin(), left.end(), provider) == left.end();
  }
  /// The same for fences that admit the same.
  [[nodiscard]] std::uint64_t mark() const {
    std::uint64_t mark = within == nullptr ? 0 : within->mark();
    for (const ProviderId provider : left) mark = (mark ^ (provider.value + 1ULL)) * 0x100000001b3ULL;
    return mark;
  }
};

/// What is left of a fence without one provider.
[[nodiscard]] inline ProviderFence without(ProviderFence fence, ProviderId provider) {
  if (fence.admits(provider)) (void)fence.left.push_back(provider);  // full only after kMaxWalk, when the walk is over
  return fence;
}

/// Stands for nobody and nothing in particular.
inline constexpr std::uint32_t kNobody = ~std::uint32_t{0};

/// Whose limits a request is held to besides those of the target that takes it.
struct Asker {
  std::uint32_t principal = kNobody;      ///< index into Plan::principals
  std::uint32_t model = kUnlimitedModel;  ///< Plan::limited_model of the name the client sent
};

/// The account that holds what a request goes on with: the keys of one quota, or one key.
struct Owner {
  std::uint32_t quota = kNobody;
  std::uint32_t key = kNobody;

  [[nodiscard]] bool known() const { return quota != kNobody || key != kNobody; }
  /// Whether a target with this key and quota belongs to it.
  [[nodiscard]] bool is(KeyId with, std::optional<QuotaId> shared) const {
    return with.value == key || (shared && shared->value == quota);
  }
  friend bool operator==(const Owner&, const Owner&) = default;
};

struct PickRequest {
  const Route* route = nullptr;
  std::span<const TargetId> tried{};  ///< never picked again
  ProviderFence fence{};
  Owner owner{};  ///< when known, nobody else can serve it
  Asker asker{};
  ApiNumber api = 0;
  std::uint64_t affinity = 0;  ///< 0: none; else the hash of what the request wants to stay with
  Amount estimate{};
  /// A streamed answer is wanted: compare targets by time to first content, else by time per output token.
  bool streamed = false;
  /// Nothing untried is left: choose among `tried` instead, in its order.
  bool again = false;
  /// Only say what would be picked now: nothing is reserved, and the answer's ticket is not one to settle.
  bool look = false;
  /// For a second attempt beside one that runs in this pool of the route: it takes only what is free for it, and there.
  std::uint32_t beside = kNobody;
  SkipNotes* notes = nullptr;  ///< where to note what is passed over; absent: nowhere

  /// Rung when its turn may have come; without one the request cannot wait in the waiting room.
  Bell* bell = nullptr;
  WaiterId waiter{};        ///< the place where it waits already
  Instant patient_until{};  ///< it waits no longer than this

  /// A request is counted once by those who ask, however many attempts it takes.
  [[nodiscard]] bool first() const { return tried.empty() && !again; }
};

/// Names what was reserved for one attempt. Opaque to all but the fleet.
struct Ticket {
  TargetId target{};
  std::uint64_t load = 0;  ///< weighted in-flight taken
  Amount reserved{};
  bool streamed = false;          ///< PickRequest::streamed
  bool trial = false;             ///< the one half-open trial of an ejected target
  std::uint8_t trial_levels = 0;  ///< which levels of the health tree are on trial, one bit each
  std::uint32_t fallback = 0;     ///< which pool of the route it came from
  Instant taken{};                ///< when it was reserved
  Asker asker{};
  std::uint32_t route = kNobody;  ///< the limited route it was taken for
  bool first = false;             ///< the request's first attempt
  bool last_resort = false;       ///< its target is out, and every other one too
  /// How long to wait for an answer's head before going elsewhere: a trial's risk is not its request's to carry.
  Duration patience = kNoLimit;
  /// When the first content is later than this another target may be asked as well; kNoLimit: it may not.
  Duration second_after = kNoLimit;
  LaneCount lane_before{};  ///< what its lane had admitted up to and including it

  [[nodiscard]] PromptSize prompt() const { return PromptSize(reserved.input_tokens); }
};

enum class PickKind : std::uint8_t { Picked, Wait, None };

struct PickAnswer {
  PickKind kind = PickKind::None;
  Ticket ticket{};                          ///< Picked
  Instant wait_until = kNever;              ///< Wait: something is expected to be usable then (cooldown or limit ends)
  bool untried_left = false;                ///< another target could still be picked after this one
  bool rate_limited = false;                ///< Wait and None: all that is left is cooling down after rate limits
  bool asker_limited = false;               ///< Wait: the client's or the model's own configured limit is reached
  ErrorKind why = ErrorKind::NoUpstream;    ///< Wait and None: what took out the one that is due first
  WaiterId waiter{};                        ///< Wait, for one with a bell: its place; every other answer ends the place
  WaitRefusal refusal = WaitRefusal::None;  ///< None: why it may not wait; wait_until is then when it could be served
};

/// How an attempt went, for health, latency and limits.
struct Outcome {
  enum class Kind : std::uint8_t {
    Succeeded,
    Failed,     ///< `error` says whose fault
    Abandoned,  ///< we ended it (client left, hedge lost): says nothing about the target
  };
  Kind kind = Kind::Abandoned;
  const Error* error = nullptr;
  bool committed = false;  ///< FleetPort::committed was called
  bool overtaken = false;  ///< Abandoned: because an attempt that began later was first
  Stage stage = Stage::NotConnected;
  /// Failed: whether it may count against health now. Dispatch says no when the same request failed the same way
  /// elsewhere, and of a refused credential, which it tells of with learn().
  bool charge = true;
  /// Failed: it is evidence about the target. No for paths whose refusals mean one object there, such as a file's.
  bool evidence = true;
  /// The request's, for answers and for failures that could be its own fault; else 0.
  std::uint64_t body = 0;
  std::optional<Duration> first_content = std::nullopt;  ///< streams, unless committed() was told of it
  std::optional<Duration> whole = std::nullopt;          ///< plain: request sent → end
  Amount used{};                                         ///< what the answer reported, or the estimate
  /// Failed: the status that the upstream answered with (0: none came), where error->status is not it.
  std::optional<int> upstream_status = std::nullopt;
  std::string_view request{};  ///< its id, for those who ask later what took a target out
};

/// An answer that refuses a request as if it were the client's mistake, or the credential; kept until it is known whose
/// mistake it was.
struct Refusal {
  TargetId target{};
  Instant taken{};                ///< Ticket::taken of the attempt
  std::uint8_t trial_levels = 0;  ///< Ticket::trial_levels of the attempt
  bool asked = false;             ///< ask_elsewhere() agreed
  Instant asked_at{};
  ApiNumber api = 0;
  Cause cause{};
  Witness by{};
  ErrorScope scope = ErrorScope::Target;  ///< of the credential that was refused: what is charged for it
  bool of_credential = false;             ///< refuses_credential()
};

/// What other targets said to a request that was refused at one.
enum class Verdict : std::uint8_t {
  Contradicted,  ///< another target answered it
  Agreed,        ///< another target, which answers other requests, refused it too; of a credential: any other target
  Unknown,       ///< nothing that could tell
};

class FleetPort {
 public:
  virtual ~FleetPort() = default;
  /// Chooses and reserves. Never blocks; allocates only for those who have to wait. Nobody is served before those who
  /// wait for the same. Who has a bell and can be served before `patient_until` is given a place in the waiting room
  /// when nothing can be picked now, asks again when rung or at `wait_until`, and leaves the place if it does not.
  [[nodiscard]] virtual PickAnswer pick(const PickRequest& request, Instant now, Random& random) = 0;
  /// Ends a reservation with what happened. Once per ticket. After a failure the request itself may go on before those
  /// who wait: they are served when serve_waiting() says so.
  virtual void settle(const Ticket& ticket, const Outcome& outcome, Instant now) = 0;
  /// Gives a reservation back as if it had never been (nothing was learned).
  virtual void release(const Ticket& ticket) = 0;
  /// Whoever settled failures has picked again, or does not want to.
  virtual void serve_waiting(Instant now) = 0;
  /// Gives up a place in the waiting room, and what was reserved for it.
  virtual void leave(WaiterId waiter) = 0;
  /// The first content of this attempt's stream has come, `first_content` after the request was sent, long before the
  /// attempt is settled: the target answers, and a target on trial has passed it. At most once per ticket; the outcome
  /// then says `committed` and names no first content. The head of an answer alone is none: servers send it before they
  /// begin to work.
  virtual void committed(const Ticket& ticket, Duration first_content, Instant now) = 0;
  /// What the answer to this attempt says about the provider's limits.
  virtual void hint(const Ticket& ticket, const QuotaHints& hints, Instant now) = 0;
  /// A paid retry (same target, hedge, walking a failing pool) asks the retry budget. False: do not.
  [[nodiscard]] virtual bool spend_retry(Instant now) = 0;
  /// Takes a further attempt that was in vain from the budget's share, as far as that reaches.
  virtual void charge_retry(Instant now) = 0;
  /// A hedge asks for its part of the requests that may be hedged, and pays from the retry budget. False: do not.
  [[nodiscard]] virtual bool spend_hedge(Instant now) = 0;
  /// Whether a request with this body has failed the same way at two targets lately, and was answered by none.
  [[nodiscard]] virtual bool quarantined(std::uint64_t body, Instant now) const = 0;
  /// Whether going on to `next` after a failure is free (an untried target of a pool that mostly succeeds). Free means
  /// never refused: one that fails too is charged afterwards.
  [[nodiscard]] virtual bool failover_is_free(TargetId next, Instant now) const = 0;
  /// Whether the target's latest outcomes are refusals: its word alone proves nothing about a request.
  [[nodiscard]] virtual bool doubted(TargetId target) const = 0;
  /// A refused request wants to be asked of another target, free of charge. False: too many were asked in vain lately.
  /// After true, learn() is called exactly once.
  [[nodiscard]] virtual bool ask_elsewhere(const Refusal& refusal, Instant now) = 0;
  /// What the others said to what this target refused.
  virtual void learn(const Refusal& refusal, Verdict verdict, Instant now) = 0;
  /// What bars each target that this request could go to, for the explanation of a failure. May know nothing.
  [[nodiscard]] virtual Candidates candidates(const PickRequest&, Instant) { return {}; }
};

/// A picked target on loan: settled exactly once, or released by its destructor.
class Lease {
 public:
  Lease() = default;
  Lease(FleetPort& fleet, const Ticket& ticket) : fleet_(&fleet), ticket_(ticket) {}
  Lease(Lease&& other) noexcept : fleet_(std::exchange(other.fleet_, nullptr)), ticket_(other.ticket_) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      drop();
      fleet_ = std::exchange(other.fleet_, nullptr);
      ticket_ = other.ticket_;
    }
    return *this;
  }
  ~Lease() { drop(); }

  void settle(const Outcome& outcome, Instant now) {
    if (fleet_ != nullptr) std::exchange(fleet_, nullptr)->settle(ticket_, outcome, now);
  }
  void drop() {
    if (fleet_ != nullptr) std::exchange(fleet_, nullptr)->release(ticket_);
  }
  [[nodiscard]] bool held() const { return fleet_ != nullptr; }
  [[nodiscard]] TargetId target() const { return ticket_.target; }
  [[nodiscard]] const Ticket& ticket() const { return ticket_; }

 private:
  FleetPort* fleet_ = nullptr;
  Ticket ticket_{};
};

/// A place in the waiting room, left by its destructor.
class WaitingPlace {
 public:
  WaitingPlace() = default;
  WaitingPlace(FleetPort& fleet, WaiterId waiter) : fleet_(&fleet), waiter_(waiter) {}
  WaitingPlace(WaitingPlace&& other) noexcept
      : fleet_(other.fleet_), waiter_(std::exchange(other.waiter_, WaiterId{})) {}
  WaitingPlace& operator=(WaitingPlace&& other) noexcept {
    if (this != &other) {
      leave();
      fleet_ = other.fleet_;
      waiter_ = std::exchange(other.waiter_, WaiterId{});
    }
    return *this;
  }
  ~WaitingPlace() { leave(); }

  void leave() {
    if (waiter_.any()) fleet_->leave(std::exchange(waiter_, WaiterId{}));
  }
  /// The fleet has ended it.
  void ended() { waiter_ = {}; }
  [[nodiscard]] WaiterId id() const { return waiter_; }

 private:
  FleetPort* fleet_ = nullptr;
  WaiterId waiter_{};
};

}  // namespace drover::core
