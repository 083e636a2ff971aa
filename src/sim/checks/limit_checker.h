// Books of every configured limit (invariant 12), from the calls to the fleet alone: the requests of the last minute
// and the running requests, for each client, model, quota and key. Tokens are not counted here.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"
#include "sim/checks/invariants.h"

namespace drover::sim {

class LimitChecker {
 public:
  LimitChecker(const core::Plan& plan, Findings& findings) : plan_(&plan), findings_(&findings) {}

  /// Counts from when the ticket was taken; for a request that waited, that is before its call.
  void picked(std::uint32_t request, const core::PickRequest& asked, const core::Ticket& ticket);
  void settled(std::uint32_t request, const core::Ticket& ticket, const core::Outcome& outcome);
  void released(std::uint32_t request, const core::Ticket& ticket);

 private:
  struct Book {
    std::map<Instant, int> taken;                     ///< how many at each time
    std::multiset<std::pair<Instant, bool>> running;  ///< by when they were taken, and whether for a further attempt
  };
  struct Limit {
    std::string name;
    core::ModelLimits limits;
    bool askers = false;  ///< a client's or model's limit, which counts requests and not attempts
    int requests = 1;
  };
  /// One attempt: its request, its target, and when it was taken.
  using Lease = std::tuple<std::uint32_t, std::uint32_t, Instant>;

  [[nodiscard]] std::vector<Limit> of_asker(const core::PickRequest& asked) const;
  [[nodiscard]] std::vector<Limit> of_target(core::TargetId target, const core::Asker& asker) const;
  void count(std::uint32_t request, const Limit& limit, Instant taken);
  void give_back(std::uint32_t request, const core::Ticket& ticket, bool used_at_target, bool used_by_asker);

  const core::Plan* plan_;
  Findings* findings_;
  std::map<std::string, Book> books_;
  std::map<Lease, std::vector<Limit>> leases_;
};

}  // namespace drover::sim
