#include "core/fleet/fleet_handover.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace drover::core {
namespace {

constexpr std::uint32_t kGone = ~std::uint32_t{0};

/// The place in `to` of each name of `from`. A name that comes twice (a key's target for "*" and for paths without a
/// model) is matched in order: the first with the first, the second with the second.
std::vector<std::uint32_t> places_of(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> known;
  for (std::uint32_t at = 0; at < to.size(); ++at) known[to[at]].push_back(at);
  std::unordered_map<std::string_view, std::size_t> found;
  std::vector<std::uint32_t> places;
  places.reserve(from.size());
  for (const std::string& name : from) {
    const auto alike = known.find(name);
    const std::size_t which = found[name]++;
    places.push_back(alike != known.end() && which < alike->second.size() ? alike->second[which] : kGone);
  }
  return places;
}

}  // namespace

/// The newest fleet's state, lent to the old fleet for one call and given back with what the call changed. Waiting
/// requests are served after the call, because during it the two fleets do not agree.
class FleetHandover::Loan {
 public:
  /// Lends the state of one target and of the nodes above it.
  Loan(const FleetHandover& handover, TargetId target) : Loan(handover, &target, nullptr) {}
  /// Lends the state of every target that a pick may look at.
  Loan(const FleetHandover& handover, const PickRequest& request) : Loan(handover, nullptr, &request) {}
  explicit Loan(const FleetHandover& handover) : Loan(handover, nullptr, nullptr) {}
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan() {
    carry(Way::Return);
    handover_.all_->call_ended();
  }

 private:
  Loan(const FleetHandover& handover, const TargetId* target, const PickRequest* request)
      : handover_(handover), request_(request) {
    if (target != nullptr) target_ = *target;
    handover_.all_->call_began();
    carry(Way::Borrow);
  }

  void carry(Way way) const {
    handover_.carry_common(way);
    if (target_) {
      handover_.carry_target(*target_, way);
      handover_.carry_pool(handover_.old_->targets_[*target_].pool, way);
    } else if (request_ != nullptr) {
      for (const PoolId pool : request_->route->pools) {
        handover_.carry_pool(pool.value, way);
        for (const TargetId target : handover_.old_->plan_->pools[pool.index()].targets) {
          handover_.carry_target(target, way);
        }
      }
      for (const TargetId target : request_->tried) handover_.carry_target(target, way);
    } else {
      handover_.carry_all(way);
    }
  }

  const FleetHandover& handover_;
  std::optional<TargetId> target_;
  const PickRequest* request_;
};

/// The same for what belongs to no target (the retry budget, the poison list).
class FleetHandover::CommonLoan {
 public:
  explicit CommonLoan(const FleetHandover& handover) : handover_(handover) { handover_.carry_common(Way::Borrow); }
  CommonLoan(const CommonLoan&) = delete;
  CommonLoan& operator=(const CommonLoan&) = delete;
  ~CommonLoan() { handover_.carry_common(Way::Return); }

 private:
  const FleetHandover& handover_;
};

// ---------------------------------------------------------------------------------------------- what is where

FleetHandover::FleetHandover(Fleet& old, Fleet& heir, Succession& all)
    : old_(&old), heir_(&heir), all_(&all), places_(places_in(heir, old)) {}

FleetHandover::Places FleetHandover::places_in(const Fleet& heir, const Fleet& old) {
  const auto targets = [](const Fleet& fleet) {
    std::vector<std::string> names;
    for (const TargetState& target : fleet.targets_.all())
      names.push_back(fleet.targets_.nodes().names()[target.path.back()]);
    return names;
  };
  Places places{.nodes = places_of(old.targets_.nodes().names(), heir.targets_.nodes().names()),
                .targets = places_of(targets(old), targets(heir)),
                .lanes = places_of(old.targets_.lanes().names(), heir.targets_.lanes().names()),
                .checks = places_of(old.checks_.names(*old.plan_), heir.checks_.names(*heir.plan_)),
                .pools = std::vector(old.targets_.pools(), kGone)};
  // A pool has no name, so it is found by its targets.
  for (std::size_t at = 0; at < old.targets_.all().size(); ++at) {
    const std::uint32_t pool = old.targets_.all()[at].pool;
    if (pool == TargetState::kNone || places.targets[at] == kGone || places.pools[pool] != kGone) continue;
    const std::uint32_t there = heir.targets_.all()[places.targets[at]].pool;
    if (there != TargetState::kNone) places.pools[pool] = there;
  }
  return places;
}

