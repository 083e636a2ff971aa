// What is probed: every key at every server that has a target, each once, with what its probes found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "core/latency/probe_ewma.h"
#include "core/plan/plan.h"

namespace drover::core {

/// What the last probe of a key at a server found.
struct LastCheck {
  Instant at{};
  bool healthy = false;
  ErrorKind why = ErrorKind::NoUpstream;  ///< when not healthy
  int status = 0;                         ///< of the answer; 0: there was none
};

/// A key at a server: the unit that is probed. `target` is the first of its targets.
struct CheckPoint {
  KeyId key{};
  ServerId server{};
  TargetId target{};
  std::optional<LastCheck> last{};
  ProbeEwma latency{};
};

/// The result of one probe of one key at one server.
struct ProbeAnswer {
  KeyId key{};
  ServerId server{};
  const Error* error = nullptr;  ///< absent: healthy
  std::optional<Duration> latency = std::nullopt;
};

class CheckPoints {
 public:
  explicit CheckPoints(const Plan& plan);

  /// Sorted by key, then server.
  [[nodiscard]] const std::vector<CheckPoint>& all() const { return points_; }
  [[nodiscard]] CheckPoint& operator[](std::uint32_t place) { return points_[place]; }
  [[nodiscard]] const CheckPoint& operator[](std::uint32_t place) const { return points_[place]; }
  /// The place of a key at a server; nothing when no target has both.
  [[nodiscard]] std::optional<std::uint32_t> find(KeyId key, ServerId server) const;
  /// In the order of all(), the same for the same key and server in every plan.
  [[nodiscard]] std::vector<std::string> names(const Plan& plan) const;

 private:
  std::vector<CheckPoint> points_;
};

}  // namespace drover::core
