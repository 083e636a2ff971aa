// Rare situations that simulated worlds must reach: a checker that never sees one proves nothing about it. They are
// counted here; what must hold in them is in invariants.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace drover::sim {

enum class Rare : std::uint8_t {
  Suspected,         ///< a target hangs and is noticed before its timeout
  LastResort,        ///< an ejected target is asked because no other is left
  TrialPassed,       ///< the trial of a target that was out succeeded
  TrialFailed,       ///< and it failed
  BudgetSpent,       ///< a paid retry was refused
  LimitLearned,      ///< a rate was learned from refusals
  LimitBelieved,     ///< a limit that a provider told held a request back
  LieNotBelieved,    ///< an impossible value of a provider was refused
  CommittedThenCut,  ///< a failure after the commit point
  CommentsFirst,     ///< our own head went out before any answer
  ErrorInBand,       ///< a failure told within a stream
  FreshRetry,        ///< the keep-alive race: once more on a new connection
  RepeatedTarget,    ///< a paid attempt at a target tried before
  WaitedThenServed,  ///< waited for capacity, then answered
  Fallback,          ///< the second pool of a route was used
  ChargeWithheld,    ///< J15: the same request failed the same way elsewhere
  AskerHeldBack,     ///< a client or model at its own limit
  KeyRested,         ///< a refused key or a used-up allowance
  SlowStart,         ///< a pick while a target is still coming back
  LeftInMidAnswer,   ///< the client left while an attempt was running
  WalkUsedUp,        ///< the most targets of one request were tried
  DrainedWaiting,    ///< the process drained while a request had no attempt
  ProbeTookOut,      ///< a probe found trouble before a request did
  StreamTooLong,     ///< stream_max
  DeadlinePassed,    ///< total
  LateEvent,         ///< an event came from an attempt that had ended
  HedgeWon,          ///< the second attempt of a late request answered first
  HedgeLost,         ///< the first attempt answered first after all
  HalfFailed,        ///< one of two attempts failed while the other ran
  TrialBacked,       ///< a second attempt was started beside a trial
  TrialOutran,       ///< and the trial answered first
  RanOverReload,     ///< an attempt was running when the configuration was replaced
  TrialOverReload,   ///< and it was a trial
  WaitedOverReload,  ///< a request waited when the configuration was replaced, and was served
  SendStalled,       ///< a target stopped taking the request
  SentSlowly,        ///< one took the request more slowly than `send`, and never stopped
  ClientStalled,     ///< a client that did not read was disconnected
};
inline constexpr std::size_t kRarities = static_cast<std::size_t>(Rare::ClientStalled) + 1;
[[nodiscard]] std::string_view to_string(Rare rare);

class Reached {
 public:
  void mark(Rare rare) { ++times_[static_cast<std::size_t>(rare)]; }
  [[nodiscard]] std::uint64_t times(Rare rare) const { return times_[static_cast<std::size_t>(rare)]; }
  void add(const Reached& other) {
    for (std::size_t at = 0; at < kRarities; ++at) times_[at] += other.times_[at];
  }

 private:
  std::array<std::uint64_t, kRarities> times_{};
};

}  // namespace drover::sim
