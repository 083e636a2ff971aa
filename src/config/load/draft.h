// A configuration that is being built, and the steps that build it, one file each. A step reads its section, reports
// its mistakes and goes on, so that all mistakes are reported at once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "config/yaml/value.h"

namespace drover::config {

/// What later steps need to know about a provider beside the plan.
struct ProviderDraft {
  /// The provider has mistakes: settings that depend on it are not reported as well.
  bool broken = false;
  Place place;
  std::vector<core::ServerId> servers;
  std::vector<std::string> authorities;  ///< by server
  std::vector<core::KeyId> keys;
  std::set<std::string> server_urls;
  std::set<std::string> key_names;
  std::map<Sha256Digest, std::string> key_values;  ///< digest → name, to find one key under two names
  bool pinned = false;                             ///< the file pins it; false: pinned by default
};

struct Draft {
  Report& report;
  const Environment& environment;
  Settings settings;
  core::Plan plan;
  std::vector<ProviderDraft> providers;  ///< by ProviderId
  bool quotas_broken = false;

  [[nodiscard]] std::vector<std::string> provider_names() const {
    std::vector<std::string> names;
    for (const core::Provider& provider : plan.providers) names.push_back(provider.name);
    return names;
  }
};

// In this order: a step may rely on earlier ones.
void load_policy(const Section& top, Draft& draft);  // retry, timeouts, health, limits, drain, threads
void load_quotas(const Section& top, Draft& draft);
void load_providers(const Section& top, Draft& draft);
void load_models(const Section& top, Draft& draft);
void load_accounts(const Section& top, Draft& draft);      // store, teams, prices, budgets
void load_clients(const Section& top, Draft& draft);       // may name teams
void load_listeners(const Section& top, Draft& draft);     // listen, admin, access_log; asks for clients
void load_admin_tokens(const Section& top, Draft& draft);  // asks for admin and clients
void load_origins(const Section& top, Draft& draft);       // asks for clients

/// A map of limits: of a quota's model, of a key, a model or a client.
[[nodiscard]] core::ModelLimits load_limits_of(const Value& value);
/// A list of limits in any unit and window: of a team or a client.
[[nodiscard]] std::vector<directory::Limit> load_team_limits(const Value& value);
/// A `timeouts` map over `timeouts`: at the top and per model.
void load_timeouts(const Value& value, core::Timeouts& timeouts);
/// The `keys` of one provider; the draft's last provider.
void load_keys(const Section& provider, core::ProviderId id, Draft& draft);
/// The `errors` of one provider.
void load_errors(const Value& value, core::Provider& provider);
/// Refuses a file that is missing or has no PEM blocks; `value` holds its name. Returns nothing after a report.
[[nodiscard]] std::optional<std::string> pem_file(const Value& value, const Environment& environment);

}  // namespace drover::config
