// How long a pool's targets usually take: what one target is compared with, and when an answer is late. As of prompts
// of ordinary length; plain answers (request sent to the answer's end) and streams (to their first content) apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "core/health/cohorts.h"
#include "core/latency/latency_sketch.h"
#include "core/latency/prompt_size.h"

namespace drover::core {

class LatencyModel {
 public:
  void learn_first_content(Duration taken, PromptSize prompt);
  /// A plain answer that took `taken` in all, and `per_token` seconds for each output token.
  void learn_whole(Duration taken, double per_token, PromptSize prompt);

  /// Averages, in seconds; 0: unknown.
  [[nodiscard]] double usual_first_content() const { return first_content_; }
  [[nodiscard]] double usual_per_token() const { return per_token_; }
  /// The time within which nearly all answers came, at which a second attempt is worth while; kNoLimit: unknown.
  [[nodiscard]] Duration late(bool streamed) const { return late_[streamed ? 1 : 0]; }
  /// How long a target may be silent before that is suspicious; kNoLimit: unknown.
  [[nodiscard]] Duration suspicious_silence() const { return suspicious_silence_; }
  [[nodiscard]] const UsualWaits& usual_waits(bool streamed) const { return usual_waits_[streamed ? 1 : 0]; }

 private:
  void learn_wait(LatencySketch& answers, Duration taken, PromptSize prompt);

  double first_content_ = 0;
  double per_token_ = 0;
  std::array<LatencySketch, 2> answers_{};               ///< plain, streamed
  std::array<Duration, 2> late_ = {kNoLimit, kNoLimit};  ///< follows `answers_`, as do the next two
  std::array<UsualWaits, 2> usual_waits_{};
  Duration suspicious_silence_ = kNoLimit;
  std::uint32_t answers_until_look_ = kSketchLeast;
};

}  // namespace drover::core
