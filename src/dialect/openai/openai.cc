// The OpenAI dialect: joins the parts of this folder to one Dialect.
#include <limits>

#include "dialect/dialect.h"
#include "dialect/openai/events.h"
#include "dialect/openai/failures.h"
#include "dialect/openai/inspector.h"
#include "dialect/openai/paths.h"
#include "dialect/openai/plain_answer.h"
#include "dialect/openai/replies.h"

namespace drover::dialect {
namespace {

class OpenAi final : public Dialect {
 public:
  [[nodiscard]] Api api(std::string_view method, std::string_view path) const override {
    return openai_detail::api_of(method, path);
  }

  [[nodiscard]] Result<Inspection> inspect(Api api, std::string_view content_type,
                                           std::string_view body) const override {
    openai_detail::RequestInspector inspector(api, content_type, body);
    const Result<bool> done = inspector.step(std::numeric_limits<std::size_t>::max());
    if (!done.has_value()) return fail(done.error());
    return inspector.take();
  }

  [[nodiscard]] std::unique_ptr<Inspector> inspector(Api api, std::string_view content_type,
                                                     std::string_view body) const override {
    return std::make_unique<openai_detail::RequestInspector>(api, content_type, body);
  }

  [[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state,
                                     Error& failure) const override {
    return openai_detail::read_event(api, event, state, failure);
  }

  [[nodiscard]] bool stream_complete(Api api, const AnswerState& state) const override {
    return openai_detail::stream_complete(api, state);
  }

  [[nodiscard]] std::optional<Error> read_plain(Api api, std::string_view body, AnswerState& state) const override {
    return openai_detail::read_plain(api, body, state);
  }

  [[nodiscard]] Error read_failure(int status, const http::Fields& fields, std::string_view body,
                                   std::int64_t now_unix) const override {
    return openai_detail::read_failure(status, fields, body, now_unix);
  }

  [[nodiscard]] bool not_executed(const Error& failure) const override { return openai_detail::not_executed(failure); }

  [[nodiscard]] std::string error_body(const ErrorReply& reply) const override {
    return openai_detail::error_body(reply);
  }
  [[nodiscard]] std::string error_event(Api api, const ErrorReply& reply) const override {
    return openai_detail::error_event(api, reply);
  }

  [[nodiscard]] std::string models_body(const std::vector<std::string>& names) const override {
    return openai_detail::models_body(names);
  }
  [[nodiscard]] std::string model_body(std::string_view name) const override { return openai_detail::model_body(name); }
};

}  // namespace

const Dialect& openai() {
  static const OpenAi dialect;
  return dialect;
}

}  // namespace drover::dialect
