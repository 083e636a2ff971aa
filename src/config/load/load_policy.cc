// The sections with times, counts and amounts: retry, timeouts, health, limits, drain, threads.
#include <algorithm>

#include "config/load/draft.h"
#include "config/yaml/scalar.h"

namespace drover::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Range<Duration> kWait{milliseconds(1), hours(24)};
constexpr Range<Duration> kWaitOrNone{Duration::zero(), hours(24)};
constexpr std::uint64_t kMaxThreads = 256;
constexpr std::uint64_t kMaxTries = 64;       // most targets of one request: more would be a loop, not failover
constexpr double kMaxHedge = 1;               // a request is hedged once
constexpr double kMaxBudget = 16;             // retries per request: more than the most attempts of one
constexpr std::uint64_t kMaxFailures = 1000;  // before an ejection
constexpr std::uint64_t kMaxRequests = 10'000'000;
constexpr std::uint64_t kMaxBody = std::uint64_t{4} << 30;
constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 40;

constexpr std::array<Choice<core::Jitter>, 2> kJitter = {{{"full", core::Jitter::Full}, {"none", core::Jitter::None}}};
constexpr std::array<Choice<core::Ambiguous>, 3> kAmbiguous = {{{"never", core::Ambiguous::Never},
                                                                {"reused_only", core::Ambiguous::ReusedOnly},
                                                                {"failover", core::Ambiguous::Failover}}};
constexpr std::array<Choice<core::HealthMode>, 2> kMode = {
    {{"consecutive", core::HealthMode::Consecutive}, {"score", core::HealthMode::Score}}};
constexpr std::array<Choice<core::LatencyFrom>, 2> kLatencyFrom = {
    {{"traffic", core::LatencyFrom::Traffic}, {"probe", core::LatencyFrom::Probe}}};
constexpr std::array<Choice<core::WhenAllOut>, 4> kWhenAllOut = {{{"last_resort", core::WhenAllOut::LastResort},
                                                                  {"reset", core::WhenAllOut::Reset},
                                                                  {"first", core::WhenAllOut::First},
                                                                  {"fail", core::WhenAllOut::Fail}}};

/// Statuses that a failed answer can have; one list item each.
void load_statuses(const Value& value, std::vector<int>& statuses) {
  for (const Value& each : value.list("[ 500, 502, 503, 504 ]")) {
    const auto status = each.whole({400, 599});
    if (!status) continue;
    const int number = static_cast<int>(*status);
    if (std::ranges::find(statuses, number) == statuses.end()) statuses.push_back(number);
  }
}

void load_retry(const Value& value, core::RetrySettings& retry) {
  const auto map = value.section(schema::kRetry);
  if (!map) return;
  map->whole("walk", retry.walk, {1, kMaxTries});
  map->whole("same_target", retry.same_target, {0, kMaxTries});
  map->duration("backoff", retry.backoff, kWaitOrNone);
  map->decimal("multiplier", retry.multiplier, {1, 10});
  map->duration("max_backoff", retry.max_backoff, kWaitOrNone);
  map->choice("jitter", retry.jitter, kJitter);
  map->share("budget", retry.budget, kMaxBudget);
  map->share("hedge", retry.hedge, kMaxHedge);
  map->choice("ambiguous", retry.ambiguous, kAmbiguous);
  if (const auto statuses = map->find("statuses")) load_statuses(*statuses, retry.statuses);
  if (retry.max_backoff < retry.backoff) {
    value.wrong("max_backoff (" + format_duration(retry.max_backoff) + ") is shorter than backoff (" +
                    format_duration(retry.backoff) + ")",
                "raise max_backoff");
  }
}

void load_probe(const Section& map, std::string& probe) {
  const auto value = map.find("probe");
  const auto path = value ? value->text("a path such as /models, or off") : std::nullopt;
  if (!path) return;
  const bool bad = path->find_first_of(" \t\r\n?#\\") != std::string::npos || path->size() > defaults::kModelBytes;
  if (*path == "off") {
    probe.clear();
  } else if (!path->starts_with('/') || bad) {
    value->unexpected("a path such as /models (it is appended to base_url), or off");
  } else {
    probe = *path;
  }
}