void FleetHandover::pass_on(Fleet& next, const Places& from_heir) {
  const auto follow = [](std::vector<std::uint32_t>& places, const std::vector<std::uint32_t>& further) {
    for (std::uint32_t& place : places) place = place == kGone ? kGone : further[place];
  };
  follow(places_.nodes, from_heir.nodes);
  follow(places_.targets, from_heir.targets);
  follow(places_.lanes, from_heir.lanes);
  follow(places_.checks, from_heir.checks);
  follow(places_.pools, from_heir.pools);
  heir_ = &next;
}

void FleetHandover::orphan() {
  for (auto* places : {&places_.nodes, &places_.targets, &places_.lanes, &places_.checks, &places_.pools}) {
    std::ranges::fill(*places, kGone);
  }
  heir_ = nullptr;
}

// ---------------------------------------------------------------------------------------------- there and back

/// `one` copies from a place in one fleet to a place in the other.
template <class CarryOne>
void FleetHandover::carry(std::uint32_t old_at, std::uint32_t heir_at, Way way, CarryOne&& one) const {
  if (heir_at == kGone) return;
  way == Way::Borrow ? one(*heir_, heir_at, *old_, old_at) : one(*old_, old_at, *heir_, heir_at);
}

/// Copies what was learnt about a target and the nodes above it, and what runs there. It does not copy what the plan
/// says.
void FleetHandover::carry_target(TargetId id, Way way) const {
  const TargetState& about = old_->targets_[id];
  for (const std::uint32_t node : about.path) {
    carry(node, places_.nodes[node], way, [](const Fleet& from, std::uint32_t here, Fleet& to, std::uint32_t there) {
      to.targets_.nodes()[there] = from.targets_.nodes()[here];
      to.targets_.nodes().cause(there) = from.targets_.nodes().cause(here);
      to.targets_.nodes().take_accusers(there, from.targets_.nodes(), here);
    });
  }
  carry(about.lane, places_.lanes[about.lane], way,
        [](const Fleet& from, std::uint32_t here, Fleet& to, std::uint32_t there) {
          to.targets_.lanes().carry(there, from.targets_.lanes(), here);
        });
  carry(about.check, places_.checks[about.check], way,
        [](const Fleet& from, std::uint32_t here, Fleet& to, std::uint32_t there) {
          to.checks_[there].last = from.checks_[here].last;
          to.checks_[there].latency = from.checks_[here].latency;
        });
  carry(id.value, places_.targets[id.index()], way,
        [](const Fleet& from, std::uint32_t here, Fleet& to, std::uint32_t there) {
          TargetState& state = to.targets_[TargetId{there}];
          TargetState carried = from.targets_[TargetId{here}];
          carried.hash = state.hash;
          carried.per_weight = state.per_weight;
          carried.pool = state.pool;
          carried.tier = state.tier;
          carried.path = state.path;
          carried.lane = state.lane;
          carried.check = state.check;
          to.targets_.count_load(state, carried.load, state.load);
          state = carried;
        });
}

void FleetHandover::carry_pool(std::uint32_t pool, Way way) const {
  if (pool == TargetState::kNone) return;
  carry(pool, places_.pools[pool], way, [](const Fleet& from, std::uint32_t here, Fleet& to, std::uint32_t there) {
    const PoolState& known = from.targets_.pool(here);
    PoolState& state = to.targets_.pool(there);
    state.successes = known.successes;
    state.failures = known.failures;
    state.latency = known.latency;
  });
}

