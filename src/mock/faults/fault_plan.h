// The scripted faults that strike now, by scope, time window, counts and chance. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "mock/faults/fault.h"

namespace drover::mock {

/// The facts that a fault's scope is compared with.
struct Subject {
  std::size_t port = 0;
  std::string_view key = {};
  std::string_view path = {};
  std::string_view model = {};
};

/// When a fault strikes: at accept, when the head is known, when the whole request is known.
enum class Moment : std::uint8_t { Accept, Head, Request };

class FaultPlan {
 public:
  struct Entry {
    Fault fault;
    Instant since{};
    std::uint64_t matched = 0;
    std::uint64_t hits = 0;
  };

  void add(Fault fault, Instant now) { entries_.push_back(Entry{.fault = std::move(fault), .since = now}); }
  void clear() { entries_.clear(); }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  /// The faults that strike this subject, in the order in which they were set; it counts them. Refuse is never among
  /// them: it is a state of the port, see refuses().
  [[nodiscard]] std::vector<Fault> strike(const Subject& subject, Moment moment, Instant now, Random& random);
  /// Whether this port is closed now.
  [[nodiscard]] bool refuses(std::size_t port, Instant now) const;
  /// The next time at which refuses() may change; kNever: it changes only with the settings.
  [[nodiscard]] Instant next_change(Instant now) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace drover::mock
