#include "sim/checks/limit_checker.h"

#include <iterator>
#include <utility>

namespace drover::sim {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

}  // namespace

std::vector<LimitChecker::Limit> LimitChecker::of_asker(const core::PickRequest& asked) const {
  std::vector<Limit> limits;
  const int requests = asked.tried.empty() && !asked.again ? 1 : 0;
  if (asked.asker.principal < plan_->principals.size()) {
    const core::Principal& principal = plan_->principals[asked.asker.principal];
    limits.push_back({"client " + principal.name, principal.limits, true, requests});
  }
  limits.push_back({"route " + asked.route->name, asked.route->limits, true, requests});
  return limits;
}

std::vector<LimitChecker::Limit> LimitChecker::of_target(core::TargetId id, const core::Asker& asker) const {
  std::vector<Limit> limits;
  const core::Target& target = plan_->targets[id.index()];
  const core::Key& key = plan_->keys[target.key.index()];
  limits.push_back({"key " + key.fingerprint, key.limits});
  if (!target.quota) return limits;
  const core::Quota& quota = plan_->quotas[target.quota->index()];
  const bool any = target.model.empty() && asker.model < plan_->limited_models.size();
  const std::string model = any ? target.model_for(plan_->limited_models[asker.model]) : target.model;
  for (const auto& [name, limit] : quota.models) {
    if (name == model || name == "*") limits.push_back({"quota " + quota.name + " " + name, limit});
  }
  return limits;
}

/// Counts a request at `taken`. The checker learns of a request that waited a little after its turn, so the requests
/// that were admitted since are judged again with it. A further attempt may overrun the client's limit, because the
/// client was admitted before.
void LimitChecker::count(std::uint32_t request, const Limit& limit, Instant taken) {
  Book& book = books_[limit.name];
  book.running.insert({taken, limit.requests == 0});
  book.taken[taken] += limit.requests;
  book.taken.erase(book.taken.begin(), book.taken.upper_bound(taken - kMinute));
  for (auto last = book.taken.lower_bound(taken); last != book.taken.end(); ++last) {
    int last_minute = 0;
    for (auto one = book.taken.upper_bound(last->first - kMinute); one != std::next(last); ++one) {
      last_minute += one->second;
    }
    if (limit.limits.requests_per_minute && last_minute > *limit.limits.requests_per_minute) {
      findings_->add(12, request, limit.name + ": more requests in a minute than its limit");
    }
  }
  for (auto last = book.running.lower_bound({taken, false}); last != book.running.end(); ++last) {
    if (last->second) continue;
    const auto running = std::distance(book.running.begin(), book.running.upper_bound(*last));
    if (limit.limits.concurrent && running > *limit.limits.concurrent) {
      findings_->add(12, request, limit.name + ": more requests at once than its limit");
    }
  }
}

void LimitChecker::picked(std::uint32_t request, const core::PickRequest& asked, const core::Ticket& ticket) {
  std::vector<Limit> limits = of_asker(asked);
  for (Limit& limit : of_target(ticket.target, asked.asker)) limits.push_back(std::move(limit));
  for (const Limit& limit : limits) count(request, limit, ticket.taken);
  leases_[{request, ticket.target.value, ticket.taken}] = std::move(limits);
}

void LimitChecker::give_back(std::uint32_t request, const core::Ticket& ticket, bool used_at_target,
                             bool used_by_asker) {
  const auto lease = leases_.find({request, ticket.target.value, ticket.taken});
  if (lease == leases_.end()) return;
  for (const Limit& limit : lease->second) {
    Book& book = books_[limit.name];
    if (const auto one = book.running.find({ticket.taken, limit.requests == 0}); one != book.running.end())
      book.running.erase(one);
    const bool used = limit.askers ? used_by_asker : used_at_target;
    const auto taken = book.taken.find(ticket.taken);
    if (!used && taken != book.taken.end()) taken->second -= limit.requests;
  }
  leases_.erase(lease);
}

void LimitChecker::settled(std::uint32_t request, const core::Ticket& ticket, const core::Outcome& outcome) {
  const bool sent = outcome.kind == core::Outcome::Kind::Succeeded || outcome.stage > core::Stage::Unsent;
  give_back(request, ticket, sent, true);
}

void LimitChecker::released(std::uint32_t request, const core::Ticket& ticket) {
  give_back(request, ticket, false, false);
}

}  // namespace drover::sim
