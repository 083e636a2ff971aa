// model_list: each entry is a target of a model, at a service that other entries may share.
#include <algorithm>
#include <array>

#include "base/glob.h"
#include "config/defaults.h"
#include "config/import/draft.h"
#include "config/load/field_name.h"
#include "config/load/server_url.h"
#include "config/yaml/letters.h"
#include "config/yaml/value.h"

namespace drover::config::litellm {
namespace {

/// What is read here, or says nothing to a gateway. Everything else of litellm_params is told.
constexpr auto kTaken = std::to_array<std::string_view>(
    {"model", "api_base", "base_url", "api_key", "custom_llm_provider", "litellm_credential_name", "rpm", "tpm",
     "max_parallel_requests", "weight", "order", "timeout", "stream_timeout", "extra_headers", "headers",
     "organization", "azure_ad_token"});

struct Refused {
  std::string why;
};
template <class T>
using Or = std::expected<T, Refused>;

std::unexpected<Refused> refused(std::string why) {
  return std::unexpected(Refused{std::move(why)});
}

std::string after_any(std::string text, std::initializer_list<std::string_view> beginnings) {
  for (const std::string_view each : beginnings) {
    if (text.starts_with(each)) return text.substr(each.size());
  }
  return text;
}

/// Without what clients append themselves, and without slashes at the end.
std::string without_endings(std::string url, std::initializer_list<std::string_view> endings) {
  const auto cut = [&] {
    while (url.ends_with('/')) url.pop_back();
  };
  cut();
  for (const std::string_view each : endings) {
    if (url.ends_with(each)) url.resize(url.size() - each.size());
    cut();
  }
  return url;
}

/// "https://host" of "https://host/path".
std::string origin_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  return url.substr(0, scheme == std::string::npos ? std::string::npos : url.find('/', scheme + 3));
}

/// "my-resource" of "https://my-resource.openai.azure.com", "10.0.0.5-8000" of "http://10.0.0.5:8000/v1".
std::string nickname_of(const std::string& url) {
  std::string host = origin_of(url);
  host.erase(0, host.find("://") + 3);
  const bool address = !host.empty() && ((host.front() >= '0' && host.front() <= '9') || host.front() == '[');
  if (!address) host = host.substr(0, host.find_first_of(".:"));
  std::string out;
  for (const char c : host) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    if (fits) out.push_back(c);
    if (c == ':' && !out.empty()) out.push_back('-');
  }
  return out;
}

class EntryReader {
 public:
  EntryReader(const Node& entry, Draft& draft)
      : draft_(draft), entry_(entry), params_(member(entry, "litellm_params")) {
    const auto named = text_of(get("litellm_credential_name"));
    const auto known = named ? draft.credentials.find(*named) : draft.credentials.end();
    if (known != draft.credentials.end()) credential_ = known->second;
  }

  /// Adds a target to its model. The error says why there is none.
  Or<std::string> read();

 private:
  struct Address {
    const Service* service = nullptr;
    std::string model;
  };

  [[nodiscard]] const Node* get(std::string_view key) const {
    const Node* const own = params_ == nullptr ? nullptr : member(*params_, key);
    return own != nullptr || credential_ == nullptr ? own : member(*credential_, key);
  }
  [[nodiscard]] const Node* base_node() const {
    const Node* const base = get("api_base");
    return base != nullptr ? base : get("base_url");
  }
  [[nodiscard]] Or<Address> address();
  [[nodiscard]] Or<std::string> base_url(const Address& at, ImportedProvider& provider);
  [[nodiscard]] std::optional<std::string> key_variable(const Address& at, ImportedProvider& provider, bool local);
  void read_headers(ImportedProvider& provider);
  [[nodiscard]] std::size_t place(ImportedProvider provider, std::string_view word);
  [[nodiscard]] std::size_t place_key(std::size_t provider, const std::string& variable) const;
  [[nodiscard]] Limits limits() const;
  void note_limits(ImportedModel& model, const ImportedTarget& target);
  void note_rest(ImportedModel& model);

  Draft& draft_;
  const Node& entry_;
  const Node* params_;
  const Node* credential_ = nullptr;
  Remarks remarks_{};
};

