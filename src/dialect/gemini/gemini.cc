// The Gemini dialect: joins the parts of this folder to one Dialect.
#include <algorithm>
#include <limits>

#include "dialect/answer/made.h"
#include "dialect/answer/plain_answer.h"
#include "dialect/dialect.h"
#include "dialect/failure/failures.h"
#include "dialect/failure/retry_after.h"
#include "dialect/gemini/chunk.h"
#include "dialect/gemini/events.h"
#include "dialect/gemini/inspector.h"
#include "dialect/gemini/paths.h"
#include "dialect/gemini/quota.h"
#include "dialect/gemini/replies.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect {
namespace {

bool is_token_count(const AnswerMembers& members) {
  return kind_of(members.own) == JsonReader::Kind::Number;
}

/// Of an answer's front; of a whole one only where it is no answer of generateContent.
PlainRules gemini_rules(Api api) {
  PlainRules rules{.flat_errors = api == Api::Embeddings,
                   .note_made = api == Api::Pinned ? note_made_object : nullptr,
                   .read_usage = gemini_detail::read_usage,
                   .classify_inside = gemini_detail::classify_inside};
  if (api == Api::Generate) rules.own = "candidates";
  if (api == Api::CountTokens) {
    rules.own = "totalTokens";
    rules.is_answer = is_token_count;
  }
  return rules;
}

class Gemini final : public Dialect {
 public:
  [[nodiscard]] Api api(std::string_view method, std::string_view path) const override {
    return gemini_detail::api_of(method, path);
  }
  [[nodiscard]] std::string_view methods(std::string_view path) const override { return gemini_detail::methods(path); }
  [[nodiscard]] std::string_view default_model(std::string_view /*path*/) const override { return {}; }
  [[nodiscard]] bool lists(std::string_view path) const override { return gemini_detail::lists(path); }

  [[nodiscard]] Result<Inspection> inspect(Api api, std::string_view content_type,
                                           std::string_view body) const override {
    gemini_detail::GeminiInspector inspector(api, content_type, body);
    const Result<bool> done = inspector.step(std::numeric_limits<std::size_t>::max());
    if (!done.has_value()) return fail(done.error());
    return inspector.take();
  }
  [[nodiscard]] std::unique_ptr<Inspector> inspector(Api api, std::string_view content_type,
                                                     std::string_view body) const override {
    return std::make_unique<gemini_detail::GeminiInspector>(api, content_type, body);
  }

  [[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state,
                                     Error& failure) const override {
    return gemini_detail::read_event(api, event, state, failure);
  }
  [[nodiscard]] bool stream_complete(Api api, const AnswerState& state) const override {
    return gemini_detail::stream_complete(api, state);
  }

  [[nodiscard]] std::optional<Error> read_plain(Api api, std::string_view body, AnswerState& state) const override {
    if (api == Api::Generate) return gemini_detail::read_answer(body, state);
    auto failure = dialect::read_plain(gemini_rules(api), body, state);
    if (!failure && api == Api::CountTokens) state.usage.known = true;  // counting costs no tokens
    return failure;
  }
  [[nodiscard]] std::optional<Error> read_front(Api api, std::string_view front, AnswerState& state) const override {
    return dialect::read_front(gemini_rules(api), front, state);
  }

  [[nodiscard]] Error read_failure(int status, const http::Fields& fields, std::string_view body, std::int64_t now_unix,
                                   const FailureRules* rules) const override {
    Error error = dialect::read_failure(status, fields, body, now_unix, rules);
    // The few seconds that Google names beside it are those of another quota.
    if (error.kind == ErrorKind::RateLimited && gemini_detail::names_daily_quota(body)) {
      error.retry_after = std::min<Duration>(gemini_detail::until_quota_day(now_unix), kMaxRetryAfter);
    }
    return error;
  }
  [[nodiscard]] bool not_executed(const Error& failure) const override { return dialect::not_executed(failure); }

  [[nodiscard]] std::string_view request_id_field() const override { return "x-request-id"; }
  [[nodiscard]] std::string error_body(const ErrorReply& reply) const override {
    return gemini_detail::error_body(reply);
  }
  [[nodiscard]] std::string error_event(Api, const ErrorReply& reply) const override {
    return gemini_detail::error_event(reply);
  }
  /// Google's programs take the lines of a comment for JSON.
  [[nodiscard]] std::string_view keep_alive(bool /*answering*/) const override {
    return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},\"index\":0}]}\n\n";
  }
  [[nodiscard]] std::string models_body(const std::vector<std::string>& names) const override {
    return gemini_detail::models_body(names);
  }
  [[nodiscard]] std::string model_body(std::string_view name) const override { return gemini_detail::model_body(name); }
};

}  // namespace

const Dialect& gemini() {
  static const Gemini dialect;
  return dialect;
}

}  // namespace drover::dialect
