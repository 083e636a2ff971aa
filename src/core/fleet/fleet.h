// The state of every target of a plan: health, load, latency and limits. pick() reads it, settle() changes it.
// Single-threaded; a program with threads puts one short mutex around it (upstream/run/shared_fleet.h). The fleet knows
// no requests (dispatch.h) and makes no attempts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "core/dispatch/further_attempts.h"
#include "core/fleet/affinity_table.h"
#include "core/fleet/fleet_port.h"
#include "core/fleet/keeper.h"
#include "core/fleet/target_state.h"
#include "core/fleet/waiting_room.h"
#include "core/health/blame.h"
#include "core/health/cause.h"
#include "core/health/change_log.h"
#include "core/health/check_points.h"
#include "core/health/health_tree.h"
#include "core/health/poison_list.h"
#include "core/limits/lane_book.h"
#include "core/limits/limit_book.h"
#include "core/plan/plan.h"

namespace drover::core {

/// The condition of a target, as a status page shows it.
enum class TargetCondition : std::uint8_t { Ok, Suspect, HalfOpen, Ejected, Cooling, Resting };
[[nodiscard]] std::string_view to_string(TargetCondition condition);

/// The result of one probe of one key at one server.
struct ProbeAnswer {
  KeyId key{};
  ServerId server{};
  const Error* error = nullptr;  ///< absent: healthy
  std::optional<Duration> latency = std::nullopt;
};

struct TargetView {
  TargetId target;
  TargetCondition condition = TargetCondition::Ok;  ///< Suspect: its last answers failed, but it is still used
  Instant until{};                                  ///< of Ejected, Cooling, Resting; kNever: a trial is running
  Cause cause{};                                    ///< what took it out or made it suspect
  std::uint32_t in_flight = 0;
  std::uint32_t consecutive_failures = 0;
  std::uint32_t score = 0;
  double first_content_seconds = 0;     ///< 0: unknown
  double seconds_per_output_token = 0;  ///< 0: unknown
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::optional<Instant> last_used;
  double probe_seconds = 0;                            ///< average time of probes; 0: unknown
  std::uint64_t input_tokens = 0;                      ///< that answers reported
  std::uint64_t cached_tokens = 0;                     ///< of these: read from the provider's prompt cache
  std::optional<LastCheck> last_check = std::nullopt;  ///< by a probe; nothing: there was none yet, or probes are off
};

class Succession;

class Fleet final : public FleetPort {
 public:
  /// `seed` is for the jitter of cooldowns and ejections.
  explicit Fleet(std::shared_ptr<const Plan> plan, std::uint64_t seed = 1);
  /// Borrows the plan, which must outlive the fleet.
  explicit Fleet(const Plan& plan, std::uint64_t seed = 1);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  [[nodiscard]] PickAnswer pick(const PickRequest& request, Instant now, Random& random) override;
  void settle(const Ticket& ticket, const Outcome& outcome, Instant now) override;
  void release(const Ticket& ticket) override;
  void leave(WaiterId waiter) override;
  void serve_waiting(Instant now) override { made_room(now); }
  void committed(const Ticket& ticket, Duration first_content, Instant now) override;
  void hint(const Ticket& ticket, const QuotaHints& hints, Instant now) override;
  [[nodiscard]] bool spend_retry(Instant now) override { return further_.spend_retry(now); }
  void charge_retry(Instant now) override { further_.charge_retry(now); }
  [[nodiscard]] bool spend_hedge(Instant now) override { return further_.spend_hedge(now); }
  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const override;
  [[nodiscard]] bool failover_is_free(TargetId next, Instant now) const override;
  [[nodiscard]] bool spoke_since(TargetId target, Instant since) const override {
    return targets_[target.index()].silence.spoke_since(since);
  }
  [[nodiscard]] bool doubted(TargetId target) const override { return targets_[target.index()].doubt.doubted(); }
  [[nodiscard]] bool ask_elsewhere(const Refusal& refusal, Instant now) override;
  void learn(const Refusal& refusal, Verdict verdict, Instant now) override;
  [[nodiscard]] QuotaHints asker_left(const Asker& asker, const Route* route, Instant now) const override;
  [[nodiscard]] Candidates candidates(const PickRequest& request, Instant now) override;

