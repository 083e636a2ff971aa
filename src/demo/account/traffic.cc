#include "demo/account/traffic.h"

#include <algorithm>

namespace drover::demo {
namespace {

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace

std::optional<Duration> left_after(const std::vector<Sample>& samples, Watched watched, Instant from, Instant until) {
  const double most = std::max(kTrials, kLeftShare * watched.fair * seconds(kLeftWindow));
  std::optional<Duration> left;
  auto end = samples.begin();
  for (auto begin = samples.begin(); begin != samples.end(); ++begin) {
    if (begin->at < from) continue;
    while (end != samples.end() && end->at < begin->at + kLeftWindow) ++end;
    if (end == samples.end() || end->at > until) break;
    const std::uint64_t given = end->picks[watched.key] - begin->picks[watched.key];
    if (static_cast<double>(given) > most)
      left.reset();
    else if (!left)
      left = begin->at - from;
  }
  return left;
}

bool is_back(const std::vector<Sample>& samples, Watched watched, double share) {
  if (samples.empty()) return false;
  const Sample& now = samples.back();
  const auto begin =
      std::ranges::find_if(samples, [&](const Sample& sample) { return sample.at >= now.at - kBackWindow; });
  const double span = seconds(now.at - begin->at);
  if (span < seconds(kBackWindow) / 2) return false;  // too little has been seen
  const std::uint64_t given = now.picks[watched.key] - begin->picks[watched.key];
  return given > 0 && static_cast<double>(given) >= share * watched.fair * span;
}

}  // namespace drover::demo
