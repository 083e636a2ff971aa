// Makes of the entries of each model what drover reads: priorities and weights, other names, and chains of fallbacks
// that end.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/glob.h"
#include "config/defaults.h"
#include "config/import/draft.h"

namespace drover::config::litellm {
namespace {

constexpr unsigned kLastPriority = 100;  // load_models.cc

/// LiteLLM's `order` as priorities 0, 1, 2, ...; entries without one come last.
void settle_priorities(ImportedModel& model) {
  std::set<double> orders;
  for (const ImportedTarget& target : model.targets) {
    if (target.order) orders.insert(*target.order);
  }
  for (ImportedTarget& target : model.targets) {
    const auto rank = target.order ? std::distance(orders.begin(), orders.find(*target.order))
                                   : std::distance(orders.begin(), orders.end());
    target.priority = std::min(static_cast<unsigned>(rank), kLastPriority);
  }
}

/// Weights may be fractions, or large; drover's are whole numbers up to 1,000.
void settle_weights(ImportedModel& model) {
  double largest = 0;
  for (const ImportedTarget& target : model.targets) largest = std::max(largest, target.weight);
  if (largest == 0) {  // nobody would serve it
    for (ImportedTarget& target : model.targets) target.weight = 1;
    model.remarks.emplace_back("every weight was 0; they are left out");
    return;
  }
  const auto most = static_cast<double>(defaults::kWeight);
  const auto whole = [&](double factor) {
    return std::ranges::all_of(model.targets, [&](const ImportedTarget& target) {
      const double weight = target.weight * factor;
      return weight <= most && std::abs(weight - std::round(weight)) < 1e-6;
    });
  };
  double factor = 1;
  while (factor < most && !whole(factor)) factor *= 10;
  if (!whole(factor)) factor = most / std::max(largest, 1e-300);
  for (ImportedTarget& target : model.targets) {
    const double weight = std::min(std::round(target.weight * factor), most);
    target.weight = target.weight > 0 ? std::max(weight, 1.0) : 0;
  }
}

/// The entry that takes requests for this name: its own, else the longest glob.
const ImportedModel* entry_of(const Draft& draft, std::string_view name) {
  if (const ImportedModel* const own = draft.model(name)) return own;
  return longest_glob(draft.models, name, [](const ImportedModel& model) -> std::string_view { return model.name; });
}

/// Why a model cannot be the fallback of another; empty: it can.
std::string unusable(const Draft& draft, const ImportedModel& model, const std::string& fallback) {
  if (fallback == model.name) return "is the model itself";
  if (!is_model_name(fallback)) return "is no name of a model";
  if (is_glob(fallback) && fallback != "*") return "is many models";
  if (entry_of(draft, fallback) == nullptr) return "is not in the file, or was left out";
  return {};
}

/// The names that a request for `name` may reach by fallbacks of every request, itself first, as drover follows them.
std::vector<std::string> reach(const Draft& draft, const std::string& name) {
  std::vector<std::string> out;
  std::vector<std::string> waiting{name};
  while (!waiting.empty()) {
    const std::string next = waiting.back();
    waiting.pop_back();
    if (std::ranges::find(out, next) != out.end()) continue;
    out.push_back(next);
    const ImportedModel* const entry = entry_of(draft, next);
    if (entry == nullptr || entry->name != next) continue;
    waiting.insert(waiting.end(), entry->fallback.rbegin(), entry->fallback.rend());
  }
  return out;
}

/// The names that may reach this one by fallbacks, itself first.
std::vector<std::string> reached_from(const std::map<std::string, std::vector<std::string>>& users,
                                      const std::string& name) {
  std::set<std::string> seen{name};
  std::vector<std::string> out{name};
  for (std::size_t at = 0; at < out.size(); ++at) {
    const auto found = users.find(out[at]);
    if (found == users.end()) continue;
    for (const std::string& user : found->second) {
      if (seen.insert(user).second) out.push_back(user);
    }
  }
  return out;
}

bool reaches(const Draft& draft, const std::string& from, const std::string& to) {
  const std::vector<std::string> names = reach(draft, from);
  return std::ranges::find(names, to) != names.end();
}

/// What a target of the entry `glob` is asked for when a client asks for `name`. Globs stay.
std::string name_there(std::string_view glob, const std::string& target, const std::string& name) {
  const bool renames = is_glob(target) && is_glob(glob) && !is_glob(name) && takes_name(glob, name);
  return renames ? std::string(glob_stem(target)) + name.substr(glob_stem(glob).size()) : target;
}

/// LiteLLM lets two models fall back to each other; drover wants an end. The second of the two gets the targets of the
/// first behind its own, which comes to the same.
void take_targets(const Draft& draft, ImportedModel& model, const std::string& fallback) {
  unsigned last = 0;
  for (const ImportedTarget& target : model.targets) last = std::max(last, target.priority);
  const ImportedModel* const other = entry_of(draft, fallback);
  if (last >= kLastPriority || other == nullptr) return;
  const std::vector<ImportedTarget> theirs = other->targets;
  const std::string& name = is_glob(fallback) ? model.name : fallback;
  for (ImportedTarget target : theirs) {
    target.model = name_there(other->name, target.model, name);
    const bool known = std::ranges::any_of(model.targets, [&](const auto& own) { return own.same_place(target); });
    target.priority = last + 1;
    if (!known) model.targets.push_back(std::move(target));
  }
  model.remarks.push_back("its fallback " + shown(fallback) +
                          " falls back to it; the targets of that model stand behind its own instead");
}

/// Adds the checked fallbacks of each model.
class FallbackBook {
 public:
  explicit FallbackBook(Draft& draft) : draft_(draft) {}

