// GET /status: every target with its mark, and the process in a few numbers, as JSON. No key's value: a key is its name
// and fingerprint.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/admin_view.h"
#include "gateway/process/version.h"
#include "gateway/routing/model_access.h"
#include "telemetry/log/status_words.h"
#include "telemetry/log/timestamp.h"

namespace drover::gateway {
namespace {

namespace json = boost::json;
using core::TargetView;
using telemetry::Mark;
using telemetry::mark_of;
using telemetry::reason;
using telemetry::word;

/// Targets listed one by one: about 2 MB. Of more, those that are not well come first.
constexpr std::size_t kMaxListed = 4000;
/// Targets shown of one name: a key at many servers for many models has as many.
constexpr std::size_t kMaxNamed = 100;
/// Routes named with a target.
constexpr std::size_t kMaxRoutesOfTarget = 20;

struct Count {
  std::uint64_t targets = 0;
  std::uint64_t green = 0;
  std::uint64_t yellow = 0;
  std::uint64_t red = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;

  void add(const TargetView& view) {
    const Mark mark = mark_of(view.condition);
    ++targets;
    (mark == Mark::Green ? green : mark == Mark::Yellow ? yellow : red) += 1;
    in_flight += view.in_flight;
    requests += view.requests;
    failures += view.failures;
  }
  [[nodiscard]] json::object object() const {
    return {{"targets", targets},     {"green", green},       {"yellow", yellow},    {"red", red},
            {"in_flight", in_flight}, {"requests", requests}, {"failures", failures}};
  }
};

/// A monotonic time as the wall clock showed it, in milliseconds since 1970.
std::int64_t unix_at(const AdminView& view, Instant at) {
  return view.unix_milliseconds + std::chrono::duration_cast<std::chrono::milliseconds>(at - view.now).count();
}

std::string wall(const AdminView& view, Instant at) {
  return telemetry::timestamp_text(unix_at(view, at));
}

/// A past time and how long ago it was.
json::value past(const AdminView& view, const std::optional<Instant>& at) {
  if (!at) return nullptr;
  const double seconds = std::chrono::duration<double>(view.now - *at).count();
  return json::object{{"at", wall(view, *at)}, {"seconds_ago", std::max(0.0, std::round(seconds * 10) / 10)}};
}

json::value milliseconds(double seconds) {
  if (seconds <= 0) return nullptr;
  return std::round(seconds * 1e6) / 1e3;  // to the microsecond: more digits say nothing
}

bool ends_later(const AdminView& view, const TargetView& target) {
  return target.until != kNever && target.until > view.now && mark_of(target.condition) != Mark::Green;
}

json::value until(const AdminView& view, const TargetView& target) {
  if (!ends_later(view, target)) return nullptr;
  const double seconds = std::chrono::duration<double>(target.until - view.now).count();
  return json::object{{"seconds", std::ceil(seconds * 10) / 10}, {"at", wall(view, target.until)}};
}

class Page {
 public:
  explicit Page(const AdminView& view) : view_(view), plan_(*view.snapshot->plan) {}

  /// Those that this is a name of, those that are not well first.
  json::array named(std::string_view name) {
    json::array found;
    look();
    for (const std::vector<core::TargetId>* some : {&unwell_, &well_}) {
      for (const core::TargetId id : *some) {
        if (found.size() == kMaxNamed) return found;
        if (is_called(plan_.targets[id.index()], name)) found.push_back(target(views_[id.index()]));
      }
    }
    return found;
  }

