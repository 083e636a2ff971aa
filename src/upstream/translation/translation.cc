#include "upstream/translation/translation.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "dialect/dialect.h"
#include "dialect/gemini/body_models.h"
#include "http/head/header_rules.h"
#include "translate/foreign_thoughts.h"
#include "upstream/translation/wire_api.h"

namespace drover::upstream {
namespace {

using translate::Form;
using translate::Policy;

Policy policy_of(core::Translate setting) {
  switch (setting) {
    case core::Translate::Lenient: return Policy::Lenient;
    case core::Translate::Strict: return Policy::Strict;
    case core::Translate::Off: break;
  }
  return Policy::Off;
}

/// What one target cannot be given another may be able to take. Nobody is charged, and no status says that an upstream
/// had answered.
Error not_for_this_provider(Error error) {
  error.kind = ErrorKind::BadRequest;
  error.scope = ErrorScope::Request;
  error.retry = RetryClass::OtherProvider;
  error.status = 0;
  return error;
}

Error no_memory() {
  return {.kind = ErrorKind::LocalResource,
          .scope = ErrorScope::Gateway,
          .retry = RetryClass::OtherKey,
          .code = "replay_memory",
          .message = "There is no room to translate this request now (limits.replay_memory)."};
}

/// The notes of one client.
class ClientsNotes final : public translate::ReasoningNotes {
 public:
  explicit ClientsNotes(const Translator::Facts& facts) : facts_(facts) {}
  [[nodiscard]] std::optional<std::string> find(std::string_view call_id) const override {
    return facts_.memory->find(facts_.client, call_id, facts_.now);
  }

 private:
  const Translator::Facts& facts_;
};

std::uint64_t mark_of(std::uint64_t client, std::string_view call_id) {
  return hash64(call_id, client);
}

/// Fields of one vendor's API, and those that describe a body which is not sent.
constexpr auto kVendorFields = std::to_array<std::string_view>({"anthropic-", "openai-", "x-goog-"});
constexpr auto kBodyFields =
    std::to_array<std::string_view>({"content-type", "content-digest", "content-md5", "digest"});

bool means_nothing_there(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(':'));
  const auto begins = [name](std::string_view front) {
    return name.size() >= front.size() && http::iequals(name.substr(0, front.size()), front);
  };
  return std::ranges::any_of(kVendorFields, begins) ||
         std::ranges::any_of(kBodyFields, [name](std::string_view field) { return http::iequals(name, field); });
}

/// Nothing where there is no other body, or no memory for it.
std::shared_ptr<CleanedRequest> charged(const UpstreamRequest& request, std::optional<std::string> body) {
  if (!body) return nullptr;
  auto other = std::make_shared<CleanedRequest>();
  other->charge = AnswerCharge(request.body.account());
  if (!other->charge.hold(body->size())) return nullptr;
  body->reserve(body->size() + dialect::kPadding);
  other->body = std::move(*body);
  return other;
}

}  // namespace

void ReasoningMemory::forget_oldest() {
  const auto found = notes_.find(in_order_.front().mark);
  // One that was kept again since then has a later place.
  if (found != notes_.end() && found->second.until == in_order_.front().until) {
    bytes_ -= found->second.thoughts.size();
    notes_.erase(found);
  }
  in_order_.pop_front();
}

void ReasoningMemory::keep(std::uint64_t client, translate::ReasoningNote note, Instant now) {
  if (note.call_id.size() < kShortestId || note.thoughts.size() > most_bytes_) return;
  const std::lock_guard lock(mutex_);
  Note& kept = notes_[mark_of(client, note.call_id)];
  bytes_ -= kept.thoughts.size();
  kept = {.thoughts = std::move(note.thoughts), .until = now + kKept};
  bytes_ += kept.thoughts.size();
  in_order_.push_back({mark_of(client, note.call_id), kept.until});
  while (!in_order_.empty() && (bytes_ > most_bytes_ || in_order_.front().until <= now)) forget_oldest();
}

std::optional<std::string> ReasoningMemory::find(std::uint64_t client, std::string_view call_id, Instant now) const {
  const std::lock_guard lock(mutex_);
  const auto found = notes_.find(mark_of(client, call_id));
  if (found == notes_.end() || found->second.until <= now) return std::nullopt;
  return found->second.thoughts;
}

