#include "client/interface/request_json.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "client/interface/errors.h"
#include "dialect/json/json_text.h"

namespace drover::client {
namespace {

using dialect::json_string;

void append_number(std::string& json, double value) {
  char digits[64];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  json.append(digits, written.ptr);
}

void append_name(std::string& json, std::string_view name) {
  json.append(",").append(json_string(name)).append(":");
}

void append_tool_calls(std::string& json, const std::vector<v0::ToolCall>& calls) {
  append_name(json, "tool_calls");
  json.push_back('[');
  for (const v0::ToolCall& call : calls) {
    if (&call != &calls.front()) json.push_back(',');
    json.append("{\"id\":").append(json_string(call.id)).append(",\"type\":\"function\",\"function\":{\"name\":");
    json.append(json_string(call.name)).append(",\"arguments\":").append(json_string(call.arguments)).append("}}");
  }
  json.push_back(']');
}

void append_content(std::string& json, const v0::Message& message) {
  append_name(json, "content");
  if (message.images.empty()) {
    const bool nothing = message.content.empty() && !message.tool_calls.empty();
    json.append(nothing ? "null" : json_string(message.content));
    return;
  }
  json.push_back('[');
  if (!message.content.empty())
    json.append("{\"type\":\"text\",\"text\":").append(json_string(message.content)).append("},");
  for (const std::string& url : message.images) {
    if (&url != &message.images.front()) json.push_back(',');
    json.append("{\"type\":\"image_url\",\"image_url\":{\"url\":").append(json_string(url)).append("}}");
  }
  json.push_back(']');
}

void append_message(std::string& json, const v0::Message& message) {
  if (!message.json.empty()) {
    json.append(message.json);
    return;
  }
  json.append("{\"role\":").append(json_string(message.role));
  append_content(json, message);
  if (!message.tool_calls.empty()) append_tool_calls(json, message.tool_calls);
  if (!message.tool_call_id.empty()) {
    append_name(json, "tool_call_id");
    json.append(json_string(message.tool_call_id));
  }
  json.push_back('}');
}

void append_tools(std::string& json, const v0::ChatRequest& request) {
  if (!request.tools.empty()) {
    append_name(json, "tools");
    json.push_back('[');
    for (const v0::Tool& tool : request.tools) {
      if (&tool != &request.tools.front()) json.push_back(',');
      json.append("{\"type\":\"function\",\"function\":{\"name\":").append(json_string(tool.name));
      if (!tool.description.empty()) json.append(",\"description\":").append(json_string(tool.description));
      if (!tool.parameters.empty()) json.append(",\"parameters\":").append(tool.parameters);
      json.append("}}");
    }
    json.push_back(']');
  }
  const std::string& choice = request.tool_choice;
  if (choice.empty()) return;
  append_name(json, "tool_choice");
  if (choice == "auto" || choice == "none" || choice == "required") {
    json.append(json_string(choice));
  } else {
    json.append("{\"type\":\"function\",\"function\":{\"name\":").append(json_string(choice)).append("}}");
  }
}

void append_format(std::string& json, const v0::ChatRequest& request) {
  if (request.format == v0::Format::Json) {
    json.append(",\"response_format\":{\"type\":\"json_object\"}");
  } else if (request.format == v0::Format::JsonSchema) {
    json.append(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":");
    json.append(request.schema).append("}}");
  }
}

void append_extra(std::string& json, const std::vector<v0::Extra>& extra) {
  for (const v0::Extra& each : extra) {
    append_name(json, each.name);
    json.append(each.json);
  }
}

void append_settings(std::string& json, const v0::ChatRequest& request) {
  const auto number = [&json](std::string_view name, const std::optional<double>& value) {
    if (!value) return;
    append_name(json, name);
    append_number(json, *value);
  };
  const auto whole = [&json](std::string_view name, const std::optional<std::int64_t>& value) {
    if (!value) return;
    append_name(json, name);
    json.append(std::to_string(*value));
  };
  number("temperature", request.temperature);
  number("top_p", request.top_p);
  whole("max_tokens", request.max_tokens);
  whole("seed", request.seed);
  if (!request.stop.empty()) {
    append_name(json, "stop");
    json.push_back('[');
    for (const std::string& stop : request.stop) {
      if (&stop != &request.stop.front()) json.push_back(',');
      json.append(json_string(stop));
    }
    json.push_back(']');
  }
  if (!request.user.empty()) {
    append_name(json, "user");
    json.append(json_string(request.user));
  }
}

bool is_number(const std::optional<double>& value) {
  return !value || std::isfinite(*value);
}

}  // namespace

v0::Result<std::string> chat_json(const v0::ChatRequest& request, const std::string& model, Streaming streaming) {
  if (request.messages.empty()) return bad_request("no_messages", "The request has no messages.");
  if (!is_number(request.temperature) || !is_number(request.top_p))
    return bad_request("not_a_number", "temperature and top_p must be finite numbers.");
  if (request.format == v0::Format::JsonSchema && request.schema.empty())
    return bad_request("no_schema", "Format::JsonSchema needs ChatRequest::schema.");
  std::string json;
  json.reserve(256);
  json.append("{\"model\":").append(json_string(model)).append(",\"messages\":[");
  for (const v0::Message& message : request.messages) {
    if (&message != &request.messages.front()) json.push_back(',');
    append_message(json, message);
  }
  json.push_back(']');
  if (streaming == Streaming::Yes) json.append(",\"stream\":true");
  append_settings(json, request);
  append_tools(json, request);
  append_format(json, request);
  append_extra(json, request.extra);
  json.push_back('}');
  return json;
}

v0::Result<std::string> embeddings_json(const v0::EmbeddingsRequest& request) {
  if (request.model.empty()) return bad_request("missing_model", "The request names no model of embeddings.");
  if (request.input.empty()) return bad_request("no_input", "The request has no input.");
  std::string json = "{\"model\":" + json_string(request.model) + ",\"input\":[";
  for (const std::string& text : request.input) {
    if (&text != &request.input.front()) json.push_back(',');
    json.append(json_string(text));
  }
  json.push_back(']');
  if (request.dimensions) json.append(",\"dimensions\":").append(std::to_string(*request.dimensions));
  append_extra(json, request.extra);
  json.push_back('}');
  return json;
}

}  // namespace drover::client
