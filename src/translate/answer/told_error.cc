#include "translate/answer/told_error.h"

#include <algorithm>
#include <array>

#include "dialect/dialect.h"
#include "dialect/failure/error_facts.h"
#include "translate/model/text.h"

namespace drover::translate {
namespace {

struct Row {
  std::string_view word;
  int status;
  ErrorKind kind;
};

/// The types and codes of the dialects, as statuses.
constexpr auto kWords = std::to_array<Row>({
    {"invalid_request_error", 400, ErrorKind::UserError},
    {"context_length_exceeded", 400, ErrorKind::ContextTooLong},
    {"content_filter", 400, ErrorKind::ContentPolicy},
    {"content_policy_violation", 400, ErrorKind::ContentPolicy},
    {"invalid_prompt", 400, ErrorKind::ContentPolicy},
    {"authentication_error", 401, ErrorKind::KeyRejected},
    {"invalid_api_key", 401, ErrorKind::KeyRejected},
    {"billing_error", 402, ErrorKind::QuotaExhausted},
    {"permission_error", 403, ErrorKind::Forbidden},
    {"not_found_error", 404, ErrorKind::ModelMissing},
    {"model_not_found", 404, ErrorKind::ModelMissing},
    {"request_too_large", 413, ErrorKind::TooLarge},
    {"insufficient_quota", 429, ErrorKind::QuotaExhausted},
    {"rate_limit_error", 429, ErrorKind::RateLimited},
    {"rate_limit_exceeded", 429, ErrorKind::RateLimited},
    {"tokens", 429, ErrorKind::RateLimited},
    {"requests", 429, ErrorKind::RateLimited},
    {"server_error", 500, ErrorKind::ServerError},
    {"api_error", 500, ErrorKind::ServerError},
    {"service_unavailable_error", 503, ErrorKind::Overloaded},
    {"server_is_overloaded", 503, ErrorKind::Overloaded},
    {"overloaded_error", 529, ErrorKind::Overloaded},
    {"timeout_error", 504, ErrorKind::TotalTimeout},
    // Google's. A key that is not known is a 400 there.
    {"API_KEY_INVALID", 401, ErrorKind::KeyRejected},
    {"INVALID_ARGUMENT", 400, ErrorKind::UserError},
    {"FAILED_PRECONDITION", 400, ErrorKind::UserError},
    {"OUT_OF_RANGE", 400, ErrorKind::UserError},
    {"UNAUTHENTICATED", 401, ErrorKind::KeyRejected},
    {"PERMISSION_DENIED", 403, ErrorKind::Forbidden},
    {"NOT_FOUND", 404, ErrorKind::ModelMissing},
    {"ABORTED", 409, ErrorKind::UserError},
    {"ALREADY_EXISTS", 409, ErrorKind::UserError},
    {"RESOURCE_EXHAUSTED", 429, ErrorKind::RateLimited},
    {"CANCELLED", 499, ErrorKind::ServerError},
    {"INTERNAL", 500, ErrorKind::ServerError},
    {"UNKNOWN", 500, ErrorKind::ServerError},
    {"UNIMPLEMENTED", 501, ErrorKind::Unsupported},
    {"UNAVAILABLE", 503, ErrorKind::Overloaded},
    {"DEADLINE_EXCEEDED", 504, ErrorKind::TotalTimeout},
});

const Row* find(std::string_view word) {
  const auto* const row = std::ranges::find(kWords, word, &Row::word);
  return row == kWords.end() ? nullptr : row;
}

ErrorKind kind_of_status(int status) {
  const auto* const row = std::ranges::find(kWords, status, &Row::status);
  if (row != kWords.end()) return row->kind;
  return status >= 500 ? ErrorKind::ServerError : ErrorKind::UserError;
}

bool is_told_status(std::int64_t status) {
  return status >= 400 && status <= 599;
}

/// Anthropic's own status for "overloaded" is not one that OpenAI's programs know.
int front_status(Form front, int status) {
  if (status == 529 && front != Form::Messages) return 503;
  if (status == 503 && front == Form::Messages) return 529;
  return status;
}

dialect::ErrorReply reply_of(Form front, const Error& error, std::string_view request_id) {
  return {.status = front_status(front, error.status),
          .code = error.code,
          .message = error.message,
          .request_id = request_id};
}

dialect::Api api_of_form(Form front) {
  switch (front) {
    case Form::Chat: return dialect::Api::Chat;
    case Form::Messages: return dialect::Api::Messages;
    case Form::Responses: return dialect::Api::Responses;
    case Form::Gemini: return dialect::Api::Generate;
  }
  return dialect::Api::Chat;
}

const dialect::Dialect& dialect_of(Form front) {
  switch (front) {
    case Form::Messages: return dialect::anthropic();
    case Form::Gemini: return dialect::gemini();
    case Form::Chat:
    case Form::Responses: break;
  }
  return dialect::openai();
}

}  // namespace

Error told_error(int status, std::string_view body) {
  const dialect::ErrorFacts facts = dialect::read_error_facts(body);
  const Row* row = find(facts.code);
  if (row == nullptr) row = find(facts.detail);
  if (row == nullptr) row = find(facts.type);
  if (row != nullptr && row->kind == ErrorKind::KeyRejected && status == 400) status = row->status;
  Error error{.kind = ErrorKind::ServerError,
              .scope = ErrorScope::Provider,
              .retry = RetryClass::OtherProvider,
              .status = status};
  if (status == 0) {
    error.status = row != nullptr ? row->status : is_told_status(facts.number) ? static_cast<int>(facts.number) : 500;
  }
  error.kind = row != nullptr && (status == 0 || row->status == status) ? row->kind : kind_of_status(error.status);
  error.code = std::string(!facts.code.empty() ? facts.code : facts.type).substr(0, 64);
  if (error.code.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") !=
          error.code.npos ||
      error.code.empty()) {
    error.code = std::string(to_string(error.kind));
  }
  if (!facts.html) error.message = plain({facts.message.substr(0, kMaxToldMessage)});
  if (error.message.empty()) error.message = "The upstream has failed.";
  return error;
}

std::string error_body(Form front, const Error& error, std::string_view request_id) {
  return dialect_of(front).error_body(reply_of(front, error, request_id));
}

std::string error_event(Form front, const Error& error, std::string_view request_id) {
  return dialect_of(front).error_event(api_of_form(front), reply_of(front, error, request_id));
}

}  // namespace drover::translate
