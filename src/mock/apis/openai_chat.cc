#include "mock/apis/openai_chat.h"

#include <boost/json.hpp>

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr std::string_view kFingerprint = "fp_mock";

json::object usage_of(const Ask& ask, const Reply& reply) {
  return {{"prompt_tokens", ask.input_tokens},
          {"completion_tokens", reply.output_tokens},
          {"total_tokens", ask.input_tokens + reply.output_tokens},
          {"prompt_tokens_details", json::object{{"cached_tokens", 0}}},
          {"completion_tokens_details", json::object{{"reasoning_tokens", ask.thinks ? kThoughtPieces.size() : 0}}}};
}

std::string_view finish_reason(const Ask& ask, const Choice& choice) {
  if (!ask.calls.empty()) return "tool_calls";
  return choice.cut_short ? "length" : "stop";
}

std::string call_id(const Reply& reply, std::size_t choice, std::size_t call) {
  return "call_" + reply.id + std::to_string(choice) + (call == 0 ? "" : "_" + std::to_string(call));
}

json::object message_of(const Ask& ask, const Reply& reply, std::size_t index) {
  json::object message{
      {"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}, {"annotations", json::array{}}};
  if (ask.thinks) message["reasoning_content"] = kThought;
  if (ask.calls.empty()) {
    message["content"] = text_of(reply.choices[index]);
    return message;
  }
  json::array calls;
  for (std::size_t call = 0; call < ask.calls.size(); ++call) {
    const Tool& tool = ask.calls[call];
    calls.emplace_back(json::object{{"id", call_id(reply, index, call)},
                                    {"type", "function"},
                                    {"function", json::object{{"name", tool.name}, {"arguments", tool.arguments}}}});
  }
  message["tool_calls"] = std::move(calls);
  return message;
}

// One kind of chunk stream: the text around the choices is equal in each of its events.
class Chunks {
 public:
  Chunks(const Ask& ask, const Reply& reply, std::string_view id_prefix, std::string_view object)
      : ask_(ask),
        begin_("{\"id\":\"" + std::string(id_prefix) + reply.id + "\",\"object\":\"" + std::string(object) +
               "\",\"created\":" + std::to_string(kCreated) + ",\"model\":" + json::serialize(json::string(ask.model)) +
               ",\"service_tier\":\"default\",\"system_fingerprint\":\"" + std::string(kFingerprint) +
               "\",\"choices\":") {}

  // `inner`: the members of the choice before its finish_reason.
  void choice(Role role, std::size_t index, const std::string& inner, std::string_view finish = {}) {
    const std::string reason = finish.empty() ? "null" : "\"" + std::string(finish) + "\"";
    add(role,
        "[{\"index\":" + std::to_string(index) + "," + inner + ",\"logprobs\":null,\"finish_reason\":" + reason + "}]",
        ask_.include_usage ? ",\"usage\":null" : "");
  }
  void usage(const json::object& usage) { add(Role::Closing, "[]", ",\"usage\":" + json::serialize(usage)); }

  [[nodiscard]] Answer finish() {
    answer_.pieces.push_back({Role::Terminator, event({}, "[DONE]")});
    answer_.stream = true;
    answer_.call = ask_.call;
    answer_.content_type = "text/event-stream; charset=utf-8";
    return std::move(answer_);
  }

 private:
  void add(Role role, const std::string& choices, const std::string& rest) {
    answer_.pieces.push_back({role, event({}, begin_ + choices + rest + "}")});
  }

  const Ask& ask_;
  std::string begin_;
  Answer answer_;
};

std::string quoted(const std::string& text) {
  return json::serialize(json::string(text));
}

// The tokens of all choices take turns, as providers send them.
template <class Emit>
void in_turns(const Reply& reply, const std::vector<std::string> Choice::* list, Emit emit) {
  std::size_t longest = 0;
  for (const Choice& choice : reply.choices) longest = std::max(longest, (choice.*list).size());
  for (std::size_t at = 0; at < longest; ++at) {
    for (std::size_t index = 0; index < reply.choices.size(); ++index) {
      const std::vector<std::string>& tokens = reply.choices[index].*list;
      if (at < tokens.size()) emit(index, tokens[at]);
    }
  }
}

void add_calls(Chunks& chunks, const Ask& ask, const Reply& reply, std::size_t index) {
  for (std::size_t call = 0; call < ask.calls.size(); ++call) {
    const std::string at = R"("delta":{"tool_calls":[{"index":)" + std::to_string(call);
    chunks.choice(Role::Content, index,
                  at + R"(,"id":")" + call_id(reply, index, call) + R"(","type":"function","function":{"name":)" +
                      quoted(ask.calls[call].name) + R"(,"arguments":""}}]})");
    for (const std::string& piece : reply.choices[index].calls[call]) {
      chunks.choice(Role::Content, index, at + R"(,"function":{"arguments":)" + quoted(piece) + "}}]}");
    }
  }
}

Answer chat_stream(const Ask& ask, const Reply& reply) {
  Chunks chunks(ask, reply, "chatcmpl-", "chat.completion.chunk");
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    chunks.choice(Role::Opening, index,
                  !ask.calls.empty() ? R"("delta":{"role":"assistant","content":null})"
                                     : R"("delta":{"role":"assistant","content":"","refusal":null})");
    for (const std::string_view piece : kThoughtPieces) {
      if (!ask.thinks) break;
      chunks.choice(Role::Content, index, R"("delta":{"reasoning_content":)" + quoted(std::string(piece)) + "}");
    }
    add_calls(chunks, ask, reply, index);
  }
  in_turns(reply, &Choice::tokens, [&](std::size_t index, const std::string& token) {
    chunks.choice(Role::Content, index, R"("delta":{"content":)" + quoted(token) + "}");
  });
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    chunks.choice(Role::Closing, index, R"("delta":{})", finish_reason(ask, reply.choices[index]));
  }
  if (ask.include_usage) chunks.usage(usage_of(ask, reply));
  return chunks.finish();
}

