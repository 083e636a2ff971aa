// Why a request went where it went, as values: what barred targets from it, and why nothing more was tried. The fleet
// and Dispatch write them while the request runs; `drover explain` and Client::explain() read them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/small_vector.h"
#include "core/plan/plan.h"

namespace drover::core {

/// What keeps one request from one target.
enum class Bar : std::uint8_t {
  None,          ///< nothing: it could be picked
  Tried,         ///< this request has tried it
  Fenced,        ///< its provider is not for this client or API
  NotOwner,      ///< another account holds an object that the request uses
  NoWeight,      ///< weight 0
  Cooling,       ///< waits out a rate limit
  Resting,       ///< a refused key or a used-up allowance
  Ejected,       ///< out for failing
  OnTrial,       ///< another request is its one trial
  Silent,        ///< several requests wait for it and no answer comes
  LacksApi,      ///< refuses this API, which other targets offer
  Doubted,       ///< refuses request after request, and another target is being asked about the last one
  Returning,     ///< has come back, and the requests sent since then have not been answered yet
  Limit,         ///< a configured limit has no room
  LearnedLimit,  ///< the provider's limit, as its answers tell, has no room
};
[[nodiscard]] std::string_view to_string(Bar bar);

/// One target that was passed over.
struct Skip {
  TargetId target{};
  Bar bar = Bar::None;
  ErrorKind why = ErrorKind::NoUpstream;  ///< what took it out
  std::int16_t status = 0;                ///< the upstream's; 0: there was none
  std::uint8_t before = 0;                ///< the attempt that was being chosen for: 1, 2, ...
  Instant until = kNever;                 ///< when that may change, where it is known
};

/// Targets noted per request; further ones are counted. A choice between thousands is explained by its first few.
inline constexpr std::size_t kMaxSkips = 8;
using Skips = SmallVector<Skip, 2, kMaxSkips>;

/// What a request's picks passed over on the way, each target once, as it was when it was seen last.
class SkipNotes {
 public:
  /// Targets that are noted after this call were passed over in choosing this attempt.
  void choosing(std::uint32_t attempt) { before_ = static_cast<std::uint8_t>(std::min(attempt, 255U)); }
  /// Whether note() would keep a note about this target. Asked first, because finding out what bars a target costs
  /// time.
  [[nodiscard]] bool has_room_for(TargetId target) const {
    return !list_.full() || std::ranges::find(list_, target, &Skip::target) != list_.end();
  }
  void note(Skip skip) {
    skip.before = before_;
    const auto known = std::ranges::find(list_, skip.target, &Skip::target);
    if (known != list_.end()) {
      *known = skip;
    } else if (!list_.push_back(skip)) {
      one_more();
    }
  }
  /// Counts a target that was passed over without a note.
  void one_more() { ++more_; }
  [[nodiscard]] const Skips& list() const { return list_; }
  /// How often targets without a note were passed over.
  [[nodiscard]] std::uint32_t more() const { return more_; }

 private:
  Skips list_;
  std::uint32_t more_ = 0;
  std::uint8_t before_ = 1;
};

/// Targets looked at for the explanation of one failure: they are looked at under the fleet's lock.
inline constexpr std::size_t kMaxCandidates = 64;

/// Every target that a request could have gone to, with what bars it.
struct Candidates {
  std::vector<Skip> list{};
  std::uint32_t left_out = 0;  ///< beyond kMaxCandidates
};

/// Why nothing more was tried.
enum class Stop : std::uint8_t {
  Running,   ///< it has not ended
  Answered,  ///< the answer came to its end
  ClientLeft,
  Draining,       ///< the process stops
  RequestsOwn,    ///< the failure would be the same everywhere
  SameElsewhere,  ///< two targets forbid the same request
  Poisonous,      ///< two targets failed of this request, so a third is not asked
  MayHaveRun,     ///< it may have been executed, and another execution would do harm
  NoReplay,       ///< it is never repeated: a pinned path, or its body was not kept
  Committed,      ///< content had been sent
  Walk,           ///< as many different targets as `retry.walk` allows
  MostAttempts,   ///< kMaxAttempts
  Budget,         ///< the retry budget is spent
  NothingLeft,    ///< no target can be used, and none is known to come back
  RoomFull,       ///< too many wait for capacity already
  ClientFull,     ///< too many of its client do
  AskersLimit,    ///< the configured limit of its client or model has no room in time
  TooLate,        ///< what could be used comes back later than the queue or total deadline
  Deadline,       ///< the request's own
  StreamMax,
};
[[nodiscard]] std::string_view to_string(Stop stop);
/// Whether the state of the other targets explains why the request ended.
[[nodiscard]] bool about_the_fleet(Stop stop);

}  // namespace drover::core
