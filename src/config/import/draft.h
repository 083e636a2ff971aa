// What is made of a LiteLLM configuration before it is written down, and the steps that make it, one file each.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/environment.h"
#include "config/import/known_services.h"
#include "config/yaml/yaml_tree.h"

namespace drover::config::litellm {

/// Largest number of requests or tokens that a limit may have (load_quotas.cc).
inline constexpr double kMostLimit = 1e12;
/// Longest time of a timeout that drover takes.
inline constexpr double kLongestSeconds = 24.0 * 3600;

/// Sentences that become comments. Texts of the file in them went through shown().
using Remarks = std::vector<std::string>;

struct Limits {
  std::uint64_t requests = 0;  ///< a minute; 0: none
  std::uint64_t tokens = 0;    ///< a minute, in and out together
  std::uint64_t concurrent = 0;
};

struct ImportedKey {
  std::string variable;
  std::map<std::string, Limits> models{};  ///< by the model's name at the provider
};

/// One service at one address with one way to send the key.
struct ImportedProvider {
  std::string name;
  Shape shape = Shape::OpenAi;
  std::string base_url;
  enum class Credential : std::uint8_t { None, Usual, ApiKeyField, Bearer };
  Credential credential = Credential::Usual;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::vector<ImportedKey> keys{};  ///< empty without credential
  Remarks remarks{};

  [[nodiscard]] bool same_as(const ImportedProvider& other) const {
    return shape == other.shape && base_url == other.base_url && credential == other.credential &&
           headers == other.headers;
  }
};

struct ImportedTarget {
  std::size_t provider = 0;
  std::size_t key = 0;  ///< of the provider; without meaning where it has none
  std::string model;    ///< at the provider
  double weight = 1;
  std::optional<double> order{};  ///< LiteLLM's: the lowest first
  unsigned priority = 0;          ///< drover's, made of all orders of the model

  [[nodiscard]] bool same_place(const ImportedTarget& other) const {
    return provider == other.provider && key == other.key && model == other.model;
  }
};

struct ImportedModel {
  std::string name;
  std::vector<ImportedTarget> targets{};
  std::vector<std::string> fallback{};
  std::string when_too_long{};  ///< another model; empty: none
  std::string when_against_policy{};
  double total = 0;          ///< seconds; 0: as for all
  double first_content = 0;  ///< seconds; 0: as for all
  Remarks remarks{};
};

/// The chains of fallbacks as the file has them, before they are checked.
struct Chains {
  std::vector<std::pair<std::string, std::vector<std::string>>> usual{};
  std::vector<std::pair<std::string, std::vector<std::string>>> too_long{};
  std::vector<std::pair<std::string, std::vector<std::string>>> against_policy{};
  std::vector<std::string> everybody{};                        ///< default_fallbacks
  std::vector<std::pair<std::string, std::string>> aliases{};  ///< model_group_alias: the other name, the model
};

struct GatewaySettings {
  std::string master_variable{};  ///< empty: no master_key
  std::string balance{};
  std::optional<std::uint64_t> retries{};
  std::optional<std::uint64_t> eject_after{};
  double total = 0;  ///< seconds; 0: not given
  double first_content = 0;
  double backoff = 0;
  double eject_for = 0;
  double probe_interval = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t body_mib = 0;
  Remarks remarks{};
};

struct Draft {
  const Environment& environment;
  std::map<std::string, std::string> own_variables{};  ///< environment_variables of the file
  std::map<std::string, const Node*> credentials{};    ///< credential_list, by name
  std::vector<ImportedProvider> providers{};
  std::vector<ImportedModel> models{};
  std::map<std::string, std::size_t, std::less<>> by_name{};  ///< models
  Chains chains{};
  GatewaySettings settings{};
  std::set<std::string> named_variables{};          ///< every variable that the file names
  std::map<std::string, std::string> clear_keys{};  ///< keys that the file has in clear → the variable of each
  std::vector<std::string> variables{};             ///< that the result asks for
  Remarks left_out{};                               ///< entries of model_list, with the reason
  Remarks remarks{};                                ///< about the file as a whole

  /// Null: there is none of this name.
  [[nodiscard]] ImportedModel* model(std::string_view name);
  [[nodiscard]] const ImportedModel* model(std::string_view name) const;
  ImportedModel& add_model(ImportedModel made);
  void ask_for(const std::string& variable);
};

/// Notes every variable that the file names, so that no new one gets the name of another.
void find_variables(const Node& node, Draft& draft);

// In this order.
void read_environment(const Node& top, Draft& draft);  // environment_variables, credential_list
void read_models(const Node& top, Draft& draft);       // model_list
void read_settings(const Node& top, Draft& draft);     // router_settings, litellm_settings, general_settings, the rest
void settle_models(Draft& draft);                      // priorities, weights, aliases
void settle_chains(Draft& draft);                      // fallbacks
[[nodiscard]] std::string write(const Draft& draft, const std::string& file);

// ---- values of the file ----

/// Null: the map has no such key, or no value there.
[[nodiscard]] const Node* member(const Node& map, std::string_view key);
/// A scalar that is not empty.
[[nodiscard]] std::optional<std::string> text_of(const Node* node);
/// The same, where "os.environ/NAME" stands for a value of the environment. Nothing: there is none.
[[nodiscard]] std::optional<std::string> value_of(const Node* node, const Draft& draft);
/// A number from 0 on that is finite.
[[nodiscard]] std::optional<double> number_of(const Node* node, const Draft& draft);
/// A whole number from 0 on, at most `most`; fractions are cut.
[[nodiscard]] std::optional<std::uint64_t> whole_of(const Node* node, const Draft& draft, double most);
/// "os.environ/NAME", "${NAME}", "$NAME": the variable. Nothing: another text, or not the name of one.
[[nodiscard]] std::optional<std::string> variable_in(std::string_view text);
/// The variable for a key: the one it names, or a new one of `stem` where the key stands in clear.
[[nodiscard]] std::string variable_for(const std::string& key, std::string_view stem, Draft& draft);
/// Whether drover takes it as the name of a model, or as a glob of names.
[[nodiscard]] bool is_model_name(std::string_view text);
/// Whether it stands for no key at all ("none", "dummy", "EMPTY", "sk-1234", ...).
[[nodiscard]] bool is_no_key(std::string_view text);

}  // namespace drover::config::litellm
