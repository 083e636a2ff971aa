// Describes in words what a configuration would do: the text of `drover check`. It never shows a key's value.
#include <algorithm>
#include <set>

#include "base/glob.h"
#include "config/settings.h"
#include "config/yaml/report.h"
#include "config/yaml/scalar.h"
#include "directory/limit_text.h"

namespace drover::config {
namespace {

constexpr std::size_t kTargetsShown = 50;  // of one pool: a longer list would scroll the rest away
constexpr std::size_t kRoutesShown = 200;

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string_view word(core::Balance balance) {
  switch (balance) {
    case core::Balance::P2c: return "p2c";
    case core::Balance::RoundRobin: return "round_robin";
    case core::Balance::Random: return "random";
    case core::Balance::LeastRequests: return "least_requests";
    case core::Balance::LeastLatency: return "least_latency";
    case core::Balance::Sticky: return "sticky";
  }
  return "";
}

std::string_view word(core::WhenAllOut choice) {
  switch (choice) {
    case core::WhenAllOut::LastResort: return "last_resort";
    case core::WhenAllOut::Reset: return "reset";
    case core::WhenAllOut::First: return "first";
    case core::WhenAllOut::Fail: return "fail";
  }
  return "";
}

std::string_view word(core::Ambiguous choice) {
  switch (choice) {
    case core::Ambiguous::Never: return "never";
    case core::Ambiguous::ReusedOnly: return "reused_only";
    case core::Ambiguous::Failover: return "failover";
  }
  return "";
}

std::string timeouts_line(const core::Timeouts& timeouts) {
  return "connect " + format_duration(timeouts.connect) + ", send " + format_duration(timeouts.send) + ", head " +
         format_duration(timeouts.head_stream) + " (streamed) / " + format_duration(timeouts.head_plain) +
         " (plain), first content " + format_duration(timeouts.first_content) + ", idle " +
         format_duration(timeouts.idle) + ", total " + format_duration(timeouts.total) + ", stream " +
         format_duration(timeouts.stream_max) + ", queue " + format_duration(timeouts.queue);
}

bool same(const core::Timeouts& a, const core::Timeouts& b) {
  return timeouts_line(a) == timeouts_line(b);
}

class Description {
 public:
  explicit Description(const Settings& settings) : settings_(settings), plan_(*settings.plan) {}

  std::string text() {
    listeners();
    clients();
    routes();
    queries();
    policies();
    list("warnings", settings_.warnings);
    list("no effect", inert());
    return std::move(out_);
  }

 private:
  void line(const std::string& text) { out_ += text + "\n"; }
  void list(const std::string& title, const std::vector<std::string>& items) {
    if (items.empty()) return;
    line("\n" + title + ":");
    for (const std::string& item : items) line("  - " + item);
  }

  void listeners() {
    for (const ListenAddress& each : settings_.listen) line("listen   " + address(each));
    line("admin    " + (settings_.admin ? address(*settings_.admin) : "off"));
    line("threads  " + (settings_.threads == 0 ? "one per core" : std::to_string(settings_.threads)));
    const std::string none = settings_.terminal >= 0 ? "one line per request, on this terminal" : "no log";
    line("access   " + (settings_.access_log == kNoAccessLog ? none : "log to " + access_log()));
  }

  [[nodiscard]] std::string access_log() const {
    return settings_.access_log == kAccessLogToStdout ? "standard output" : settings_.access_log;
  }

  static std::string address(const ListenAddress& each) {
    if (!each.tls) return each.to_string();
    return each.to_string() + (each.tls->client_ca.empty() ? " (TLS)" : " (TLS, clients show a certificate)");
  }

  void clients() {
    if (settings_.clients.empty())
      line(settings_.accounts.store.empty() ? "clients  everybody on this machine, without a key"
                                            : "clients  those with a key of the store");
    for (const ClientKey& client : settings_.clients) {
      std::vector<std::string> providers;
      for (std::uint32_t at = 0; at < plan_.providers.size(); ++at) {
        if (client.may_use({at})) providers.push_back(plan_.providers[at].name);
      }
      line("client   " + client.name + ": " + (client.models.empty() ? "all models" : joined(client.models)) +
           (providers.size() < plan_.providers.size() ? ", only at " + joined(providers) : "") +
           (batch(client) ? ", batch" : "") + limits(client.limits));
    }
    for (const directory::Principal& team : settings_.accounts.teams) {
      line("team     " + team.path + (team.blocked ? ": blocked" : "") + limits(team.limits));
    }
    origins();
  }

  static std::string limits(const std::vector<directory::Limit>& limits) {
    std::string text;
    for (const directory::Limit& limit : limits) {
      text += ", at most " + directory::limit_text(limit.unit, limit.amount, limit.window);
      if (!limit.models.empty()) text += " of " + joined(limit.models);
      if (limit.action == directory::Action::Tell) text += ", only told";
    }
    return text;
  }

  void origins() {
    if (settings_.origins.empty()) return;
    const bool any = std::ranges::find(settings_.origins, kAnyOrigin) != settings_.origins.end();
    line("origins  " + (any ? std::string("any: every web page whose visitor has a client's key")
                            : "web pages of " + joined(settings_.origins)));
  }