  std::string text() {
    look();
    json::object page;
    page["version"] = version();
    page["state"] = view_.draining ? "draining" : all_.green + trials_ > 0 ? "ready" : "no_usable_target";
    page["started_at"] = telemetry::timestamp_text(view_.started);
    page["uptime_seconds"] = (view_.unix_milliseconds - view_.started) / 1000;
    page["config"] = json::object{{"fingerprint", view_.snapshot->settings.fingerprint},
                                  {"loaded_at", telemetry::timestamp_text(view_.snapshot->loaded_at)}};
    page["requests_in_flight"] = view_.admission->in_flight.used();
    page["requests_waiting"] = view_.snapshot->fleet->with([](const core::Fleet& fleet) { return fleet.waiting(); });
    page["client_connections"] = view_.admission->connections.used();
    page["client_connections_limit"] = view_.admission->connections.limit();
    page["replay_memory_bytes"] = view_.admission->replay_memory.used();
    page["replay_memory_limit"] = view_.admission->replay_memory.limit();
    page["replay_memory_receiving"] = view_.admission->replay_memory.receiving();
    page["replay_memory_refusals"] = view_.admission->replay_memory.refusals();
    page["unparsed_bytes"] = view_.admission->unparsed.used();
    page["summary"] = all_.object();
    page["routes"] = routes();
    page["targets"] = targets();
    page["retiring_models"] = retiring_models();
    page["targets_left_out"] = all_.targets - std::min<std::uint64_t>(all_.targets, listed());
    return json::serialize(page);
  }

 private:
  /// Models in use that their providers will shut down, the soonest first.
  [[nodiscard]] json::array retiring_models() const {
    json::array all;
    if (view_.retirements == nullptr) return all;
    const std::int64_t now = view_.unix_milliseconds / 1000;
    for (const upstream::Retirement& retirement : view_.retirements->all()) {
      if (all.size() == kMaxListed) break;
      all.push_back(json::object{
          {"provider", retirement.provider},
          {"model", retirement.model},
          {"shutdown_date", upstream::day_text(retirement.shutdown)},
          {"warning", upstream::is_near(retirement, now) ? json::value(upstream::retirement_text(retirement, now))
                                                         : json::value(nullptr)}});
    }
    return all;
  }

  [[nodiscard]] bool is_called(const core::Target& target, std::string_view name) const {
    const core::Key& key = plan_.keys[target.key.index()];
    const std::string& provider = plan_.providers[target.provider.index()].name;
    if (target.name == name || key.name == name || key.fingerprint == name) return true;
    if (target.quota && plan_.quotas[target.quota->index()].name == name) return true;
    return name.size() == provider.size() + 1 + key.name.size() && name.starts_with(provider) &&
           name.ends_with(key.name) && name[provider.size()] == '/';
  }

  /// Takes every target's state once. A pin that no request has used is no target of anybody's making: not shown.
  void look() {
    const std::size_t configured = view_.snapshot->settings.plan->targets.size();
    for (const core::Route& route : plan_.routes) {
      if (route.name.starts_with(kInternalRoute)) continue;
      for (const core::TargetId target : plan_.pools[route.pools.front().index()].targets) {
        std::vector<std::string_view>& names = routes_[target];
        if (names.size() < kMaxRoutesOfTarget) names.push_back(route.name);
      }
    }
    for_each_target(view_, [&](const TargetView& target) {
      views_.push_back(target);
      const bool shown = target.target.index() < configured || target.requests > 0;
      if (!shown) return true;
      all_.add(target);
      if (usable(target.condition) && mark_of(target.condition) != Mark::Green) ++trials_;
      (mark_of(target.condition) == Mark::Green ? well_ : unwell_).push_back(target.target);
      return true;
    });
  }

  [[nodiscard]] std::size_t listed() const { return std::min(well_.size() + unwell_.size(), kMaxListed); }

  json::array routes() const {
    json::array all;
    for (const core::Route& route : plan_.routes) {
      if (route.name.starts_with(kInternalRoute)) continue;
      if (all.size() == kMaxListed) break;
      Count count;
      json::array fallback;
      for (const core::PoolId id : route.pools) {
        const core::Pool& pool = plan_.pools[id.index()];
        if (id != route.pools.front()) {
          fallback.emplace_back(pool.model);
          continue;
        }
        for (const core::TargetId target : pool.targets) count.add(views_[target.index()]);
      }
      json::object one = count.object();
      one["model"] = route.name;
      one["fallback"] = std::move(fallback);
      all.push_back(std::move(one));
    }
    return all;
  }

  json::array targets() const {
    std::vector<core::TargetId> chosen(
        unwell_.begin(), unwell_.begin() + static_cast<std::ptrdiff_t>(std::min(unwell_.size(), kMaxListed)));
    const std::size_t room = kMaxListed - chosen.size();
    chosen.insert(chosen.end(), well_.begin(),
                  well_.begin() + static_cast<std::ptrdiff_t>(std::min(well_.size(), room)));
    std::ranges::sort(chosen);
    json::array all;
    all.reserve(chosen.size());
    for (const core::TargetId id : chosen) all.push_back(target(views_[id.index()]));
    return all;
  }

