// The fleet as several threads use it: one short mutex around the pure object, so that every thread sees an ejection at
// once and limits are exact.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include "core/fleet/fleet.h"
#include "core/fleet/fleet_handover.h"
#include "upstream/run/recorder.h"

namespace drover::upstream {

class SharedFleet final : public core::FleetPort {
 public:
  /// Gets every change of a node's state with the node's name ("key holysheep/spare"), outside the lock, on the thread
  /// that caused it.
  using Observer = std::function<void(const core::StateChange& change, std::string_view label)>;

  /// `seed`: for the jitter of cooldowns, which differs in each process. `recorder`: records the fleet's events,
  /// together with those of requests (Run::Parts::recorder); null: nothing is recorded.
  SharedFleet(std::shared_ptr<const core::Plan> plan, Observer observer, std::uint64_t seed = 1,
              std::shared_ptr<Recorder> recorder = nullptr);
  ~SharedFleet() override;

  /// Takes the place of `before`, the newest until now: core/fleet/fleet_handover.h. Before anybody uses this one.
  void succeed(SharedFleet& before);

  [[nodiscard]] core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override;
  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override;
  void release(const core::Ticket& ticket) override;
  void leave(core::WaiterId waiter) override;
  void serve_waiting(Instant now) override;
  void committed(const core::Ticket& ticket, Duration first_content, Instant now) override;
  void hint(const core::Ticket& ticket, const QuotaHints& hints, Instant now) override;
  [[nodiscard]] bool spend_retry(Instant now) override;
  void charge_retry(Instant now) override;
  [[nodiscard]] bool spend_hedge(Instant now) override;
  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const override;
  [[nodiscard]] bool failover_is_free(core::TargetId next, Instant now) const override;
  [[nodiscard]] bool spoke_since(core::TargetId target, Instant since) const override;
  [[nodiscard]] bool doubted(core::TargetId target) const override;
  [[nodiscard]] bool ask_elsewhere(const core::Refusal& refusal, Instant now) override;
  void learn(const core::Refusal& refusal, core::Verdict verdict, Instant now) override;
  [[nodiscard]] QuotaHints asker_left(const core::Asker& asker, const core::Route* route, Instant now) const override;
  [[nodiscard]] core::Candidates candidates(const core::PickRequest& request, Instant now) override;

  /// A probe's answer (Fleet::on_probe).
  void on_probe(const core::ProbeAnswer& answer, Instant now);

  /// Null: nothing is recorded.
  [[nodiscard]] Recorder* recorder() const { return recorder_.get(); }

  /// Runs `read(fleet)` under the lock: for status pages and reloads. Keep it short.
  template <class Read>
  auto with(Read&& read) {
    const std::lock_guard lock(lineage_->mutex);
    return std::forward<Read>(read)(fleet_);
  }

 private:
  /// The fleets of one process share this lock, so that they agree.
  struct Lineage {
    std::mutex mutex;
    core::Succession fleets;
  };

  /// What calls go to. With the lock held.
  [[nodiscard]] core::FleetPort& port() {
    if (handover_ != nullptr) return *handover_;
    return fleet_;
  }
  [[nodiscard]] const core::FleetPort& port() const { return const_cast<SharedFleet*>(this)->port(); }
  template <class Act>
  void change(Act&& act);
  [[nodiscard]] std::optional<core::Succession::News> news();

  std::shared_ptr<Lineage> lineage_ = std::make_shared<Lineage>();
  core::Fleet fleet_;
  core::FleetHandover* handover_ = nullptr;  ///< once another fleet has taken its place
  Observer observer_;
  std::shared_ptr<Recorder> recorder_;
};

}  // namespace drover::upstream
