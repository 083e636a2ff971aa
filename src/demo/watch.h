// Watches a running demonstration from outside: it samples the gateway's counts and prints the live table. It changes
// nothing.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include "core/fleet/fleet.h"
#include "demo/account/traffic.h"
#include "demo/load/course.h"
#include "demo/load/load_client.h"
#include "gateway/process/server.h"

namespace drover::demo {

class Watch {
 public:
  Watch(const Course& course, gateway::Server& server, const LoadClient& client, Instant begin, std::ostream& out);

  /// Prints a line between the table's rows, and sets the phase's name for the following rows.
  void announce(Ill ill);
  /// Watches until `at`.
  void until(Instant at);
  /// Watches until the sick key has its traffic back. False: not before `latest`.
  [[nodiscard]] bool until_back(Instant latest);
  /// Watches until every request that was sent has ended. False: not before `latest`.
  [[nodiscard]] bool until_all_ended(Instant latest);

  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }
  [[nodiscard]] std::uint64_t most_in_flight() const { return most_in_flight_; }

 private:
  /// Waits for the time of the next sample, takes it, and prints a row after each second.
  void tick();
  void print_row(Instant now, const std::vector<core::TargetView>& views);

  const Course& course_;
  gateway::Server& server_;
  const LoadClient& client_;
  Instant begin_;
  std::ostream& out_;
  Ill ill_ = Ill::No;
  std::vector<Sample> samples_;
  std::uint64_t most_in_flight_ = 0;
  Instant next_sample_{};
  Instant next_row_{};
  std::uint64_t sent_before_ = 0;
  std::vector<std::uint64_t> picks_before_;
};

}  // namespace drover::demo