  /// Takes a probe's answer. It changes the key and the server, never ends a cooldown, and never counts against a
  /// target: a connection that fails is charged to the server, a refused credential to the key, any other failure to
  /// the key when the provider has one server, else to the server. Real traffic outranks probes: for one `interval`
  /// after a request succeeded or failed at the key or server, the answer is ignored. A node that a probe took out
  /// stays out until the next probes.
  void on_probe(const ProbeAnswer& answer, Instant now);
  /// Every key at every server that can be probed, each once.
  [[nodiscard]] const std::vector<CheckPoint>& check_points() const { return checks_.all(); }

  /// Takes the oldest change of state. When more than kChangesKept wait to be taken, the oldest are dropped and
  /// counted.
  [[nodiscard]] std::optional<StateChange> next_change() { return nodes_.changes().take(); }
  [[nodiscard]] std::uint64_t changes_lost() const { return nodes_.changes().lost(); }
  /// The changed node's name, safe to print: "key holysheep/spare". Valid as long as the fleet.
  [[nodiscard]] std::string_view label(const StateChange& change) const { return nodes_.label(change.node); }

  /// How many values about limits upstreams have sent that cannot be true. Such values change nothing.
  [[nodiscard]] std::uint64_t nonsense() const { return lanes_.nonsense(); }

  [[nodiscard]] TargetView view(TargetId target, Instant now) const;
  [[nodiscard]] std::vector<TargetView> views(Instant now) const;
  [[nodiscard]] std::uint64_t in_flight() const;
  /// Requests that wait for capacity.
  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] AffinityCount affinity() const { return conversations_.count(); }

  /// Conversations that are remembered (soft affinity).
  [[nodiscard]] std::size_t conversations() const { return conversations_.size(); }
  /// Whether refusals have taught the rate of any lane.
  [[nodiscard]] bool any_rate_learned() const { return lanes_.any_rate_learned(); }

  [[nodiscard]] const Plan& plan() const { return *plan_; }

 private:
  static constexpr std::uint32_t kNone = TargetState::kNone;
  static constexpr std::uint32_t kAlwaysOpen = HealthTree::kAlwaysOpen;

  struct Standing {
    Access access = Access::Open;
    Instant until{};
    ErrorKind why = ErrorKind::NoUpstream;
    bool limited = false;  ///< by a configured limit, not by the provider's
  };
  /// The result of a look at every candidate of a request.
  struct Survey {
    std::optional<TargetId> open;
    std::optional<TargetId> last_resort;
    std::uint32_t open_fallback = 0;
    std::uint32_t last_resort_fallback = 0;
    std::optional<TargetId> lacking;  ///< well, but without the API: used when no other target is left
    std::uint32_t lacking_fallback = 0;
    Instant last_resort_until = kNever;
    bool any = false;
    bool all_limited = true;
    Instant soonest = kNever;
    ErrorKind why = ErrorKind::NoUpstream;
  };

  // building (fleet_build.cc)
  void build();
  void build_pools();
  void build_accusers();

