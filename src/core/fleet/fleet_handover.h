// Replaces the fleet at a reload while requests of the old fleet still run and wait. These requests keep the plan they
// began with, but limits, running counts and health are one for both fleets: together they never exceed a limit, and a
// key that an old request finds refused rests for new requests too. Configured limits are shared objects already
// (LimitBook::adopt) and not part of this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/fleet/fleet.h"

namespace drover::core {

class Succession;

/// The port of an old fleet's requests once another fleet, the heir, has taken its place. For each call it borrows the
/// heir's state of the targets in question, lets the old fleet act, and gives the state back. A target, key or lane
/// that the heir's plan does not have stays in the old fleet.
class FleetHandover final : public FleetPort {
 public:
  FleetHandover(Fleet& old, Fleet& heir, Succession& all);
  ~FleetHandover() override = default;

  [[nodiscard]] PickAnswer pick(const PickRequest& request, Instant now, Random& random) override;
  void settle(const Ticket& ticket, const Outcome& outcome, Instant now) override;
  void release(const Ticket& ticket) override;
  void serve_waiting(Instant now) override;
  void leave(WaiterId waiter) override;
  void committed(const Ticket& ticket, Duration first_content, Instant now) override;
  void hint(const Ticket& ticket, const QuotaHints& hints, Instant now) override;
  [[nodiscard]] bool spend_retry(Instant now) override;
  void charge_retry(Instant now) override;
  [[nodiscard]] bool spend_hedge(Instant now) override;
  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const override;
  [[nodiscard]] bool failover_is_free(TargetId next, Instant now) const override;
  [[nodiscard]] bool spoke_since(TargetId target, Instant since) const override;
  [[nodiscard]] bool doubted(TargetId target) const override;
  [[nodiscard]] bool ask_elsewhere(const Refusal& refusal, Instant now) override;
  void learn(const Refusal& refusal, Verdict verdict, Instant now) override;
  [[nodiscard]] QuotaHints asker_left(const Asker& asker, const Route* route, Instant now) const override;
  [[nodiscard]] Candidates candidates(const PickRequest& request, Instant now) override;
  void on_probe(const ProbeAnswer& answer, Instant now);

 private:
  friend class Succession;

  class Loan;
  class CommonLoan;

  /// The places of the old fleet's parts in the heir, found by names that mean the same in every plan; ~0: none. A part
  /// that was missing in one plan stays missing when a later plan has it again, because nothing was counted in between.
  struct Places {
    std::vector<std::uint32_t> nodes;
    std::vector<std::uint32_t> targets;
    std::vector<std::uint32_t> lanes;
    std::vector<std::uint32_t> checks;
    std::vector<std::uint32_t> pools;
  };
  enum class Way : std::uint8_t { Borrow, Return };

  [[nodiscard]] static Places places_in(const Fleet& heir, const Fleet& old);
  /// Makes `next` the heir; `from_heir`: the places of the present heir's parts in `next`.
  void pass_on(Fleet& next, const Places& from_heir);
  /// Goes on without an heir: it is gone, and no fleet has taken its place.
  void orphan();
  /// Gives all state to the heir for the first time.
  void bequeath();
  void bequeath_conversations();

  template <class CarryOne>
  void carry(std::uint32_t old_at, std::uint32_t heir_at, Way way, CarryOne&& one) const;
  void carry_target(TargetId target, Way way) const;
  void carry_pool(std::uint32_t pool, Way way) const;
  void carry_common(Way way) const;
  void carry_all(Way way) const;

  Fleet* old_;
  Fleet* heir_;
  Succession* all_;
  Places places_;
};

/// The fleets of one process, one after the other: the newest, and those before it that still have requests.
class Succession {
 public:
  Succession() = default;
  ~Succession();
  Succession(const Succession&) = delete;
  Succession& operator=(const Succession&) = delete;

  /// Makes `next`, which is not in use yet, take the place of `newest`; requests of `newest` go through the returned
  /// handover from now on. Waiting requests keep their places: the rooms take turns. The handover lasts until
  /// leave(newest).
  FleetHandover& succeed(Fleet& newest, Fleet& next);
  /// Takes out a fleet that has no requests any more.
  void leave(Fleet& fleet);

  /// A change of state that no call has taken from its fleet yet.
  struct News {
    StateChange change;
    std::string label;
  };
  [[nodiscard]] std::optional<News> next_change();
  [[nodiscard]] std::size_t waiting() const;

 private:
  friend class Fleet;
  friend class FleetHandover;

  /// Somebody may be served in any room; while an old fleet's call is under way, when it has ended.
  void made_room(Instant now);
  void call_began() { ++calls_; }
  void call_ended();
  void serve_rooms(Instant now);

  std::vector<std::unique_ptr<FleetHandover>> elders_;
  Fleet* newest_ = nullptr;
  std::size_t turn_ = 0;  ///< which room is served first
  int calls_ = 0;         ///< under way
  std::optional<Instant> due_;
};

}  // namespace drover::core
