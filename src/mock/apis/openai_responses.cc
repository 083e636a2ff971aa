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

json::object text_part(const std::string& text) {
  return {{"type", "output_text"}, {"annotations", json::array{}}, {"logprobs", json::array{}}, {"text", text}};
}

/// One item of the output: how it begins, the events of its content, and how it ends.
struct Item {
  enum class Kind : std::uint8_t { Thought, Call, Text } kind = Kind::Text;
  std::size_t call = 0;
  std::string id = {};
};

std::vector<Item> items_of(const Ask& ask, const Reply& reply) {
  std::vector<Item> items;
  if (ask.thinks) items.push_back({.kind = Item::Kind::Thought, .id = "rs_" + reply.id});
  for (std::size_t call = 0; call < ask.calls.size(); ++call) {
    const std::string suffix = call == 0 ? "" : "_" + std::to_string(call);
    items.push_back({.kind = Item::Kind::Call, .call = call, .id = "fc_" + reply.id + suffix});
  }
  if (ask.calls.empty()) items.push_back({.id = "msg_" + reply.id});
  return items;
}

json::object summary_part(std::string_view text) {
  return {{"type", "summary_text"}, {"text", text}};
}

json::object thought_item(const Item& item, Status status) {
  const bool done = status == Status::Done;
  return {{"id", item.id},
          {"type", "reasoning"},
          {"summary", done ? json::array{summary_part(kThought)} : json::array{}},
          {"encrypted_content", done ? json::value(kThoughtSignature) : json::value(nullptr)}};
}

json::object item_of(const Ask& ask, const Reply& reply, const Item& item, Status status) {
  const bool done = status == Status::Done;
  const std::string_view state = !done ? "in_progress" : cut_short(reply) ? "incomplete" : "completed";
  if (item.kind == Item::Kind::Thought) return thought_item(item, status);
  if (item.kind == Item::Kind::Call) {
    const Tool& tool = ask.calls[item.call];
    return {{"id", item.id},     {"type", "function_call"},
            {"status", state},   {"call_id", "call_" + item.id.substr(std::string_view("fc_").size())},
            {"name", tool.name}, {"arguments", done ? tool.arguments : std::string{}}};
  }
  json::array content;
  if (done) content.emplace_back(text_part(text_of(reply.choices.front())));
  return {
      {"id", item.id}, {"type", "message"}, {"status", state}, {"role", "assistant"}, {"content", std::move(content)}};
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
  json::array output;
  for (const Item& item : items_of(ask, reply)) output.emplace_back(item_of(ask, reply, item, status));
  response["output"] = std::move(output);
  response["usage"] = json::object{
      {"input_tokens", ask.input_tokens},
      {"input_tokens_details", json::object{{"cached_tokens", 0}}},
      {"output_tokens", reply.output_tokens},
      {"output_tokens_details", json::object{{"reasoning_tokens", ask.thinks ? kThoughtPieces.size() : 0}}},
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

/// The members that say which item an event is about, before those of the event itself.
json::object about(const Item& item, std::size_t index, json::object members) {
  json::object body{{"item_id", item.id}, {"output_index", index}};
  for (auto& [name, value] : members) body[name] = std::move(value);
  return body;
}

void add_text(Events& events, const Item& item, std::size_t index, const Choice& choice) {
  const std::string text = text_of(choice);
  events.add(Role::Opening, "response.content_part.added",
             about(item, index, {{"content_index", 0}, {"part", text_part("")}}));
  for (const std::string& token : choice.tokens) {
    events.add(Role::Content, "response.output_text.delta",
               about(item, index, {{"content_index", 0}, {"delta", token}, {"logprobs", json::array{}}}));
  }
  events.add(Role::Closing, "response.output_text.done",
             about(item, index, {{"content_index", 0}, {"text", text}, {"logprobs", json::array{}}}));
  events.add(Role::Closing, "response.content_part.done",
             about(item, index, {{"content_index", 0}, {"part", text_part(text)}}));
}

void add_call(Events& events, const Item& item, std::size_t index, const Tool& tool,
              const std::vector<std::string>& pieces) {
  for (const std::string& piece : pieces) {
    events.add(Role::Content, "response.function_call_arguments.delta", about(item, index, {{"delta", piece}}));
  }
  events.add(Role::Closing, "response.function_call_arguments.done",
             about(item, index, {{"name", tool.name}, {"arguments", tool.arguments}}));
}

void add_thought(Events& events, const Item& item, std::size_t index) {
  const auto part = [](std::string_view text) {
    return json::object{{"summary_index", 0}, {"part", summary_part(text)}};
  };
  events.add(Role::Content, "response.reasoning_summary_part.added", about(item, index, part("")));
  for (const std::string_view piece : kThoughtPieces) {
    events.add(Role::Content, "response.reasoning_summary_text.delta",
               about(item, index, {{"summary_index", 0}, {"delta", piece}}));
  }
  events.add(Role::Content, "response.reasoning_summary_text.done",
             about(item, index, {{"summary_index", 0}, {"text", kThought}}));
  events.add(Role::Content, "response.reasoning_summary_part.done", about(item, index, part(kThought)));
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
  const std::vector<Item> items = items_of(ask, reply);
  const Choice& choice = reply.choices.front();
  for (std::size_t index = 0; index < items.size(); ++index) {
    const Item& item = items[index];
    const bool last = index + 1 == items.size();
    events.add(index == 0 ? Role::Opening : Role::Content, "response.output_item.added",
               {{"output_index", index}, {"item", item_of(ask, reply, item, Status::InProgress)}});
    if (item.kind == Item::Kind::Thought) add_thought(events, item, index);
    if (item.kind == Item::Kind::Call) add_call(events, item, index, ask.calls[item.call], choice.calls[item.call]);
    if (item.kind == Item::Kind::Text) add_text(events, item, index, choice);
    events.add(last ? Role::Closing : Role::Content, "response.output_item.done",
               {{"output_index", index}, {"item", item_of(ask, reply, item, Status::Done)}});
  }
  events.add(Role::Terminator, cut_short(reply) ? "response.incomplete" : "response.completed",
             {{"response", response_of(ask, reply, Status::Done)}});
  return events.finish(ask.call);
}

}  // namespace drover::mock