  // picking (fleet_pick.cc)
  [[nodiscard]] PickAnswer pick_now(const PickRequest& request, Instant now, Random& random);
  [[nodiscard]] PickAnswer pick_beside(const PickRequest& request, Instant now, Random& random);
  [[nodiscard]] bool free_for_a_second(TargetId target, const PickRequest& request, Instant now);
  [[nodiscard]] bool usable(TargetId target, const PickRequest& request, Instant now);
  [[nodiscard]] Standing standing(TargetId target, const PickRequest& request, Instant now);
  [[nodiscard]] std::optional<TargetId> choose(PoolId pool, Tier& tier, const PickRequest& request, Instant now,
                                               Random& random);
  /// The target came back so lately that it may get no further request yet.
  [[nodiscard]] bool rushed(const TargetState& target, Instant now) const {
    return now < nodes_.recovering_until() && target.comers.full(nodes_.comeback(target.path, now), now);
  }
  void count_load(TargetState& target, std::uint64_t more, std::uint64_t less);
  [[nodiscard]] bool silent(TargetId target, Instant now);
  void waits(TargetState& target, const Ticket& ticket, Instant now);
  void waits_no_more(TargetState& target, const Ticket& ticket, bool answered);
  [[nodiscard]] Duration suspicious_silence(const TargetState& target) const {
    return target.pool == kNone ? kNoLimit : pools_[target.pool].latency.suspicious_silence();
  }
  [[nodiscard]] PickAnswer take(TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now);
  [[nodiscard]] bool another_left(TargetId taken, const PickRequest& request, Instant now);
  [[nodiscard]] Survey survey(const PickRequest& request, Instant now);
  void look_at(TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now, Survey& found);
  [[nodiscard]] PickAnswer pick_without_open(const PickRequest& request, Instant now, Random& random);
  bool reset_all(const PickRequest& request, Instant now);

  // waiting (fleet_waiting.cc)
  [[nodiscard]] PickAnswer claim(const PickRequest& request, Instant now, Random& random);
  [[nodiscard]] PickAnswer join(const PickRequest& request, PickAnswer blocked, Instant now);
  void serve_waiters(Instant now);
  [[nodiscard]] Served serve(Waiting& waiting, Instant now);
  /// Call after every change that may let a waiting request in. Costs one comparison while no request waits.
  void made_room(Instant now) {
    if (succession_ != nullptr) return made_room_for_all(now);
    if (room_.in_line() > 0) serve_waiters(now);
  }
  void made_room_for_all(Instant now);

  // explaining (fleet_explain.cc)
  [[nodiscard]] Skip bar_of(TargetId target, const PickRequest& request, Instant now);
  void note(TargetId target, const PickRequest& request, Instant now);

  // soft affinity (fleet_affinity.cc)
  [[nodiscard]] std::optional<TargetId> kept(PoolId pool, const Tier& tier, const PickRequest& request, Instant now);
  void keep(PoolId pool, TargetId target, const PickRequest& request, Instant now);

  // settling (fleet_settle.cc)
  void settle_now(const Ticket& ticket, const Outcome& outcome, Instant now);
  void take_back(const Ticket& ticket);
  std::uint8_t give_back(const Ticket& ticket);
  void succeeded(const Ticket& ticket, const Outcome& outcome, Instant now);
  void failed(const Ticket& ticket, const Outcome& outcome, Instant now);
  /// What a charge is about: the target, its trial, the error, and the cause that an explanation shows later.
  struct Blame {
    TargetId target{};
    std::uint8_t trial_levels = 0;
    const Error* error = nullptr;
    Cause cause{};
  };
  void charge(const Blame& blame, Charge due, Instant now);
  void apply(const Blame& blame, Charge due, Instant now);
  void well(const TargetState& target, Level level, Instant began, Instant now);
  void well_throughout(const TargetState& target, Instant began, Instant now);
  void heard(TargetState& target, const Ticket& ticket, Instant now);
  void probe_succeeded(const TargetState& target, Level level, Instant now);
  void probe_failed(const TargetState& target, Charge due, const Error& error, Instant now);
  void learn_credential(const Refusal& refusal, Verdict verdict, Instant now);
  void lacks_api(const Refusal& refusal, Instant now);

  friend class FleetHandover;
  friend class Succession;

  std::shared_ptr<const Plan> plan_;
  Succession* succession_ = nullptr;  ///< while requests of earlier plans run (fleet_handover.h)
  Random random_;
  HealthTree nodes_;
  std::vector<TargetState> targets_;
  std::vector<PoolState> pools_;
  CheckPoints checks_;
  AffinityTable conversations_;  ///< open when some pool keeps conversations
  LimitBook limits_;
  LaneBook lanes_;
  FurtherAttempts further_;
  PoisonList poison_;
  WaitingRoom room_;
  Keeper keeper_;
};

}  // namespace drover::core
