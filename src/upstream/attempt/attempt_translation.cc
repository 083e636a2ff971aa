// An attempt at a target that does not speak the client's dialect, or lacks the client's API: the request goes up, and
// the answer comes down, translated. What an answer is, whether it is whole and what it cost is still judged on the
// upstream's own bytes.
#include <algorithm>
#include <utility>

#include "dialect/gemini/paths.h"
#include "http/head/header_rules.h"
#include "net/loop/loop.h"
#include "upstream/attempt/attempt.h"
#include "upstream/run/run.h"

namespace drover::upstream {
namespace {

Error not_offered() {
  return {.kind = ErrorKind::BadRequest,
          .scope = ErrorScope::Request,
          .retry = RetryClass::OtherProvider,
          .code = "api_not_offered",
          .message = "This provider has no API that this request could be translated into."};
}

/// A stream of Gemini's that is not asked for as events is one JSON list.
bool asks_list(const UpstreamRequest& request) {
  if (request.speaks != core::DialectKind::Gemini || request.inspection.stream) return false;
  const auto read = dialect::read_gemini_path(request.path);
  return read && read->streams();
}

}  // namespace

bool Attempt::prepare() {
  const UpstreamRequest& request = *run_.parts_.request;
  const bool no_responses = endpoint_->server->no_responses->holds(run_.now());
  wire_ = {.api = request.api};
  const bool lacked = no_responses && request.api == dialect::Api::Responses;
  const bool own = request.speaks == endpoint_->provider->dialect && offers(*endpoint_->provider, request.api);
  if (own && !lacked) {
    if (run_.parts_.catalog->has_several_providers() && request.has_body) cleaned_ = cleaned_request(request);
    if (request.speaks == core::DialectKind::Gemini) rename_in_body();
    return true;
  }
  const bool may_translate = may_be_translated(request.api);
  const std::string model = may_translate ? endpoint_->target->model_for(request.inspection.model) : std::string();
  const auto wire = wire_api(request.api, request.speaks, *endpoint_->provider, model, no_responses);
  // Paths that are no API of a form go up as they are: the fence of the request says where.
  if (!wire && !may_translate) return true;
  if (!wire) {
    fail_with(not_offered(), core::Stage::NotConnected);
    return false;
  }
  wire_ = *wire;
  if (!translates()) return true;
  const translate::Form back = form_of(wire_.api).value_or(translate::Form::Gemini);  // of embeddings: Google's
  run_.record_of(id_).translated_to = back;
  auto translation = run_.translation(back, model);
  if (!translation) {
    fail_with(std::move(translation.error()), core::Stage::NotConnected);
    return false;
  }
  translation_ = std::move(*translation);
  return true;
}

/// Some of Gemini's bodies repeat the model of the path. Where there is no memory for another body, the provider
/// refuses the request.
void Attempt::rename_in_body() {
  const UpstreamRequest& request = *run_.parts_.request;
  const bool may_name = request.api == dialect::Api::Embeddings || request.api == dialect::Api::CountTokens;
  if (!may_name) return;
  const std::string model = endpoint_->target->model_for(request.inspection.model);
  if (model != request.inspection.model) cleaned_ = renamed_request(request, model);
}

void Attempt::append_translated_path(std::string& out) const {
  const translate::Form back = translation_->back;
  if (back != translate::Form::Gemini) return append_upstream_path(*endpoint_, path_of(back), {}, out);
  const auto verb = translation_->embeddings       ? dialect::GeminiVerb::BatchEmbed
                    : translation_->request.stream ? dialect::GeminiVerb::Stream
                                                   : dialect::GeminiVerb::Generate;
  const std::string whole = dialect::gemini_path(translation_->model, verb);
  const std::string_view path = std::string_view(whole).substr(0, whole.find('?'));
  const std::string_view query = std::string_view(whole).substr(std::min(path.size() + 1, whole.size()));
  append_upstream_path(*endpoint_, path, query, out);
}

/// Of an answer's head fields nothing is the client's but what holds for any API: the others are words of the
/// upstream's.
void Attempt::take_translated_fields(const http::Fields& fields) {
  fields_.clear();
  for (const std::string_view name : {"content-type", "retry-after", "retry-after-ms", "x-should-retry"}) {
    if (const auto value = http::find(fields, name)) fields_.append(name).append(": ").append(*value).append("\r\n");
  }
  if (status_ < 200 || status_ >= 300) return;
  if (!translation_->embeddings) translator_ = std::make_unique<translate::Answer>(translation_->request.context);
  if (translation_->losses) {
    fields_.append("x-drover-dropped: ").append(translation_->losses->head_value()).append("\r\n");
  }
}

/// What the upstream needs back of this answer, when the results of its tool calls are sent.
void Attempt::keep_note() {
  if (!translator_) return;
  if (auto note = translator_->note()) run_.remember(std::move(*note));
}

/// Puts the client's form of a whole plain answer where the upstream's is held. False: the attempt has failed.
bool Attempt::translate_whole(std::string_view text) {
  auto plain = translator_ ? translator_->plain(text) : translate::embeddings_answer(text, *translation_->embeddings);
  if (!plain) {
    fail_with(std::move(plain.error()), core::Stage::FailedAnswer);
    return false;
  }
  held_ = asks_list(*run_.parts_.request) ? "[" + *plain + "]" : std::move(*plain);
  keep_note();
  relabel("application/json");
  return true;
}

/// Ends a stream that has failed. Where the translation has told the client, it was in the last event of the client's
/// form.
void Attempt::end_translated(Error error) {
  if (!forwarding_) return fail_with(std::move(error), core::Stage::FailedAnswer);
  pass_translated();
  run_.error_event_sent_ = run_.failure_end_sent_ = translator_->error() != nullptr;
  if (!stopped()) fail_with(std::move(error), core::Stage::Committed);
}

/// Whether the server has shown with this failure that it lacks the API, and can be asked by another one.
bool Attempt::asks_another_way(const Error& failure) {
  const bool lacks = (status_ == 404 || status_ == 405 || status_ == 501) && failure.kind != ErrorKind::ModelMissing;
  if (!lacks || wire_.api != dialect::Api::Responses) return false;
  const UpstreamRequest& request = *run_.parts_.request;
  if (run_.route_->translate == core::Translate::Off || request.inspection.continues != 0) return false;
  const auto other = wire_api(request.api, request.speaks, *endpoint_->provider,
                              endpoint_->target->model_for(request.inspection.model), /*no_responses=*/true);
  if (!other) return false;
  endpoint_->server->no_responses->note(run_.now());
  return true;
}

}  // namespace drover::upstream
