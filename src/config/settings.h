// The meaning of a checked configuration: the plan for the core, and the gateway's own settings. Immutable. The YAML is
// in yaml_tree.h, the keys are in schema.h.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "config/accounts.h"
#include "config/defaults.h"
#include "config/environment.h"
#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"

namespace drover::config {

/// The PEM files of one listener. `client_ca` is empty unless clients must show a certificate.
struct TlsFiles {
  std::string cert;
  std::string key;
  std::string client_ca;
};

/// Where to listen. `host` is an IP address (IPv6 without brackets) or "localhost".
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  std::optional<TlsFiles> tls;

  /// True only for 127.0.0.0/8, ::1 and localhost. 0.0.0.0 and :: are every interface, so they are not loopback.
  [[nodiscard]] bool loopback() const;
  /// "127.0.0.1:8080", "[::1]:8080".
  [[nodiscard]] std::string to_string() const;
};

/// A client that may use the gateway. The key's value is not kept.
struct ClientKey {
  std::string name;
  std::array<std::uint8_t, 32> digest{};         ///< SHA-256 of the key's value; compare in constant time
  std::vector<std::string> models;               ///< names and globs (base/glob.h); empty: all
  std::optional<core::ProviderSet> providers{};  ///< nothing: all
  core::PrincipalId principal{};                 ///< the core's id of the client
  std::string path{};                            ///< its place in the tree of teams: "acme/search/web"
  std::vector<directory::Limit> limits{};        ///< of the gateway's accounts; those per minute are the core's
  std::vector<std::string> tags{};               ///< of its requests in the ledger

  [[nodiscard]] bool may_use(core::ProviderId provider) const { return !providers || providers->has(provider); }
};

/// What an admin token may do; each may all that the one before it may.
enum class AdminRole : std::uint8_t {
  Read,  ///< look at keys, principals and the audit log; a key's secret can be seen by nobody
  Keys,  ///< and make and change keys
  All,   ///< and change principals
};

/// Who may use the admin API. The token's value is not kept.
struct AdminToken {
  std::string name;
  std::array<std::uint8_t, 32> digest{};  ///< SHA-256 of the token; compare in constant time
  AdminRole role = AdminRole::Read;
};

/// Bounds of the whole process; requests beyond them are shed with 503.
struct Limits {
  std::uint64_t body = defaults::kBodyBytes;                   ///< bytes of one request body
  std::uint64_t in_flight = defaults::kInFlight;               ///< requests
  std::uint64_t replay_memory = defaults::kReplayMemoryBytes;  ///< bytes of bodies kept for replay, all together
  std::uint64_t connections = defaults::kConnections;          ///< open connections from clients
};

/// Longest origin of a page; host names have at most 253 bytes.
inline constexpr std::size_t kMaxOriginBytes = 300;
/// Values of Settings::origins: every origin; and pages without an origin of their own (files, sandboxed frames).
inline constexpr std::string_view kAnyOrigin = "*";
inline constexpr std::string_view kNoOrigin = "null";

/// Values of Settings::access_log in place of a file.
inline constexpr std::string_view kNoAccessLog = "off";
inline constexpr std::string_view kAccessLogToStdout = "stdout";

struct Settings {
  std::vector<ListenAddress> listen;
  std::optional<ListenAddress> admin;      ///< nothing: `admin: off`
  std::vector<AdminToken> admin_tokens{};  ///< empty: nobody may use the admin API
  unsigned threads = 0;                    ///< 0: one per core
  std::shared_ptr<const core::Plan> plan;
  /// For requests without a pool (the paths that name no model); each pool has its own copy.
  core::Timeouts timeouts;
  std::vector<ClientKey> clients;  ///< empty: every program on loopback
  /// The web pages that may use the gateway: "https://app.example.com", in lower case, or one of the two above.
  std::vector<std::string> origins{};
  Limits limits;
  Accounts accounts{};
  Duration drain = defaults::kDrain;
  std::string access_log{defaults::kAccessLog};  ///< a file's path, kAccessLogToStdout or kNoAccessLog
  bool access_log_given = false;                 ///< the file says where it goes
  /// When there is no access log: the descriptor of a terminal where a person watches; -1: none. The program sets it,
  /// not the file.
  int terminal = -1;
  std::string fingerprint;  ///< of the text it was read from: 12 hex digits that change when the text does
  /// The key for the paths that name no model, by DialectKind; see pin_for().
  std::array<std::optional<core::KeyId>, core::kDialects> pins;
  std::vector<std::string> warnings;  ///< whole sentences, safe to print

  /// The key for the paths that name no model: the `pin` of the first provider of that dialect that has one, else the
  /// dialect's first key. Nothing when no provider speaks the dialect.
  [[nodiscard]] std::optional<core::KeyId> pin_for(core::DialectKind dialect) const {
    return pins[static_cast<std::size_t>(dialect)];
  }
};

/// One mistake in a configuration. Safe to print: it never holds a key's value.
struct Problem {
  std::string file;
  int line = 0;            ///< from 1; 0 when the mistake is not at one place
  int column = 0;          ///< from 1, in bytes
  std::string key;         ///< where in the settings: "models.gpt-4o.balance"; empty at the top
  std::string message;     ///< what is wrong
  std::string suggestion;  ///< what to do: "did you mean 'balance'?"; may be empty

  /// "drover.yaml:12:5: models.gpt-4o: unknown key 'polcy'; did you mean 'balance'?"
  [[nodiscard]] std::string to_string() const;
};

using Problems = std::vector<Problem>;

/// Reads, checks and expands a configuration. Errors: all mistakes that were found, in the order of the file; never
/// empty. Then nothing is loaded. `file` is used in messages only. Secrets come from `environment`.
[[nodiscard]] std::expected<Settings, Problems> load_text(std::string_view text, const std::string& file,
                                                          const Environment& environment);

/// The same for a file, which is read through `environment` (at most defaults::kFileBytes).
[[nodiscard]] std::expected<Settings, Problems> load_file(const std::string& path, const Environment& environment);

/// Settings without a file: keys from the environment (comma-separated), of one company for each dialect:
/// HOLYSHEEP_API_KEY (or YOUR_HOLYSHEEP_API_KEY) or OPENAI_API_KEY, and ANTHROPIC_API_KEY. Errors: nothing_configured()
/// when no such variable is set; keys of two companies of one dialect.
[[nodiscard]] std::expected<Settings, Problems> from_environment(const Environment& environment);

/// Where to listen instead of the settings' addresses, from the command line.
struct ListenOverride {
  std::string address;  ///< as under `listen`; empty: keep the settings' address
  std::optional<std::uint16_t> port;

  [[nodiscard]] bool any() const { return !address.empty() || port; }
};

/// Applies it: one listener is left, with the certificates of the first. Returns the problem when the rules of `listen`
/// forbid it; then the settings are unchanged.
[[nodiscard]] std::optional<Problem> listen_instead(Settings& settings, const ListenOverride& asked);

/// True when from_environment() failed only because there are no keys (the caller may start the mock provider).
[[nodiscard]] bool nothing_configured(const Problems& problems);

/// What `drover check` prints: listeners, each route and what it would do, targets with key fingerprints, timeouts,
/// warnings, and what is configured but has no effect. Never a key's value.
[[nodiscard]] std::string describe(const Settings& settings);

}  // namespace drover::config
