// The oracle: it sends each request once, to the target that answers it first among those that are well, have room and
// will not fail it. While none has room the request waits, first come, first served.
#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "sim/play/simulate.h"
#include "sim/play/truth.h"
#include "sim/world/agenda.h"

namespace drover::sim {
namespace {

/// Most usable targets that it compares: thousands for each request would take minutes.
constexpr std::uint32_t kCompared = 64;
/// While requests wait it looks again at least this often.
constexpr Duration kLookAgain = std::chrono::milliseconds(50);

enum class Kind : std::uint8_t { Arrive, End, Look };
struct Happening {
  Kind kind = Kind::Arrive;
  std::uint32_t target = 0;
  bool stayed = true;
  Duration first_content{};
};

class Oracle {
 public:
  explicit Oracle(const Play& play)
      : play_(play),
        truth_(*play.scenario, play.world->upstream_of, play.seed),
        source_(*play.scenario, play.seed),
        outcome_("oracle", *play.scenario, truth_.targets()) {
    const core::Plan& plan = play.world->plan;
    for (const core::PoolId pool : plan.routes[play.route].pools) {
      for (const core::TargetId target : plan.pools[pool.index()].targets) candidates_.push_back(target.value);
    }
    queue_ = plan.pools[plan.routes[play.route].pools.front().index()].timeouts.queue;
  }

  Outcome run() {
    if (source_.next(coming_)) agenda_.add(coming_.arrived, {});
    while (!agenda_.empty()) {
      const auto [now, what] = agenda_.next();
      if (what.kind == Kind::Arrive) {
        outcome_.asked(now);
        waiting_.push_back(coming_);
        if (source_.next(coming_)) agenda_.add(coming_.arrived, {});
      }
      if (what.kind == Kind::End) {
        truth_.ended(what.target);
        what.stayed ? outcome_.answered(what.first_content, now) : outcome_.left();
      }
      if (what.kind == Kind::Look) looks_at_.reset();
      serve(now);
    }
    outcome_.finish();
    return std::move(outcome_);
  }

 private:
  void serve(Instant now) {
    while (!waiting_.empty()) {
      const Ask& ask = waiting_.front();
      if (ask.leaves <= now) {
        outcome_.left();
      } else if (now > ask.arrived + queue_) {
        outcome_.failed(now);
      } else if (const auto target = best(ask, now)) {
        send(ask, *target, now);
      } else if (all_ill(now)) {
        outcome_.failed(now);
      } else {
        return look_again(now);
      }
      waiting_.pop_front();
    }
  }

  [[nodiscard]] bool usable(std::uint32_t target, const Ask& ask, Instant now) {
    return truth_.ill(target, now) == Fault::None && !truth_.fails(target, ask) && truth_.admits_at(target, now) <= now;
  }

  /// Whether no target is well. The oracle waits for room, not for a recovery: it knows the present, not the future.
  [[nodiscard]] bool all_ill(Instant now) const {
    return std::ranges::all_of(candidates_,
                               [&](std::uint32_t target) { return truth_.ill(target, now) != Fault::None; });
  }

  std::optional<std::uint32_t> best(const Ask& ask, Instant now) {
    std::optional<std::uint32_t> found;
    Duration soonest{};
    std::uint32_t compared = 0;
    const std::size_t size = candidates_.size();
    for (std::size_t step = 0; step < size && compared < kCompared; ++step) {
      const std::uint32_t target = candidates_[(turn_ + step) % size];
      if (!usable(target, ask, now)) continue;
      ++compared;
      const AnswerTime time = truth_.answer_time(target, ask, now);
      const Duration own = ask.streamed ? time.first_content : time.whole;
      if (!found || own < soonest) found = target, soonest = own;
    }
    turn_ = (turn_ + 1) % std::max<std::size_t>(size, 1);
    return found;
  }

  void send(const Ask& ask, std::uint32_t target, Instant now) {
    const AnswerTime time = truth_.answer_time(target, ask, now);
    (void)truth_.admit(target, now);
    truth_.began(target);
    outcome_.attempted(target, now);
    const bool stayed = ask.leaves > now + time.whole;
    const Upstream& about = truth_.upstream(target);
    outcome_.spent((ask.input_tokens * about.usd_per_million_input +
                    (stayed ? ask.output_tokens : 0) * about.usd_per_million_output) /
                   1e6);
    const Duration shown = now - ask.arrived + (ask.streamed ? time.first_content : time.whole);
    agenda_.add(std::min(now + time.whole, ask.leaves), {Kind::End, target, stayed, shown});
  }

  void look_again(Instant now) {
    Instant at = now + kLookAgain;
    for (const std::uint32_t target : candidates_) {
      const Instant room = truth_.admits_at(target, now);
      if (room > now) at = std::min(at, room);
    }
    if (looks_at_ && *looks_at_ <= at) return;
    looks_at_ = at;
    agenda_.add(at, {.kind = Kind::Look});
  }

  Play play_;
  Truth truth_;
  AskSource source_;
  Outcome outcome_;
  Duration queue_{};
  std::vector<std::uint32_t> candidates_;
  Agenda<Happening> agenda_;
  Ask coming_{};
  std::deque<Ask> waiting_;
  std::optional<Instant> looks_at_;
  std::size_t turn_ = 0;
};

}  // namespace

Outcome play_oracle(const Play& play) {
  return Oracle(play).run();
}

}  // namespace drover::sim
