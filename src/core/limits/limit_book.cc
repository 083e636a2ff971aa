#include "core/limits/limit_book.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace drover::core {
namespace {

/// What those who ask are charged for an attempt: the tokens, and the request once.
Amount asked(const Amount& amount, bool first) {
  Amount due = amount;
  due.requests = {first ? 1 : 0};
  return due;
}

}  // namespace

LimitBook::LimitBook(const Plan& plan) : plan_(&plan) {
  for (const Principal& principal : plan.principals) {
    principals_.push_back(add("client " + principal.name, principal.limits));
  }
  for (const Route& route : plan.routes) routes_.push_back(add("route " + route.name, route.limits));
  targets_.reserve(plan.targets.size());
  for (const Target& target : plan.targets) targets_.push_back(limits_of(target));
}

/// Targets of any model that send the same names on one quota share a row.
std::uint32_t LimitBook::row_of(const Target& target) {
  if (plan_->limited_models.empty()) return kNone;
  const auto [row, is_new] = rows_.try_emplace({*target.quota, target.rename.drop, target.rename.front},
                                               static_cast<std::uint32_t>(by_model_.size()));
  if (!is_new) return row->second;
  const Quota& quota = plan_->quotas[target.quota->index()];
  for (const std::string& asked : plan_->limited_models) {
    const std::string sent = target.model_for(asked);
    const auto own = quota.models.find(sent);
    const bool limited = sent != kAllModels && own != quota.models.end() && own->second.any();
    by_model_.push_back(limited ? add(sent + " of " + quota.name, own->second) : kNone);
  }
  return row->second;
}

/// One scope for everything of one name, shared by all it is about.
std::uint32_t LimitBook::add(std::string name, const ModelLimits& limits) {
  const auto [place, is_new] = by_name_.try_emplace(name, static_cast<std::uint32_t>(scopes_.size()));
  if (is_new) {
    scopes_.push_back(std::make_shared<LimitScope>(limits));
    limits_.push_back(limits);
    names_.push_back(std::move(name));
  }
  return place->second;
}

LimitBook::TargetLimits LimitBook::limits_of(const Target& target) {
  TargetLimits found;
  const auto hold_to = [&](std::uint32_t scope) {
    (void)found.places.push_back(scope);
    found.limited = found.limited || limits_[scope].any();
  };
  if (target.quota) {
    const Quota& quota = plan_->quotas[target.quota->index()];
    if (target.model.empty()) {
      found.by_model = row_of(target);
    } else if (const auto own = quota.models.find(target.model); own != quota.models.end() && own->second.any()) {
      hold_to(add(own->first + " of " + quota.name, own->second));
    }
    const auto all = quota.models.find(std::string(kAllModels));
    hold_to(add("* of " + quota.name, all != quota.models.end() ? all->second : ModelLimits{}));
  }
  const Key& key = plan_->keys[target.key.index()];
  hold_to(add("key " + key.fingerprint, key.limits));
  return found;
}

std::uint32_t LimitBook::route_number(const Route* route) const {
  const Route* const begin = plan_->routes.data();
  if (routes_.empty() || std::less<>()(route, begin) || !std::less<>()(route, begin + routes_.size())) return kNone;
  return static_cast<std::uint32_t>(route - begin);
}

std::uint32_t LimitBook::model_scope(const TargetLimits& target, const Asker& asker) const {
  const bool none = target.by_model == kNone || asker.model >= plan_->limited_models.size();
  return none ? kNone : by_model_[target.by_model + asker.model];
}

Instant LimitBook::asker_admits_at(const PickRequest& request, Instant now) {
  Instant at = now;
  const std::uint32_t principal = request.asker.principal;
  if (principal < principals_.size() && principals_[principal] != kNone) {
    at = scopes_[principals_[principal]]->admits_at(request.estimate, now);
  }
  const std::uint32_t route = route_number(request.route);
  if (route != kNone && routes_[route] != kNone) {
    at = std::max(at, scopes_[routes_[route]]->admits_at(request.estimate, now));
  }
  return at;
}

