#include "config/import/litellm.h"

#include "config/import/draft.h"

namespace drover::config {
namespace {

Problems one_problem(const std::string& file, std::string message, std::string suggestion) {
  return {{.file = file, .key = {}, .message = std::move(message), .suggestion = std::move(suggestion)}};
}

}  // namespace

std::expected<Imported, Problems> import_litellm(std::string_view text, const std::string& file,
                                                 const Environment& environment) {
  Report report(file);
  const auto tree = parse_yaml(text, report, Yaml::Foreign);
  if (!tree || !report.clean()) return std::unexpected(report.take_problems());
  const Node* const list = litellm::member(*tree, "model_list");
  if (list == nullptr || list->kind != Node::Kind::List || list->items.empty()) {
    return std::unexpected(one_problem(file, "there is no model_list with entries",
                                       "give the config.yaml of a LiteLLM proxy; models that are only in LiteLLM's "
                                       "database, or in a file that it includes, are not seen"));
  }
  litellm::Draft draft{.environment = environment};
  litellm::read_environment(*tree, draft);
  litellm::read_models(*tree, draft);
  if (draft.models.empty()) {
    Problems problems = one_problem(file, "no entry of its model_list can be taken", {});
    for (const std::string& each : draft.left_out) {
      if (problems.size() < defaults::kProblems) problems.push_back(one_problem(file, each, {}).front());
    }
    return std::unexpected(std::move(problems));
  }
  litellm::read_settings(*tree, draft);
  litellm::settle_models(draft);
  litellm::settle_chains(draft);
  return Imported{.yaml = litellm::write(draft, file),
                  .variables = draft.variables,
                  .models = draft.models.size(),
                  .left_out = draft.left_out.size()};
}

}  // namespace drover::config
