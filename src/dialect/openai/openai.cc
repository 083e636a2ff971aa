// The OpenAI dialect: joins the parts of this folder to one Dialect.
#include "dialect/answer/made.h"
#include "dialect/answer/plain_answer.h"
#include "dialect/common_dialect.h"
#include "dialect/json/json_reader.h"
#include "dialect/openai/chat_chunk.h"
#include "dialect/openai/empty_answer.h"
#include "dialect/openai/events.h"
#include "dialect/openai/paths.h"
#include "dialect/openai/replies.h"
#include "dialect/openai/usage.h"

namespace drover::dialect {
namespace {

constexpr KeyList kOpenAiKeys{kModel,
                              kStream,
                              kStreamOptions,
                              kStore,
                              kBackground,
                              kConversation,
                              kPreviousResponseId,
                              kPromptCacheKey,
                              kUser,
                              kMaxTokens,
                              kMaxCompletionTokens,
                              kMaxOutputTokens,
                              kN,
                              kMessages,
                              kInput,
                              kInstructions,
                              kPrompt};

/// Where the answer itself stands; empty where answers may have any shape (text, sound, pictures).
std::string_view answer_member(Api api) {
  switch (api) {
    case Api::Chat:
    case Api::Completions: return "choices";
    case Api::Embeddings: return "data";
    case Api::Responses: return "output";
    default: return "";
  }
}

/// Answers of any shape that are never a failure's: {"detail": …}, success: false, and so on.
bool tells_flat(Api api) {
  return api == Api::Moderations || api == Api::Rerank || api == Api::Images || api == Api::Audio;
}

/// What a plain answer's choices say, in the shape of a raw value: something, or nothing.
void walk_choices(JsonReader& reader, AnswerMembers& members) {
  openai_detail::ChatChunk answer;
  openai_detail::read_choices(reader, answer);
  members.own = answer.has_choice ? "[0]" : "[]";
  members.hollow = answer.has_choices && !answer.has_content;
  members.broken_off = answer.failed;
  members.broken = answer.choice_error;
}

bool has_choice(const AnswerMembers& members) {
  const bool only_error = members.hollow && !members.error.empty() && !members.broken_off;
  return raw_truthy(members.own) && !only_error;
}

/// Also one that waits in the background, or that ended without a word.
bool is_response(const AnswerMembers& members) {
  if (members.status == "\"failed\"") return false;
  return kind_of(members.own) == JsonReader::Kind::Array || members.object == "\"response\"";
}

bool (*answer_test(Api api))(const AnswerMembers& members) {
  if (api == Api::Chat || api == Api::Completions) return has_choice;
  return api == Api::Responses ? is_response : nullptr;
}

Error classify_inside(const ErrorFacts& facts, const FailureRules* rules) {
  return classify(0, facts, rules);
}

/// How an answer is seen to say nothing; nullptr where it always says something.
bool (*emptiness(Api api))(std::string_view body) {
  if (api == Api::Chat || api == Api::Completions) return openai_detail::chat_says_nothing;
  return api == Api::Responses ? openai_detail::response_says_nothing : nullptr;
}

void (*note_made(Api api))(std::string_view body, AnswerState& state) {
  if (api == Api::Responses) return note_made_response;
  return api == Api::Pinned ? note_made_object : nullptr;
}

PlainRules plain_rules(Api api) {
  return {.own = answer_member(api),
          .flat_errors = tells_flat(api),
          .walk = api == Api::Chat || api == Api::Completions ? walk_choices : nullptr,
          .is_answer = answer_test(api),
          .note_made = note_made(api),
          .says_nothing = emptiness(api),
          .read_usage = openai_detail::read_usage,
          .classify_inside = classify_inside};
}

class OpenAi final : public CommonDialect {
 public:
  OpenAi() : CommonDialect(kOpenAiKeys) {}

  [[nodiscard]] Api api(std::string_view method, std::string_view path) const override {
    return openai_detail::api_of(method, path);
  }
  [[nodiscard]] std::string_view methods(std::string_view path) const override { return openai_detail::methods(path); }
  [[nodiscard]] std::string_view default_model(std::string_view path) const override {
    return openai_detail::default_model(path);
  }
  [[nodiscard]] bool lists(std::string_view path) const override { return openai_detail::lists(path); }

  [[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state,
                                     Error& failure) const override {
    return openai_detail::read_event(api, event, state, failure);
  }

  [[nodiscard]] bool stream_complete(Api api, const AnswerState& state) const override {
    return openai_detail::stream_complete(api, state);
  }

  [[nodiscard]] std::optional<Error> read_plain(Api api, std::string_view body, AnswerState& state) const override {
    return dialect::read_plain(plain_rules(api), body, state);
  }
  [[nodiscard]] std::optional<Error> read_front(Api api, std::string_view front, AnswerState& state) const override {
    return dialect::read_front(plain_rules(api), front, state);
  }

  [[nodiscard]] std::string_view request_id_field() const override { return "x-request-id"; }
  [[nodiscard]] std::string error_body(const ErrorReply& reply) const override {
    return openai_detail::error_body(reply);
  }
  [[nodiscard]] std::string error_event(Api api, const ErrorReply& reply) const override {
    return openai_detail::error_event(api, reply);
  }
  [[nodiscard]] std::string failure_end(Api api, const ErrorReply& reply) const override {
    return api == Api::Responses ? openai_detail::failed_response(reply) : std::string();
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