  void add(ImportedModel& model, const std::string& fallback) {
    if (std::ranges::find(model.fallback, fallback) != model.fallback.end()) return;
    std::string why = unusable(draft_, model, fallback);
    if (why.empty() && reaches(draft_, fallback, model.name)) return take_targets(draft_, model, fallback);
    if (why.empty() && !fits(model, fallback)) {
      why = "would make a chain of more than " + std::to_string(defaults::kChain) + " models";
    }
    if (why.empty()) {
      users_[fallback].push_back(model.name);
    } else {
      model.remarks.push_back("its fallback " + shown(fallback) + " " + why + "; it is left out");
    }
  }

 private:
  /// Adds it, and takes it away again when some chain is then too long.
  bool fits(ImportedModel& model, const std::string& fallback) {
    if (model.fallback.size() + 2 >= defaults::kChain) return false;  // two more may follow: settle_detours
    model.fallback.push_back(fallback);
    const std::vector<std::string> touched = reached_from(users_, model.name);
    const bool good = std::ranges::all_of(
        touched, [&](const std::string& name) { return reach(draft_, name).size() <= defaults::kChain; });
    if (!good) model.fallback.pop_back();
    return good;
  }

  Draft& draft_;
  std::map<std::string, std::vector<std::string>> users_{};  ///< by fallback: the models that have it
};

/// Other models for requests that one model refuses. drover has one of each kind.
void settle_detours(Draft& draft, const std::vector<std::pair<std::string, std::vector<std::string>>>& chains,
                    std::string ImportedModel::* where, std::string_view what) {
  for (const auto& [name, fallbacks] : chains) {
    ImportedModel* const model = draft.model(name);
    if (model == nullptr) {
      draft.remarks.push_back(std::string(what) + " of " + shown(name) + ": no such model was taken");
      continue;
    }
    for (const std::string& fallback : fallbacks) {
      std::string why = unusable(draft, *model, fallback);
      if (!(model->*where).empty()) why = "is left out: drover has one model for such requests";
      std::string next = fallback;
      for (std::size_t steps = 0; why.empty() && !next.empty() && steps <= draft.models.size(); ++steps) {
        if (next == model->name) why = "leads back to it; it is left out";
        const ImportedModel* const entry = entry_of(draft, next);
        next = entry != nullptr && entry->name == next ? entry->*where : std::string();
      }
      if (why.empty()) {
        model->*where = fallback;
      } else {
        model->remarks.push_back(std::string(what) + ": " + shown(fallback) + " " + why);
      }
    }
  }
}

/// An alias is a model of its own with the same targets.
void settle_aliases(Draft& draft) {
  for (const auto& [alias, name] : draft.chains.aliases) {
    const ImportedModel* const model = entry_of(draft, name);
    const bool usable = is_model_name(alias) && !is_glob(alias) && !is_glob(name) && draft.model(alias) == nullptr;
    if (model == nullptr || !usable) {
      draft.remarks.push_back("the alias " + shown(alias) + " of " + shown(name) + " is left out: " +
                              (model == nullptr ? "no such model was taken" : "the name cannot be used"));
      continue;
    }
    ImportedModel copy = *model;
    copy.name = alias;
    for (ImportedTarget& target : copy.targets) {
      target.model = name_there(model->name, target.model, name);
    }
    copy.remarks = {"another name of " + shown(name)};
    for (auto* chains : {&draft.chains.usual, &draft.chains.too_long, &draft.chains.against_policy}) {
      const auto own = std::ranges::find(*chains, name, [](const auto& chain) { return chain.first; });
      const bool had = std::ranges::any_of(*chains, [&](const auto& chain) { return chain.first == alias; });
      if (own != chains->end() && !had) chains->emplace_back(alias, std::vector<std::string>(own->second));
    }
    draft.add_model(std::move(copy));
  }
}

}  // namespace

void settle_models(Draft& draft) {
  for (ImportedModel& model : draft.models) {
    settle_priorities(model);
    settle_weights(model);
  }
  settle_aliases(draft);
}

void settle_chains(Draft& draft) {
  FallbackBook book(draft);
  std::set<std::string> own;
  for (const auto& [name, fallbacks] : draft.chains.usual) {
    own.insert(name);
    ImportedModel* const model = draft.model(name);
    if (model == nullptr && name != "*") {
      draft.remarks.push_back("fallbacks of " + shown(name) + ": no such model was taken");
    }
    for (const std::string& fallback : fallbacks) {
      if (model != nullptr) book.add(*model, fallback);
    }
  }
  // A chain under "*" is for all models, as default_fallbacks is.
  std::vector<std::string> everybody = draft.chains.everybody;
  for (const auto& [name, fallbacks] : draft.chains.usual) {
    if (name == "*" && draft.model("*") == nullptr)
      everybody.insert(everybody.end(), fallbacks.begin(), fallbacks.end());
  }
  for (ImportedModel& model : draft.models) {
    for (const std::string& fallback : everybody) {
      const bool itself = fallback == model.name || own.contains(model.name) || reaches(draft, fallback, model.name);
      if (!itself) book.add(model, fallback);
    }
  }
  settle_detours(draft, draft.chains.too_long, &ImportedModel::when_too_long, "context_window_fallbacks");
  settle_detours(draft, draft.chains.against_policy, &ImportedModel::when_against_policy, "content_policy_fallbacks");
}

}  // namespace drover::config::litellm
