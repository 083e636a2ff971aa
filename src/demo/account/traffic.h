// How the traffic moves between the keys, from samples of the gateway's counts: when it had left a key, and whether it
// is back. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"

namespace drover::demo {

/// The requests that the gateway had given each key up to a time.
struct Sample {
  Instant at{};
  std::vector<std::uint64_t> picks{};  ///< by key, since the start
};

/// Traffic has left a key when, for this long, the key gets less than this part of an even share: the rest are trials.
inline constexpr Duration kLeftWindow = std::chrono::milliseconds(500);
inline constexpr double kLeftShare = 0.10;
/// Requests in one window that never count as traffic, however small the share, because they are trials.
inline constexpr double kTrials = 3;
inline constexpr Duration kBackWindow = std::chrono::seconds(1);

struct Watched {
  std::size_t key = 0;
  double fair = 1;  ///< an even share, requests a second
};

/// How long after `from` the traffic had left the key and stayed away; nothing when it had not before `until`.
[[nodiscard]] std::optional<Duration> left_after(const std::vector<Sample>& samples, Watched watched, Instant from,
                                                 Instant until);

/// Whether the key got at least `share` of its even share over the last kBackWindow.
[[nodiscard]] bool is_back(const std::vector<Sample>& samples, Watched watched, double share);

}  // namespace drover::demo
