// What the configuration describes, as plain values: providers, servers, keys, quotas, targets, pools and routes.
// Immutable once built. Ids are indexes into the vectors of one Plan and mean nothing outside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/secret.h"
#include "base/units.h"

namespace drover::core {

using ProviderId = Id<struct ProviderTag>;
using ServerId = Id<struct ServerTag>;
using KeyId = Id<struct KeyTag>;
using QuotaId = Id<struct QuotaTag>;
using TargetId = Id<struct TargetTag>;
using PoolId = Id<struct PoolTag>;
using RouteId = Id<struct RouteTag>;
using PrincipalId = Id<struct PrincipalTag>;

enum class DialectKind : std::uint8_t { OpenAi, Anthropic, Gemini };
inline constexpr std::array<DialectKind, 3> kAllDialects{DialectKind::OpenAi, DialectKind::Anthropic,
                                                         DialectKind::Gemini};
inline constexpr std::size_t kDialects = kAllDialects.size();

/// The word for a dialect in the configuration.
[[nodiscard]] constexpr std::string_view to_string(DialectKind dialect) {
  switch (dialect) {
    case DialectKind::OpenAi: return "openai";
    case DialectKind::Anthropic: return "anthropic";
    case DialectKind::Gemini: return "gemini";
  }
  return "openai";
}

/// How a provider wants the credential.
struct Auth {
  enum class Kind : std::uint8_t { Bearer, Header, None };
  Kind kind = Kind::Bearer;
  std::string header{};  ///< lower case; only for Kind::Header
};

/// Bounds of one origin's connection pool, for the whole process.
struct ConnectionLimits {
  std::uint32_t keep = 256;                  ///< idle connections kept open
  std::uint32_t max = 10000;                 ///< open connections; past it an attempt is refused locally (S0)
  Duration idle = std::chrono::seconds(30);  ///< shorter than the upstream's own (60-75 s is usual)
};

/// An operator's own rule for what a provider's failures mean, looked at before the built-in ones. What is empty or 0
/// fits all; at least one condition is given.
struct ErrorRule {
  int status = 0;      ///< exactly this one; 200: an error inside a good answer
  std::string code{};  ///< the provider's
  std::string type{};
  std::string front{};  ///< how the message begins
  std::string text{};   ///< what the message contains
  bool empty = false;   ///< not a failure by its own account: an answer that ends well and says nothing
  ErrorKind kind = ErrorKind::ServerError;
  ErrorScope scope = ErrorScope::Target;
  RetryClass retry = RetryClass::OtherKey;
};

enum class UsageMode : std::uint8_t { Observe, Ask };

struct Provider {
  std::string name{};
  DialectKind dialect = DialectKind::OpenAi;
  Auth auth{};
  std::vector<std::pair<std::string, std::string>> headers{};  ///< added to every request
  /// Added to the query of every request, escaped: "api-version=2024-10-21". What a client gives by such a name is not
  /// sent on.
  std::vector<std::pair<std::string, std::string>> query{};
  ConnectionLimits connections{};
  std::string ca_file{};  ///< empty: the system's trust store
  std::string region{};
  std::vector<std::string> apis{};  ///< empty: all
  UsageMode usage = UsageMode::Observe;
  std::vector<ErrorRule> errors{};
  std::optional<KeyId> pin{};  ///< takes the paths that name no model; default: the first key
};

struct Server {
  ProviderId provider{};
  std::string base_url{};
};

/// How much may be asked for; nothing means not limited.
struct ModelLimits {
  std::optional<std::int64_t> requests_per_minute{};
  std::optional<std::int64_t> requests_per_day{};
  std::optional<std::int64_t> input_tokens_per_minute{};
  std::optional<std::int64_t> output_tokens_per_minute{};
  std::optional<std::int64_t> concurrent{};

