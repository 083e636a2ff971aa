#include "mock/apis/anthropic_messages.h"

#include <algorithm>
#include <boost/json.hpp>

#include "mock/apis/openai_other.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr std::string_view kEventStream = "text/event-stream; charset=utf-8";

json::object usage_of(const Ask& ask, std::int64_t output_tokens) {
  return {{"input_tokens", ask.input_tokens},
          {"cache_creation_input_tokens", 0},
          {"cache_read_input_tokens", 0},
          {"output_tokens", output_tokens},
          {"service_tier", "standard"}};
}

std::string_view stop_reason(const Ask& ask, const Choice& choice) {
  if (!ask.calls.empty()) return "tool_use";
  return choice.cut_short ? "max_tokens" : "end_turn";
}

json::object message(const Ask& ask, const Reply& reply) {
  return {{"id", "msg_" + reply.id},  {"type", "message"},        {"role", "assistant"},
          {"model", ask.model},       {"content", json::array{}}, {"stop_reason", nullptr},
          {"stop_sequence", nullptr}, {"usage", usage_of(ask, 1)}};
}

json::object call_block(const Ask& ask, const Reply& reply, std::size_t call, json::value input) {
  const std::string id = "toolu_" + reply.id + (call == 0 ? "" : "_" + std::to_string(call));
  return {{"type", "tool_use"}, {"id", id}, {"name", ask.calls[call].name}, {"input", std::move(input)}};
}

json::object text_block(const std::string& text) {
  return {{"type", "text"}, {"text", text}};
}

json::object thinking_block(std::string_view thought, std::string_view signature) {
  return {{"type", "thinking"}, {"thinking", thought}, {"signature", signature}};
}

void add(Answer& answer, Role role, json::object data) {
  const std::string name(data.at("type").as_string());
  answer.pieces.push_back({role, event(name, json::serialize(data))});
}

/// Adds the blocks of a stream, numbered in the order they are added.
class Blocks {
 public:
  explicit Blocks(Answer& answer) : answer_(answer) {}

  /// A block that comes after content belongs to the content.
  void begin(json::object block) {
    add(answer_, index_ == 0 ? Role::Opening : Role::Content,
        {{"type", "content_block_start"}, {"index", index_}, {"content_block", std::move(block)}});
    if (index_ == 0) add(answer_, Role::Opening, {{"type", "ping"}});
  }
  void delta(Role role, json::object inner) {
    add(answer_, role, {{"type", "content_block_delta"}, {"index", index_}, {"delta", std::move(inner)}});
  }
  void end(Role role) { add(answer_, role, {{"type", "content_block_stop"}, {"index", index_++}}); }

 private:
  Answer& answer_;
  int index_ = 0;
};

void add_thought(Blocks& blocks) {
  blocks.begin(thinking_block("", ""));
  for (const std::string_view piece : kThoughtPieces) {
    blocks.delta(Role::Content, {{"type", "thinking_delta"}, {"thinking", piece}});
  }
  blocks.delta(Role::Content, {{"type", "signature_delta"}, {"signature", kThoughtSignature}});
  blocks.end(Role::Content);
}

void add_calls(Blocks& blocks, const Ask& ask, const Reply& reply) {
  for (std::size_t call = 0; call < ask.calls.size(); ++call) {
    const bool last = call + 1 == ask.calls.size();
    blocks.begin(call_block(ask, reply, call, json::object{}));
    blocks.delta(call == 0 ? Role::Opening : Role::Content, {{"type", "input_json_delta"}, {"partial_json", ""}});
    for (const std::string& piece : reply.choices.front().calls[call]) {
      blocks.delta(Role::Content, {{"type", "input_json_delta"}, {"partial_json", piece}});
    }
    blocks.end(last ? Role::Closing : Role::Content);
  }
}

void add_text(Blocks& blocks, const Choice& choice) {
  blocks.begin(text_block(""));
  for (const std::string& token : choice.tokens) blocks.delta(Role::Content, {{"type", "text_delta"}, {"text", token}});
  blocks.end(Role::Closing);
}

