// The Anthropic dialect: joins the parts of this folder to one Dialect.
#include "dialect/answer/made.h"
#include "dialect/answer/plain_answer.h"
#include "dialect/anthropic/error_type.h"
#include "dialect/anthropic/events.h"
#include "dialect/anthropic/paths.h"
#include "dialect/anthropic/replies.h"
#include "dialect/anthropic/usage.h"
#include "dialect/common_dialect.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect {
namespace {

constexpr KeyList kAnthropicKeys{kModel, kStream, kMaxTokens, kMetadata, kMessages, kSystem};

/// Where the answer itself stands; empty where answers may have any shape.
std::string_view answer_member(Api api) {
  switch (api) {
    case Api::Messages: return "content";
    case Api::CountTokens: return "input_tokens";
    default: return "";
  }
}

/// It says something, or why it does not.
bool is_message(const AnswerMembers& members) {
  return raw_truthy(members.own) || (raw_truthy(members.stop_reason) && members.error.empty());
}

bool is_count(const AnswerMembers& members) {
  return kind_of(members.own) == JsonReader::Kind::Number;
}

bool (*answer_test(Api api))(const AnswerMembers& members) {
  if (api == Api::Messages) return is_message;
  return api == Api::CountTokens ? is_count : nullptr;
}

/// It ended of its own accord, and its blocks are texts without a word.
bool says_nothing(std::string_view body) {
  if (raw_member(body, "stop_reason") != "\"end_turn\"") return false;
  JsonReader blocks(raw_member(body, "content"));
  if (blocks.kind() != JsonReader::Kind::Array || !blocks.enter()) return false;
  while (blocks.next_element()) {
    const std::string_view block = blocks.take();
    if (raw_string(raw_member(block, "type")) != "text" || raw_truthy(raw_member(block, "text"))) return false;
  }
  return !blocks.broken();
}

PlainRules plain_rules(Api api) {
  return {.own = answer_member(api),
          .is_answer = answer_test(api),
          .note_made = api == Api::Pinned ? note_made_object : nullptr,
          .says_nothing = api == Api::Messages ? says_nothing : nullptr,
          .read_usage = anthropic_detail::read_usage,
          .classify_inside = anthropic_detail::classify_inside};
}

class Anthropic final : public CommonDialect {
 public:
  Anthropic() : CommonDialect(kAnthropicKeys) {}

  [[nodiscard]] Api api(std::string_view method, std::string_view path) const override {
    return anthropic_detail::api_of(method, path);
  }
  [[nodiscard]] std::string_view methods(std::string_view path) const override {
    return anthropic_detail::methods(path);
  }
  [[nodiscard]] std::string_view default_model(std::string_view /*path*/) const override { return {}; }
  [[nodiscard]] bool lists(std::string_view path) const override { return anthropic_detail::lists(path); }

  [[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state,
                                     Error& failure) const override {
    return anthropic_detail::read_event(api, event, state, failure);
  }

  [[nodiscard]] bool stream_complete(Api api, const AnswerState& state) const override {
    return anthropic_detail::stream_complete(api, state);
  }

  [[nodiscard]] std::optional<Error> read_plain(Api api, std::string_view body, AnswerState& state) const override {
    auto failure = dialect::read_plain(plain_rules(api), body, state);
    if (!failure && api == Api::CountTokens) state.usage.known = true;  // counting costs no tokens
    return failure;
  }

  [[nodiscard]] std::optional<Error> read_front(Api api, std::string_view front, AnswerState& state) const override {
    return dialect::read_front(plain_rules(api), front, state);
  }

  [[nodiscard]] std::string_view request_id_field() const override { return "request-id"; }
  [[nodiscard]] std::string error_body(const ErrorReply& reply) const override {
    return anthropic_detail::error_body(reply);
  }
  [[nodiscard]] std::string error_event(Api, const ErrorReply& reply) const override {
    return anthropic_detail::error_event(reply);
  }

  [[nodiscard]] std::string models_body(const std::vector<std::string>& names) const override {
    return anthropic_detail::models_body(names);
  }
  [[nodiscard]] std::string model_body(std::string_view name) const override {
    return anthropic_detail::model_body(name);
  }
};

}  // namespace

const Dialect& anthropic() {
  static const Anthropic dialect;
  return dialect;
}

}  // namespace drover::dialect