  json::object target(const TargetView& state) const {
    const core::Target& target = plan_.targets[state.target.index()];
    const core::Key& key = plan_.keys[target.key.index()];
    json::object one;
    one["name"] = target.name;
    one["provider"] = plan_.providers[target.provider.index()].name;
    one["key"] = key.secret.empty() ? json::value(nullptr)
                                    : json::value(json::object{{"name", key.name}, {"fingerprint", key.fingerprint}});
    one["server"] = plan_.servers[target.server.index()].base_url;
    one["model"] = target.model.empty() ? json::value(nullptr) : json::value(target.model);
    if (const auto known = routes_.find(state.target); known != routes_.end()) {
      json::array names;
      for (const std::string_view name : known->second) names.emplace_back(name);
      one["routes"] = std::move(names);
    }
    one["pin"] = state.target.index() >= view_.snapshot->settings.plan->targets.size();
    one["priority"] = target.priority;
    one["mark"] = word(mark_of(state.condition));
    one["state"] = core::to_string(state.condition);
    one["until"] = until(view_, state);
    one["why"] = why(state);
    one["cause"] = cause(state);
    one["latency"] = json::object{{"first_content_ms", milliseconds(state.first_content_seconds)},
                                  {"output_token_ms", milliseconds(state.seconds_per_output_token)}};
    one["in_flight"] = state.in_flight;
    one["consecutive_failures"] = state.consecutive_failures;
    one["score"] = state.score;
    one["last_check"] = check(state);
    one["last_used"] = past(view_, state.last_used);
    one["requests"] = state.requests;
    one["failures"] = state.failures;
    return one;
  }

  [[nodiscard]] json::value why(const TargetView& state) const {
    std::optional<std::int64_t> end;
    if (ends_later(view_, state)) end = unix_at(view_, state.until);
    const std::string text = telemetry::why_text(state, end);
    return text.empty() ? json::value(nullptr) : json::value(text);
  }

  [[nodiscard]] json::value cause(const TargetView& state) const {
    const core::Cause& cause = state.cause;
    if (state.condition == core::TargetCondition::Ok || !cause.known()) return nullptr;
    json::object one;
    one["text"] = telemetry::cause_text(cause);
    one["class"] = to_string(cause.kind);
    one["status"] = cause.status == 0 ? json::value(nullptr) : json::value(cause.status);
    one["code"] = cause.code.empty() ? json::value(nullptr) : json::value(cause.code.view());
    one["retry_after_seconds"] = cause.retry_after
                                     ? json::value(std::chrono::duration<double>(*cause.retry_after).count())
                                     : json::value(nullptr);
    one["request"] = cause.request.empty() ? json::value(nullptr) : json::value(cause.request.view());
    one["found_by"] = cause.by_probe ? "probe" : "request";
    one["at"] = wall(view_, cause.at);
    return one;
  }

  [[nodiscard]] json::value check(const TargetView& state) const {
    if (!state.last_check) return nullptr;
    json::value check = past(view_, state.last_check->at);
    const bool well = state.last_check->healthy;
    check.as_object()["result"] = well ? std::string("ok") : reason(state.last_check->why, state.last_check->status);
    return check;
  }

  const AdminView& view_;
  const core::Plan& plan_;
  std::vector<TargetView> views_;                                   ///< by TargetId
  std::map<core::TargetId, std::vector<std::string_view>> routes_;  ///< whose own targets they are
  std::vector<core::TargetId> well_;
  std::vector<core::TargetId> unwell_;
  std::uint64_t trials_ = 0;  ///< not green, but usable
  Count all_;
};

}  // namespace

std::string targets_named(const AdminView& view, std::string_view name) {
  const json::array found = Page(view).named(name);
  return found.empty() ? std::string() : json::serialize(found);
}

std::string status_page(const AdminView& view) {
  return Page(view).text();
}

}  // namespace drover::gateway
