#include "mock/apis/openai_responses.h"

#include <boost/json.hpp>

#include "mock/answers/json_object.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

enum class Status : std::uint8_t { InProgress, Done };

bool cut_short(const Reply& reply) {
  return reply.choices.front().cut_short;
}

std::string item_id(const Ask& ask, const Reply& reply) {
  return (ask.tool ? "fc_" : "msg_") + reply.id;
}

json::object text_part(const std::string& text) {
  return {{"type", "output_text"}, {"annotations", json::array{}}, {"logprobs", json::array{}}, {"text", text}};
}

json::object item_of(const Ask& ask, const Reply& reply, Status status) {
  const bool done = status == Status::Done;
  const std::string_view state = !done ? "in_progress" : cut_short(reply) ? "incomplete" : "completed";
  if (ask.tool) {
    return {{"id", item_id(ask, reply)}, {"type", "function_call"},
            {"status", state},           {"call_id", "call_" + reply.id},
            {"name", ask.tool->name},    {"arguments", done ? arguments_of(reply.choices.front()) : std::string{}}};
  }
  json::array content;
  if (done) content.emplace_back(text_part(text_of(reply.choices.front())));
  return {{"id", item_id(ask, reply)},
          {"type", "message"},
          {"status", state},
          {"role", "assistant"},
          {"content", std::move(content)}};
}

json::object response_of(const Ask& ask, const Reply& reply, Status status) {
  const bool done = status == Status::Done;
  json::object response{
      {"id", "resp_" + reply.id},
      {"object", "response"},
      {"created_at", kCreated},
      {"status", !done              ? "in_progress"
                 : cut_short(reply) ? "incomplete"
                                    : "completed"},
      {"error", nullptr},
      {"incomplete_details", nullptr},
      {"instructions", nullptr},
      {"max_output_tokens", nullptr},
      {"model", ask.model},
      {"output", json::array{}},
      {"parallel_tool_calls", true},
      {"previous_response_id", ask.previous.empty() ? json::value(nullptr) : json::value(ask.previous)},
      {"store", ask.store},
      {"temperature", 1.0},
      {"tool_choice", "auto"},
      {"tools", json::array{}},
      {"top_p", 1.0},
      {"metadata", json::object{}},
      {"usage", nullptr}};
  if (!done) return response;
  if (cut_short(reply)) response["incomplete_details"] = json::object{{"reason", "max_output_tokens"}};
  response["output"] = json::array{item_of(ask, reply, status)};
  response["usage"] = json::object{{"input_tokens", ask.input_tokens},
                                   {"input_tokens_details", json::object{{"cached_tokens", 0}}},
                                   {"output_tokens", reply.output_tokens},
                                   {"output_tokens_details", json::object{{"reasoning_tokens", 0}}},
                                   {"total_tokens", ask.input_tokens + reply.output_tokens}};
  return response;
}

// Numbers the events in the order they are added.
class Events {
 public:
  void add(Role role, std::string_view type, json::object members) {
    json::object body{{"type", type}, {"sequence_number", next_++}};
    for (auto& [name, value] : members) body[name] = std::move(value);
    answer_.pieces.push_back({role, event(type, json::serialize(body))});
  }
  [[nodiscard]] Answer finish(Call call) {
    answer_.stream = true;
    answer_.call = call;
    answer_.content_type = "text/event-stream; charset=utf-8";
    return std::move(answer_);
  }

 private:
  Answer answer_;
  std::int64_t next_ = 0;
};

void add_text(Events& events, const Ask& ask, const Reply& reply) {
  const std::string id = item_id(ask, reply);
  const std::string text = text_of(reply.choices.front());
  events.add(Role::Opening, "response.content_part.added",
             {{"item_id", id}, {"output_index", 0}, {"content_index", 0}, {"part", text_part("")}});
  for (const std::string& token : reply.choices.front().tokens) {
    events.add(
        Role::Content, "response.output_text.delta",
        {{"item_id", id}, {"output_index", 0}, {"content_index", 0}, {"delta", token}, {"logprobs", json::array{}}});
  }
  events.add(Role::Closing, "response.output_text.done",
             {{"item_id", id}, {"output_index", 0}, {"content_index", 0}, {"text", text}, {"logprobs", json::array{}}});
  events.add(Role::Closing, "response.content_part.done",
             {{"item_id", id}, {"output_index", 0}, {"content_index", 0}, {"part", text_part(text)}});
}

void add_call(Events& events, const Ask& ask, const Reply& reply) {
  const std::string id = item_id(ask, reply);
  for (const std::string& piece : reply.choices.front().argument_pieces) {
    events.add(Role::Content, "response.function_call_arguments.delta",
               {{"item_id", id}, {"output_index", 0}, {"delta", piece}});
  }
  events.add(Role::Closing, "response.function_call_arguments.done",
             {{"item_id", id},
              {"output_index", 0},
              {"name", ask.tool->name},
              {"arguments", arguments_of(reply.choices.front())}});
}

}  // namespace

Stored stored_response(const Ask& ask, const Reply& reply) {
  return {.kind = Kept::Response,
          .id = "resp_" + reply.id,
          .json = json::serialize(response_of(ask, reply, Status::Done)),
          .content = ask.input_items};
}

Answer stored_answer(Store& store, std::string_view method, std::string_view path) {
  const auto [id, rest] = stored_path(path, "/v1/responses");
  const Stored* const found = store.find(Kept::Response, id);
  if (found == nullptr) {
    return error_answer(Call::StoredResponses,
                        {404, "invalid_request_error", {}, "Response with id '" + id + "' not found."});
  }
  const bool cancels = method == "POST" && rest == "/cancel";
  if ((method == "GET" && rest.empty()) || cancels) return plain_answer(Call::StoredResponses, found->json);
  if (method == "GET" && rest == "/input_items") {
    json::object page = list_page(json::parse(found->content).as_array());
    page["object"] = "list";
    return plain_answer(Call::StoredResponses, json::serialize(page));
  }
  if (method == "DELETE" && rest.empty()) {
    store.erase(Kept::Response, id);
    return plain_answer(Call::StoredResponses,
                        json::serialize(json::object{{"id", id}, {"object", "response"}, {"deleted", true}}));
  }
  return unknown_url(Call::StoredResponses);
}

Answer responses_answer(const Ask& ask, const Reply& reply) {
  if (!ask.stream) {
    Answer answer = plain_answer(ask.call, json::serialize(response_of(ask, reply, Status::Done)));
    answer.tokens = static_cast<std::uint64_t>(reply.output_tokens);
    return answer;
  }
  Events events;
  events.add(Role::Opening, "response.created", {{"response", response_of(ask, reply, Status::InProgress)}});
  events.add(Role::Opening, "response.in_progress", {{"response", response_of(ask, reply, Status::InProgress)}});
  events.add(Role::Opening, "response.output_item.added",
             {{"output_index", 0}, {"item", item_of(ask, reply, Status::InProgress)}});
  if (ask.tool)
    add_call(events, ask, reply);
  else
    add_text(events, ask, reply);
  events.add(Role::Closing, "response.output_item.done",
             {{"output_index", 0}, {"item", item_of(ask, reply, Status::Done)}});
  events.add(Role::Terminator, cut_short(reply) ? "response.incomplete" : "response.completed",
             {{"response", response_of(ask, reply, Status::Done)}});
  return events.finish(ask.call);
}

}  // namespace drover::mock
