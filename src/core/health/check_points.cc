#include "core/health/check_points.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace drover::core {
namespace {

std::pair<std::uint32_t, std::uint32_t> place_of(const CheckPoint& point) {
  return {point.key.value, point.server.value};
}

}  // namespace

CheckPoints::CheckPoints(const Plan& plan) {
  points_.reserve(plan.targets.size());
  for (std::uint32_t at = 0; at < plan.targets.size(); ++at) {
    points_.push_back({.key = plan.targets[at].key, .server = plan.targets[at].server, .target = TargetId{at}});
  }
  std::ranges::sort(points_, [](const CheckPoint& a, const CheckPoint& b) {
    return std::tuple(place_of(a), a.target.value) < std::tuple(place_of(b), b.target.value);
  });
  const auto repeated = std::ranges::unique(points_, {}, place_of);
  points_.erase(repeated.begin(), repeated.end());
  points_.shrink_to_fit();
}

std::optional<std::uint32_t> CheckPoints::find(KeyId key, ServerId server) const {
  const auto found = std::ranges::lower_bound(points_, std::pair(key.value, server.value), {}, place_of);
  if (found == points_.end() || !(found->key == key) || !(found->server == server)) return std::nullopt;
  return static_cast<std::uint32_t>(found - points_.begin());
}

std::vector<std::string> CheckPoints::names(const Plan& plan) const {
  std::vector<std::string> names;
  names.reserve(points_.size());
  for (const CheckPoint& point : points_) {
    names.push_back(plan.keys[point.key.index()].fingerprint + " at " + plan.servers[point.server.index()].base_url);
  }
  return names;
}

}  // namespace drover::core
