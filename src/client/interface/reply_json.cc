#include "client/interface/reply_json.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "dialect/json/json_reader.h"
#include "dialect/json/json_scan.h"

namespace drover::client {
namespace {

using dialect::JsonReader;
using dialect::raw_string;
using Kind = JsonReader::Kind;

v0::Error unreadable(std::string what) {
  v0::Error error;
  error.kind = v0::ErrorKind::BadResponse;
  error.code = "unexpected_answer";
  error.message = std::move(what);
  return error;
}

/// The text of a JSON string; empty for any other value.
std::string text_of(std::string_view raw) {
  const auto inside = raw_string(raw);
  return inside ? dialect::json_unescape(*inside) : std::string();
}

/// Calls `member(key, reader)` for each member; the function must take the value.
template <class Member>
bool each_member(JsonReader& reader, Member&& member) {
  if (reader.kind() != Kind::Object || !reader.enter()) {
    reader.take();
    return false;
  }
  std::string_view key;
  while (reader.next_member(key)) member(key, reader);
  return true;
}

template <class Element>
bool each_element(JsonReader& reader, Element&& element) {
  if (reader.kind() != Kind::Array || !reader.enter()) {
    reader.take();
    return false;
  }
  while (reader.next_element()) element(reader);
  return true;
}

v0::ChatEvent::ToolPiece tool_piece(JsonReader& reader) {
  v0::ChatEvent::ToolPiece piece;
  each_member(reader, [&piece](std::string_view key, JsonReader& inner) {
    if (key == "function") {
      each_member(inner, [&piece](std::string_view name, JsonReader& function) {
        const std::string_view value = function.take();
        if (name == "name") piece.name = text_of(value);
        if (name == "arguments") piece.arguments = text_of(value);
      });
      return;
    }
    const std::string_view value = inner.take();
    if (key == "id") piece.id = text_of(value);
    if (key == "index") piece.index = dialect::raw_integer(value).value_or(0);
  });
  return piece;
}

void read_message(JsonReader& reader, v0::ChatReply& reply) {
  each_member(reader, [&reply](std::string_view key, JsonReader& inner) {
    if (key == "tool_calls") {
      each_element(inner, [&reply](JsonReader& call) {
        v0::ChatEvent::ToolPiece piece = tool_piece(call);
        reply.tool_calls.push_back({std::move(piece.id), std::move(piece.name), std::move(piece.arguments)});
      });
      return;
    }
    const std::string_view value = inner.take();
    if (key == "content") reply.text = text_of(value);
    if (key == "refusal") reply.refusal = text_of(value);
  });
}

void read_choice(JsonReader& reader, v0::ChatReply& reply) {
  each_member(reader, [&reply](std::string_view key, JsonReader& inner) {
    if (key == "message") return read_message(inner, reply);
    const std::string_view value = inner.take();
    if (key == "finish_reason") reply.finish_reason = text_of(value);
  });
}

void read_delta(JsonReader& reader, v0::ChatEvent& event) {
  each_member(reader, [&event](std::string_view key, JsonReader& inner) {
    if (key == "tool_calls") {
      each_element(inner, [&event](JsonReader& call) { event.tool_calls.push_back(tool_piece(call)); });
      return;
    }
    const std::string_view value = inner.take();
    if (key == "content") event.text = text_of(value);
    if (key == "reasoning_content" || key == "reasoning") event.reasoning = text_of(value);
  });
}

void read_stream_choice(JsonReader& reader, v0::ChatEvent& event) {
  each_member(reader, [&event](std::string_view key, JsonReader& inner) {
    if (key == "delta") return read_delta(inner, event);
    const std::string_view value = inner.take();
    if (key == "finish_reason") event.finish_reason = text_of(value);
  });
}

std::vector<float> read_vector(JsonReader& reader) {
  std::vector<float> vector;
  each_element(reader, [&vector](JsonReader& inner) {
    const std::string_view value = inner.take();
    float number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    vector.push_back(number);
  });
  return vector;
}

}  // namespace

std::optional<v0::Error> read_chat(std::string_view json, v0::ChatReply& reply) {
  JsonReader reader(json);
  bool any_choice = false;
  each_member(reader, [&](std::string_view key, JsonReader& inner) {
    if (key == "choices") {
      each_element(inner, [&](JsonReader& choice) {
        if (any_choice) {
          choice.take();  // the other choices are in `json`
        } else {
          read_choice(choice, reply);
        }
        any_choice = true;
      });
      return;
    }
    const std::string_view value = inner.take();
    if (key == "id") reply.id = text_of(value);
    if (key == "model") reply.model = text_of(value);
  });
  if (!any_choice || reader.broken()) return unreadable("The provider's answer has no choices that can be read.");
  return std::nullopt;
}

std::optional<v0::Error> read_embeddings(std::string_view json, v0::Embeddings& embeddings) {
  JsonReader reader(json);
  bool found = false;
  std::vector<std::pair<std::int64_t, std::vector<float>>> numbered;
  each_member(reader, [&](std::string_view key, JsonReader& inner) {
    if (key == "data") {
      found = each_element(inner, [&](JsonReader& item) {
        auto& [index, vector] = numbered.emplace_back(static_cast<std::int64_t>(numbered.size()), std::vector<float>());
        each_member(item, [&](std::string_view name, JsonReader& value) {
          if (name == "embedding") {
            vector = read_vector(value);
            return;
          }
          const std::string_view raw = value.take();
          if (name == "index") index = dialect::raw_integer(raw).value_or(index);
        });
      });
      return;
    }
    const std::string_view value = inner.take();
    if (key == "model") embeddings.model = text_of(value);
  });
  if (!found || reader.broken()) return unreadable("The provider's answer has no vectors that can be read.");
  // Not stable_sort: clang warns that a part of libstdc++'s is deprecated. Two items of one number may come in either
  // order.
  std::ranges::sort(numbered, {}, &std::pair<std::int64_t, std::vector<float>>::first);
  for (auto& [index, vector] : numbered) embeddings.vectors.push_back(std::move(vector));
  return std::nullopt;
}

EventMeaning read_chat_event(std::string_view data, v0::ChatEvent& event) {
  if (data == "[DONE]") return EventMeaning::Done;
  JsonReader reader(data);
  bool failure = false;
  bool any_choice = false;
  each_member(reader, [&](std::string_view key, JsonReader& inner) {
    if (key == "choices") {
      each_element(inner, [&](JsonReader& choice) {
        if (any_choice) {
          choice.take();
        } else {
          read_stream_choice(choice, event);
        }
        any_choice = true;
      });
      return;
    }
    const std::string_view value = inner.take();
    if (key == "error" && dialect::raw_truthy(value)) failure = true;
  });
  event.json.assign(data);
  if (failure) return EventMeaning::Failure;
  // An event that cannot be read is passed to the caller.
  return any_choice || reader.broken() ? EventMeaning::Content : EventMeaning::Silent;
}

}  // namespace drover::client
