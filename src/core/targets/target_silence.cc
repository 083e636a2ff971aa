// Targets that accept requests and do not answer (J16). A target is suspected long before a timeout, when many of the
// requests sent to it lately still wait although a sibling would have answered most of them.
#include <algorithm>

#include "core/targets/target_book.h"

namespace drover::core {
namespace {

/// A target is suspected when the chance that a target as good as its siblings had answered none of the requests is
/// below e^-18, 1 in 65 million. The chance is that small because each target is looked at many times a second for
/// months.
constexpr double kHangSurprise = 18.0;
/// Answers that the target would have given at its siblings' pace. When a whole pool becomes slow, none of its targets
/// is suspected.
constexpr std::uint64_t kAnswersMissed = 10;
/// Least answers of siblings that a target is compared with.
constexpr std::uint32_t kAnswersCompared = 5;
/// Fewest requests in flight: below it no group of them can be surprising enough (UsualWaits::surprise is at most 2.3).
constexpr std::uint32_t kFewestInFlight = 9;
/// A target's waiting requests are looked at once in this time at most.
constexpr Duration kLookEvery = std::chrono::milliseconds(10);
/// Most times slower than its pool that a target is taken to be.
constexpr double kMostSlowness = 20.0;

std::size_t kind_of(const Ticket& ticket) {
  return ticket.streamed ? 1 : 0;
}

/// How many times as long as its pool the target takes, by its own answers. The average follows peaks, which lie above
/// the usual time by about their deviation.
double slowness(const TargetState& target, const LatencyModel& known, std::size_t kind) {
  const double usual = kind == 0 ? known.usual_per_token() : known.usual_first_content();
  const PeakEwma& own = kind == 0 ? target.per_token : target.first_content;
  return usual > 0 ? std::clamp((own.last() - own.deviation()) / usual, 1.0, kMostSlowness) : 1.0;
}

/// The targets that a silent one is compared with.
struct Fellows {
  const Plan& plan;
  const std::vector<TargetState>& targets;
  const std::vector<PoolState>& pools;

  /// Since when the target has answered none of the plain (0) or the streamed (1) requests sent to it, when chance
  /// cannot explain that and its siblings answer theirs. kNever: it answers, or too little is known.
  [[nodiscard]] Instant silent_since(const TargetState& target, std::size_t kind, Instant now) const {
    if (target.in_flight < kFewestInFlight || target.pool == TargetState::kNone) return kNever;
    const LatencyModel& known = pools[target.pool].latency;
    const UsualWaits& usual = known.usual_waits(kind == 1);
    if (!usual.known()) return kNever;
    const Cohorts::Silent own = target.cohorts[kind].silent(usual, slowness(target, known, kind), now);
    if (own.surprise < kHangSurprise || now - own.since < kShortestSilence) return kNever;
    Cohorts::Sum siblings;
    for (const TargetId sibling : plan.pools[target.pool].targets) {
      const TargetState& other = targets[sibling.index()];
      if (&other != &target && other.pool == target.pool) siblings += other.cohorts[kind].from(own.since);
    }
    const bool they_answer =
        siblings.answered >= kAnswersCompared && own.waiting * siblings.answered >= kAnswersMissed * siblings.sent;
    return they_answer ? own.since : kNever;
  }
  /// The same for requests of either kind; each target is looked at once in kLookEvery.
  [[nodiscard]] Instant silent_since(TargetState& target, Instant now) const {
    if (now < target.next_look) return kNever;
    target.next_look = now + kLookEvery;
    const Instant plain = silent_since(target, 0, now);
    return plain != kNever ? plain : silent_since(target, 1, now);
  }
};

}  // namespace

void TargetBook::waits(TargetState& target, const Ticket& ticket, Instant now) {
  const PromptSize prompt = ticket.prompt();
  target.silence.taken(prompt, now);
  if (prompt.index() != 0 || target.pool == kNone) return;
  const std::size_t kind = kind_of(ticket);
  const UsualWaits& usual = pools_[target.pool].latency.usual_waits(ticket.streamed);
  if (usual.known()) target.cohorts[kind].sent(now, usual.cohort);
}

void TargetBook::waits_no_more(TargetState& target, const Ticket& ticket, bool answered) {
  const PromptSize prompt = ticket.prompt();
  target.silence.left(prompt);
  if (prompt.index() == 0) target.cohorts[kind_of(ticket)].ended(ticket.taken, answered);
}

/// It ends no suspicion while other requests, of either kind, still wait in a silence that chance cannot explain. A
/// target that has become slow answers one request at a time, and begins a stream long before it ends a plain answer.
void TargetBook::heard(TargetState& target, const Ticket& ticket, Instant now) {
  const std::size_t kind = kind_of(ticket);
  if (target.silence.suspected()) {
    const Fellows fellows{*plan_, targets_, pools_};
    if (fellows.silent_since(target, 1 - kind, now) != kNever) return;
    if (fellows.silent_since(target, kind, now) != kNever) return;
  }
  if (!target.silence.heard(now, ticket.taken)) return;
  target.cohorts[kind].clear();  // they are answered
  nodes_.tell(StateChange::What::Recovered, target.path[static_cast<std::size_t>(Level::Target)], now);
}

bool TargetBook::silent(TargetState& state, Instant now) {
  if (state.silence.calm()) return false;
  Instant since = Instant::min();
  if (!state.silence.bars(now, suspicious_silence(state))) {
    if (state.silence.suspected()) return false;
    since = Fellows{*plan_, targets_, pools_}.silent_since(state, now);
    if (since == kNever) return false;
  }
  if (state.silence.suspect(since)) {
    nodes_.tell(StateChange::What::Suspected, state.path[static_cast<std::size_t>(Level::Target)], now);
  }
  return true;
}

}  // namespace drover::core
