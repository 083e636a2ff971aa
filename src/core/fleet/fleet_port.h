// How a request reaches the fleet: it picks a target and settles it once. The fleet itself is single-threaded;
// upstream/run/shared_fleet.h makes it safe for several threads.
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
#include "core/dispatch/decision.h"
#include "core/dispatch/stage.h"
#include "core/fleet/waiter.h"
#include "core/health/cause.h"
#include "core/health/doubt.h"
#include "core/health/lacked_apis.h"
#include "core/latency/prompt_size.h"
#include "core/limits/lane_limit.h"
#include "core/plan/plan.h"
#include "core/plan/provider_set.h"

namespace drover::core {

/// Most targets one request may ever try (the setting `walk` is at most this).
inline constexpr std::size_t kMaxWalk = 16;

/// The providers that a request may use: those of a set that outlives it (its snapshot's; null: all), except providers
/// that this request has found useless.
struct ProviderFence {
  const ProviderSet* within = nullptr;
  FixedVector<ProviderId, kMaxWalk> left{};

  [[nodiscard]] bool admits(ProviderId provider) const {
    if (within != nullptr && !within->has(provider)) return false;
    return left.empty() || std::find(left.begin(), left.end(), provider) == left.end();
  }
  /// A number that is equal for fences that admit the same providers.
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

/// Invalid index.
inline constexpr std::uint32_t kNobody = ~std::uint32_t{0};

/// Whose limits a request is held to besides those of the target that takes it.
struct Asker {
  std::uint32_t principal = kNobody;      ///< index into Plan::principals
  std::uint32_t model = kUnlimitedModel;  ///< Plan::limited_model of the name the client asks for
};

/// The account that holds an object which the request uses (a stored response, a file): the keys of one quota, or one
/// key.
struct Owner {
  std::uint32_t quota = kNobody;
  std::uint32_t key = kNobody;
  /// The DialectKind whose providers need the account, as a number: what it has sealed is left out of a request that is
  /// translated into another one. kNobody: all need it.
  std::uint32_t dialect = kNobody;

  [[nodiscard]] bool known() const { return quota != kNobody || key != kNobody; }
  /// Whether a target with this key and quota belongs to it.
  [[nodiscard]] bool is(KeyId with, std::optional<QuotaId> shared) const {
    return with.value == key || (shared && shared->value == quota);
  }
  /// Of a known one: whether it keeps the request from a target of this provider, with this key and quota.
  [[nodiscard]] bool bars(const Provider& provider, KeyId with, std::optional<QuotaId> shared) const {
    if (is(with, shared)) return false;
    return dialect == kNobody || static_cast<std::uint32_t>(provider.dialect) == dialect;
  }
  friend bool operator==(const Owner&, const Owner&) = default;
};

struct PickRequest {
  const Route* route = nullptr;
  std::span<const TargetId> tried{};  ///< never picked again
  ProviderFence fence{};
  Owner owner{};  ///< when known, only its targets can serve the request
  Asker asker{};
  ApiNumber api = 0;
  std::uint64_t affinity = 0;  ///< 0: none; else the hash of what the request wants to stay with
  Amount estimate{};
  /// A streamed answer is wanted: compare targets by time to first content, else by time per output token.
  bool streamed = false;
  /// Nothing untried is left: choose among `tried` instead, in its order.
  bool again = false;
  /// Only tells what would be picked now: nothing is reserved, and the answer's ticket must not be settled.
  bool look = false;
  /// For a second attempt beside one that runs: the pool of the route, by position. The pick takes only a target of
  /// this pool that is free for it.
  std::uint32_t beside = kNobody;
  SkipNotes* notes = nullptr;  ///< where to note what is passed over; absent: nowhere

  /// Rung when the request's turn may have come; a request without a bell cannot wait in the waiting room.
  Bell* bell = nullptr;
  WaiterId waiter{};        ///< the place where the request already waits
  Instant patient_until{};  ///< the request waits until then at most

