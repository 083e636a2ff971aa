// Rendezvous hashing with bounded load: a request with an affinity goes to the same target as long as that is well and
// not overloaded, and when a target leaves only its own requests move. (Thaler and Ravishankar 1998; the bound is from
// Mirrokni, Thorup and Zadimoghaddam 2018.)
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace drover::core::balancer {

/// A target with more than this times the mean load is passed over for the next in line.
inline constexpr double kLoadBound = 1.25;

/// Mixes two hashes into one whose bits are all usable (the finalizer of splitmix64).
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t mixed = a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

/// How strongly `affinity` is drawn to a target among equals: uniform in (0, 1).
[[nodiscard]] inline double attraction(std::uint64_t affinity, std::uint64_t target_hash) {
  return (static_cast<double>(mix(affinity, target_hash) >> 11) + 0.5) * 0x1.0p-53;
}

/// The same among targets of different weights: over all affinities each wins in proportion to its own. With equal
/// weights the order is that of the plain attraction, which saves the logarithm.
[[nodiscard]] inline double attraction(std::uint64_t affinity, std::uint64_t target_hash, std::uint32_t weight) {
  return -static_cast<double>(weight) / std::log(attraction(affinity, target_hash));
}

/// `pull(position)` is the attraction, `load(position)` what it has to do now; `bound` the most it may have. Whether
/// one is eligible is asked only where it would be chosen: of n positions, about ln n times.
template <class Eligible, class Pull, class Load>
std::optional<std::size_t> sticky(std::size_t size, double bound, Eligible&& eligible, Pull&& pull, Load&& load) {
  std::optional<std::size_t> best;
  std::optional<std::size_t> best_over;  // when everyone is over the bound the strongest pull decides
  double strongest = 0;
  double strongest_over = 0;
  for (std::size_t at = 0; at < size; ++at) {
    const double own = pull(at);
    if (best && own <= strongest) continue;
    const bool fits = load(at) <= bound;
    if (!fits && (best || (best_over && own <= strongest_over))) continue;
    if (!eligible(at)) continue;
    if (fits) {
      best = at;
      strongest = own;
    } else {
      best_over = at;
      strongest_over = own;
    }
  }
  return best ? best : best_over;
}

}  // namespace drover::core::balancer