std::size_t ReasoningMemory::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::shared_ptr<const CleanedRequest> cleaned_request(const UpstreamRequest& request) {
  const auto form = form_of(request.api);
  if (request.inspection.model_is_missing) return nullptr;
  if (!form || !translate::may_hold_foreign_thoughts(*form, request.body.view())) return nullptr;
  auto cleaned = charged(request, translate::without_foreign_thoughts(*form, request.body.view()));
  if (!cleaned) return nullptr;
  auto inspection = request.dialect->inspect(request.api, "application/json", cleaned->body);
  if (!inspection) return nullptr;
  cleaned->inspection = std::move(*inspection);
  return cleaned;
}

std::shared_ptr<const CleanedRequest> renamed_request(const UpstreamRequest& request, std::string_view model) {
  auto renamed = charged(request, dialect::with_body_models(request.body.view(), model));
  if (renamed) renamed->inspection = request.inspection;
  return renamed;
}

Result<std::shared_ptr<const Translation>> Translator::get(const UpstreamRequest& request, Form back,
                                                           const std::string& model, const Facts& facts) {
  if (last_ && last_->back == back && last_->model == model) return last_;
  if (request.api == dialect::Api::Embeddings) return embeddings(request, model, facts);
  const auto front = form_of(request.api);
  if (!front) return fail(not_for_this_provider(translate::unsupported("api")));
  const ClientsNotes notes(facts);
  auto translated =
      translate::translate_request(request.body.view(), {.front = *front,
                                                         .back = back,
                                                         .policy = policy_of(facts.policy),
                                                         .model = model,
                                                         .notes = facts.memory != nullptr ? &notes : nullptr,
                                                         .request_id = facts.request_id,
                                                         .created = facts.unix_now,
                                                         .asked_model = request.inspection.model,
                                                         .asked_stream = request.inspection.stream});
  if (!translated) return fail(not_for_this_provider(std::move(translated.error())));
  auto made = std::make_shared<Translation>();
  made->back = back;
  made->model = model;
  made->request = std::move(*translated);
  if (!made->request.losses.empty())
    made->losses = std::make_shared<translate::Losses>(std::move(made->request.losses));
  made->charge = AnswerCharge(request.body.account());
  if (!made->charge.hold(made->request.body.size())) return fail(no_memory());
  last_ = std::move(made);
  return last_;
}

Result<std::shared_ptr<const Translation>> Translator::embeddings(const UpstreamRequest& request,
                                                                  const std::string& model, const Facts& facts) {
  auto translated = translate::embeddings_request(request.body.view(), model, policy_of(facts.policy));
  if (!translated) return fail(not_for_this_provider(std::move(translated.error())));
  auto made = std::make_shared<Translation>();
  made->back = Form::Gemini;
  made->model = model;
  made->request.body = std::move(translated->body);
  made->embeddings = std::move(translated->context);
  made->embeddings->model = request.inspection.model;
  made->embeddings->input_tokens = request.inspection.input_tokens_estimate;
  if (!translated->losses.empty()) made->losses = std::make_shared<translate::Losses>(std::move(translated->losses));
  made->charge = AnswerCharge(request.body.account());
  if (!made->charge.hold(made->request.body.size())) return fail(no_memory());
  last_ = std::move(made);
  return last_;
}

void append_translated_fields(const UpstreamRequest& request, const Translation& translation, std::string& out) {
  std::string_view rest = request.fields;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n") + 2);
    if (!means_nothing_there(line)) out.append(line);
    rest.remove_prefix(line.size());
  }
  out.append("content-type: application/json\r\n");
  if (translation.back != Form::Messages) return;
  out.append(dialect::kAnthropicVersionField).append(": ").append(dialect::kAnthropicVersion).append("\r\n");
  if (!translation.request.beta.empty()) {
    out.append("anthropic-beta: ").append(translation.request.beta).append("\r\n");
  }
}

std::string translated_failure(Form front, int status, std::string_view body, std::string_view request_id) {
  return translate::error_body(front, translate::told_error(status, body), request_id);
}

}  // namespace drover::upstream
