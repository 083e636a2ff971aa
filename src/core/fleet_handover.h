// What a reload makes of the fleet: another one, of another plan, takes its place, while requests of the old one still
// run and wait. They keep the plan they began with, but what they use up, what they hold and what they find out is one
// for all: limits are never exceeded by both together, and a key that an old request finds refused rests for the new
// ones too. Not how limits are shared: those are the same objects in both (LimitBook::adopt).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/fleet.h"

namespace drover::core {

class Succession;

/// What the requests of a fleet talk to once another has taken its place. For each call it borrows what the heir knows
/// of the targets in question, lets the old fleet act, and gives the result back. What has no equal in the heir's plan
/// (a target, a key, a lane) stays the old fleet's own.
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
  [[nodiscard]] bool doubted(TargetId target) const override;
  [[nodiscard]] bool ask_elsewhere(const Refusal& refusal, Instant now) override;
  void learn(const Refusal& refusal, Verdict verdict, Instant now) override;
  [[nodiscard]] Candidates candidates(const PickRequest& request, Instant now) override;
  void on_probe(const ProbeAnswer& answer, Instant now);

 private:
  friend class Succession;

  class Loan;
  class CommonLoan;

  /// Where the old fleet's parts are in the heir, by the names that mean the same in every plan; ~0: nowhere. What is
  /// gone once stays gone, also when a later plan has it again: nothing of it was counted in between.
  struct Places {
    std::vector<std::uint32_t> nodes;
    std::vector<std::uint32_t> targets;
    std::vector<std::uint32_t> lanes;
    std::vector<std::uint32_t> checks;
    std::vector<std::uint32_t> pools;
  };
  enum class Way : std::uint8_t { Borrow, Return };

  [[nodiscard]] static Places places_in(const Fleet& heir, const Fleet& old);
  /// The heir has handed over to `next`; `from_heir`: where its parts are there.
  void pass_on(Fleet& next, const Places& from_heir);
  /// The heir is gone, and nobody has taken its place.
  void orphan();
  /// Everything to the heir, for the first time.
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

  /// `next`, which nobody has used yet, takes the place of `newest`, whose requests go through the handover from now
  /// on. Those who wait keep their places: rooms take turns. The handover lasts until leave(newest).
  FleetHandover& succeed(Fleet& newest, Fleet& next);
  /// The fleet goes; it has no requests any more.
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
