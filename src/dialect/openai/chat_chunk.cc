#include "dialect/openai/chat_chunk.h"

#include "dialect/json_reader.h"

namespace drover::dialect::openai_detail {
namespace {

using Kind = JsonReader::Kind;

/// Anything but the role that is not empty: content, tool calls, refusal, reasoning under each of its names, audio, and
/// what providers will think of next.
void read_delta(JsonReader& reader, ChatChunk& chunk) {
  if (reader.kind() != Kind::Object || !reader.enter()) {
    reader.take();
    return;
  }
  std::string_view key;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key != "role" && raw_truthy(value)) chunk.has_content = true;
  }
}

void read_finish_reason(std::string_view value, ChatChunk& chunk) {
  const auto reason = raw_string(value);
  if (!reason.has_value() || reason->empty()) return;
  chunk.finished = true;
  // OpenRouter and Mistral; DeepSeek.
  if (*reason == "error" || *reason == "insufficient_system_resource") chunk.failed = true;
}

void read_choice(JsonReader& reader, ChatChunk& chunk) {
  chunk.has_choice = true;
  if (reader.kind() != Kind::Object || !reader.enter()) {
    reader.take();
    return;
  }
  std::string_view key;
  while (reader.next_member(key)) {
    if (key == "delta" || key == "message") {
      read_delta(reader, chunk);
      continue;
    }
    const std::string_view value = reader.take();
    if (key == "finish_reason") {
      read_finish_reason(value, chunk);
    } else if (key == "text" && value.size() > 2 && value.front() == '"') {
      chunk.has_content = true;
    }
  }
}

void read_choices(JsonReader& reader, ChatChunk& chunk) {
  if (reader.kind() != Kind::Array || !reader.enter()) {
    reader.take();
    return;
  }
  chunk.has_choices = true;
  while (reader.next_element()) read_choice(reader, chunk);
}

/// Groq's own place for the usage.
void read_groq(std::string_view raw, ChatChunk& chunk) {
  JsonReader reader(raw);
  std::string_view key;
  if (!reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "usage" && chunk.usage.empty()) chunk.usage = value;
  }
}

}  // namespace

ChatChunk read_chat_chunk(std::string_view data) {
  ChatChunk chunk;
  JsonReader reader(data);
  std::string_view key;
  if (reader.kind() != Kind::Object || !reader.enter()) return chunk;
  while (reader.next_member(key)) {
    if (key == "choices") {
      read_choices(reader, chunk);
      continue;
    }
    const std::string_view value = reader.take();
    if (key == "error") {
      if (raw_truthy(value)) chunk.error = value;
    } else if (key == "usage") {
      if (kind_of(value) == Kind::Object) chunk.usage = value;
    } else if (key == "x_groq" && kind_of(value) == Kind::Object) {
      read_groq(value, chunk);
    }
  }
  chunk.readable = reader.at_end();
  return chunk;
}

}  // namespace drover::dialect::openai_detail
