#include "core/fleet/fleet.h"

#include <algorithm>
#include <utility>

#include "core/targets/evidence.h"

namespace drover::core {
namespace {

/// Whether some pool remembers where its conversations went.
bool keeps_conversations(const Plan& plan) {
  return std::ranges::any_of(plan.pools, [](const Pool& pool) {
    return pool.balance == Balance::P2c && pool.affinity > Duration::zero() && pool.targets.size() > 1;
  });
}

}  // namespace

Fleet::Fleet(std::shared_ptr<const Plan> plan, std::uint64_t seed)
    : plan_(std::move(plan)),
      random_(seed),
      checks_(*plan_),
      targets_(*plan_, checks_),
      further_(plan_->retry),
      room_(*plan_) {
  if (keeps_conversations(*plan_)) conversations_.open();
}

Fleet::Fleet(const Plan& plan, std::uint64_t seed)
    : Fleet(std::shared_ptr<const Plan>(std::shared_ptr<void>(), &plan), seed) {}

void Fleet::on_probe(const ProbeAnswer& answer, Instant now) {
  if (Evidence(targets_, random_, now).probed(checks_, answer)) made_room(now);
}

QuotaHints Fleet::asker_left(const Asker& asker, const Route* route, Instant now) const {
  return targets_.limits().asker_left(asker, route, now);
}

Candidates Fleet::candidates(const PickRequest& request, Instant now) {
  Candidates found;
  found.list.reserve(kMaxCandidates);
  for (const PoolId pool : request.route->pools) {
    for (const TargetId target : plan_->pools[pool.index()].targets) {
      if (found.list.size() < kMaxCandidates) {
        found.list.push_back(targets_.bar_of(target, request, now));
      } else {
        ++found.left_out;
      }
    }
  }
  return found;
}

std::vector<TargetView> Fleet::views(Instant now) const {
  std::vector<TargetView> all;
  all.reserve(targets_.all().size());
  for (std::uint32_t at = 0; at < targets_.all().size(); ++at) all.push_back(view(TargetId{at}, now));
  return all;
}

}  // namespace drover::core