Or<EntryReader::Address> EntryReader::address() {
  const Node* const node = get("model");
  if (node == nullptr) return refused("it has no litellm_params.model");
  auto model = value_of(node, draft_);
  if (!model) return refused("its model stands in a variable that is not set; set it and import again");
  const auto named = value_of(get("custom_llm_provider"), draft_);
  const std::size_t slash = model->find('/');
  const std::string word = named.value_or(slash == std::string::npos ? std::string() : model->substr(0, slash));
  const Service* found = service(word);
  if (found != nullptr && slash != std::string::npos && model->substr(0, slash) == word) model->erase(0, slash + 1);
  if (found == nullptr) found = base_node() != nullptr ? service("openai_like") : service_of_model(*model);
  if (found == nullptr) return refused("the provider of " + shown(*model) + " is not known");
  if (found->shape == Shape::Foreign) {
    return refused("provider " + shown(found->word) + " has an API that drover does not speak");
  }
  *model = after_any(*std::move(model), {"responses/", "chat/"});
  return Address{.service = found, .model = *std::move(model)};
}

Or<std::string> EntryReader::base_url(const Address& at, ImportedProvider& provider) {
  const Node* const node = base_node();
  auto base = value_of(node, draft_);
  if (node != nullptr && !base) {
    return refused("its api_base stands in a variable that is not set; set it and import again");
  }
  if (!base) base = std::string(at.service->base_url);
  if (base->empty()) return refused("it has no api_base");
  if (base->find('?') != std::string::npos) {
    base->resize(base->find('?'));
    remarks_.emplace_back("the query of its api_base is left out; what is needed goes under 'query' of the provider");
  }
  std::string url = without_endings(*base, {"/chat/completions", "/completions", "/embeddings", "/responses"});
  if (provider.shape == Shape::Azure && url.find("/anthropic") != std::string::npos) provider.shape = Shape::Anthropic;
  if (provider.shape == Shape::Anthropic) return without_endings(url, {"/messages", "/v1"});
  if (provider.shape == Shape::Ollama) return without_endings(url, {"/chat", "/generate", "/api", "/v1"}) + "/v1";
  if (provider.shape != Shape::Azure || url.ends_with("/v1")) return url;
  const std::string origin = origin_of(url);
  if (origin.ends_with(".models.ai.azure.com") || origin.ends_with(".inference.ai.azure.com")) {
    provider.credential = ImportedProvider::Credential::Bearer;
    return origin + "/v1";
  }
  const std::size_t cut = std::min(url.find("/openai"), url.find("/models"));
  return (origin.ends_with(".azure.com") ? origin : url.substr(0, cut)) + "/openai/v1";
}

/// The variable with the key; nothing: it works without. Decides how the key is sent.
std::optional<std::string> EntryReader::key_variable(const Address& at, ImportedProvider& provider, bool local) {
  using Credential = ImportedProvider::Credential;
  if (provider.shape == Shape::Azure && provider.credential == Credential::Usual) {
    provider.credential = Credential::ApiKeyField;
  }
  const bool elsewhere = provider.base_url != at.service->base_url;
  const std::string stem = provider.name + "_key";
  const auto key = text_of(get("api_key"));
  if (key && (variable_in(*key) || !is_no_key(*key))) {
    if (!variable_in(*key)) remarks_.emplace_back("the file had the key itself; put it into the variable named here");
    return variable_for(*key, stem, draft_);
  }
  if (const auto token = text_of(get("azure_ad_token")); token && !key) {
    provider.credential = Credential::Bearer;
    remarks_.emplace_back("a token of Entra ID expires; drover does not fetch new ones");
    return variable_for(*token, stem, draft_);
  }
  const bool open = at.service->variable.empty() || local || (elsewhere && provider.shape != Shape::Azure);
  if (open) {
    provider.credential = Credential::None;
    return std::nullopt;
  }
  const std::string usual(at.service->variable);
  draft_.ask_for(usual);
  return usual;
}

