// What was decided about one request, and why: its attempts, what was passed over, what was waited for, why it ended.
// As values with borrowed texts, and as bytes to be kept. No prompt and no key; what a client chose is cut.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "core/dispatch/decision.h"
#include "core/dispatch/dispatch.h"

namespace drover::telemetry {

/// Longest text kept of one field.
inline constexpr std::size_t kMaxDecisionText = 256;
inline constexpr std::size_t kMaxDecisionWaits = 8;
/// Most bytes of a record: every list full, every text at its longest.
inline constexpr std::size_t kMaxDecisionBytes = std::size_t{48} * 1024;

/// Spans of time are counted from the request's arrival, but for `head`; kNoLimit: it did not happen, or is unknown.
struct DecisionAttempt {
  std::string_view target{};
  Duration at{};
  Duration took{};
  Duration head = kNoLimit;  ///< from the attempt's begin to the answer's head
  std::optional<ErrorKind> failure{};
  int status = 0;                  ///< the upstream's; 0: there was none
  std::string_view upstream_id{};  ///< what the upstream calls the request
  bool connected = false;          ///< there was a connection
  bool reused = false;             ///< and it had served before
  bool last_resort = false;        ///< the target was out, and every other one too
  core::Beside beside = core::Beside::Nothing;
  bool lost = false;  ///< it ran beside another, which answered first
  // Of a failure that the upstream or the connection caused:
  std::optional<core::Stage> stage{};
  std::optional<Duration> retry_after{};
  std::string_view code{};
};

struct DecisionSkip {
  std::string_view target{};
  core::Bar bar = core::Bar::None;
  ErrorKind why = ErrorKind::NoUpstream;
  int status = 0;
  std::uint32_t before = 0;  ///< the attempt that was being chosen for; 0: at the end
  Duration until = kNoLimit;
};

struct DecisionWait {
  bool backoff = false;  ///< else for a target to have room
  std::uint32_t before = 0;
  Duration at{};
  Duration took{};
};

struct DecisionRecord {
  std::int64_t unix_milliseconds = 0;  ///< of the arrival
  std::string_view id{};
  std::string_view client{};
  std::string_view model{};
  std::string_view route{};
  bool streamed = false;
  bool ran = false;       ///< else it was refused before any target was looked for
  bool keep = false;      ///< a failure of targets: kept longest
  bool stranger = false;  ///< refused before it was known whose it is; not kept in the record
  int status = 0;         ///< sent; 0: none was
  std::string_view error{};
  core::Stop stop = core::Stop::Running;
  Duration took{};
  Duration first_content = kNoLimit;
  Duration client_deadline = kNoLimit;  ///< that the client gave, where it is shorter than the configured one
  std::span<const DecisionAttempt> attempts{};
  std::span<const DecisionWait> waits{};
  std::span<const DecisionSkip> skips{};
  std::uint32_t more_skips = 0;
  std::span<const DecisionSkip> candidates{};  ///< of a failure: how every target stood at the end
  std::uint32_t left_out = 0;
};

/// Room for the lists of a record while it is being made; used again and again.
struct DecisionSpace {
  std::array<DecisionAttempt, core::kMaxAttempts> attempts;
  std::array<DecisionWait, kMaxDecisionWaits> waits;
  std::array<DecisionSkip, core::kMaxSkips> skips;
  std::array<DecisionSkip, core::kMaxCandidates> candidates;
};

/// Writes it into `memory`, which holds kMaxDecisionBytes. The bytes are for read_decision() of this process alone.
[[nodiscard]] std::string_view write_decision(const DecisionRecord& record, std::span<char> memory);

/// A record that was read back. Moves; its texts stand in its own bytes.
struct KeptDecision {
  KeptDecision() = default;
  KeptDecision(KeptDecision&&) = default;
  KeptDecision& operator=(KeptDecision&&) = default;
  KeptDecision(const KeptDecision&) = delete;
  KeptDecision& operator=(const KeptDecision&) = delete;
  ~KeptDecision() = default;

  DecisionRecord record;
  std::vector<char> bytes;
  std::vector<DecisionAttempt> attempts;
  std::vector<DecisionWait> waits;
  std::vector<DecisionSkip> skips;
  std::vector<DecisionSkip> candidates;
};

/// Nothing when these are not the bytes of a record.
[[nodiscard]] std::optional<KeptDecision> read_decision(std::vector<char> bytes);

}  // namespace drover::telemetry
