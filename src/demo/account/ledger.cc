#include "demo/account/ledger.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "demo/load/course.h"

namespace drover::demo {
namespace {

/// The outcome of an attempt that was cancelled because another attempt of the request answered first.
constexpr const char* kLostRace = "lost_race";

/// Whether an upstream received an attempt with this outcome.
enum class Heard : std::uint8_t { No, Perhaps, Yes };

Heard heard(std::string_view outcome) {
  for (const std::string_view never : {"resolve", "connect", "connect_timeout", "tls", "local_resource"}) {
    if (outcome == never) return Heard::No;
  }
  // The connection broke or was given up, before or after the upstream had read the request.
  for (const std::string_view perhaps :
       {"stale_connection", "connection_lost", "cancelled", "head_timeout", "first_content_timeout", kLostRace}) {
    if (outcome == perhaps) return Heard::Perhaps;
  }
  return Heard::Yes;
}

/// The entries of all books about one request.
struct Entry {
  std::vector<const ClientLine*> client;
  std::vector<const UpstreamLine*> upstream;
  std::vector<const GatewayLine*> gateway;
};

class Comparison {
 public:
  Comparison(std::uint64_t request, const Entry& entry, Reconciliation& result)
      : request_(request), entry_(entry), result_(result) {}

  void run() {
    if (!once(entry_.client.size(), "the clients") || !once(entry_.gateway.size(), "the gateway")) return;
    compare_ends();
    compare_attempts();
  }

 private:
  bool once(std::size_t count, std::string_view whose) {
    if (count == 1) return true;
    differ(count == 0 ? "is not in the book of " + std::string(whose)
                      : "is " + std::to_string(count) + " times in the book of " + std::string(whose));
    return false;
  }

  void compare_ends() {
    const ClientLine& client = *entry_.client.front();
    const std::vector<GatewayAttempt>& attempts = entry_.gateway.front()->attempts;
    const bool answered = std::ranges::find(attempts, kAnswered, &GatewayAttempt::outcome) != attempts.end();
    if (answered != (client.flaw == Flaw::None)) {
      differ("the gateway says " + std::string(attempts.empty() ? "nothing was tried" : attempts.back().outcome) +
             ", the client " + (client.flaw == Flaw::None ? "has a whole answer" : to_string(client.flaw)));
    }
    if (client.attempts != 0 && static_cast<std::size_t>(client.attempts) != attempts.size()) {
      differ("the client was told of " + std::to_string(client.attempts) + " attempts, the gateway wrote down " +
             std::to_string(attempts.size()));
    }
  }

  /// The order of two attempts at the same time is not compared.
  void compare_attempts() {
    std::vector<const UpstreamLine*> left = entry_.upstream;
    for (const GatewayAttempt& attempt : entry_.gateway.front()->attempts) {
      ++result_.gateway_attempts;
      const Heard expected = heard(attempt.outcome);
      if (expected == Heard::No) {
        ++result_.not_connected;
        continue;
      }
      const auto own = std::ranges::find_if(
          left, [&](const UpstreamLine* line) { return line->key == attempt.key && fits(attempt, *line); });
      const UpstreamLine* line = left.empty() ? nullptr : left.front();
      if (own != left.end()) {
        left.erase(own);
        ++result_.reached;
      } else if (expected == Heard::Perhaps) {
        ++result_.unheard;
      } else {
        differ("the gateway says " + attempt.outcome + " of " + key_name(attempt.key) + ", which heard " +
               (line == nullptr
                    ? "nothing"
                    : "something else (" + key_name(line->key) + ", status " + std::to_string(line->status) + ")"));
        if (line != nullptr && line->key == attempt.key) left.erase(left.begin());
      }
    }
    for (const UpstreamLine* line : left) {
      differ(key_name(line->key) + " heard a request that the gateway did not write down");
    }
  }

  static bool fits(const GatewayAttempt& attempt, const UpstreamLine& line) {
    if (attempt.outcome == kAnswered) return line.status == 200 && line.whole;
    if (attempt.outcome.ends_with("_timeout") || attempt.outcome == kLostRace)
      return true;  // the attempt was given up, whatever the upstream would have answered
    if (heard(attempt.outcome) == Heard::Perhaps) return line.status == 0 || !line.whole;
    return attempt.status == 0 || line.status == attempt.status;
  }

  void differ(std::string what) { result_.differences.push_back({request_, std::move(what)}); }

  std::uint64_t request_;
  const Entry& entry_;
  Reconciliation& result_;
};

}  // namespace

const char* to_string(Flaw flaw) {
  switch (flaw) {
    case Flaw::None: return "whole";
    case Flaw::Running: return "no end";
    case Flaw::Connection: return "no answer";
    case Flaw::Status: return "an error status";
    case Flaw::Cut: return "a cut answer";
    case Flaw::Incomplete: return "an incomplete answer";
    case Flaw::ErrorEvent: return "an error in the stream";
    case Flaw::Patience: return "gave up waiting";
  }
  return "";
}

Reconciliation reconcile(const Books& books) {
  std::map<std::uint64_t, Entry> entries;
  for (const ClientLine& line : books.client) entries[line.request].client.push_back(&line);
  for (const UpstreamLine& line : books.upstream) entries[line.request].upstream.push_back(&line);
  for (const GatewayLine& line : books.gateway) entries[line.request].gateway.push_back(&line);
  Reconciliation result;
  result.requests = entries.size();
  result.upstream_requests = books.upstream.size();
  for (const auto& [request, entry] : entries) Comparison(request, entry, result).run();
  return result;
}

std::map<std::string, std::uint64_t> failovers_by_kind(const std::vector<GatewayLine>& lines) {
  std::map<std::string, std::uint64_t> counts;
  for (const GatewayLine& line : lines) {
    for (std::size_t at = 0; at + 1 < line.attempts.size(); ++at) {
      if (line.attempts[at].outcome != kAnswered) ++counts[line.attempts[at].outcome];
    }
  }
  return counts;
}

}  // namespace drover::demo
