#include "mock/faults/fault_plan.h"

#include <algorithm>

#include "mock/provider/settings.h"

namespace drover::mock {
namespace {

bool key_matches(const std::string& pattern, std::string_view key) {
  if (pattern.starts_with('*')) return key.ends_with(std::string_view(pattern).substr(1));
  return pattern == key;
}

bool in_scope(const FaultScope& scope, const Subject& subject) {
  if (scope.port && *scope.port != subject.port) return false;
  if (!scope.key.empty() && !key_matches(scope.key, subject.key)) return false;
  if (!scope.path.empty() && !subject.path.starts_with(scope.path)) return false;
  return scope.model.empty() || matches(scope.model, subject.model);
}

bool in_window(const FaultPlan::Entry& entry, Instant now) {
  const Instant begin = after(entry.since, entry.fault.times.from);
  return now >= begin && now < after(begin, entry.fault.times.lasts);
}

Moment moment_of(FaultKind kind) {
  if (strikes_on_accept(kind)) return Moment::Accept;
  return kind == FaultKind::EarlyTooLarge ? Moment::Head : Moment::Request;
}

}  // namespace

std::vector<Fault> FaultPlan::strike(const Subject& subject, Moment moment, Instant now, Random& random) {
  std::vector<Fault> striking;
  for (Entry& entry : entries_) {
    const FaultTimes& times = entry.fault.times;
    if (entry.fault.kind == FaultKind::Refuse || moment_of(entry.fault.kind) != moment) continue;
    if (!in_scope(entry.fault.scope, subject) || !in_window(entry, now)) continue;
    // A fault whose count is used up draws no more, so that later requests meet the same chances as without it.
    if (times.count && entry.hits >= *times.count) continue;
    if (entry.matched++ < times.skip) continue;
    if (times.probability < 1 && random.unit() >= times.probability) continue;
    ++entry.hits;
    striking.push_back(entry.fault);
  }
  return striking;
}

bool FaultPlan::refuses(std::size_t port, Instant now) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.fault.kind == FaultKind::Refuse && in_scope(entry.fault.scope, Subject{.port = port}) &&
           in_window(entry, now);
  });
}

Instant FaultPlan::next_change(Instant now) const {
  Instant next = kNever;
  for (const Entry& entry : entries_) {
    if (entry.fault.kind != FaultKind::Refuse) continue;
    const Instant begin = after(entry.since, entry.fault.times.from);
    const Instant end = after(begin, entry.fault.times.lasts);
    if (begin > now) next = std::min(next, begin);
    if (end > now) next = std::min(next, end);
  }
  return next;
}

}  // namespace drover::mock
