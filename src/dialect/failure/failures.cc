#include "dialect/failure/failures.h"

#include <algorithm>
#include <span>
#include <string>

#include "dialect/failure/failure_table.h"
#include "dialect/failure/retry_after.h"
#include "dialect/json/json_bytes.h"

namespace drover::dialect {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool begins_with(std::string_view message, std::string_view front) {
  return message.size() >= front.size() && std::ranges::equal(message.substr(0, front.size()), front, {}, lower, lower);
}

/// Errors say what they are at their front; what an echoed prompt says further behind is not looked at.
constexpr std::size_t kMessageLooked = 2048;

bool contains(std::string_view message, std::string_view text) {
  message = message.substr(0, kMessageLooked);
  return !std::ranges::search(message, text, {}, lower, lower).empty();
}

/// A word before a colon that is no part of the sentence: a path, a status, or the name of an error.
bool is_label(std::string_view word) {
  if (word.empty() || word.find(' ') != word.npos) return false;
  const bool digits = std::ranges::all_of(word, is_digit);
  return digits || word.front() == '/' || word.ends_with("rror") || word.ends_with("xception");
}

/// What of a message is surely the provider's and not an echo of the request: its first clause.
std::string_view own_words(std::string_view message) {
  constexpr std::size_t kLongestClause = 200;
  constexpr int kMostLabels = 3;
  for (int label = 0; label < kMostLabels; ++label) {
    const std::size_t colon = message.substr(0, kLongestClause).find(": ");
    if (colon == message.npos || !is_label(message.substr(0, colon))) break;
    message.remove_prefix(colon + 2);
  }
  message = message.substr(0, kLongestClause);
  return message.substr(0, message.find_first_of("'\"`:\\"));
}

/// Whether a status says that the request is wrong, and nothing about a key, a limit or the moment.
bool blames_request(int status) {
  if (status < 400 || status > 499) return false;
  switch (status) {
    case 401:
    case 402:
    case 403:
    case 408:
    case 409:
    case 424:
    case 425:
    case 429:
    case 498:
    case 499: return false;
    default: return true;
  }
}

bool fits(const FailureRow& row, int status, const ErrorFacts& facts, std::string_view words) {
  if (row.empty) return false;
  if (row.status != 0 && row.status != status) return false;
  if (row.as_request && !blames_request(status)) return false;
  if (row.html && !facts.html) return false;
  if (!row.code.empty() && row.code != facts.code && row.code != facts.detail) return false;
  if (!row.type.empty() && row.type != facts.type) return false;
  if (!row.front.empty() && !begins_with(facts.message, row.front)) return false;
  if (!row.words.empty() && !contains(words, row.words)) return false;
  return row.text.empty() || contains(facts.message, row.text);
}

const FailureRow* first_fit(std::span<const FailureRow> rows, int status, const ErrorFacts& facts) {
  const std::string_view words = own_words(facts.message);
  const auto fitting = [&](const FailureRow& row) { return fits(row, status, facts, words); };
  const auto found = std::ranges::find_if(rows, fitting);
  return found == rows.end() ? nullptr : &*found;
}

/// What no row fits. Every 5xx may be different elsewhere; a redirect is never followed with credentials; a 4xx is
/// surely the request's where the API itself says so, and else may come from whatever stands before it.
FailureRow by_range(int status, bool api_spoke) {
  if (status >= 300 && status < 400)
    return rows::only(status, ErrorKind::BadResponse, ErrorScope::Server, RetryClass::OtherKey);
  if ((status == 400 || status == 422) && api_spoke)
    return rows::only(status, ErrorKind::UserError, ErrorScope::Request, RetryClass::Never);
  if (status >= 400 && status < 500)
    return rows::only(status, ErrorKind::UserError, ErrorScope::Target, RetryClass::OtherKey);
  return rows::only(status, ErrorKind::ServerError, ErrorScope::Target, RetryClass::OtherKey);
}

int status_for(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::RateLimited:
    case ErrorKind::QuotaExhausted: return 429;
    case ErrorKind::KeyRejected: return 401;
    case ErrorKind::Forbidden: return 403;
    case ErrorKind::ModelMissing: return 404;
    case ErrorKind::ContextTooLong:
    case ErrorKind::ContentPolicy:
    case ErrorKind::UserError: return 400;
    case ErrorKind::TooLarge: return 413;
    case ErrorKind::Unsupported: return 501;
    case ErrorKind::Overloaded: return 503;
    default: return 502;
  }
}

std::string_view sentence(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::RateLimited: return "the provider's rate limit is reached";
    case ErrorKind::QuotaExhausted: return "the provider account's allowance or balance is spent";
    case ErrorKind::KeyRejected: return "the provider refused the configured key";
    case ErrorKind::Forbidden: return "the provider does not allow this";
    case ErrorKind::ModelMissing: return "the provider does not know the model, or the key may not use it";
    case ErrorKind::ContextTooLong: return "the request is longer than the model's context";
    case ErrorKind::ContentPolicy: return "the provider's content policy refused the request";
    case ErrorKind::UserError: return "the provider says the request is wrong";
    case ErrorKind::TooLarge: return "the request is larger than the provider takes";
    case ErrorKind::Unsupported: return "the provider does not offer this API";
    case ErrorKind::Overloaded: return "the provider is overloaded";
    case ErrorKind::WrongContentType: return "the provider answered with a page instead of JSON";
    case ErrorKind::BadResponse: return "the provider answered with a redirect, which is not followed";
    default: return "the provider failed";
  }
}

