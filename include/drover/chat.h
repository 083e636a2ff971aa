// Requests and replies as plain values, in the shape of OpenAI's API. What is not typed here goes through as JSON,
// untouched: `extra` on the way up, `json` on the way down.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drover/error.h"

DROVER_BEGIN

/// A function call that the model asks for.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON, as the model wrote it (not checked)
};

/// One message of a conversation.
struct Message {
  std::string role = "user";  ///< system, developer, user, assistant, tool
  std::string content;
  std::vector<std::string> images;   ///< URLs (https: or data:), shown behind the text
  std::vector<ToolCall> tool_calls;  ///< of an assistant's message, to be sent back to it
  std::string tool_call_id;          ///< of a tool's message: which call it answers
  std::string json;                  ///< when set: the whole message as JSON, instead of everything above

  [[nodiscard]] static Message system(std::string text) { return make("system", std::move(text)); }
  [[nodiscard]] static Message user(std::string text) { return make("user", std::move(text)); }
  [[nodiscard]] static Message assistant(std::string text) { return make("assistant", std::move(text)); }
  /// The result of a tool call.
  [[nodiscard]] static Message tool(std::string call_id, std::string result) {
    Message message = make("tool", std::move(result));
    message.tool_call_id = std::move(call_id);
    return message;
  }

 private:
  static Message make(const char* role, std::string text) {
    Message message;
    message.role = role;
    message.content = std::move(text);
    return message;
  }
};

/// A function the model may call.
struct Tool {
  std::string name;
  std::string description;
  std::string parameters;  ///< JSON Schema of the arguments; empty: none
};

/// What form the answer has.
enum class Format : std::uint8_t {
  Text,
  Json,        ///< any JSON object (`response_format: json_object`)
  JsonSchema,  ///< JSON that fits ChatRequest::schema
};

/// A member of the request's JSON that has no place of its own: `{"logit_bias", "{\"50256\": -100}"}`.
struct Extra {
  std::string name;
  std::string json;
};

struct ChatRequest {
  ChatRequest() = default;
  /// One user message.
  ChatRequest(std::string text) { messages.push_back(Message::user(std::move(text))); }
  ChatRequest(const char* text) : ChatRequest(std::string(text)) {}
  ChatRequest(std::vector<Message> conversation) : messages(std::move(conversation)) {}

  std::string model;  ///< empty: Options::model
  std::vector<Message> messages;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> seed;
  std::vector<std::string> stop;
  std::string user;
  std::vector<Tool> tools;
  std::string tool_choice;  ///< auto, none, required, or the name of a tool; empty: the provider's default
  Format format = Format::Text;
  std::string schema;  ///< for Format::JsonSchema
  std::vector<Extra> extra;
  /// The longest the whole call may take; 0: `timeouts.total` rules.
  std::chrono::milliseconds timeout{0};
};

/// Tokens as the provider counted them; `known` is false when it said nothing.
struct Usage {
  bool known = false;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t cached_tokens = 0;
};

/// Who answered, and how it went.
struct Origin {
  int status = 0;             ///< the HTTP status
  std::vector<Field> fields;  ///< header fields of the answer
  std::string target;         ///< "openai/spare"
  int attempts = 0;           ///< 1: the first one answered
  std::string request_id;     ///< drover's name of this call, for Client::explain(); the provider's own is a field
};

struct ChatReply {
  std::string text;  ///< of the first choice
  std::string finish_reason;
  std::vector<ToolCall> tool_calls;
  std::string refusal;
  std::string model;  ///< as the provider names it
  std::string id;
  Usage usage;
  Origin origin;
  std::string json;  ///< the whole answer
};

/// One event of a streamed reply. A tool call comes in pieces: `index` says which one a piece belongs to.
struct ChatEvent {
  struct ToolPiece {
    std::int64_t index = 0;
    std::string id;         ///< in the first piece
    std::string name;       ///< in the first piece
    std::string arguments;  ///< to be appended
  };
  std::string text;  ///< what was added; may be empty
  std::string reasoning;
  std::vector<ToolPiece> tool_calls;
  std::string finish_reason;
  std::string json;  ///< the event's data as it came
};

struct EmbeddingsRequest {
  EmbeddingsRequest() = default;
  EmbeddingsRequest(std::vector<std::string> texts) : input(std::move(texts)) {}

  std::string model;  ///< there is no default: vectors of two models cannot be compared
  std::vector<std::string> input;
  std::optional<std::int64_t> dimensions;
  std::vector<Extra> extra;
  std::chrono::milliseconds timeout{0};
};

struct Embeddings {
  std::vector<std::vector<float>> vectors;  ///< in the order of the input
  std::string model;
  Usage usage;
  Origin origin;
};

/// Any other answer, as it came.
struct Answer {
  Origin origin;
  Usage usage;
  std::string body;
};

DROVER_END
