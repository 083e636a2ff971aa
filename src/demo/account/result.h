// What a run of the demonstration came to: the figures, and whether it kept its promises. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "demo/account/ledger.h"
#include "demo/load/course.h"

namespace drover::demo {

/// A request that was sent within this time of its own counts as sent when it was due: beyond it the load was no longer
/// the one that was asked for.
inline constexpr Duration kSentInTime = std::chrono::seconds(1);
/// At least this part of the requests must have been.
inline constexpr double kSentShare = 0.99;

/// One phase as it was.
struct Stretch {
  Ill ill = Ill::No;
  Duration from{};  ///< since the first request
  Duration to{};
  std::optional<Duration> left_after{};  ///< of an illness: until the traffic had left
  std::optional<Duration> back_after{};  ///< of the health after one: until the traffic was back
};

/// Part of one processor that each part of the program used while requests were sent.
struct Shares {
  double clients = 0;
  double mock = 0;
  double gateway = 0;
};

struct Times {
  Duration half{};
  Duration p99{};
  Duration most{};
};

struct Run {
  Course course{};
  Duration lasted{};  ///< from the first request to the last that was due
  std::uint64_t most_in_flight = 0;
  std::vector<Stretch> stretches{};
  Shares shares{};
  Books books{};
};

struct Summary {
  std::uint64_t due = 0;
  std::uint64_t sent_in_time = 0;
  double sent_rate = 0;
  Times lag;
  Times plain;          ///< to the last byte
  Times streamed;       ///< to the last byte
  Times first_content;  ///< of streams
  std::uint64_t failed = 0;
  std::map<std::string, std::uint64_t> flaws{};
  std::map<std::string, std::uint64_t> failovers{};
  std::uint64_t failed_over = 0;  ///< requests that needed more than one attempt
  int most_attempts = 0;
  std::map<std::string, std::uint64_t> faults{};  ///< seen by the upstreams, by kind
  Reconciliation ledger;
  std::vector<std::string> complaints{};  ///< why it fails; empty: it passes
};

[[nodiscard]] Summary summarize(const Run& run);

/// For people.
[[nodiscard]] std::string summary_text(const Run& run, const Summary& summary);
/// For programs.
[[nodiscard]] std::string summary_json(const Run& run, const Summary& summary);

}  // namespace drover::demo
