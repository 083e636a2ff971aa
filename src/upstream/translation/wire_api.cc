#include "upstream/translation/wire_api.h"

#include <algorithm>

#include "dialect/api_name.h"
#include "translate/model/capabilities.h"

namespace drover::upstream {
namespace {

using dialect::Api;
using translate::Form;

/// The API that conversations have in a dialect, whatever else it has for them.
Api talk_of(core::DialectKind dialect) {
  switch (dialect) {
    case core::DialectKind::OpenAi: break;
    case core::DialectKind::Anthropic: return Api::Messages;
    case core::DialectKind::Gemini: return Api::Generate;
  }
  return Api::Chat;
}

/// The word in `apis` for an API; empty: every provider is taken to have it.
std::string_view word_for(Api api, core::DialectKind dialect) {
  switch (api) {
    case Api::CountTokens: return api_name(talk_of(dialect));  // counting goes with it
    case Api::OtherModel:
    case Api::Pinned: return {};
    default: return api_name(api);
  }
}

Api api_of(Form form) {
  switch (form) {
    case Form::Chat: return Api::Chat;
    case Form::Messages: return Api::Messages;
    case Form::Responses: return Api::Responses;
    case Form::Gemini: return Api::Generate;
  }
  return Api::Chat;
}

/// Which of OpenAI's two forms carries a request of another form to this model: chat is what all servers of that
/// dialect have; some of OpenAI's own models use tools with reasoning in the other one only.
Form openai_form(const core::Provider& provider, std::string_view model, bool no_responses) {
  const bool chat = offers(provider, Api::Chat);
  if (no_responses || !offers(provider, Api::Responses)) return Form::Chat;
  if (!chat) return Form::Responses;
  const bool all_in_chat = translate::capabilities_of(Form::Chat, model).tools_with_reasoning;
  return all_in_chat ? Form::Chat : Form::Responses;
}

}  // namespace

std::optional<Form> form_of(Api api) {
  switch (api) {
    case Api::Chat: return Form::Chat;
    case Api::Messages: return Form::Messages;
    case Api::Responses: return Form::Responses;
    case Api::Generate: return Form::Gemini;
    default: return std::nullopt;
  }
}

std::string_view path_of(Form form) {
  switch (form) {
    case Form::Chat: return "/v1/chat/completions";
    case Form::Messages: return "/v1/messages";
    case Form::Responses: return "/v1/responses";
    case Form::Gemini: break;
  }
  return {};
}

bool may_be_translated(Api api) {
  return form_of(api).has_value() || api == Api::Embeddings;
}

bool offers(const core::Provider& provider, Api api) {
  const std::string_view word = word_for(api, provider.dialect);
  return provider.apis.empty() || word.empty() || std::ranges::find(provider.apis, word) != provider.apis.end();
}

std::optional<WireApi> wire_api(Api api, core::DialectKind dialect, const core::Provider& provider,
                                std::string_view model, bool no_responses) {
  const bool lacked = api == Api::Responses && no_responses;
  if (provider.dialect == dialect && offers(provider, api) && !lacked) return WireApi{.api = api};
  if (api == Api::Embeddings && dialect == core::DialectKind::OpenAi && provider.dialect == core::DialectKind::Gemini &&
      offers(provider, api)) {
    return WireApi{.api = api, .translated = true};
  }
  if (!form_of(api)) return std::nullopt;
  const bool openai = provider.dialect == core::DialectKind::OpenAi;
  const Api other = openai ? api_of(openai_form(provider, model, no_responses)) : talk_of(provider.dialect);
  if (other == api || !offers(provider, other)) return std::nullopt;
  return WireApi{.api = other, .translated = true};
}

}  // namespace drover::upstream
