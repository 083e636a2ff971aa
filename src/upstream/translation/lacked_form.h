// That a server does not have OpenAI's Responses, as its answers have shown: many servers of that dialect have chat
// completions only, and requests are translated for them. A fact, never a failure.
#pragma once

#include <atomic>

#include "base/instant.h"
#include "core/health/lacked_apis.h"

namespace drover::upstream {

/// One server of a configuration. Thread-safe.
class LackedForm {
 public:
  /// Holds for core::kApiLackedFor: somebody may have turned the API on.
  void note(Instant now) { until_.store(now + core::kApiLackedFor, std::memory_order_relaxed); }
  [[nodiscard]] bool holds(Instant now) const { return now < until_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Instant> until_{Instant::min()};
};

}  // namespace drover::upstream