  [[nodiscard]] bool any() const { return any_in_time() || concurrent; }
  /// Whether some of them limit how much may be asked for within a time.
  [[nodiscard]] bool any_in_time() const {
    return requests_per_minute || requests_per_day || input_tokens_per_minute || output_tokens_per_minute;
  }
};

struct Key {
  ProviderId provider{};
  std::string name{};         ///< "1", "spare": unique within its provider; safe to print
  std::string fingerprint{};  ///< 8 hex digits of SHA-256 over provider and value; safe to print, stable across reloads
  Secret secret{};            ///< empty when auth is none
  std::uint32_t weight = 1;
  std::optional<QuotaId> quota{};
  ModelLimits limits{};  ///< of this key alone, all its models together
};

/// In Quota::models: all models together.
inline constexpr std::string_view kAllModels = "*";

struct Quota {
  std::string name{};
  std::map<std::string, ModelLimits> models{};  ///< by the provider's name of the model, or kAllModels
};

/// How a target of many models turns the client's model name into the provider's.
struct Rename {
  std::size_t drop = 0;  ///< bytes of the client's name that are left out in front
  std::string front{};   ///< what is put there instead

  [[nodiscard]] bool any() const { return drop > 0 || !front.empty(); }
};

/// The unit that is picked: one model at one server of one provider with one key.
struct Target {
  ProviderId provider{};
  ServerId server{};
  KeyId key{};
  std::optional<QuotaId> quota{};
  std::string model{};  ///< the name upstream; empty: the client's own name passes through, renamed
  Rename rename{};      ///< only without `model`
  std::uint32_t weight = 1;
  std::uint32_t priority = 0;
  /// What logs, headers and pages call it: "holysheep/spare" or "local/1@10.0.0.5:8000" when there are several servers,
  /// with ":model" behind it where the name upstream differs. Safe to print.
  std::string name{};

  /// What the provider is asked for when a client asks for `asked`.
  [[nodiscard]] std::string model_for(std::string_view asked) const;
};

enum class Balance : std::uint8_t { P2c, RoundRobin, Random, LeastRequests, LeastLatency, Sticky };

struct Timeouts {
  Duration connect = std::chrono::seconds(3);          ///< TCP and TLS together
  Duration send = std::chrono::seconds(30);            ///< between two steps of the request on its way up
  Duration head_stream = std::chrono::seconds(120);    ///< request sent → answer head, streamed answers
  Duration head_plain = kNoLimit;                      ///< a plain head comes only when the whole answer is ready
  Duration first_content = std::chrono::seconds(120);  ///< request sent → first content of a stream
  Duration idle = std::chrono::seconds(120);           ///< between two arrivals of an answer's content
  Duration total = std::chrono::minutes(10);           ///< arrival → commit point (streams) or end (plain)
  Duration stream_max = std::chrono::hours(1);         ///< commit point → end of a stream
  Duration queue = std::chrono::seconds(10);           ///< waiting for capacity
};

/// The targets that can serve one model.
struct Pool {
  std::string model{};
  Balance balance = Balance::P2c;
  std::vector<TargetId> targets{};  ///< by priority, then as configured
  Timeouts timeouts{};
  /// P2c: how long after its last request a conversation is still sent where it was, because the provider's prompt
  /// cache is there; zero: not at all. Caches last 5 to 60 minutes.
  Duration affinity = std::chrono::minutes(30);
};

/// Where a request goes that this model cannot serve as it is: to a model with a larger context, or another policy.
struct Detour {
  ErrorKind on = ErrorKind::ContextTooLong;
  std::uint32_t route = 0;  ///< index into Plan::detours
};

/// How a route treats a request at a target that speaks another dialect.
enum class Translate : std::uint8_t {
  Lenient,  ///< translates it; hints that cannot be carried are dropped and told
  Strict,   ///< translates it where nothing is lost
  Off,      ///< keeps it to the targets that speak its own dialect
};

/// A model name clients send → an ordered list of pools (the fallback chain).
struct Route {
  std::string name{};  ///< a model's name, or a glob (base/glob.h): "claude-*", and "*", which takes every other name
  std::vector<PoolId> pools{};
  ModelLimits limits{};  ///< what all clients together may ask for under this name
  std::vector<Detour> detours{};
  Translate translate = Translate::Lenient;
  /// Requests use targets of another dialect only where none of the first pool speaks their own. So for many names: of
  /// a name that passes through, nobody says that both sides know it.
  bool prefers_own = false;

