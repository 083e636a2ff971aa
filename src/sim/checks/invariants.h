// The invariants of ARCHITECTURE.md as checkers: they see the events and commands of each request's Dispatch and every
// call to the fleet, and keep books of their own. They share no code with what they check.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/dispatch/dispatch.h"
#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"

namespace drover::sim {

/// Most violations of one world: a broken world breaks the same invariant again and again.
inline constexpr std::size_t kMostViolations = 8;

struct Violation {
  int invariant = 0;  ///< its number in ARCHITECTURE.md
  std::uint32_t request = 0;
  std::string what;
};

/// Where checkers report violations.
class Findings {
 public:
  void add(int invariant, std::uint32_t request, std::string what) {
    if (found_.size() < kMostViolations) found_.push_back({invariant, request, std::move(what)});
  }
  [[nodiscard]] const std::vector<Violation>& all() const { return found_; }
  [[nodiscard]] bool none() const { return found_.empty(); }

 private:
  std::vector<Violation> found_;
};

/// What one request may do (invariants 1 to 5 and 8).
class RequestChecker {
 public:
  RequestChecker(std::uint32_t number, const core::DispatchRequest& request, Findings& findings)
      : number_(number), request_(request), findings_(&findings) {}

  // The calls of its Dispatch to the fleet.
  void picked(core::TargetId target) { ++outstanding_[target.value]; }
  void settled(core::TargetId target, const core::Outcome& outcome);
  void released(core::TargetId target) { give_back(target); }
  void retry_granted() { ++retries_granted_; }
  void second_opinion_granted() { ++retries_granted_; }
  void failover_was_free(core::TargetId target) { free_.insert(target.value); }

  /// After each event: the event and its commands.
  void stepped(const core::Event& event, const core::Commands& commands, const core::Dispatch& dispatch, Instant now);
  /// After the last event.
  void finished();

  [[nodiscard]] bool ended() const { return ends_ > 0; }
  /// Attempts that have not ended.
  [[nodiscard]] std::size_t running() const;

 private:
  struct Attempt {
    core::TargetId target{};
    bool running = true;
    bool cancelled = false;
    bool connected = false;
    bool sending = false;
    bool spoke = false;     ///< its first content or its end has come
    bool complete = false;  ///< its end has come
  };

  void saw(const core::Event& event, Instant now);
  void saw_attempt(const core::Event& event, std::uint32_t id);
  void obeyed(const core::Command& command, Instant now);
  void waits(const core::WaitForCapacity& wait, Instant now);
  void started(const core::StartAttempt& start);
  void raced(const core::StartAttempt& start);
  void forwarded(const core::Forward& forward);
  void ended_well();
  void ended_with(const core::EndWithError& end);
  void has_deadlines(const core::Dispatch& dispatch);
  void give_back(core::TargetId target);
  [[nodiscard]] bool armed(core::TimerKind timer) const { return timers_.contains(timer); }
  void report(int invariant, std::string what) { findings_->add(invariant, number_, std::move(what)); }

  std::uint32_t number_;
  core::DispatchRequest request_;
  Findings* findings_;
  std::map<std::uint32_t, Attempt> attempts_;
  std::map<std::uint32_t, int> outstanding_;  ///< leases by target
  std::set<std::uint32_t> tried_;
  std::set<std::uint32_t> free_;
  std::map<core::TimerKind, Instant> timers_;
  std::map<ErrorKind, std::set<std::uint32_t>> charged_;
  std::uint32_t forwarded_ = 0;  ///< the attempt whose bytes the client gets; 0: none
  std::optional<Instant> queue_until_;
  int retries_granted_ = 0;
  int seconds_ = 0;  ///< attempts that began beside another
  int ends_ = 0;
  bool head_sent_ = false;
  bool blocked_ = false;
  bool client_left_ = false;
  bool drained_ = false;
  bool from_the_dead_ = false;  ///< the event came from an attempt that has ended
};

/// What all requests together may do to the fleet (invariants 5, 6, 7 and 9).
class FleetChecker {
 public:
  FleetChecker(const core::Plan& plan, Findings& findings) : plan_(&plan), findings_(&findings) {}

