// What a request to each target of a plan needs: origin, authority, path prefix, credential lines, model name.
// Immutable; one per configuration snapshot. Holds no health (the fleet does) and no connections.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"
#include "dialect/answer/key_search.h"
#include "dialect/dialect.h"
#include "net/socket/connector.h"
#include "upstream/attempt/pool_rates.h"
#include "upstream/catalog/path_doubt.h"
#include "upstream/translation/lacked_form.h"

namespace drover::upstream {

/// One server of a provider, ready to be connected to.
struct ServerEndpoint {
  net::Origin origin;
  std::string authority;    ///< value of the Host field
  std::string path_prefix;  ///< "/v1" or empty
  /// For requests on our own account (models, probes): what stands before "/models", and the fields they need beside
  /// the credential, as lines.
  std::string own_path_prefix;
  std::string own_fields;
  /// Of the provider, for every request: without '?', may be empty.
  std::string query{};
  core::ConnectionLimits connections;
  /// Asked of by all threads; of this configuration alone.
  std::shared_ptr<PathDoubt> path_doubt;
  /// The same: that it has no Responses.
  std::shared_ptr<LackedForm> no_responses{};
};

/// One target, ready to be sent to. References belong to the Catalog.
struct Endpoint {
  const core::Target* target;
  const core::Provider* provider;
  const ServerEndpoint* server;
  const dialect::Dialect* dialect;
  /// The names in `fields` that a client may send to other providers. The client's own lines of these names are left
  /// out for this provider.
  const std::vector<std::string>* replaced;
  const Secret* fields;  ///< "Authorization: Bearer …\r\n", the provider's own headers, Accept-Encoding: identity
  const dialect::KeySearch* search;  ///< finds the credential in answers
  const Secret* key;                 ///< the credential itself, for redaction; may be empty
  bool alone;  ///< its pool has no other target: what it says about its limits is true for the pool
  const dialect::FailureRules* rules;  ///< the operator's own for this provider's failures
};

/// How a dialect is spoken.
[[nodiscard]] const dialect::Dialect& dialect_of(core::DialectKind kind);

/// Where a provider lists its models, behind ServerEndpoint::own_path_prefix; as many on a page as one may have.
[[nodiscard]] std::string_view models_path(core::DialectKind kind);

/// TLS contexts by CA file, kept across reloads so that connections can be shared between snapshots; but only while the
/// file's content is the same: a changed file gets a context of its own, and so other connections and TLS sessions. A
/// copy is cheap and shares the contexts.
class TlsStore {
 public:
  [[nodiscard]] Result<std::shared_ptr<const net::ClientTls>> context(const std::string& ca_file);

 private:
  struct Known {
    std::string mark;  ///< ClientTls::trust_mark when it was made
    std::shared_ptr<const net::ClientTls> tls;
  };
  std::map<std::string, Known> by_file_;
};

class Catalog {
 public:
  /// Errors: BadConfig (a base URL or CA file that cannot be used), with the provider's name.
  [[nodiscard]] static Result<std::shared_ptr<const Catalog>> build(std::shared_ptr<const core::Plan> plan,
                                                                    TlsStore& tls);

  [[nodiscard]] const core::Plan& plan() const { return *plan_; }
  [[nodiscard]] const Endpoint& endpoint(core::TargetId id) const { return endpoints_[id.index()]; }
  /// The account that a target's requests are made with, as a number that outlives reloads (OwnerMap).
  [[nodiscard]] std::uint64_t owner_mark(core::TargetId id) const { return owner_marks_[id.index()]; }
  /// That account in this plan; nothing when no target uses it any more.
  [[nodiscard]] std::optional<core::Owner> owner(std::uint64_t mark) const;
  /// Names of fields, in lower case, in which drover sends a credential or a configured header to some provider. A
  /// client's fields of these names are sent to no provider.
  [[nodiscard]] std::span<const std::string> reserved_names() const { return reserved_names_; }
  /// What the keys of each pool have left, as their answers say; learned by all threads, of this configuration alone.
  [[nodiscard]] PoolRates& rates() const { return *rates_; }
  /// Whether an answer of one provider may come back in a request for another.
  [[nodiscard]] bool has_several_providers() const { return plan_->providers.size() > 1; }
  [[nodiscard]] std::span<const ServerEndpoint> servers() const { return servers_; }
  [[nodiscard]] const ServerEndpoint& server(core::ServerId id) const { return servers_[id.index()]; }

 private:
  Catalog() = default;

  std::shared_ptr<const core::Plan> plan_;
  std::vector<ServerEndpoint> servers_;
  std::vector<Secret> key_fields_;
  std::vector<dialect::KeySearch> key_searches_;  ///< by key; views into the plan
  std::vector<std::string> reserved_names_;
  std::vector<std::vector<std::string>> replaced_names_;  ///< by provider
  std::vector<dialect::FailureRules> rules_;              ///< by provider
  std::vector<Endpoint> endpoints_;
  std::unique_ptr<PoolRates> rates_;
  std::vector<std::uint64_t> owner_marks_;  ///< by target
  std::unordered_map<std::uint64_t, core::Owner> owners_;
};

/// Where a request for `client_path` ("/v1/chat/completions") goes on this server: a base URL that ends in /v1 stands
/// for the client's own /v1; one that does not (Anthropic's style) keeps the path whole, except in the OpenAI dialect,
/// where the base URL always stands for /v1. In Gemini's dialect any version in the base URL stands for the client's.
/// The provider's own parameters go behind the client's and in place of those of the same name. Written behind what is
/// in `out`.
void append_upstream_path(const Endpoint& endpoint, std::string_view client_path, std::string_view query,
                          std::string& out);

/// Adds the server's query to a path that may have one.
void append_own_query(const ServerEndpoint& server, std::string& path);

}  // namespace drover::upstream