void load_health(const Value& value, core::HealthSettings& health) {
  const auto map = value.section(schema::kHealth);
  if (!map) return;
  load_probe(*map, health.probe);
  map->duration("interval", health.interval, {milliseconds(100), hours(24)});
  map->duration("timeout", health.timeout, kWait);
  map->choice("mode", health.mode, kMode);
  map->whole("eject_after", health.eject_after, {1, kMaxFailures});
  map->duration("eject_for", health.eject_for, kWait);
  map->duration("max_eject_for", health.max_eject_for, kWait);
  map->choice("when_all_out", health.when_all_out, kWhenAllOut);
  map->choice("latency_from", health.latency_from, kLatencyFrom);
  if (health.latency_from == core::LatencyFrom::Probe && health.probe.empty()) {
    value.wrong("latency_from: probe, but probes are off", "set probe: /models, or latency_from: traffic");
  }
  if (health.timeout > health.interval) {
    value.wrong("timeout (" + format_duration(health.timeout) + ") is longer than interval (" +
                    format_duration(health.interval) + "), so probes would overlap",
                "shorten timeout");
  }
  if (health.max_eject_for < health.eject_for) {
    value.wrong("max_eject_for (" + format_duration(health.max_eject_for) + ") is shorter than eject_for (" +
                    format_duration(health.eject_for) + ")",
                "raise max_eject_for");
  }
}

void load_limits(const Value& value, Limits& limits, core::WaitingLimits& waiting) {
  const auto map = value.section(schema::kLimits);
  if (!map) return;
  map->size("body", limits.body, {1024, kMaxBody});
  map->whole("in_flight", limits.in_flight, {1, kMaxRequests});
  map->size("replay_memory", limits.replay_memory, {1024, kMaxMemory});
  map->whole("connections", limits.connections, {1, kMaxRequests});
  map->whole("waiting", waiting.all, {0, kMaxRequests});
  map->whole("waiting_per_client", waiting.per_client, {0, kMaxRequests});
  if (limits.body > limits.replay_memory) {
    value.wrong("body (" + format_size(limits.body) + ") is larger than replay_memory (" +
                    format_size(limits.replay_memory) + "), so the largest bodies would always be shed",
                "raise replay_memory");
  }
}

}  // namespace

void load_timeouts(const Value& value, core::Timeouts& timeouts) {
  const auto map = value.section(schema::kTimeouts);
  if (!map) return;
  map->duration("connect", timeouts.connect, kWait);
  map->duration("send", timeouts.send, kWait);
  const auto head = map->find("head");
  if (head && head->node().kind == Node::Kind::Map) {
    if (const auto both = head->section(schema::kHead)) {
      both->duration("stream", timeouts.head_stream, kWait, Off::Allowed);
      both->duration("plain", timeouts.head_plain, kWait, Off::Allowed);
    }
  } else if (head) {
    const auto span = head->duration(kWait, Off::Allowed);
    if (span) timeouts.head_stream = timeouts.head_plain = *span;
  }
  map->duration("first_content", timeouts.first_content, kWait, Off::Allowed);
  // These have no "off": every wait needs a deadline.
  map->duration("idle", timeouts.idle, kWait);
  map->duration("total", timeouts.total, kWait);
  map->duration("stream_max", timeouts.stream_max, kWait);
  map->duration("queue", timeouts.queue, kWaitOrNone);
  if (timeouts.connect > timeouts.total) {
    value.wrong("connect (" + format_duration(timeouts.connect) + ") is longer than total (" +
                    format_duration(timeouts.total) + ")",
                "raise total");
  }
}

void load_policy(const Section& top, Draft& draft) {
  if (const auto value = top.find("retry")) load_retry(*value, draft.plan.retry);
  if (const auto value = top.find("timeouts")) load_timeouts(*value, draft.settings.timeouts);
  if (const auto value = top.find("health")) load_health(*value, draft.plan.health);
  if (const auto value = top.find("limits")) load_limits(*value, draft.settings.limits, draft.plan.waiting);
  top.duration("drain", draft.settings.drain, kWaitOrNone);
  const auto threads = top.find("threads");
  if (threads && !threads->is_word("auto")) {
    const auto number =
        threads->is_scalar() && !threads->node().quoted ? parse_whole(threads->node().text) : std::nullopt;
    if (number && *number >= 1 && *number <= kMaxThreads) {
      draft.settings.threads = static_cast<unsigned>(*number);
    } else {
      threads->unexpected("auto or a whole number from 1 to " + std::to_string(kMaxThreads));
    }
  }
}

}  // namespace drover::config