/// Copies what belongs to no target.
void FleetHandover::carry_common(Way way) const {
  if (heir_ == nullptr) return;
  const Fleet& from = way == Way::Borrow ? *heir_ : *old_;
  Fleet& to = way == Way::Borrow ? *old_ : *heir_;
  to.further_.take_counts(from.further_);
  to.poison_ = from.poison_;
  to.conversations_.take_count(from.conversations_);
  to.targets_.lanes().take_count(from.targets_.lanes());
  to.keeper_.heard(from.keeper_.latest());
  to.targets_.nodes().recover_until(from.targets_.nodes().recovering_until());
}

void FleetHandover::carry_all(Way way) const {
  carry_common(way);
  for (std::uint32_t at = 0; at < old_->targets_.all().size(); ++at) carry_target(TargetId{at}, way);
  for (std::uint32_t at = 0; at < old_->targets_.pools(); ++at) carry_pool(at, way);
}

void FleetHandover::bequeath() {
  carry_all(Way::Return);
  bequeath_conversations();
  heir_->targets_.limits().adopt(old_->targets_.limits());
}

/// A conversation whose home is not in the new plan begins without one.
void FleetHandover::bequeath_conversations() {
  if (!heir_->conversations_.is_open()) return;
  const auto now_at = [&](std::uint32_t target) {
    return target < places_.targets.size() ? places_.targets[target] : kGone;
  };
  for (AffinityTable::Entry entry : old_->conversations_.entries()) {
    if (entry.key == 0) continue;
    entry.home = now_at(entry.home);
    entry.stand_in = now_at(entry.stand_in);
    if (entry.home != kGone) heir_->conversations_.claim(entry.key) = entry;
  }
}

// ---------------------------------------------------------------------------------------------- the calls

PickAnswer FleetHandover::pick(const PickRequest& request, Instant now, Random& random) {
  // A pick that serves other waiting requests of the room looks at their targets, too.
  if (request.waiter.any() || old_->room_.in_line() > 0) {
    const Loan loan(*this);
    return old_->pick(request, now, random);
  }
  const Loan loan(*this, request);
  return old_->pick(request, now, random);
}

void FleetHandover::settle(const Ticket& ticket, const Outcome& outcome, Instant now) {
  const Loan loan(*this, ticket.target);
  old_->settle(ticket, outcome, now);
}

void FleetHandover::release(const Ticket& ticket) {
  const Loan loan(*this, ticket.target);
  old_->release(ticket);
}

void FleetHandover::serve_waiting(Instant now) {
  old_->serve_waiting(now);
}

void FleetHandover::leave(WaiterId waiter) {
  const Loan loan(*this);
  old_->leave(waiter);
}

void FleetHandover::committed(const Ticket& ticket, Duration first_content, Instant now) {
  const Loan loan(*this, ticket.target);
  old_->committed(ticket, first_content, now);
}

void FleetHandover::hint(const Ticket& ticket, const QuotaHints& hints, Instant now) {
  const Loan loan(*this, ticket.target);
  old_->hint(ticket, hints, now);
}

bool FleetHandover::spend_retry(Instant now) {
  const CommonLoan loan(*this);
  return old_->spend_retry(now);
}

void FleetHandover::charge_retry(Instant now) {
  const CommonLoan loan(*this);
  old_->charge_retry(now);
}

bool FleetHandover::spend_hedge(Instant now) {
  const CommonLoan loan(*this);
  return old_->spend_hedge(now);
}

bool FleetHandover::quarantined(std::uint64_t body, Instant now) const {
  carry_common(Way::Borrow);
  return old_->quarantined(body, now);
}

bool FleetHandover::failover_is_free(TargetId next, Instant now) const {
  const Loan loan(*this, next);
  return old_->failover_is_free(next, now);
}

bool FleetHandover::spoke_since(TargetId target, Instant since) const {
  const Loan loan(*this, target);
  return old_->spoke_since(target, since);
}

bool FleetHandover::doubted(TargetId target) const {
  const Loan loan(*this, target);
  return old_->doubted(target);
}

