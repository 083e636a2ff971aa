// What a provider's answer says about its limits, as plain values. A dialect reads them; the core decides whether to
// believe them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace drover {

/// What a limit counts.
enum class QuotaDimension : std::uint8_t { AllRequests, AllTokens, InputTokens, OutputTokens };
inline constexpr std::size_t kQuotaDimensions = 4;

/// One limit as the answer tells it. Any part may be missing or nonsense.
struct QuotaHint {
  std::optional<std::int64_t> limit = std::nullopt;
  std::optional<std::int64_t> remaining = std::nullopt;
  std::optional<Duration> reset = std::nullopt;  ///< until the whole limit is free again

  [[nodiscard]] bool any() const { return limit || remaining || reset; }
};

/// Makes `least` the one of the two that leaves less, and of equals the one that is whole again later. What has no
/// `remaining` says nothing.
inline void keep_least(QuotaHint& least, const QuotaHint& other) {
  if (!other.remaining) return;
  const bool less = !least.remaining || *other.remaining < *least.remaining;
  const bool longer = other.remaining == least.remaining && other.reset > least.reset;
  if (less || longer) least = other;
}

struct QuotaHints {
  std::array<QuotaHint, kQuotaDimensions> by_dimension{};

  [[nodiscard]] QuotaHint& of(QuotaDimension dimension) { return by_dimension[static_cast<std::size_t>(dimension)]; }
  [[nodiscard]] const QuotaHint& of(QuotaDimension dimension) const {
    return by_dimension[static_cast<std::size_t>(dimension)];
  }
};

}  // namespace drover