  void picked(std::uint32_t request, const core::PickRequest& asked, const core::Ticket& ticket, Instant now);
  void committed(std::uint32_t request, const core::Ticket& ticket, Instant now);
  void settled(std::uint32_t request, const core::Ticket& ticket, const core::Outcome& outcome, Instant now);
  void released(const core::Ticket& ticket);
  void learned(const core::Refusal& refusal, core::Verdict verdict, Instant now);
  void retry_granted(Instant now);
  void hedge_granted(Instant now);
  /// The provider told the lane's limit: how much the lane admits is not known from now on.
  void hinted(const core::Ticket& ticket) { refused_.insert(lane_of(plan_->targets[ticket.target.index()])); }
  /// A probe changed the key and the server. The books are kept from requests alone, so they no longer know these two.
  void probed(core::KeyId key, core::ServerId server);
  /// Whether the books show without doubt that such a request could be served now.
  [[nodiscard]] bool surely_open_to(const core::Route* route, std::span<const core::TargetId> tried,
                                    core::ProviderFence fence, Instant now) const;

 private:
  /// A time that is known roughly: the fleet adds jitter and growth.
  struct Span {
    Instant at_least = Instant::min();
    Instant at_most = Instant::min();
    Instant since = Instant::min();  ///< an attempt that began earlier says nothing new
  };
  struct Health {
    int failures_in_a_row = 0;
    bool out = false;
    Instant out_since = Instant::min();
    Instant out_until = Instant::min();  ///< at least
    Instant back_since = Instant::min();
  };
  using Lane = std::pair<std::string, std::string>;
  /// Attempts at one target. It was crowded when several waited and none was answered since.
  struct Crowd {
    int running = 0;
    bool crowded = false;
  };

  void may_be_picked(std::uint32_t request, const core::PickRequest& asked, const core::Ticket& ticket, Instant now);
  [[nodiscard]] Lane lane_of(const core::Target& target) const;
  [[nodiscard]] bool one_server(const core::Target& target) const;
  [[nodiscard]] bool surely_open(core::TargetId target, Instant now) const;
  [[nodiscard]] bool alternative_to(core::TargetId picked, const core::PickRequest& asked, Instant now) const;
  void refused_credential(core::TargetId target, ErrorKind kind, Instant taken, Instant now);
  void failed(std::uint32_t request, const core::Ticket& ticket, const core::Outcome& outcome, Instant now);
  static void well(Health& health, Instant began, Instant now);
  void count(Health& health, bool was_trial, Instant now) const;
  void bar(Span& span, Duration at_least, Duration at_most, Instant now) const;

  const core::Plan* plan_;
  Findings* findings_;
  std::map<Lane, Span> cooling_;
  std::map<std::string, Span> resting_;    ///< by key or quota
  std::set<Lane> refused_;                 ///< lanes that have refused: the fleet may have learnt a rate
  std::map<std::uint32_t, Crowd> crowds_;  ///< by target: it may be suspect
  /// By target, if its key is used at several servers: they are barred one by one until enough of them agree.
  std::map<std::uint32_t, Span> barred_;
  std::map<std::uint32_t, Instant> refusing_;  ///< targets that refused, since when
  std::set<std::uint32_t> contradicted_;       ///< targets that refused what another answered: the books know no more
  std::map<std::uint32_t, Health> targets_;
  std::map<std::uint32_t, Health> servers_;
  std::set<std::uint32_t> probed_servers_;
  std::set<std::string> probed_keys_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> target_trials_;  ///< request and target
  std::set<std::pair<std::uint32_t, std::uint32_t>> server_trials_;  ///< request and server
  std::set<std::pair<std::uint32_t, std::uint32_t>> committed_;      ///< request and target
  std::deque<Instant> requests_;
  std::deque<Instant> retries_;
  std::deque<Instant> hedges_;
};

}  // namespace drover::sim
