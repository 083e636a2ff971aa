// When each request of an open-loop load is due. Only the clock decides: a slow answer delays no later request, and
// latency that counts from here has no coordinated omission.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace drover::demo {

struct Schedule {
  Instant begin{};
  std::uint32_t rate = 1;  ///< requests a second; at least 1

  [[nodiscard]] Instant due(std::uint64_t request) const {
    const std::uint64_t whole = request / rate;
    const std::uint64_t rest = request % rate;
    return begin + std::chrono::seconds(whole) + Duration(static_cast<Duration::rep>(rest * 1'000'000'000U / rate));
  }

  /// How many requests are due at `now`: those with a lower number than the result.
  [[nodiscard]] std::uint64_t due_by(Instant now) const {
    if (now < begin) return 0;
    const auto passed = static_cast<std::uint64_t>((now - begin).count());
    std::uint64_t count = passed / 1'000'000'000U * rate + passed % 1'000'000'000U * rate / 1'000'000'000U;
    while (due(count) <= now) ++count;
    return count;
  }
};

}  // namespace drover::demo