bool FleetHandover::ask_elsewhere(const Refusal& refusal, Instant now) {
  const Loan loan(*this, refusal.target);
  return old_->ask_elsewhere(refusal, now);
}

void FleetHandover::learn(const Refusal& refusal, Verdict verdict, Instant now) {
  const Loan loan(*this, refusal.target);
  old_->learn(refusal, verdict, now);
}

/// The fleets share the configured limits.
QuotaHints FleetHandover::asker_left(const Asker& asker, const Route* route, Instant now) const {
  return old_->asker_left(asker, route, now);
}

Candidates FleetHandover::candidates(const PickRequest& request, Instant now) {
  const Loan loan(*this, request);
  return old_->candidates(request, now);
}

void FleetHandover::on_probe(const ProbeAnswer& answer, Instant now) {
  const Loan loan(*this);
  old_->on_probe(answer, now);
}

// ---------------------------------------------------------------------------------------------- one after the other

void Fleet::made_room_for_all(Instant now) {
  succession_->made_room(now);
}

std::size_t Fleet::waiting() const {
  return succession_ == nullptr ? room_.in_line() : succession_->waiting();
}

Succession::~Succession() {
  if (newest_ != nullptr) newest_->succession_ = nullptr;
  for (const auto& elder : elders_) elder->old_->succession_ = nullptr;
}

FleetHandover& Succession::succeed(Fleet& newest, Fleet& next) {
  auto handover = std::make_unique<FleetHandover>(newest, next, *this);
  for (const auto& elder : elders_) elder->pass_on(next, handover->places_);
  handover->bequeath();
  elders_.push_back(std::move(handover));
  newest_ = &next;
  newest.succession_ = next.succession_ = this;
  made_room(next.keeper_.latest());  // the new plan's limits may be higher
  return *elders_.back();
}

void Succession::leave(Fleet& fleet) {
  fleet.succession_ = nullptr;
  std::erase_if(elders_, [&](const auto& elder) { return elder->old_ == &fleet; });
  if (newest_ == &fleet) {
    newest_ = nullptr;
    for (const auto& elder : elders_) elder->orphan();
  }
  if (elders_.empty() && newest_ != nullptr) newest_->succession_ = nullptr;
}

void Succession::call_ended() {
  if (--calls_ > 0 || !due_) return;
  serve_rooms(*std::exchange(due_, std::nullopt));
}

void Succession::made_room(Instant now) {
  if (calls_ > 0) {
    due_ = std::max(due_.value_or(now), now);
    return;
  }
  serve_rooms(now);
}

/// The rooms take turns at being asked first, so that no room waits until another is empty.
void Succession::serve_rooms(Instant now) {
  if (waiting() == 0) return;
  const std::size_t rooms = elders_.size() + 1;
  turn_ = (turn_ + 1) % rooms;
  for (std::size_t step = 0; step < rooms; ++step) {
    const std::size_t room = (turn_ + step) % rooms;
    if (room == elders_.size()) {
      if (newest_ != nullptr && newest_->room_.in_line() > 0) newest_->serve_waiters(now);
    } else if (Fleet& old = *elders_[room]->old_; old.room_.in_line() > 0) {
      const FleetHandover::Loan loan(*elders_[room]);
      old.serve_waiters(now);
    }
  }
}

std::size_t Succession::waiting() const {
  std::size_t sum = newest_ == nullptr ? 0 : newest_->room_.in_line();
  for (const auto& elder : elders_) sum += elder->old_->room_.in_line();
  return sum;
}

std::optional<Succession::News> Succession::next_change() {
  const auto taken_from = [](Fleet& fleet) -> std::optional<News> {
    const auto change = fleet.next_change();
    if (!change) return std::nullopt;
    return News{*change, std::string(fleet.label(*change))};
  };
  for (const auto& elder : elders_) {
    if (auto news = taken_from(*elder->old_)) return news;
  }
  return newest_ == nullptr ? std::nullopt : taken_from(*newest_);
}

}  // namespace drover::core
