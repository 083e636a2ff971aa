#include "mock/answers/gemini_ask.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>

#include "dialect/gemini/paths.h"
#include "mock/answers/json_object.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr auto kListPaths = std::to_array<std::string_view>({"/v1beta/models", "/v1alpha/models"});

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : target.substr(mark + 1);
}

Error google_refuses(std::string message) {
  return Error{.kind = ErrorKind::UserError,
               .scope = ErrorScope::Request,
               .status = 400,
               .code = "INVALID_ARGUMENT",
               .message = std::move(message)};
}

/// Google takes every name in two spellings.
const json::value* either(const json::object& object, std::string_view name, std::string_view apart) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value : object.if_contains(apart);
}

const json::object* object_member(const json::object& object, std::string_view name, std::string_view apart) {
  const json::value* value = either(object, name, apart);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array& list_member(const json::object& object, std::string_view name, std::string_view apart = {}) {
  static const json::array nothing;
  const json::value* value = apart.empty() ? object.if_contains(name) : either(object, name, apart);
  return value != nullptr && value->is_array() ? value->get_array() : nothing;
}

/// The types of a schema in OpenAPI's words are written in capitals.
void lower_types(json::value& schema) {
  if (schema.is_array()) {
    for (json::value& item : schema.get_array()) lower_types(item);
  }
  if (!schema.is_object()) return;
  for (auto& [name, inner] : schema.get_object()) {
    if (name == "type" && inner.is_string()) {
      std::string word(inner.get_string());
      std::ranges::transform(word, word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
      inner = word;
    } else {
      lower_types(inner);
    }
  }
}

/// What a function said: its only text, or else its whole response.
std::string result_text(const json::object& response) {
  const json::value* inner = response.if_contains("response");
  if (inner == nullptr || !inner->is_object()) return {};
  const json::object& said = inner->get_object();
  const bool one_text = said.size() == 1 && said.begin()->value().is_string();
  return one_text ? std::string(said.begin()->value().get_string()) : json::serialize(said);
}

json::value chat_part(const json::object& part) {
  if (const json::object* response = object_member(part, "functionResponse", "function_response")) {
    return json::object{{"type", "tool_result"}, {"content", result_text(*response)}};
  }
  const json::object* blob = object_member(part, "inlineData", "inline_data");
  const json::object* file = object_member(part, "fileData", "file_data");
  const json::object* const media = blob != nullptr ? blob : file;
  if (media != nullptr) {
    const std::string_view type = text_in(*media, "mimeType", text_in(*media, "mime_type"));
    return json::object{{"type", type.starts_with("image/") ? "image_url" : "file"}};
  }
  const json::value* thought = part.if_contains("thought");
  const bool is_thought = thought != nullptr && *thought == true;
  return json::object{{"type", "text"}, {"text", is_thought ? std::string_view() : text_in(part, "text")}};
}

json::array chat_messages(const json::array& contents) {
  json::array messages;
  for (const json::value& entry : contents) {
    if (!entry.is_object()) continue;
    json::array parts;
    for (const json::value& part : list_member(entry.get_object(), "parts")) {
      if (part.is_object()) parts.emplace_back(chat_part(part.get_object()));
    }
    const bool model = text_in(entry.get_object(), "role") == "model";
    messages.emplace_back(json::object{{"role", model ? "assistant" : "user"}, {"content", std::move(parts)}});
  }
  return messages;
}

json::array chat_tools(const json::array& tools) {
  json::array functions;
  for (const json::value& tool : tools) {
    if (!tool.is_object()) continue;
    for (const json::value& each : list_member(tool.get_object(), "functionDeclarations", "function_declarations")) {
      if (!each.is_object()) continue;
      const json::object& described = each.get_object();
      json::object function{{"name", text_in(described, "name")}};
      const json::value* schema = either(described, "parametersJsonSchema", "parameters_json_schema");
      if (schema == nullptr) schema = described.if_contains("parameters");
      if (schema != nullptr) lower_types(function["parameters"] = *schema);
      functions.emplace_back(json::object{{"type", "function"}, {"function", std::move(function)}});
    }
  }
  return functions;
}

json::value chat_choice(const json::object& body) {
  const json::object* config = object_member(body, "toolConfig", "tool_config");
  const json::object* calling =
      config != nullptr ? object_member(*config, "functionCallingConfig", "function_calling_config") : nullptr;
  if (calling == nullptr) return "auto";
  const std::string_view mode = text_in(*calling, "mode");
  if (mode == "NONE") return "none";
  if (mode != "ANY") return "auto";
  const json::array& names = list_member(*calling, "allowedFunctionNames", "allowed_function_names");
  if (names.empty()) return "required";
  json::array allowed;
  for (const json::value& name : names) {
    allowed.emplace_back(json::object{{"type", "function"}, {"function", json::object{{"name", name}}}});
  }
  return json::object{{"type", "allowed_tools"},
                      {"allowed_tools", json::object{{"mode", "required"}, {"tools", std::move(allowed)}}}};
}

void add_settings(const json::object& config, json::object& chat) {
  if (const json::value* most = either(config, "maxOutputTokens", "max_output_tokens")) chat["max_tokens"] = *most;
  if (const json::value* count = either(config, "candidateCount", "candidate_count")) chat["n"] = *count;
  if (const json::object* thinking = object_member(config, "thinkingConfig", "thinking_config")) {
    const json::value* budget = either(*thinking, "thinkingBudget", "thinking_budget");
    chat["reasoning_effort"] = budget != nullptr && *budget == 0 ? "none" : "medium";
  }
  const json::value* schema = either(config, "responseJsonSchema", "response_json_schema");
  if (schema == nullptr) schema = either(config, "responseSchema", "response_schema");
  if (schema != nullptr) {
    json::value lowered = *schema;
    lower_types(lowered);
    chat["response_format"] =
        json::object{{"type", "json_schema"}, {"json_schema", json::object{{"schema", std::move(lowered)}}}};
  } else if (text_in(config, "responseMimeType", text_in(config, "response_mime_type")) == "application/json") {
    chat["response_format"] = json::object{{"type", "json_object"}};
  }
}

/// Whether a call of the newest turn came back without what Gemini 3 gave with it. Of calls that were made together
/// only the first one has it.
bool lacks_signature(const json::array& contents) {
  const auto is_prompt = [](const json::value& entry) {
    if (!entry.is_object() || text_in(entry.get_object(), "role") == "model") return false;
    const json::array& parts = list_member(entry.get_object(), "parts");
    return std::ranges::any_of(
        parts, [](const json::value& part) { return part.is_object() && part.get_object().contains("text"); });
  };
  const auto prompt = std::find_if(contents.rbegin(), contents.rend(), is_prompt);
  for (auto entry = prompt.base(); entry != contents.end(); ++entry) {
    if (!entry->is_object()) continue;
    for (const json::value& part : list_member(entry->get_object(), "parts")) {
      if (!part.is_object() || object_member(part.get_object(), "functionCall", "function_call") == nullptr) continue;
      if (either(part.get_object(), "thoughtSignature", "thought_signature") == nullptr) return true;
      break;
    }
  }
  return false;
}

Result<Ask> read_generate(Call call, const dialect::GeminiPath& path, const json::object& body) {
  const json::array& contents = list_member(body, "contents");
  if (contents.empty()) return fail(google_refuses("* GenerateContentRequest.contents: contents is not specified"));
  json::object chat{{"model", path.model}, {"messages", chat_messages(contents)}};
  if (json::array tools = chat_tools(list_member(body, "tools")); !tools.empty()) {
    chat["tools"] = std::move(tools);
    chat["tool_choice"] = chat_choice(body);
  }
  if (const json::object* config = object_member(body, "generationConfig", "generation_config")) {
    add_settings(*config, chat);
  }
  Result<Ask> ask = read_ask(Call::Chat, "application/json", json::serialize(chat));
  if (!ask) return ask;
  if (path.model.starts_with("gemini-3") && lacks_signature(contents)) {
    return fail(
        google_refuses("Function call is missing a thought_signature in functionCall parts. This is required for "
                       "tools to work correctly."));
  }
  ask->call = call;
  ask->stream = path.streams();
  return ask;
}

Ask read_embed(Call call, const dialect::GeminiPath& path, const json::object& body) {
  Ask ask{.call = call, .model = path.model};
  const json::array& requests = list_member(body, "requests");
  ask.inputs = call == Call::GeminiBatchEmbed ? std::min(requests.size(), kMaxInputs) : 1;
  const json::object* first =
      call == Call::GeminiBatchEmbed && !requests.empty() ? requests.front().if_object() : &body;
  const json::value* size =
      first != nullptr ? either(*first, "outputDimensionality", "output_dimensionality") : nullptr;
  if (size != nullptr && size->is_int64()) {
    ask.dimensions = static_cast<std::size_t>(
        std::clamp<std::int64_t>(size->get_int64(), 1, static_cast<std::int64_t>(kMaxDimensions)));
  }
  const std::string text = json::serialize(body);
  for (const char byte : text) ask.fingerprint = ask.fingerprint * 131 + static_cast<unsigned char>(byte);
  ask.input_tokens = 1 + static_cast<std::int64_t>(text.size() / 4);
  return ask;
}

}  // namespace

Call gemini_call_of(std::string_view method, std::string_view target) {
  const std::string_view path = path_of(target);
  if (method == "GET" || method == "HEAD") {
    for (const std::string_view list : kListPaths) {
      if (path == list) return Call::GeminiModels;
      if (path.starts_with(list) && path[list.size()] == '/' && path.size() > list.size() + 1) return Call::GeminiModel;
    }
    return Call::Unknown;
  }
  const auto named = method == "POST" ? dialect::read_gemini_path(path) : std::nullopt;
  if (!named) return Call::Unknown;
  switch (named->verb) {
    case dialect::GeminiVerb::Generate: return Call::Generate;
    case dialect::GeminiVerb::Stream:
      return dialect::asks_events(query_of(target)) ? Call::Generate : Call::GenerateList;
    case dialect::GeminiVerb::CountTokens: return Call::GeminiCountTokens;
    case dialect::GeminiVerb::Embed: return Call::GeminiEmbed;
    case dialect::GeminiVerb::BatchEmbed: return Call::GeminiBatchEmbed;
  }
  return Call::Unknown;
}

Result<Ask> read_gemini_ask(Call call, std::string_view target, std::string_view body) {
  if (call == Call::GeminiModels || call == Call::GeminiModel) return Ask{.call = call};
  const auto path = dialect::read_gemini_path(path_of(target));
  json::error_code error;
  const json::value parsed = json::parse(body, error, {}, {.max_depth = 256});
  if (!path || error || !parsed.is_object()) return fail(google_refuses("Invalid JSON payload received."));
  const json::object& object = parsed.get_object();
  if (call == Call::GeminiEmbed || call == Call::GeminiBatchEmbed) return read_embed(call, *path, object);
  const json::object* whole = object_member(object, "generateContentRequest", "generate_content_request");
  return read_generate(call, *path, call == Call::GeminiCountTokens && whole != nullptr ? *whole : object);
}

}  // namespace drover::mock