void EntryReader::read_headers(ImportedProvider& provider) {
  if (const auto organization = value_of(get("organization"), draft_); organization && is_field_value(*organization)) {
    provider.headers.emplace_back("OpenAI-Organization", *organization);
  }
  for (const std::string_view key : {"extra_headers", "headers"}) {
    const Node* const map = get(key);
    if (map == nullptr || map->kind != Node::Kind::Map) continue;
    for (std::size_t at = 0; at < map->names.size(); ++at) {
      const std::string& name = map->names[at].text;
      const std::string lower = lowered(name);
      constexpr std::array<std::string_view, 5> kSecret = {"auth", "key", "token", "secret", "cookie"};
      const bool secret =
          std::ranges::any_of(kSecret, [&](std::string_view part) { return lower.find(part) != std::string::npos; });
      const auto value = text_of(&map->items[at]);
      const bool known =
          std::ranges::any_of(provider.headers, [&](const auto& had) { return lowered(had.first) == lower; });
      const bool fits = is_token(name) && !is_ours(lower) && !secret && !known && value && is_field_value(*value) &&
                        value->find("os.environ") == std::string::npos;
      if (fits) {
        provider.headers.emplace_back(name, *value);
      } else {
        remarks_.push_back("header " + shown(name) + " is left out" +
                           (secret ? ": it carries a credential, which belongs under keys" : ""));
      }
    }
  }
}

std::size_t EntryReader::place(ImportedProvider provider, std::string_view word) {
  for (std::size_t at = 0; at < draft_.providers.size(); ++at) {
    if (draft_.providers[at].same_as(provider)) return at;
  }
  std::string name(word);
  const std::string usual = std::string(service(word)->base_url) + (provider.shape == Shape::Ollama ? "/v1" : "");
  if (usual != provider.base_url) {
    const std::string nickname = nickname_of(provider.base_url);
    if (!nickname.empty()) name += "-" + nickname;
  }
  constexpr std::size_t kStem = defaults::kNameBytes - 16;  // room for "-" and a number, twice (quotas)
  provider.name = name.substr(0, kStem);
  const auto taken = [&] {
    return std::ranges::find(draft_.providers, provider.name, &ImportedProvider::name) != draft_.providers.end();
  };
  for (std::size_t number = 2; taken(); ++number) {
    provider.name = name.substr(0, kStem) + "-" + std::to_string(number);
  }
  draft_.providers.push_back(std::move(provider));
  return draft_.providers.size() - 1;
}

std::size_t EntryReader::place_key(std::size_t provider, const std::string& variable) const {
  std::vector<ImportedKey>& keys = draft_.providers[provider].keys;
  const auto found = std::ranges::find(keys, variable, &ImportedKey::variable);
  if (found != keys.end()) return static_cast<std::size_t>(found - keys.begin());
  keys.push_back({.variable = variable});
  return keys.size() - 1;
}

Limits EntryReader::limits() const {
  return {.requests = whole_of(get("rpm"), draft_, kMostLimit).value_or(0),
          .tokens = whole_of(get("tpm"), draft_, kMostLimit).value_or(0),
          .concurrent = whole_of(get("max_parallel_requests"), draft_, kMostLimit).value_or(0)};
}

/// LiteLLM limits a deployment. What drover limits is a key at a model, which is the same thing unless two entries name
/// both alike.
void EntryReader::note_limits(ImportedModel& model, const ImportedTarget& target) {
  const Limits here = limits();
  if (here.requests == 0 && here.tokens == 0 && here.concurrent == 0) return;
  ImportedProvider& provider = draft_.providers[target.provider];
  if (provider.keys.empty()) {
    model.remarks.push_back("rpm, tpm and max_parallel_requests at '" + provider.name +
                            "' are left out: drover limits keys, and this provider has none; 'limits' of the model is "
                            "for all its targets together");
    return;
  }
  Limits& all = provider.keys[target.key].models[is_glob(target.model) ? "*" : target.model];
  all.requests = std::max(all.requests, here.requests);
  all.tokens = std::max(all.tokens, here.tokens);
  all.concurrent = std::max(all.concurrent, here.concurrent);
}

