#include "core/latency/latency_model.h"

#include <algorithm>
#include <chrono>

#include "core/dispatch/hedge_share.h"
#include "core/health/silence.h"
#include "core/latency/peak_ewma.h"

namespace drover::core {
namespace {

/// How quickly the averages follow their samples.
constexpr double kUsualGain = 0.1;
/// Settlements between two looks at the sketches: a look costs more than a settlement may, and a few answers change
/// little.
constexpr std::uint32_t kAnswersPerLook = 64;
/// The share of all answers, plain and streamed, whose time is "nearly all": a silence of three times that is
/// suspicious.
constexpr double kNearlyAll = 0.99;

double as_seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

/// `taken` is in seconds.
void follow(double& usual, double taken) {
  const double sample = std::max(taken, kLeastSeconds);
  usual = usual <= 0 ? sample : usual + kUsualGain * (sample - usual);
}

}  // namespace

void LatencyModel::learn_first_content(Duration taken, PromptSize prompt) {
  learn_wait(answers_[1], taken, prompt);
  follow(first_content_, as_seconds(taken));
}

void LatencyModel::learn_whole(Duration taken, double per_token, PromptSize prompt) {
  learn_wait(answers_[0], taken, prompt);
  follow(per_token_, per_token);
}

void LatencyModel::learn_wait(LatencySketch& answers, Duration taken, PromptSize prompt) {
  answers.add(as_seconds(prompt.unscaled(taken)));
  if (--answers_until_look_ > 0) return;
  answers_until_look_ = kAnswersPerLook;
  LatencySketch both = answers_[0];
  both.add(answers_[1]);
  const auto usual = both.within(kNearlyAll);
  if (usual) suspicious_silence_ = std::max(kSuspectAfterUsual * *usual, kShortestSilence);
  for (std::size_t kind = 0; kind < answers_.size(); ++kind) {
    const auto nearly_all = answers_[kind].within(kLateAfter);
    if (nearly_all) late_[kind] = std::max(*nearly_all, kSoonestSecond);
    if (const auto waits = answers_[kind].within(UsualWaits::kShares)) usual_waits_[kind].learn(*waits);
  }
}

}  // namespace drover::core
