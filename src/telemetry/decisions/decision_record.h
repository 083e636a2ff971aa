// The decision record of one request: its attempts, the targets that were passed over, its waits, and why it ended. As
// values with borrowed texts, and as bytes to keep. No prompt and no key; texts from the client are cut.
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
/// Most bytes of a record: every list full, every text of the greatest length.
inline constexpr std::size_t kMaxDecisionBytes = std::size_t{48} * 1024;

/// Times count from the request's arrival, except `head`; kNoLimit: it did not happen, or is unknown.
struct DecisionAttempt {
  std::string_view target{};
  Duration at{};
  Duration took{};
  Duration head = kNoLimit;  ///< from the attempt's begin to the answer's head
  std::optional<ErrorKind> failure{};
  int status = 0;                  ///< the upstream's; 0: there was none
  std::string_view upstream_id{};  ///< the upstream's id of the request
  std::string_view form{};         ///< the form it was translated into; empty: it was not
  bool connected = false;          ///< there was a connection
  bool reused = false;             ///< and it had served a request before
  bool last_resort = false;        ///< the target was out, as was every other one
  core::Beside beside = core::Beside::Nothing;
  bool lost = false;  ///< another attempt beside it answered first
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
  std::uint32_t before = 0;  ///< the attempt that was to be chosen; 0: at the end
  Duration until = kNoLimit;
};

struct DecisionWait {
  bool backoff = false;  ///< a backoff; else a wait for a target with room
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
  bool ran = false;       ///< false: it was refused before a target was looked for
  bool keep = false;      ///< targets failed: such records are kept longest
  bool stranger = false;  ///< refused before its client was known; not part of the record
  int status = 0;         ///< sent; 0: none
  std::string_view error{};
  std::string_view dropped{};  ///< what the answering attempt's request could not carry: "seed, logit_bias"
  core::Stop stop = core::Stop::Running;
  Duration took{};
  Duration first_content = kNoLimit;
  Duration client_deadline = kNoLimit;  ///< the client's own, if shorter than the configured one
  std::span<const DecisionAttempt> attempts{};
  std::span<const DecisionWait> waits{};
  std::span<const DecisionSkip> skips{};
  std::uint32_t more_skips = 0;
  std::span<const DecisionSkip> candidates{};  ///< after a failure: the state of every target at the end
  std::uint32_t left_out = 0;
};

/// Room for the lists of a record that is being made. It is used again for the next one.
struct DecisionSpace {
  std::array<DecisionAttempt, core::kMaxAttempts> attempts;
  std::array<DecisionWait, kMaxDecisionWaits> waits;
  std::array<DecisionSkip, core::kMaxSkips> skips;
  std::array<DecisionSkip, core::kMaxCandidates> candidates;
};

/// Writes the record into `memory`, which holds kMaxDecisionBytes. Only read_decision() of this process reads the
/// bytes.
[[nodiscard]] std::string_view write_decision(const DecisionRecord& record, std::span<char> memory);

/// A record that was read. It can be moved; its texts are in its own bytes.
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

/// Nothing when the bytes are no record.
[[nodiscard]] std::optional<KeptDecision> read_decision(std::vector<char> bytes);

}  // namespace drover::telemetry