Answer message_stream(const Ask& ask, const Reply& reply) {
  const Choice& choice = reply.choices.front();
  Answer answer;
  answer.call = ask.call;
  answer.stream = true;
  answer.content_type = kEventStream;
  add(answer, Role::Opening, {{"type", "message_start"}, {"message", message(ask, reply)}});
  Blocks blocks(answer);
  if (ask.thinks) add_thought(blocks);
  if (ask.calls.empty())
    add_text(blocks, choice);
  else
    add_calls(blocks, ask, reply);
  add(answer, Role::Closing,
      {{"type", "message_delta"},
       {"delta", json::object{{"stop_reason", stop_reason(ask, choice)}, {"stop_sequence", nullptr}}},
       {"usage", json::object{{"output_tokens", reply.output_tokens}}}});
  add(answer, Role::Terminator, {{"type", "message_stop"}});
  return answer;
}

json::object model_object(std::string_view name) {
  return {{"type", "model"}, {"id", name}, {"display_name", name}, {"created_at", "2026-01-01T00:00:00Z"}};
}

std::string_view type_of(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 402: return "billing_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 413: return "request_too_large";
    case 429: return "rate_limit_error";
    case 504: return "timeout_error";
    case 529: return "overloaded_error";
    default: return status < 500 ? "invalid_request_error" : "api_error";
  }
}

}  // namespace

Answer messages_answer(const Ask& ask, const Reply& reply) {
  if (ask.stream) return message_stream(ask, reply);
  const Choice& choice = reply.choices.front();
  json::object body = message(ask, reply);
  json::array content;
  if (ask.thinks) content.emplace_back(thinking_block(kThought, kThoughtSignature));
  for (std::size_t call = 0; call < ask.calls.size(); ++call) {
    content.emplace_back(call_block(ask, reply, call, json::parse(ask.calls[call].arguments)));
  }
  if (ask.calls.empty()) content.emplace_back(text_block(text_of(choice)));
  body["content"] = std::move(content);
  body["stop_reason"] = stop_reason(ask, choice);
  body["usage"] = usage_of(ask, reply.output_tokens);
  Answer answer = plain_answer(ask.call, json::serialize(body));
  answer.tokens = static_cast<std::uint64_t>(reply.output_tokens);
  return answer;
}

Answer count_tokens_answer(const Ask& ask) {
  return plain_answer(ask.call, json::serialize(json::object{{"input_tokens", ask.input_tokens}}));
}

Answer anthropic_models_answer(const Settings& settings) {
  json::array items;
  for (const std::string& model : settings.models) {
    if (!model.ends_with('*')) items.emplace_back(model_object(model));
  }
  json::object page{{"has_more", false}, {"first_id", nullptr}, {"last_id", nullptr}};
  if (!items.empty()) {
    page["first_id"] = items.front().at("id");
    page["last_id"] = items.back().at("id");
  }
  page["data"] = std::move(items);
  return plain_answer(Call::AnthropicModels, json::serialize(page));
}

Answer anthropic_model_answer(const Settings& settings, std::string_view name) {
  if (!serves(settings, name)) return error_answer(Call::AnthropicModel, usual_error(404, {}));
  return plain_answer(Call::AnthropicModel, json::serialize(model_object(name)));
}

Answer empty_message(bool stream) {
  const json::object start{
      {"id", "msg_empty"}, {"type", "message"}, {"role", "assistant"}, {"model", "mock"}, {"content", json::array{}}};
  if (!stream) return plain_answer(Call::Messages, json::serialize(start));
  Answer answer;
  answer.call = Call::Messages;
  answer.stream = true;
  answer.content_type = kEventStream;
  add(answer, Role::Opening, {{"type", "message_start"}, {"message", start}});
  add(answer, Role::Terminator, {{"type", "message_stop"}});
  return answer;
}

std::string anthropic_error_json(const ProviderError& error) {
  json::object inner{{"type", type_of(error.status)}, {"message", error.message}};
  const bool is_usual = error.code == usual_error(error.status, {}).code;
  if (error.code.ends_with("_error") || error.code == "request_too_large") {
    inner["type"] = error.code;
  } else if (error.code == "credit_balance_too_low") {
    inner["message"] = "Your credit balance is too low to access the API. Please go to Plans & Billing.";
  } else if (error.code == "context_length_exceeded") {
    inner["message"] = "prompt is too long: 210000 tokens > 200000 maximum";
  } else if (!error.code.empty() && !is_usual) {
    inner["details"] = json::object{{"error_code", error.code}};
  }
  return json::serialize(json::object{{"type", "error"}, {"error", std::move(inner)}, {"request_id", "req_mock"}});
}

}  // namespace drover::mock
