// What happened to one request, as facts for headers, logs and decision records. No key, no prompt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/fixed_text.h"
#include "base/instant.h"
#include "base/small_vector.h"
#include "base/units.h"
#include "core/dispatch/decision.h"
#include "core/dispatch/dispatch.h"
#include "core/health/cause.h"
#include "dialect/dialect.h"
#include "translate/model/form.h"
#include "translate/model/losses.h"

namespace drover::upstream {

/// Longest id of a request that is kept: the providers' own have 20 to 40 bytes.
inline constexpr std::size_t kMaxUpstreamId = 64;
using UpstreamId = FixedText<kMaxUpstreamId>;

struct AttemptRecord {
  core::TargetId target;
  Instant started;
  Instant ended;
  Instant head = kNever;             ///< when the answer's head had come
  int status = 0;                    ///< the upstream's; 0 when there was no head
  UpstreamId upstream_id;            ///< what the upstream calls the request; empty: it did not say
  std::optional<ErrorKind> failure;  ///< nothing: it answered, or was abandoned
  bool connected = false;            ///< there was a connection
  bool reused = false;               ///< and it had served another request before
  bool last_resort = false;          ///< the target was out, and every other one too
  core::Beside beside = core::Beside::Nothing;
  bool lost = false;  ///< it ran beside another, which answered first
  /// Tokens of an attempt that was not the answer, as far as it told or said any: it may be billed all the same.
  std::int32_t spent_input = 0;
  std::int32_t spent_output = 0;
  std::optional<translate::Form> translated_to;  ///< nothing: it went up in the client's own form
};

/// What the upstream said, or what broke: more about an attempt that failed, which only failures pay for.
struct AttemptFailure {
  std::uint32_t attempt = 0;  ///< its place in RunRecord::attempts
  core::Stage stage = core::Stage::NotConnected;
  std::optional<Duration> retry_after;
  FixedText<core::kMaxCauseCode> code;
};

/// A span in which nothing was tried: every usable target was full or cooling down, or the request backed off.
struct Wait {
  core::TimerKind what = core::TimerKind::Queue;  ///< Queue or Backoff
  std::uint32_t before = 1;                       ///< the attempt that came behind it, or would have
  Instant from{};
  Instant until{};
};
/// Waits noted per request; looking again and again for capacity is one.
inline constexpr std::size_t kMaxWaits = 8;

struct RunRecord {
  SmallVector<AttemptRecord, 1, core::kMaxAttempts> attempts;  ///< attempt n is the n-th
  std::vector<AttemptFailure> failures;                        ///< at most one for each attempt
  SmallVector<Wait, 1, kMaxWaits> waits;
  core::Candidates candidates;  ///< when the request failed because no target was usable
  core::AttemptId answered_by;  ///< the attempt whose answer was passed on; 0: none
  core::AttemptId told_of;      ///< the attempt whose failure the client is told; 0: none
  Instant first_content = kNever;
  std::uint64_t bytes_down = 0;          ///< of the answer's body
  std::uint64_t dropped_tail_bytes = 0;  ///< of an unfinished event when a stream broke
  dialect::Usage usage;                  ///< what the answer reported
  Amount used;                           ///< the same, or the estimate where it reported nothing
  /// An answer came in a content coding that could not be read (br, or unfolding to too much): passed on, or classified
  /// by its status alone, without a look inside.
  bool unread_coding = false;
  /// What the answering attempt's request could not carry; null: nothing, or it was not translated.
  std::shared_ptr<const translate::Losses> dropped;
  Duration waited{};                                         ///< for capacity, in all
  core::WaitRefusal wait_refusal = core::WaitRefusal::None;  ///< why it was not let wait (longer), if that ended it

  /// The attempt whose answer was passed on; null: none was.
  [[nodiscard]] const AttemptRecord* answer() const {
    return answered_by.value == 0 ? nullptr : &attempts[answered_by.value - 1];
  }
  /// The attempt that the client is told about: the one whose answer it got, else the one whose failure it is told,
  /// else the last. Null: nothing was tried.
  [[nodiscard]] const AttemptRecord* told() const {
    if (answered_by.value != 0 || attempts.empty()) return answer();
    return told_of.value == 0 ? &attempts.back() : &attempts[told_of.value - 1];
  }
};

}  // namespace drover::upstream
