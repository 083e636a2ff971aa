#include "demo/account/result.h"

#include <algorithm>

#include "demo/account/percentile.h"

namespace drover::demo {
namespace {

template <class Take>
Times times(const std::vector<ClientLine>& lines, Take take) {
  std::vector<Duration> all;
  for (const ClientLine& line : lines) {
    if (const std::optional<Duration> time = take(line)) all.push_back(*time);
  }
  return {percentile(all, 0.5), percentile(all, 0.99), percentile(all, 1.0)};
}

std::string share_text(double share) {
  const auto tenths = static_cast<std::int64_t>(share * 1000 + 0.5);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

/// "slow:factor=10:key=…" → "slow". A fault's compact form begins with its scope, so its kind is searched for.
void count_faults(const std::string& text, std::map<std::string, std::uint64_t>& counts) {
  for (const char* kind : {"hang", "429", "slow", "reset"}) {
    if (text.find(kind) != std::string::npos) ++counts[kind];
  }
}

void check_load(const Run& run, Summary& summary) {
  const double share =
      summary.due == 0 ? 0 : static_cast<double>(summary.sent_in_time) / static_cast<double>(summary.due);
  if (share >= kSentShare && summary.due > 0) return;
  summary.complaints.push_back("the load was not truly " + std::to_string(run.course.options.rate) +
                               " requests/s: only " + share_text(share) + " were sent within " +
                               span_text(kSentInTime) + " of their time (the latest " + span_text(summary.lag.most) +
                               " late); this machine is too slow or too busy for it");
}

void check_clients(Summary& summary) {
  if (summary.failed == 0) return;
  std::string text = std::to_string(summary.failed) + " clients saw a failure:";
  for (const auto& [flaw, count] : summary.flaws) text += " " + flaw + " (" + std::to_string(count) + ")";
  summary.complaints.push_back(text);
}

/// Checks that each illness was met: by the upstream, and by the gateway in the class that belongs to it.
void check_illnesses(Summary& summary) {
  struct Sign {
    const char* what;
    std::vector<const char*> upstream;  ///< at least one of these
    std::vector<const char*> gateway;   ///< and at least one of these
  };
  const std::vector<Sign> signs = {{"a refused connection", {}, {"connect"}},
                                   {"a hang", {"hang"}, {"head_timeout", "first_content_timeout"}},
                                   {"a 429", {"429"}, {"rate_limited"}},
                                   {"a slow answer", {"slow"}, {}}};
  const auto any = [](const std::vector<const char*>& names, const std::map<std::string, std::uint64_t>& counts) {
    return names.empty() || std::ranges::any_of(names, [&](const char* name) { return counts.contains(name); });
  };
  if (summary.translated == 0)
    summary.complaints.push_back("no request was answered by the target of the other dialect");
  for (const Sign& sign : signs) {
    if (!any(sign.upstream, summary.faults)) summary.complaints.push_back(std::string("no upstream gave ") + sign.what);
    if (!any(sign.gateway, summary.failovers))
      summary.complaints.push_back(std::string("the gateway did not go on after ") + sign.what);
  }
}

void check_stretches(const Run& run, Summary& summary) {
  for (std::size_t at = 0; at < run.stretches.size(); ++at) {
    const Stretch& stretch = run.stretches[at];
    if (stretch.ill != Ill::No && !stretch.left_after)
      summary.complaints.push_back(std::string("traffic did not leave the key although it ") + to_string(stretch.ill));
    if (stretch.ill == Ill::No && at > 0 && !stretch.back_after)
      summary.complaints.push_back("traffic did not come back when the key was well again after '" +
                                   std::string(to_string(run.stretches[at - 1].ill)) + "'");
  }
}

void check_ledger(Summary& summary) {
  if (summary.ledger.agrees()) return;
  summary.complaints.push_back("the three books differ in " + std::to_string(summary.ledger.differences.size()) +
                               " places");
}

}  // namespace

Summary summarize(const Run& run) {
  Summary summary;
  const std::vector<ClientLine>& lines = run.books.client;
  summary.due = lines.size();
  for (const ClientLine& line : lines) {
    const bool sent = line.status != 0 || line.lag != Duration::zero();
    if (sent && line.lag <= kSentInTime) ++summary.sent_in_time;
    if (line.flaw != Flaw::None) {
      ++summary.failed;
      ++summary.flaws[to_string(line.flaw)];
    }
  }
  const double seconds = std::chrono::duration<double>(run.lasted).count();
  summary.sent_rate = seconds > 0 ? static_cast<double>(summary.sent_in_time) / seconds : 0;
  using Time = std::optional<Duration>;
  const auto good = [](const ClientLine& line) { return line.flaw == Flaw::None; };
  summary.lag = times(lines, [](const ClientLine& line) { return Time(line.lag); });
  summary.plain =
      times(lines, [&](const ClientLine& line) { return good(line) && !line.streamed ? Time(line.took) : Time(); });
  summary.streamed =
      times(lines, [&](const ClientLine& line) { return good(line) && line.streamed ? Time(line.took) : Time(); });
  summary.first_content = times(
      lines, [&](const ClientLine& line) { return good(line) && line.streamed ? Time(line.first_content) : Time(); });
  for (const GatewayLine& line : run.books.gateway) {
    if (line.attempts.size() > 1) ++summary.failed_over;
    const bool answered = !line.attempts.empty() && line.attempts.back().outcome == kAnswered;
    if (answered && line.attempts.back().key == kClaude) ++summary.translated;
    summary.most_attempts = std::max(summary.most_attempts, static_cast<int>(line.attempts.size()));
  }
  for (const UpstreamLine& line : run.books.upstream) count_faults(line.fault, summary.faults);
  summary.failovers = failovers_by_kind(run.books.gateway);
  summary.ledger = reconcile(run.books);
  check_load(run, summary);
  check_clients(summary);
  check_illnesses(summary);
  check_stretches(run, summary);
  check_ledger(summary);
  return summary;
}

}  // namespace drover::demo