Answer completion_stream(const Ask& ask, const Reply& reply) {
  Chunks chunks(ask, reply, "cmpl-", "text_completion");
  in_turns(reply, &Choice::tokens, [&](std::size_t index, const std::string& token) {
    chunks.choice(Role::Content, index, "\"text\":" + quoted(token));
  });
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    chunks.choice(Role::Closing, index, R"("text":"")", finish_reason(ask, reply.choices[index]));
  }
  if (ask.include_usage) chunks.usage(usage_of(ask, reply));
  return chunks.finish();
}

Answer whole(const Ask& ask, const Reply& reply, std::string_view id_prefix, std::string_view object,
             json::array choices) {
  const json::object body{{"id", std::string(id_prefix) + reply.id},
                          {"object", object},
                          {"created", kCreated},
                          {"model", ask.model},
                          {"choices", std::move(choices)},
                          {"usage", usage_of(ask, reply)},
                          {"service_tier", "default"},
                          {"system_fingerprint", kFingerprint}};
  Answer answer = plain_answer(ask.call, json::serialize(body));
  answer.tokens = static_cast<std::uint64_t>(reply.output_tokens);
  return answer;
}

}  // namespace

Answer chat_answer(const Ask& ask, const Reply& reply) {
  if (ask.stream) return chat_stream(ask, reply);
  json::array choices;
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    choices.emplace_back(json::object{{"index", index},
                                      {"message", message_of(ask, reply, index)},
                                      {"logprobs", nullptr},
                                      {"finish_reason", finish_reason(ask, reply.choices[index])}});
  }
  return whole(ask, reply, "chatcmpl-", "chat.completion", std::move(choices));
}

Answer completion_answer(const Ask& ask, const Reply& reply) {
  if (ask.stream) return completion_stream(ask, reply);
  json::array choices;
  for (std::size_t index = 0; index < reply.choices.size(); ++index) {
    choices.emplace_back(json::object{{"index", index},
                                      {"text", text_of(reply.choices[index])},
                                      {"logprobs", nullptr},
                                      {"finish_reason", finish_reason(ask, reply.choices[index])}});
  }
  return whole(ask, reply, "cmpl-", "text_completion", std::move(choices));
}

}  // namespace drover::mock
