// The latest changes of state, each waiting to be taken and told, in a bound of memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "core/health/blame.h"
#include "core/health/cause.h"

namespace drover::core {

/// A change of state of one node of the health tree, for one line in the log.
struct StateChange {
  enum class What : std::uint8_t {
    Ejected,
    CoolingDown,
    Resting,
    OnTrial,
    Recovered,
    NotBelieved,
    Suspected,
    LacksApi
  };
  What what = What::Ejected;
  Level level = Level::Target;  ///< what kind of node; Fleet::label() has its name
  std::uint32_t node = 0;
  Instant at{};
  Instant until = kNever;  ///< Ejected, CoolingDown, Resting, LacksApi
  Cause cause{};           ///< Ejected, CoolingDown, Resting, LacksApi
};
inline constexpr std::size_t kChangesKept = 256;

class ChangeLog {
 public:
  /// When kChangesKept wait to be taken, the oldest is dropped and counted.
  void add(const StateChange& change) {
    if (count_ == kChangesKept) {
      (void)take();
      ++lost_;
    }
    changes_[(first_ + count_) % kChangesKept] = change;
    ++count_;
  }
  /// The oldest.
  [[nodiscard]] std::optional<StateChange> take() {
    if (count_ == 0) return std::nullopt;
    const StateChange change = changes_[first_];
    first_ = (first_ + 1) % kChangesKept;
    --count_;
    return change;
  }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  std::array<StateChange, kChangesKept> changes_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace drover::core
