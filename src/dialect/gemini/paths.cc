#include "dialect/gemini/paths.h"

#include <algorithm>
#include <array>

#include "base/percent.h"
#include "dialect/request/request_inspector.h"
#include "http/url.h"

namespace drover::dialect {
namespace {

struct VerbWord {
  std::string_view word;
  GeminiVerb verb;
  Api api;
};
constexpr auto kVerbs = std::to_array<VerbWord>({
    {"generateContent", GeminiVerb::Generate, Api::Generate},
    {"streamGenerateContent", GeminiVerb::Stream, Api::Generate},
    {"countTokens", GeminiVerb::CountTokens, Api::CountTokens},
    {"embedContent", GeminiVerb::Embed, Api::Embeddings},
    {"batchEmbedContents", GeminiVerb::BatchEmbed, Api::Embeddings},
});

constexpr auto kVersions = std::to_array<std::string_view>({"/v1beta/", "/v1/", "/v1alpha/", "/v1beta1/"});
constexpr std::string_view kModelsPlace = "models";
constexpr std::string_view kPlainPlace = "models/";
/// Where models stand that an account has made of others.
constexpr std::string_view kTunedPlace = "tunedModels/";
/// What Vertex writes between its version and the model, alone or behind the project and the place.
constexpr std::string_view kPublisher = "publishers/google/";

/// What stands behind the version; nothing: the path is another API's.
std::optional<std::string_view> behind_version(std::string_view path) {
  for (const std::string_view version : kVersions) {
    if (path.starts_with(version)) return path.substr(version.size());
  }
  return std::nullopt;
}

/// The name of a model in a path, and what stands behind its colon; views of `path`.
struct NamedModel {
  std::string_view place;  ///< from "models/" or "tunedModels/" on, up to the colon
  std::string_view name;
  std::string_view verb;
};

std::optional<NamedModel> named_model(std::string_view path) {
  const auto rest = behind_version(path);
  if (!rest.has_value()) return std::nullopt;
  std::string_view place = *rest;
  const std::size_t project = place.starts_with("projects/") ? place.find('/' + std::string(kPublisher)) : place.npos;
  if (project != place.npos) place.remove_prefix(project + 1);
  const bool published = place.starts_with(kPublisher);
  if (published) place.remove_prefix(kPublisher.size());
  const bool tuned = !published && place.starts_with(kTunedPlace);
  if (!tuned && !place.starts_with(kPlainPlace)) return std::nullopt;
  const std::size_t colon = place.rfind(':');
  const std::string_view verb = colon == place.npos ? std::string_view() : place.substr(colon + 1);
  if (colon != place.npos) place = place.substr(0, colon);
  return NamedModel{.place = place, .name = place.substr((tuned ? kTunedPlace : kPlainPlace).size()), .verb = verb};
}

const VerbWord* known_verb(std::string_view word) {
  const auto* const found = std::ranges::find(kVerbs, word, &VerbWord::word);
  return found == kVerbs.end() ? nullptr : found;
}

/// Where a model stands behind the version: "models/gemini-3-pro".
std::string place_of(std::string_view model) {
  model = bare_model(model);
  return std::string(model.starts_with(kTunedPlace) ? "" : kPlainPlace) + percent_escaped(model, "-._~/@");
}

bool is_list(std::string_view path) {
  const auto rest = behind_version(path);
  return rest.has_value() && *rest == kModelsPlace;
}

}  // namespace

std::optional<GeminiPath> read_gemini_path(std::string_view path) {
  const auto named = named_model(path);
  const VerbWord* const verb = named.has_value() ? known_verb(named->verb) : nullptr;
  if (verb == nullptr) return std::nullopt;
  Result<std::string> model = http::unescape(named->name);
  if (!model.has_value() || !is_model_name(*model)) return std::nullopt;
  if (named->place.starts_with(kTunedPlace)) model->insert(0, kTunedPlace);
  const auto begin = static_cast<std::size_t>(named->name.data() - path.data());
  return GeminiPath{.verb = verb->verb,
                    .model = *std::move(model),
                    .place_begin = static_cast<std::size_t>(named->place.data() - path.data()),
                    .model_begin = begin,
                    .model_end = begin + named->name.size()};
}

bool asks_events(std::string_view query) {
  bool events = false;
  while (!query.empty()) {
    const std::string_view parameter = http::take_parameter(query);
    const std::string_view name = http::parameter_name(parameter);
    if (name == "alt" || name == "$alt") events = parameter.substr(name.size()) == "=sse";
  }
  return events;
}

std::string_view bare_model(std::string_view name) {
  return name.starts_with(kPlainPlace) ? name.substr(kPlainPlace.size()) : name;
}

std::string with_model(std::string_view path, const GeminiPath& read, std::string_view model) {
  std::string other(path.substr(0, read.place_begin));
  return other.append(place_of(model)).append(path.substr(read.model_end));
}

std::string gemini_path(std::string_view model, GeminiVerb verb) {
  const auto* const word = std::ranges::find(kVerbs, verb, &VerbWord::verb);
  std::string path = "/v1beta/" + place_of(model);
  path.append(":").append(word->word);
  if (verb == GeminiVerb::Stream) path += "?alt=sse";
  return path;
}

namespace gemini_detail {

Api api_of(std::string_view method, std::string_view path) {
  const bool reads = method == "GET" || method == "HEAD";
  if (reads && is_list(path)) return Api::Models;
  const auto named = named_model(path);
  if (!named.has_value()) return Api::Pinned;
  if (reads) return named->verb.empty() && !named->name.empty() ? Api::Models : Api::Pinned;
  if (method != "POST" || !read_gemini_path(path).has_value()) return Api::Pinned;
  return known_verb(named->verb)->api;
}

std::string_view methods(std::string_view path) {
  if (is_list(path)) return "GET, HEAD, OPTIONS";
  const auto named = named_model(path);
  if (!named.has_value() || named->name.empty()) return {};
  if (named->verb.empty()) return "GET, HEAD, OPTIONS";
  return known_verb(named->verb) == nullptr ? std::string_view() : "POST, OPTIONS";
}

bool lists(std::string_view path) {
  // Parameters and escapes are taken off by some servers before they look where a path leads.
  return path.find_first_of(";%") == path.npos && read_gemini_path(path).has_value();
}

}  // namespace gemini_detail

}  // namespace drover::dialect