  /// The limits of client and model count a request once, however many attempts it takes.
  [[nodiscard]] bool first() const { return tried.empty() && !again; }
};

/// What was reserved for one attempt. Only the fleet looks into it.
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
  bool last_resort = false;       ///< the target is out, and every other target too
  /// How long to wait for an answer's head before the request goes to another target: a request that serves as a trial
  /// must not pay for a sick target with its time.
  Duration patience = kNoLimit;
  /// When the first content is later than this, a second target may be asked as well; kNoLimit: it may not.
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
  ErrorKind why = ErrorKind::NoUpstream;    ///< Wait and None: what took out the target that comes back first
  WaiterId waiter{};                        ///< Wait, with a bell: the request's place; every other answer ends it
  WaitRefusal refusal = WaitRefusal::None;  ///< None: why it may not wait; wait_until: when it could be served
};

/// What became of an attempt, for health, latency and limits.
struct Outcome {
  enum class Kind : std::uint8_t {
    Succeeded,
    Failed,     ///< `error` says who is charged
    Abandoned,  ///< drover ended it (client left, hedge lost): says nothing about the target
  };
  Kind kind = Kind::Abandoned;
  const Error* error = nullptr;
  bool committed = false;  ///< FleetPort::committed was called
  bool overtaken = false;  ///< Abandoned: an attempt that began later answered first
  Stage stage = Stage::NotConnected;
  /// Failed: whether the failure counts against health now. Dispatch says no when the same request failed the same way
  /// elsewhere, and for a refused credential, which it reports with learn().
  bool charge = true;
  /// Failed: whether it is evidence about the target. False for paths whose refusals are about one object, such as a
  /// file.
  bool evidence = true;
  /// The request's body hash, for answers and for failures that the body could cause; else 0.
  std::uint64_t body = 0;
  std::optional<Duration> first_content = std::nullopt;  ///< streams, unless committed() was told of it
  std::optional<Duration> whole = std::nullopt;          ///< plain: request sent → end
  Amount used{};                                         ///< what the answer reported, or the estimate
  /// Failed: the status that the upstream answered with (0: none came), where error->status is not it.
  std::optional<int> upstream_status = std::nullopt;
  std::string_view request{};  ///< the request's id, so that a status page can name the request that took a target out
};

/// An answer that refuses the request as the client's mistake, or refuses the credential. Kept until other targets have
/// shown whose mistake it was.
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

/// What other targets answered to a request that one target refused.
enum class Verdict : std::uint8_t {
  Contradicted,  ///< another target answered it
  Agreed,        ///< another target, which answers other requests, refused it too; of a credential: any other target
  Unknown,       ///< nothing that could tell
};

class FleetPort {
 public:
  virtual ~FleetPort() = default;
  /// Picks a target and reserves it. Never blocks; allocates only for requests that have to wait. A new request is not
  /// served before requests that wait for the same. When nothing can be picked now, a request with a bell that can be
  /// served before `patient_until` gets a place in the waiting room. It calls pick() again when the bell rings or at
  /// `wait_until`, or gives the place up with leave().
  [[nodiscard]] virtual PickAnswer pick(const PickRequest& request, Instant now, Random& random) = 0;
  /// Ends a reservation with the attempt's outcome. Once per ticket. After a failure the failed request may pick again
  /// before the waiting requests, which are served by serve_waiting().
  virtual void settle(const Ticket& ticket, const Outcome& outcome, Instant now) = 0;
  /// Gives a reservation back; the fleet learns nothing from it.
  virtual void release(const Ticket& ticket) = 0;
  /// Serves the waiting requests. Call it after settle() of a failure, once the failed request has picked again or
  /// given up.
  virtual void serve_waiting(Instant now) = 0;
  /// Gives up a place in the waiting room, and the reservation that was made for it.
  virtual void leave(WaiterId waiter) = 0;
  /// Reports that the first content of this attempt's stream has come, `first_content` after the request was sent and
  /// long before the attempt is settled: the target answers, and a target on trial has passed its trial. At most once
  /// per ticket; the outcome then says `committed` and names no first content. The head of an answer alone is not
  /// reported: servers send it before they begin to work.
  virtual void committed(const Ticket& ticket, Duration first_content, Instant now) = 0;
  /// Reports what the answer to this attempt says about the provider's limits.
  virtual void hint(const Ticket& ticket, const QuotaHints& hints, Instant now) = 0;
  /// Spends one retry from the retry budget, for a paid retry (same target, hedge, walk through a failing pool). False:
  /// the budget is spent, do not retry.
  [[nodiscard]] virtual bool spend_retry(Instant now) = 0;
  /// Charges the budget's share for a further attempt that failed too, as far as the share reaches.
  virtual void charge_retry(Instant now) = 0;
  /// Spends one hedge from the share of requests that may be hedged, and one retry from the budget. False: do not
  /// hedge.
  [[nodiscard]] virtual bool spend_hedge(Instant now) = 0;
  /// Whether a request with this body has failed the same way at two targets lately, and was answered by none.
  [[nodiscard]] virtual bool quarantined(std::uint64_t body, Instant now) const = 0;
  /// Whether going on to `next` after a failure is free (an untried target of a pool that mostly succeeds). Free means
  /// never refused: one that fails too is charged afterwards.
  [[nodiscard]] virtual bool failover_is_free(TargetId next, Instant now) const = 0;
  /// Whether the target has answered any request since `since`.
  [[nodiscard]] virtual bool spoke_since(TargetId target, Instant since) const = 0;
  /// Whether the target's latest outcomes are refusals: its word alone proves nothing about a request.
  [[nodiscard]] virtual bool doubted(TargetId target) const = 0;
  /// Asks for leave to send a refused request to another target, free of charge. False: too many were sent in vain
  /// lately. After true, call learn() exactly once.
  [[nodiscard]] virtual bool ask_elsewhere(const Refusal& refusal, Instant now) = 0;
  /// Reports what other targets answered to the request that this target refused.
  virtual void learn(const Refusal& refusal, Verdict verdict, Instant now) = 0;
  /// What drover's own limits of this client and of this route's model leave, in each dimension in which they limit
  /// anything. Changes nothing.
  [[nodiscard]] virtual QuotaHints asker_left(const Asker&, const Route*, Instant) const { return {}; }
  /// What bars each target that this request could go to, for the explanation of a failure. May know nothing.
  [[nodiscard]] virtual Candidates candidates(const PickRequest&, Instant) { return {}; }
};

/// A picked target: settled exactly once, or released by the destructor.
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

/// A place in the waiting room; the destructor gives it up.
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