  /// The parameters that are added to the query of each request. A value that may be a credential is not shown.
  void queries() {
    for (const core::Provider& provider : plan_.providers) {
      std::vector<std::string> parameters;
      for (const auto& [name, value] : provider.query) {
        parameters.push_back(name + "=" + (is_telling(name) ? value : std::string("...")));
      }
      if (!parameters.empty()) line("query of " + provider.name + ": " + joined(parameters));
    }
  }

  /// Whether the values of the parameter are no secret: a provider's version.
  static bool is_telling(std::string_view name) { return name == "api-version" || name == "version"; }

  [[nodiscard]] bool batch(const ClientKey& client) const {
    return plan_.principals[client.principal.index()].service == core::ServiceClass::Batch;
  }

  /// `apart`: requests stay with the targets of their own dialect.
  [[nodiscard]] std::string summary(const core::Pool& pool, bool apart) const {
    const std::string over = std::string(word(pool.balance)) + " over ";
    std::vector<std::string> shares;
    for (const core::DialectKind dialect : core::kAllDialects) {
      const auto speaking = static_cast<std::size_t>(std::ranges::count_if(pool.targets, [&](core::TargetId target) {
        return plan_.providers[plan_.targets[target.index()].provider.index()].dialect == dialect;
      }));
      if (speaking == 0) continue;
      shares.push_back(plural(speaking, "target") + " for " + std::string(vendor_of(dialect)) + "'s" +
                       (shares.empty() ? " paths" : ""));
    }
    if (!apart || shares.size() < 2) return over + plural(pool.targets.size(), "target");
    const std::string last = " and " + shares.back();
    shares.pop_back();
    return over + joined(shares) + last;
  }

  static std::string_view vendor_of(core::DialectKind dialect) {
    switch (dialect) {
      case core::DialectKind::OpenAi: break;
      case core::DialectKind::Anthropic: return "Anthropic";
      case core::DialectKind::Gemini: return "Google";
    }
    return "OpenAI";
  }

  static std::string shown_route(const std::string& name) {
    if (name == "*") return "* (every other model)";
    return is_glob(name) ? name + " (every other model that begins so)" : name;
  }

  /// The name that the provider gets for "claude-NAME" at a target of many models.
  void renaming(const core::Pool& pool) {
    if (!is_glob(pool.model)) return;
    const std::string name = std::string(glob_stem(pool.model)) + "NAME";
    std::set<std::string> told;
    for (const core::TargetId id : pool.targets) {
      const core::Target& target = plan_.targets[id.index()];
      const std::string text =
          plan_.providers[target.provider.index()].name + " is asked for " + target.model_for(name);
      if ((target.rename.any() || !target.model.empty()) && told.insert(text).second) line("  " + name + ": " + text);
    }
  }

  void routes() {
    std::set<std::string> named;
    for (const core::Route& route : plan_.routes) named.insert(route.name);
    line("");
    for (std::size_t at = 0; at < plan_.routes.size() && at < kRoutesShown; ++at) route(plan_.routes[at]);
    if (plan_.routes.size() > kRoutesShown) line("... and " + plural(plan_.routes.size() - kRoutesShown, "more route"));
    for (const core::Pool& pool : plan_.pools) {
      if (named.contains(pool.model)) continue;
      const core::Route& through = *plan_.route_for(pool.model);
      line(pool.model + " (as a fallback, through \"" + through.name + "\"): " + summary(pool, through.keeps_apart()));
      targets(pool);
    }
  }

  void route(const core::Route& route) {
    const core::Pool& own = plan_.pools[route.pools.front().index()];
    std::string text = shown_route(route.name) + ": " + summary(own, route.keeps_apart());
    for (std::size_t at = 1; at < route.pools.size(); ++at) {
      const core::Pool& next = plan_.pools[route.pools[at].index()];
      text += ", then fallback " + next.model + " (" + summary(next, route.keeps_apart()) + ")";
    }
    for (const core::Detour& detour : route.detours) {
      text += ", on " + std::string(to_string(detour.on)) + " " + plan_.detours[detour.route].name;
    }
    line(text);
    renaming(own);
    targets(own);
  }

  void targets(const core::Pool& pool) {
    for (std::size_t at = 0; at < pool.targets.size() && at < kTargetsShown; ++at) {
      const core::Target& target = plan_.targets[pool.targets[at].index()];
      const core::Key& key = plan_.keys[target.key.index()];
      std::string text = "  priority " + std::to_string(target.priority) + "  " + target.name + "  weight " +
                         std::to_string(target.weight) + "  " + plan_.servers[target.server.index()].base_url;
      text += key.secret.empty() ? "  no key" : "  key " + key.name + " (" + key.fingerprint + ")";
      if (target.quota) text += "  quota " + plan_.quotas[target.quota->index()].name;
      line(text);
    }
    if (pool.targets.size() > kTargetsShown)
      line("  ... and " + plural(pool.targets.size() - kTargetsShown, "more target"));
    if (pool.balance == core::Balance::P2c && pool.affinity != core::Pool{}.affinity) {
      line("  affinity: " + (pool.affinity > Duration::zero() ? format_duration(pool.affinity) : std::string("off")));
    }
    if (!same(pool.timeouts, settings_.timeouts)) line("  timeouts: " + timeouts_line(pool.timeouts));
  }

