// Whether a target that has accepted requests has fallen silent (J16): several wait, and for much longer than answers
// usually take nothing has come; or as many were overtaken by second attempts, and nothing has come in between. Such a
// target is *suspect*: it gets one request at a time until it answers. Long before any timeout; no failure is charged
// yet.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/instant.h"
#include "core/latency/prompt_size.h"

namespace drover::core {

/// Fewer waiting requests may all be slow by chance.
inline constexpr std::uint32_t kSuspectFrom = 5;
/// Silence is suspicious after this many times the time within which 99 of 100 answers come.
inline constexpr int kSuspectAfterUsual = 3;
/// Silence is never suspicious before this: a garbage collection or a lost packet takes as long.
inline constexpr Duration kShortestSilence = std::chrono::milliseconds(500);

class Silence {
 public:
  void taken(PromptSize prompt, Instant now) {
    Waiting& alike = waiting_[prompt.index()];
    if (alike.count++ == 0) alike.since = now;
    ++all_;
  }
  /// Takes out a waiting request, answered or not.
  void left(PromptSize prompt) {
    if (waiting_[prompt.index()].count == 0) return;
    --waiting_[prompt.index()].count;
    --all_;
  }
  /// Notes that an attempt at another target that began later has answered first.
  void overtaken() { ++overtaken_; }
  /// Notes that the target answered anything to a request that was sent at `sent`. True: this ended a suspicion. An
  /// answer to a request from before the silence does not.
  bool heard(Instant now, Instant sent = Instant::max()) {
    heard_ = now;
    if (suspect_ && sent < silent_since_) return false;
    overtaken_ = 0;
    return std::exchange(suspect_, false);
  }

  /// So few requests wait that bars() is false whatever the time.
  [[nodiscard]] bool calm() const { return !suspect_ && all_ < kSuspectFrom && overtaken_ < kSuspectFrom; }
  /// Whether the target may get no further request now. `limit`: how much silence of ordinary prompts is suspicious;
  /// kNoLimit: unknown. Of those that wait, kSuspectFrom must have waited for longer than prompts of their length may.
  [[nodiscard]] bool bars(Instant now, Duration limit) const {
    if (suspect_) return all_ > 0;
    if (overtaken_ >= kSuspectFrom) return true;
    if (all_ < kSuspectFrom || limit == kNoLimit) return false;
    std::uint32_t too_long = 0;
    for (std::size_t size = 0; size < kPromptClasses; ++size) {
      const Waiting& alike = waiting_[size];
      if (alike.count == 0) continue;
      if (now - std::max(heard_, alike.since) > PromptSize::of_class(size).scaled(limit)) too_long += alike.count;
    }
    return too_long >= kSuspectFrom;
  }
  /// Makes the target suspect. True: it was not before. `since`: no request sent from then on was answered.
  bool suspect(Instant since = Instant::min()) {
    if (suspect_) return false;
    silent_since_ = since;
    return suspect_ = true;
  }
  [[nodiscard]] bool spoke_since(Instant since) const { return heard_ > since; }
  [[nodiscard]] bool suspected() const { return suspect_; }
  [[nodiscard]] std::uint32_t waiting() const { return all_; }

 private:
  struct Waiting {
    std::uint32_t count = 0;
    Instant since{};  ///< when the first of them was taken
  };
  // What every pick asks for comes first, then the shortest prompts, which are the most.
  std::uint32_t all_ = 0;  ///< of every length
  std::uint32_t overtaken_ = 0;
  bool suspect_ = false;
  Instant silent_since_ = Instant::min();
  Instant heard_{};
  std::array<Waiting, kPromptClasses> waiting_{};
};

}  // namespace drover::core
