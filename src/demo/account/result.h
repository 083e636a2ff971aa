// The result of a run of the demonstration: the figures, and whether it kept its promises. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "demo/account/ledger.h"
#include "demo/load/course.h"

namespace drover::demo {

/// A request that is sent within this time counts as sent when it was due. Beyond it the load was not the one that was
/// asked for.
inline constexpr Duration kSentInTime = std::chrono::seconds(1);
/// Least share of requests that must be sent when they are due.
inline constexpr double kSentShare = 0.99;

/// One phase, as measured.
struct Stretch {
  Ill ill = Ill::No;
  Duration from{};  ///< since the first request
  Duration to{};
  std::optional<Duration> left_after{};  ///< of an illness: until the traffic had left the key
  std::optional<Duration> back_after{};  ///< of the health after an illness: until the traffic was back
};

/// The share of one processor that each part of the program used while requests were sent.
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
  Duration lasted{};  ///< from the first request to the last one
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
  std::uint64_t failed_over = 0;  ///< requests with more than one attempt
  std::uint64_t translated = 0;   ///< requests that the spare target answered, in the other dialect
  int most_attempts = 0;
  std::map<std::string, std::uint64_t> faults{};  ///< those that the upstreams met, by kind
  Reconciliation ledger;
  std::vector<std::string> complaints{};  ///< why the run fails; empty: it passes
};

[[nodiscard]] Summary summarize(const Run& run);

/// For people.
[[nodiscard]] std::string summary_text(const Run& run, const Summary& summary);
/// For programs.
[[nodiscard]] std::string summary_json(const Run& run, const Summary& summary);

}  // namespace drover::demo
