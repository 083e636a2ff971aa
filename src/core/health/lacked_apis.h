// Which APIs a target does not offer, as other targets' answers have shown: a chat server without embeddings refuses
// them for ever and is well all the same. A fact about this API there, never a failure.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace drover::core {

/// The API is asked of the target again after this: somebody may have turned it on.
inline constexpr Duration kApiLackedFor = std::chrono::minutes(10);

/// The number of an API; the dialects define the numbers. Numbers from kApis on count as one API.
using ApiNumber = std::uint8_t;
inline constexpr ApiNumber kApis = 31;

class LackedApis {
 public:
  /// Notes that the target refused the API, and another target is being asked.
  void suppose(ApiNumber api, Instant now) {
    if (now >= until_) lacked_ = shown_ = 0;
    lacked_ |= bit(api);
    until_ = after(now, kApiLackedFor);
  }
  /// Notes that another target offers the API. True: this was not known before.
  bool show(ApiNumber api, Instant now) {
    suppose(api, now);
    const bool known = (shown_ & bit(api)) != 0;
    shown_ |= bit(api);
    return !known;
  }
  /// Drops the supposition: other targets gave no evidence.
  void forget(ApiNumber api) {
    if ((shown_ & bit(api)) == 0) lacked_ &= ~bit(api);
  }
  [[nodiscard]] bool any() const { return lacked_ != 0; }
  [[nodiscard]] bool has(ApiNumber api, Instant now) const { return (lacked_ & bit(api)) != 0 && now < until_; }
  [[nodiscard]] Instant until() const { return until_; }

 private:
  static std::uint32_t bit(ApiNumber api) { return 1U << (api < kApis ? api : kApis); }

  std::uint32_t lacked_ = 0;  ///< a bit for each API
  std::uint32_t shown_ = 0;   ///< of these: not only supposed
  Instant until_ = Instant::min();
};

}  // namespace drover::core