/// Tells which parameters are not taken.
void EntryReader::note_rest(ImportedModel& model) {
  std::string names;
  for (const Name& name : params_->names) {
    if (std::ranges::find(kTaken, name.text) != kTaken.end()) continue;
    if (draft_.providers[model.targets.back().provider].shape == Shape::Azure && name.text == "api_version") {
      remarks_.emplace_back("api_version is left out: Azure's /openai/v1 has none");
      continue;
    }
    names += (names.empty() ? "" : ", ") + shown(name.text);
  }
  if (!names.empty()) remarks_.push_back("not taken from litellm_params: " + names);
  for (std::string& each : remarks_) {
    if (std::ranges::find(model.remarks, each) == model.remarks.end()) model.remarks.push_back(std::move(each));
  }
}

Or<std::string> EntryReader::read() {
  auto name = value_of(member(entry_, "model_name"), draft_);
  if (!name) return refused("it has no model_name");
  if (params_ == nullptr || params_->kind != Node::Kind::Map) return refused("it has no litellm_params");
  if (name->find(' ') != std::string::npos) {
    std::ranges::replace(*name, ' ', '-');
    remarks_.push_back("its name had spaces, which no name of a model may have here");
  }
  auto at = address();
  if (!at) return std::unexpected(std::move(at.error()));
  for (const std::string* each : {&*name, &at->model}) {
    if (!is_model_name(*each)) return refused("no model can have the name " + shown(*each));
  }
  if (is_glob(at->model) && !is_glob(*name)) {
    return refused("the star in its model has nothing to stand for, because its model_name has none");
  }
  ImportedProvider provider{.name = std::string(at->service->word), .shape = at->service->shape, .base_url = {}};
  auto base = base_url(*at, provider);
  if (!base) return std::unexpected(std::move(base.error()));
  const auto url = check_server_url(*base);
  if (!url) return refused("its api_base cannot be used: " + url.error().message);
  provider.base_url = url->text;
  const auto variable = key_variable(*at, provider, url->local);
  read_headers(provider);

  ImportedTarget target{.provider = place(std::move(provider), at->service->word), .key = 0, .model = at->model};
  if (variable) target.key = place_key(target.provider, *variable);
  target.weight = number_of(get("weight"), draft_).value_or(1);
  target.order = number_of(get("order"), draft_);
  ImportedModel* model = draft_.model(*name);
  if (model == nullptr) model = &draft_.add_model({.name = *name});
  note_limits(*model, target);
  model->total = std::max(model->total, std::min(number_of(get("timeout"), draft_).value_or(0), kLongestSeconds));
  model->first_content =
      std::max(model->first_content, std::min(number_of(get("stream_timeout"), draft_).value_or(0), kLongestSeconds));
  const bool again = std::ranges::any_of(model->targets, [&](const auto& had) { return had.same_place(target); });
  model->targets.push_back(std::move(target));
  note_rest(*model);
  if (again) {
    model->targets.pop_back();
    model->remarks.emplace_back("an entry that is in the list twice is taken once");
  }
  return *name;
}

/// The names under model_info, which LiteLLM's own pages and prices use.
void note_model_info(const Node& entry, std::set<std::string>& names) {
  const Node* const info = member(entry, "model_info");
  if (info == nullptr) return;
  for (const Name& name : info->names) names.insert(shown(name.text));
}

}  // namespace

bool is_model_name(std::string_view text) {
  return is_model(text) && !misplaced_star(text);
}

void read_models(const Node& top, Draft& draft) {
  const Node* const list = member(top, "model_list");
  if (list == nullptr) return;
  std::set<std::string> info;
  for (std::size_t at = 0; at < list->items.size(); ++at) {
    const Node& entry = list->items[at];
    const auto read = EntryReader(entry, draft).read();
    note_model_info(entry, info);
    if (read) continue;
    const auto name = text_of(member(entry, "model_name"));
    draft.left_out.push_back("entry " + std::to_string(at + 1) + (name ? ", " + shown(*name) : std::string()) + ": " +
                             read.error().why);
  }
  if (info.empty()) return;
  draft.remarks.push_back("not taken from model_info: " + joined(std::vector<std::string>(info.begin(), info.end())));
}

}  // namespace drover::config::litellm
