#include "dialect/openai/chat_chunk.h"

#include <cstdint>
#include <cstring>

#include "dialect/json/json_bytes.h"
#include "dialect/json/json_reader.h"

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

/// Whether it is one. Some servers write null as a word.
bool read_finish_reason(std::string_view value, ChatChunk& chunk) {
  const auto reason = raw_string(value);
  if (!reason.has_value() || reason->empty() || *reason == "null") return false;
  chunk.finished = true;
  if (*reason != "stop") chunk.stopped = false;
  // OpenRouter and Mistral; DeepSeek; vLLM.
  if (*reason == "error" || *reason == "insufficient_system_resource" || *reason == "abort") chunk.failed = true;
  return true;
}

void note_choice(std::size_t index, bool ended, Choices& choices) {
  if (index >= kMaxChoices) return;
  choices.begun.set(index);
  if (ended) choices.ended.set(index);
}

void read_choice(JsonReader& reader, ChatChunk& chunk) {
  chunk.has_choice = true;
  if (reader.kind() != Kind::Object || !reader.enter()) {
    reader.take();
    return;
  }
  std::string_view key;
  std::int64_t index = 0;
  bool ended = false;
  while (reader.next_member(key)) {
    if (key == "delta" || key == "message") {
      read_delta(reader, chunk);
      continue;
    }
    const std::string_view value = reader.take();
    if (key == "finish_reason") {
      ended = read_finish_reason(value, chunk);
    } else if (key == "index") {
      index = raw_integer(value).value_or(0);
    } else if (key == "text" && value.size() > 2 && value.front() == '"') {
      chunk.has_content = true;
    } else if (key == "error" && raw_truthy(value)) {
      chunk.choice_error = value;
    }
  }
  note_choice(static_cast<std::size_t>(index), ended, chunk.choices);
  if (!chunk.choice_error.empty() && !chunk.has_content) chunk.failed = true;
}

/// Groq's own place for the usage, and for an error in mid-stream.
void read_groq(std::string_view raw, ChatChunk& chunk) {
  JsonReader reader(raw);
  std::string_view key;
  if (!reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "usage" && chunk.usage.empty()) chunk.usage = value;
    if (key == "error" && raw_truthy(value)) chunk.error = value;
  }
}

/// What a key says about a chunk by the beginning of its value.
enum class Sign : std::uint8_t { Nothing, Choice, Content, CloserLook };

/// The bytes behind `key` and its colon; empty where no colon follows, so that it was no key.
std::string_view value_behind(std::string_view rest) {
  const auto skip_space = [&rest] {
    while (!rest.empty() && is_json_space(rest.front())) rest.remove_prefix(1);
  };
  skip_space();
  if (!rest.starts_with(':')) return {};
  rest.remove_prefix(1);
  skip_space();
  return rest;
}

/// A comparison whose length the compiler knows: this is asked for every key of every chunk.
template <std::size_t N>
bool begins(std::string_view rest, const char (&word)[N]) {
  return rest.size() >= N - 1 && std::memcmp(rest.data(), word, N - 1) == 0;
}

Sign unless_null(std::string_view value) {
  return value.empty() || begins(value, "null") ? Sign::Nothing : Sign::CloserLook;
}

Sign unless_first(std::string_view value) {
  return begins(value, "0") && !(value.size() > 1 && is_digit(value[1])) ? Sign::Nothing : Sign::CloserLook;
}

Sign if_text(std::string_view value) {
  return value.size() > 1 && value[0] == '"' && value[1] != '"' ? Sign::Content : Sign::Nothing;
}

/// `rest` begins behind a quote that may open a key.
Sign sign_of(std::string_view rest) {
  if (rest.empty()) return Sign::Nothing;
  switch (rest.front()) {
    case 'e':
      if (begins(rest, "error\"")) return unless_null(value_behind(rest.substr(6)));
      break;
    case 'u':
      if (begins(rest, "usage\"")) return unless_null(value_behind(rest.substr(6)));
      break;
    case 'f':
      if (begins(rest, "finish_reason\"")) return unless_null(value_behind(rest.substr(14)));
      break;
    case 'i':
      if (begins(rest, "index\"")) return unless_first(value_behind(rest.substr(6)));
      break;
    case 'c':
      if (begins(rest, "choices\"")) return begins(value_behind(rest.substr(8)), "[") ? Sign::Choice : Sign::CloserLook;
      if (begins(rest, "content\"")) return if_text(value_behind(rest.substr(8)));
      break;
    case 'a':
      if (begins(rest, "arguments\"")) return if_text(value_behind(rest.substr(10)));
      break;
    case 't':
      if (begins(rest, "text\"")) return if_text(value_behind(rest.substr(5)));
      break;
    case 'r':
      if (begins(rest, "reasoning\"")) return if_text(value_behind(rest.substr(10)));
      if (begins(rest, "reasoning_content\"")) return if_text(value_behind(rest.substr(18)));
      break;
    default: break;
  }
  return Sign::Nothing;
}

}  // namespace

bool is_plain_content(std::string_view data) {
  if (!data.starts_with('{')) return false;
  const char* const end = data.data() + data.size();
  bool choice = false;
  bool content = false;
  for (const char* at = data.data() + 1; (at = find_key(at, end)) != end; ++at) {
    switch (sign_of(std::string_view(at + 1, end))) {
      case Sign::CloserLook: return false;
      case Sign::Choice: choice = true; break;
      case Sign::Content:
        if (!choice) return false;  // a heartbeat or a failure may have such a key, too
        content = true;
        break;
      case Sign::Nothing: break;
    }
  }
  return content;
}

void read_choices(JsonReader& reader, ChatChunk& chunk) {
  if (reader.kind() != Kind::Array || !reader.enter()) {
    chunk.has_choice = raw_truthy(reader.take());
    return;
  }
  chunk.has_choices = true;
  while (reader.next_element()) read_choice(reader, chunk);
}

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
    } else if (key == "service_tier") {
      chunk.service_tier = value;
    } else if (key == "x_groq" && kind_of(value) == Kind::Object) {
      read_groq(value, chunk);
    }
  }
  chunk.readable = reader.at_end();
  return chunk;
}

}  // namespace drover::dialect::openai_detail
