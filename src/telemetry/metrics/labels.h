// Names for metric labels, with a limit: further names are counted together. A name keeps its slot for the life of the
// process, so counters survive a reload. Names come from the configuration, never from a client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace drover::telemetry {

using Slot = std::uint16_t;

/// The slot of all names beyond the limit.
inline constexpr Slot kOtherSlot = 0;

/// Thread-safe; not for the path of every request.
class Labels {
 public:
  /// `limit` names have a slot of their own, 1 to limit.
  explicit Labels(std::size_t limit) : limit_(limit), names_{"other"} {}

  [[nodiscard]] Slot slot(std::string_view name);
  /// By slot; the first is "other".
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
  std::map<std::string, Slot, std::less<>> slots_;
};

}  // namespace drover::telemetry