QuotaHints LimitBook::asker_left(const Asker& asker, const Route* route, Instant now) const {
  QuotaHints left;
  if (const LimitScope* client = scope_of(principals_, asker.principal)) client->lower(left, now);
  if (const LimitScope* model = scope_of(routes_, route_number(route))) model->lower(left, now);
  return left;
}

Instant LimitBook::limited_admits_at(TargetId target, const PickRequest& request, Instant now) {
  const TargetLimits& limits = targets_[target.index()];
  Instant at = now;
  for (const std::uint32_t scope : limits.places) at = std::max(at, scopes_[scope]->admits_at(request.estimate, now));
  const std::uint32_t model = model_scope(limits, request.asker);
  if (model != kNone) at = std::max(at, scopes_[model]->admits_at(request.estimate, now));
  return at;
}

void LimitBook::take(const PickRequest& request, Ticket& ticket, Instant now) {
  ticket.first = request.first();
  const std::uint32_t route = route_number(request.route);
  if (route != kNone && routes_[route] != kNone) ticket.route = route;
  const std::uint32_t principal = request.asker.principal;
  if (principal < principals_.size() && principals_[principal] != kNone) ticket.asker.principal = principal;
  ticket.asker.model = request.asker.model;

  const Amount due = asked(request.estimate, ticket.first);
  if (ticket.asker.principal != kNobody) scopes_[principals_[ticket.asker.principal]]->take(due, now);
  if (ticket.route != kNobody) scopes_[routes_[ticket.route]]->take(due, now);
  const TargetLimits& limits = targets_[ticket.target.index()];
  for (const std::uint32_t scope : limits.places) scopes_[scope]->take(request.estimate, now);
  const std::uint32_t model = model_scope(limits, ticket.asker);
  if (model != kNone) scopes_[model]->take(request.estimate, now);
}

void LimitBook::settle(const Ticket& ticket, const Amount& used, bool released) {
  const Amount was_due = asked(ticket.reserved, ticket.first);
  const Amount due = asked(used, ticket.first && !released);
  if (ticket.asker.principal != kNobody) {
    scopes_[principals_[ticket.asker.principal]]->settle(was_due, due, ticket.taken);
  }
  if (ticket.route != kNobody) scopes_[routes_[ticket.route]]->settle(was_due, due, ticket.taken);
  const TargetLimits& limits = targets_[ticket.target.index()];
  for (const std::uint32_t scope : limits.places) scopes_[scope]->settle(ticket.reserved, used, ticket.taken);
  const std::uint32_t model = model_scope(limits, ticket.asker);
  if (model != kNone) scopes_[model]->settle(ticket.reserved, used, ticket.taken);
}

void LimitBook::adopt(const LimitBook& old) {
  for (std::size_t at = 0; at < scopes_.size(); ++at) {
    std::shared_ptr<LimitScope> known = old.scope(names_[at]);
    if (!known) continue;
    known->hold_to(limits_[at]);
    scopes_[at] = std::move(known);
  }
  // A limit that is gone may come back while some of those that were held to it still run.
  for (const auto& [name, scope] : old.gone_) {
    if (!by_name_.contains(name) && !scope.expired()) gone_.emplace(name, scope);
  }
  for (std::size_t at = 0; at < old.scopes_.size(); ++at) {
    if (!by_name_.contains(old.names_[at])) gone_.emplace(old.names_[at], old.scopes_[at]);
  }
}

std::shared_ptr<LimitScope> LimitBook::scope(const std::string& name) const {
  if (const auto here = by_name_.find(name); here != by_name_.end()) return scopes_[here->second];
  const auto gone = gone_.find(name);
  return gone == gone_.end() ? nullptr : gone->second.lock();
}

}  // namespace drover::core