/// A provider's own code may be shown and logged only when it looks like one: short, one word, plain characters.
bool presentable(std::string_view code) {
  constexpr std::size_t kLongest = 64;
  return !code.empty() && code.size() <= kLongest && std::ranges::all_of(code, [](char c) {
    const char letter = lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

std::string shown_code(const ErrorFacts& facts, ErrorKind kind) {
  for (const std::string_view code : {facts.code, facts.detail, facts.type}) {
    if (presentable(code)) return std::string(code);
  }
  return std::string(to_string(kind));
}

/// The header the SDKs obey. "false" rules out what is not the key's own: another key of one provider is a different
/// matter only where the failure was about the key, its quota or its model.
void apply_should_retry(const http::Fields& fields, Error& error) {
  const auto value = http::find(fields, "x-should-retry");
  if (!value.has_value()) return;
  if (*value == "true" && error.retry == RetryClass::Never) error.retry = RetryClass::OtherKey;
  if (*value != "false" || error.retry == RetryClass::Never) return;
  const bool about_key = error.scope == ErrorScope::Key || error.scope == ErrorScope::Quota ||
                         error.kind == ErrorKind::ModelMissing || error.kind == ErrorKind::Forbidden;
  if (!about_key) error.retry = RetryClass::OtherProvider;
}

bool may_wait(ErrorKind kind) {
  return kind == ErrorKind::RateLimited || kind == ErrorKind::QuotaExhausted || kind == ErrorKind::Overloaded ||
         kind == ErrorKind::ServerError;
}

}  // namespace

Error classify(int status, const ErrorFacts& facts, const FailureRules* rules) {
  const bool inside_answer = status == 0;
  const FailureRow* const own =
      rules == nullptr ? nullptr : first_fit(*rules, inside_answer ? kInsideAnswer : status, facts);
  if (inside_answer && facts.number >= 100 && facts.number <= 599) status = static_cast<int>(facts.number);
  const FailureRow* const found = own != nullptr ? own : first_fit(kFailureTable, status, facts);
  const FailureRow row = found != nullptr ? *found : by_range(status, facts.own && !inside_answer);
  Error error{.kind = row.kind, .scope = row.scope, .retry = row.retry};
  error.status = status >= 400 || !inside_answer ? status : status_for(row.kind);
  error.code = shown_code(facts, row.kind);
  error.message = sentence(row.kind);
  if (may_wait(row.kind)) {
    error.retry_after = parse_reset(facts.retry_delay, 0);
    if (!error.retry_after.has_value() && row.kind != ErrorKind::ServerError)
      error.retry_after = retry_hint(facts.message);
  }
  return error;
}

Error read_failure(int status, const http::Fields& fields, std::string_view body, std::int64_t now_unix,
                   const FailureRules* rules) {
  const ErrorFacts facts = read_error_facts(body);
  Error error = classify(status, facts, rules);
  if (may_wait(error.kind)) {
    if (const auto wait = retry_after(fields, now_unix)) {
      error.retry_after = wait;
    } else if (const auto end = parse_reset(facts.reset, now_unix)) {
      error.retry_after = end;
    } else if (!error.retry_after.has_value()) {
      error.retry_after = reset_hint(facts.message, now_unix);
    }
  }
  apply_should_retry(fields, error);
  return error;
}

bool not_executed(const Error& failure) {
  switch (failure.kind) {
    case ErrorKind::RateLimited:
    case ErrorKind::QuotaExhausted:
    case ErrorKind::KeyRejected:
    case ErrorKind::Forbidden:
    case ErrorKind::ModelMissing:
    case ErrorKind::ContextTooLong:
    case ErrorKind::ContentPolicy:
    case ErrorKind::TooLarge:
    case ErrorKind::Unsupported:
    case ErrorKind::UserError: return true;
    default: break;
  }
  switch (failure.status) {
    case 408:
    case 425:
    case 429:
    case 498:
    case 529:
    case 521:  // Cloudflare could not reach the origin at all
    case 522:
    case 523:
    case 525:
    case 526: return true;
    case 503: return failure.retry_after.has_value();
    default: return false;
  }
}

bool empty_fails(const AnswerState& state) {
  return !state.content_seen && state.rules != nullptr && std::ranges::any_of(*state.rules, &FailureRow::empty);
}

Error said_nothing() {
  Error error = failed_by_shape("empty_answer", "the provider ended the answer without saying anything");
  error.scope = ErrorScope::Request;
  return error;
}

Error stream_incomplete() {
  return Error{.kind = ErrorKind::Truncated,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = "stream_incomplete",
               .message = "The upstream ended its stream before the answer was complete."};
}

Error failed_by_shape(std::string_view code, std::string_view message) {
  return Error{.kind = ErrorKind::ServerError,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = std::string(code),
               .message = std::string(message)};
}

}  // namespace drover::dialect