  /// Whether requests keep to targets of their own dialect, where there are some.
  [[nodiscard]] bool keeps_apart() const { return prefers_own || translate == Translate::Off; }
};

/// Whether a person waits for the answer. When requests have to wait, each class gets its share of the capacity that
/// becomes free, however many requests of the other class wait.
enum class ServiceClass : std::uint8_t { Interactive, Batch };
inline constexpr std::size_t kServiceClasses = 2;

/// A configured client.
struct Principal {
  std::string name{};
  ModelLimits limits{};
  ServiceClass service = ServiceClass::Interactive;
};

/// How many requests may wait for capacity.
struct WaitingLimits {
  std::uint32_t all = 10000;        ///< about 1 KB each, besides their bodies
  std::uint32_t per_client = 1000;  ///< so that one client does not fill the room
};

/// The number of every name behind which no target of any model has a limit for what it sends.
inline constexpr std::uint32_t kUnlimitedModel = ~std::uint32_t{0};

enum class Jitter : std::uint8_t { Full, None };
enum class Ambiguous : std::uint8_t { Never, ReusedOnly, Failover };

struct RetrySettings {
  std::uint32_t walk = 4;         ///< different targets one request may try
  std::uint32_t same_target = 1;  ///< further attempts at one target when no untried one is left
  Duration backoff = std::chrono::milliseconds(500);
  double multiplier = 2.0;
  Duration max_backoff = std::chrono::seconds(8);
  Jitter jitter = Jitter::Full;
  double budget = 0.20;  ///< share of requests that may be paid retries
  /// Share of requests that may have a second attempt beside a first one that is late; 0: none.
  double hedge = 0;
  Ambiguous ambiguous = Ambiguous::ReusedOnly;
  /// Answers with these statuses may be repeated at the same target, others not; empty: what the stage table says.
  std::vector<int> statuses{};
};

enum class HealthMode : std::uint8_t { Consecutive, Score };
/// Where the latencies that policies compare come from.
enum class LatencyFrom : std::uint8_t { Traffic, Probe };
enum class WhenAllOut : std::uint8_t { LastResort, Reset, First, Fail };

struct HealthSettings {
  std::string probe = "/models";  ///< empty: no probes
  Duration interval = std::chrono::seconds(30);
  Duration timeout = std::chrono::seconds(5);
  HealthMode mode = HealthMode::Consecutive;
  std::uint32_t eject_after = 3;
  Duration eject_for = std::chrono::seconds(30);
  Duration max_eject_for = std::chrono::minutes(5);
  WhenAllOut when_all_out = WhenAllOut::LastResort;
  LatencyFrom latency_from = LatencyFrom::Traffic;
};

/// Everything the core and the upstream room need to know about the world outside.
struct Plan {
  std::vector<Provider> providers{};
  std::vector<Server> servers{};
  std::vector<Key> keys{};
  std::vector<Quota> quotas{};
  std::vector<Target> targets{};
  std::vector<Pool> pools{};
  std::vector<Route> routes{};
  std::vector<Route> detours{};  ///< reached by Route::detours only, never by name
  std::vector<Principal> principals{};
  RetrySettings retry{};
  HealthSettings health{};
  WaitingLimits waiting{};

  /// Builds what makes lookups fast. Call it once, when the vectors are complete; without it, or when `routes` has
  /// grown since, route_for still answers rightly, by looking at every route.
  void finish();

  /// The route for a model name: its own, else that of the longest glob that takes it, else nothing.
  [[nodiscard]] const Route* route_for(std::string_view model) const;

  /// The targets of this route, its fallbacks and detours that send on what the client asks for, renamed or not.
  [[nodiscard]] std::vector<TargetId> targets_of_any_model(const Route& route) const;

  /// By which name clients reach, on this route and at this target of any model, the model that the provider calls
  /// `sent`. Nothing: by none, or another route has that name.
  [[nodiscard]] std::optional<std::string> name_asked(const Route& route, const Target& target,
                                                      std::string_view sent) const;

  /// The number of the name that a client asks for, where a target of any model may make of it a name that its quota
  /// has limits for; kUnlimitedModel for every other.
  [[nodiscard]] std::uint32_t limited_model(std::string_view asked) const;

  std::vector<RouteId> routes_by_name{};      ///< finish()'s: sorted by name
  std::vector<RouteId> globs_by_stem{};       ///< finish()'s: routes that are globs, sorted by what is before the star
  std::vector<std::size_t> stem_sizes{};      ///< finish()'s: of these globs, each size once, the longest first
  std::vector<std::string> limited_models{};  ///< finish()'s: names as clients ask for them, sorted

 private:
  void number_limited_models();
};

}  // namespace drover::core