  void policies() {
    const core::RetrySettings& retry = plan_.retry;
    const core::HealthSettings& health = plan_.health;
    line("");
    for (const core::DialectKind dialect : core::kAllDialects) {
      const auto pin = settings_.pin_for(dialect);
      if (!pin) continue;
      const core::Key& key = plan_.keys[pin->index()];
      line("paths without a model (" + std::string(to_string(dialect)) +
           "): " + plan_.providers[key.provider.index()].name + "/" + key.name);
    }
    line("timeouts: " + timeouts_line(settings_.timeouts));
    line("retry: up to " + plural(retry.walk, "target") + " a request, then " + std::to_string(retry.same_target) +
         (retry.same_target == 1 ? " more try" : " more tries") + " at one after " + format_duration(retry.backoff) +
         " x" + format_decimal(retry.multiplier) + " up to " + format_duration(retry.max_backoff) + " (jitter " +
         (retry.jitter == core::Jitter::Full ? "full" : "none") + "); paid retries at most " +
         format_share(retry.budget) + " of requests; ambiguous failures: " + std::string(word(retry.ambiguous)));
    if (retry.hedge > 0) {
      line("  hedged: at most " + format_share(retry.hedge) +
           " of requests, when they are later than 95 of 100 like them");
    }
    if (!retry.statuses.empty()) {
      std::vector<std::string> statuses;
      for (const int status : retry.statuses) statuses.push_back(std::to_string(status));
      line("  of answers only " + joined(statuses) + " are repeated at the same target");
    }
    const std::string probe = health.probe.empty()
                                  ? "no probes"
                                  : "GET " + health.probe + " every " + format_duration(health.interval) +
                                        " (at most " + format_duration(health.timeout) + ")";
    line("health: " + probe + "; out " +
         (health.mode == core::HealthMode::Consecutive ? "after " + plural(health.eject_after, "failure") + " in a row"
                                                       : "at a score of " + std::to_string(health.eject_after)) +
         " for " + format_duration(health.eject_for) + " to " + format_duration(health.max_eject_for) +
         "; when all are out: " + std::string(word(health.when_all_out)));
    if (health.latency_from == core::LatencyFrom::Probe) line("  latency is that of the probes");
    const Limits& limits = settings_.limits;
    line("limits: body " + format_size(limits.body) + ", " + std::to_string(limits.in_flight) + " in flight, " +
         format_size(limits.replay_memory) + " kept for replay, " + std::to_string(limits.connections) +
         " connections; drain " + format_duration(settings_.drain));
    line("waiting: at most " + plural(plan_.waiting.all, "request") + ", " + std::to_string(plan_.waiting.per_client) +
         " of one client, each up to timeouts.queue");
  }

  /// The settings that have no effect.
  [[nodiscard]] std::vector<std::string> inert() const {
    std::vector<std::string> out;
    std::vector<bool> provider_used(plan_.providers.size());
    for (const core::Target& target : plan_.targets) provider_used[target.provider.index()] = true;
    for (std::size_t at = 0; at < plan_.providers.size(); ++at) {
      const core::Provider& provider = plan_.providers[at];
      if (!provider_used[at]) out.push_back("provider '" + provider.name + "': no model uses it");
      if (provider.usage == core::UsageMode::Ask && provider.dialect != core::DialectKind::OpenAi)
        out.push_back("provider '" + provider.name + "': 'usage: ask', because this dialect always reports usage");
    }
    std::vector<bool> quota_used(plan_.quotas.size());
    for (const core::Key& key : plan_.keys) {
      if (key.quota) quota_used[key.quota->index()] = true;
    }
    for (std::size_t at = 0; at < plan_.quotas.size(); ++at) {
      if (!quota_used[at]) out.push_back("quota '" + plan_.quotas[at].name + "': no key uses it");
    }
    for (const core::Route& route : plan_.routes) {
      if (!settings_.clients.empty() && std::ranges::none_of(settings_.clients, [&](const ClientKey& client) {
            return may_ask(client, route.name);
          })) {
        out.push_back("model '" + route.name + "': no client may use it");
      }
    }
    return out;
  }

  /// Whether the client may use a name that leads to this route.
  [[nodiscard]] bool may_ask(const ClientKey& client, const std::string& route) const {
    return client.models.empty() || std::ranges::any_of(client.models, [&](const std::string& model) {
             if (is_glob(model)) return overlap(model, route);
             const core::Route* const own = plan_.route_for(model);
             return own != nullptr && own->name == route;
           });
  }

  const Settings& settings_;
  const core::Plan& plan_;
  std::string out_;
};

}  // namespace

std::string describe(const Settings& settings) {
  return Description(settings).text();
}

}  // namespace drover::config
