// How the traffic moves between the keys, from samples of the gateway's own counts: when it had left a key, and whether
// it is back. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"

namespace drover::demo {

/// What the gateway had given each key up to a time.
struct Sample {
  Instant at{};
  std::vector<std::uint64_t> picks{};  ///< by key, since the start
};

/// Traffic has left a key when, for this long, it is given less than this part of an even share: what is left are
/// trials.
inline constexpr Duration kLeftWindow = std::chrono::milliseconds(500);
inline constexpr double kLeftShare = 0.10;
/// Trials are no traffic: so many requests in one window never count, however small the share.
inline constexpr double kTrials = 3;
inline constexpr Duration kBackWindow = std::chrono::seconds(1);

struct Watched {
  std::size_t key = 0;
  double fair = 1;  ///< an even share, requests a second
};

/// How long after `from` the traffic had left and stayed away; nothing when it had not before `until`.
[[nodiscard]] std::optional<Duration> left_after(const std::vector<Sample>& samples, Watched watched, Instant from,
                                                 Instant until);

/// Whether the key was given at least `share` of its even share over the last kBackWindow.
[[nodiscard]] bool is_back(const std::vector<Sample>& samples, Watched watched, double share);

}  // namespace drover::demo
