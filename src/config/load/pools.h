// Expands a model's providers into targets: provider × servers × keys. Equal targets of different pools are one target,
// so that their health is learnt once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "config/load/draft.h"

namespace drover::config {

/// One entry of a `targets` list.
struct TargetEntry {
  core::ProviderId provider;
  std::optional<std::string> model;  ///< its name at the provider, when it is not the pool's
  std::uint32_t priority = 0;
  std::uint32_t weight = 1;
  std::optional<core::KeyId> key;  ///< this key only; nothing: all keys
  Place place;
  std::string path;
};

/// One entry of a `fallback` list that is only for requests of one kind.
struct DetourEntry {
  ErrorKind on;
  std::string model;
  Value where;
};

/// One entry of `models`, read and not expanded.
struct ModelEntry {
  std::string name;
  Place place;
  std::string path;
  core::Balance balance = core::Balance::P2c;
  core::Timeouts timeouts;
  Duration affinity = core::Pool{}.affinity;
  core::ModelLimits limits{};
  std::optional<core::Translate> translate{};  ///< as written
  std::vector<TargetEntry> targets;
  std::vector<std::pair<std::string, Value>> fallback;
  std::vector<DetourEntry> detours;
  bool broken = false;

  [[nodiscard]] bool translates() const { return translate != core::Translate::Off; }
};

/// The sentence for two providers that cannot stand in for each other where nothing is translated.
[[nodiscard]] std::string mixed_dialects(const core::Provider& one, const core::Provider& other);

/// How a name that the glob `pattern` takes is renamed at a target whose model is the glob `model`. The letters before
/// the model's star replace those before the pattern's star ("claude-*" → "anthropic.claude-*"). A bare star stands for
/// the whole last part of the name, so that only the pattern's "org/" goes ("openai/*" → "*", "claude-*" →
/// "anthropic/*").
[[nodiscard]] core::Rename rename_of(std::string_view pattern, std::string_view model);

class PoolExpansion {
 public:
  explicit PoolExpansion(Draft& draft) : draft_(draft) {}

  /// The pool of `entry` under `name` (its own, or a name that a glob passes on). The same name gives the same pool.
  /// Mistakes are reported at the entry. A pool without targets is a mistake, unless another mistake explains it.
  core::PoolId pool(const ModelEntry& entry, const std::string& name);

 private:
  using Identity = std::tuple<std::uint32_t, std::uint32_t, std::string, std::size_t, std::string, std::uint32_t,
                              std::uint32_t, std::string>;

  /// The model that a target asks for: one name, or (no name) the client's, renamed.
  struct Upstream {
    std::string name;
    core::Rename rename;
  };
  /// `written`: the target's `model`, empty when it has none. A name that a glob passes on is already renamed here.
  static Upstream upstream_of(const ModelEntry& entry, const std::string& written, const std::string& pool);

  void add_targets(const ModelEntry& entry, const TargetEntry& wanted, core::Pool& pool);
  void sort_by_priority(std::vector<core::TargetId>& targets) const;
  core::TargetId target(const TargetEntry& wanted, core::ServerId server, core::KeyId key, const Upstream& model,
                        const std::string& name);
  [[nodiscard]] std::string target_name(const TargetEntry& wanted, std::size_t server, core::KeyId key,
                                        const std::string& model, const std::string& pool) const;

  Draft& draft_;
  std::map<std::string, core::PoolId> pools_;
  std::map<Identity, core::TargetId> targets_;
  std::size_t targets_named_ = 0;  ///< by all pools together, whether shared or not
  bool too_many_ = false;
};

}  // namespace drover::config
