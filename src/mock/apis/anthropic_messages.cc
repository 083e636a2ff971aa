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
  if (ask.tool) return "tool_use";
  return choice.cut_short ? "max_tokens" : "end_turn";
}

json::object message(const Ask& ask, const Reply& reply) {
  return {{"id", "msg_" + reply.id},  {"type", "message"},        {"role", "assistant"},
          {"model", ask.model},       {"content", json::array{}}, {"stop_reason", nullptr},
          {"stop_sequence", nullptr}, {"usage", usage_of(ask, 1)}};
}

json::object call_block(const Ask& ask, const Reply& reply, json::value input) {
  return {{"type", "tool_use"}, {"id", "toolu_" + reply.id}, {"name", ask.tool->name}, {"input", std::move(input)}};
}

void add(Answer& answer, Role role, json::object data) {
  const std::string name(data.at("type").as_string());
  answer.pieces.push_back({role, event(name, json::serialize(data))});
}

json::object delta(json::object inner) {
  return {{"type", "content_block_delta"}, {"index", 0}, {"delta", std::move(inner)}};
}

Answer message_stream(const Ask& ask, const Reply& reply) {
  const Choice& choice = reply.choices.front();
  Answer answer;
  answer.call = ask.call;
  answer.stream = true;
  answer.content_type = kEventStream;
  add(answer, Role::Opening, {{"type", "message_start"}, {"message", message(ask, reply)}});
  const json::object block =
      ask.tool ? call_block(ask, reply, json::object{}) : json::object{{"type", "text"}, {"text", ""}};
  add(answer, Role::Opening, {{"type", "content_block_start"}, {"index", 0}, {"content_block", block}});
  add(answer, Role::Opening, {{"type", "ping"}});
  if (ask.tool) add(answer, Role::Opening, delta({{"type", "input_json_delta"}, {"partial_json", ""}}));
  for (const std::string& token : choice.tokens)
    add(answer, Role::Content, delta({{"type", "text_delta"}, {"text", token}}));
  for (const std::string& piece : choice.argument_pieces)
    add(answer, Role::Content, delta({{"type", "input_json_delta"}, {"partial_json", piece}}));
  add(answer, Role::Closing, {{"type", "content_block_stop"}, {"index", 0}});
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
  if (ask.tool) {
    body["content"] = json::array{call_block(ask, reply, json::parse(arguments_of(choice)))};
  } else {
    body["content"] = json::array{json::object{{"type", "text"}, {"text", text_of(choice)}}};
  }
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
