#include "mock/ask.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "base/random.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

// FNV-1a: stable across builds and machines, because the texts made from it are compared in tests.
std::uint64_t fingerprint_of(std::string_view bytes) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char byte : bytes) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return value;
}

Error bad_body(std::string code, std::string message) {
  return Error{.kind = ErrorKind::UserError,
               .scope = ErrorScope::Request,
               .status = 400,
               .code = std::move(code),
               .message = std::move(message)};
}

std::int64_t text_bytes(const json::value& value) {
  std::int64_t bytes = 0;
  if (value.is_string()) return static_cast<std::int64_t>(value.get_string().size());
  if (value.is_array()) {
    for (const json::value& item : value.get_array()) bytes += text_bytes(item);
  }
  if (value.is_object()) {
    for (const auto& [name, item] : value.get_object())
      bytes += name == "role" || name == "type" ? 0 : text_bytes(item);
  }
  return bytes;
}

// A value that fits the schema of one parameter; depth is bounded by the parser.
json::value fitting(const json::value& schema) {
  if (!schema.is_object()) return "mock";
  const json::object& object = schema.get_object();
  if (const json::value* choices = object.if_contains("enum");
      choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
    return choices->get_array().front();
  }
  const json::value* type = object.if_contains("type");
  const std::string_view name = type != nullptr && type->is_string() ? std::string_view(type->get_string()) : "string";
  if (name == "integer") return 42;
  if (name == "number") return 4.25;
  if (name == "boolean") return true;
  if (name == "array") return json::array{};
  if (name == "object") {
    json::object made;
    if (const json::value* properties = object.if_contains("properties");
        properties != nullptr && properties->is_object()) {
      for (const auto& [property, inner] : properties->get_object()) made[property] = fitting(inner);
    }
    return made;
  }
  return "mock";
}

// A chat tool nests its function; a Responses tool is flat; a tool of Messages has an input_schema.
std::optional<Tool> tool_from(const json::value& entry) {
  if (!entry.is_object()) return std::nullopt;
  const json::value* function = entry.get_object().if_contains("function");
  const json::object& described =
      function != nullptr && function->is_object() ? function->get_object() : entry.get_object();
  const json::value* name = described.if_contains("name");
  if (name == nullptr || !name->is_string()) return std::nullopt;
  json::value arguments = json::object{};
  for (const std::string_view parameters : {"parameters", "input_schema"}) {
    if (const json::value* schema = described.if_contains(parameters)) arguments = fitting(*schema);
  }
  if (!arguments.is_object()) arguments = json::object{};
  return Tool{std::string(name->get_string()), json::serialize(arguments)};
}

std::string chosen_name(const json::value& choice) {
  if (!choice.is_object()) return {};
  const json::value* function = choice.get_object().if_contains("function");
  const json::object& where =
      function != nullptr && function->is_object() ? function->get_object() : choice.get_object();
  const json::value* name = where.if_contains("name");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string{};
}

// The text of the last message when it is the user's; a tool's answer is not to be answered with another call.
std::string last_user_text(const json::object& body) {
  const json::value* messages = body.if_contains("messages");
  if (messages == nullptr) messages = body.if_contains("input");
  if (messages == nullptr) return {};
  if (messages->is_string()) return std::string(messages->get_string());
  if (!messages->is_array() || messages->get_array().empty()) return {};
  const json::value& last = messages->get_array().back();
  if (!last.is_object()) return {};
  const json::value* role = last.get_object().if_contains("role");
  if (role == nullptr || *role != "user") return {};
  const json::value* content = last.get_object().if_contains("content");
  return content == nullptr ? std::string{} : json::serialize(*content);
}

// OpenAI writes a choice as a word or an object that names the tool, Anthropic as an object with a type.
std::string_view word_of(const json::value& choice) {
  if (choice.is_string()) return std::string_view(choice.get_string());
  if (!choice.is_object()) return {};
  const json::value* type = choice.get_object().if_contains("type");
  return type != nullptr && type->is_string() ? std::string_view(type->get_string()) : std::string_view{};
}

std::optional<Tool> tool_wanted(const json::object& body) {
  const json::value* tools = body.if_contains("tools");
  if (tools == nullptr || !tools->is_array() || tools->get_array().empty()) return std::nullopt;
  const json::value* choice = body.if_contains("tool_choice");
  const std::string_view word = choice == nullptr ? std::string_view{} : word_of(*choice);
  if (word == "none") return std::nullopt;
  const std::string asked_for = choice == nullptr ? std::string{} : chosen_name(*choice);
  const bool forced = word == "required" || (choice != nullptr && choice->is_object() && word != "auto");
  const std::string text = last_user_text(body);
  for (const json::value& entry : tools->get_array()) {
    const std::optional<Tool> tool = tool_from(entry);
    if (!tool) continue;
    if (!asked_for.empty() && tool->name != asked_for) continue;
    if (forced || text.contains(tool->name) || text.contains("tool")) return tool;
  }
  return std::nullopt;
}

Result<bool> flag(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return false;
  if (!value->is_bool())
    return fail(bad_body("invalid_type", "Invalid type for '" + std::string(name) + "': expected a boolean."));
  return value->get_bool();
}

Result<std::optional<std::int64_t>> whole(const json::object& body, std::string_view name, std::int64_t least,
                                          std::int64_t most) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return std::optional<std::int64_t>{};
  if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most) {
    return fail(bad_body("invalid_value", "Invalid value for '" + std::string(name) + "': expected an integer from " +
                                              std::to_string(least) + " to " + std::to_string(most) + "."));
  }
  return std::optional<std::int64_t>(value->get_int64());
}

Result<void> read_common(const json::object& body, Ask& ask) {
  const json::value* model = body.if_contains("model");
  const bool optional = ask.call == Call::Moderations;
  if (model == nullptr && optional) {
    ask.model = "omni-moderation-latest";
  } else if (model == nullptr || !model->is_string()) {
    return fail(bad_body("missing_required_parameter", "Missing required parameter: 'model'."));
  } else {
    ask.model = std::string(model->get_string());
  }
  const Result<bool> stream = flag(body, "stream");
  if (!stream) return fail(stream.error());
  ask.stream = ask.streamable && *stream;
  if (const json::value* options = body.if_contains("stream_options"); options != nullptr && options->is_object()) {
    const Result<bool> usage = flag(options->get_object(), "include_usage");
    if (!usage) return fail(usage.error());
    ask.include_usage = *usage;
  }
  return {};
}

Result<void> read_amounts(const json::object& body, Ask& ask) {
  for (const std::string_view name : {"max_tokens", "max_completion_tokens", "max_output_tokens"}) {
    const Result<std::optional<std::int64_t>> limit = whole(body, name, 1, 10'000'000);
    if (!limit) return fail(limit.error());
    if (*limit) ask.most_tokens = *limit;
  }
  const Result<std::optional<std::int64_t>> choices = whole(body, "n", 1, static_cast<std::int64_t>(kMaxChoices));
  if (!choices) return fail(choices.error());
  ask.choices = static_cast<std::uint64_t>(choices->value_or(1));
  return {};
}

// Inputs of embeddings: one text or token list, or a list of them.
Result<void> read_inputs(const json::object& body, Ask& ask) {
  const json::value* input = body.if_contains("input");
  if (input == nullptr) return fail(bad_body("missing_required_parameter", "Missing required parameter: 'input'."));
  const bool list = input->is_array() && !input->get_array().empty() && !input->get_array().front().is_number();
  ask.inputs = list ? input->get_array().size() : 1;
  if (ask.inputs > kMaxInputs) return fail(bad_body("invalid_value", "'input' holds more than 2048 items."));
  const json::value* format = body.if_contains("encoding_format");
  ask.base64 = format != nullptr && *format == "base64";
  const Result<std::optional<std::int64_t>> dimensions = whole(body, "dimensions", 1, kMaxDimensions);
  if (!dimensions) return fail(dimensions.error());
  if (*dimensions) ask.dimensions = static_cast<std::size_t>(**dimensions);
  return {};
}

// The value of the form's part named "model". The mock trusts its clients' forms: a part ends at the next boundary.
std::string form_model(std::string_view content_type, std::string_view body) {
  const std::size_t at = content_type.find("boundary=");
  if (at == std::string_view::npos) return {};
  std::string_view boundary = content_type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() >= 2 && boundary.starts_with('"')) boundary = boundary.substr(1, boundary.find('"', 1) - 1);
  const std::size_t name = body.find("name=\"model\"");
  if (name == std::string_view::npos) return {};
  const std::size_t begin = body.find("\r\n\r\n", name);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = body.find("\r\n--" + std::string(boundary), begin);
  if (end == std::string_view::npos || end - begin > 260) return {};
  return std::string(body.substr(begin + 4, end - begin - 4));
}

Result<Ask> read_form(Ask ask, std::string_view content_type, std::string_view body) {
  ask.model = form_model(content_type, body);
  if (ask.model.empty()) return fail(bad_body("missing_required_parameter", "you must provide a model parameter"));
  return ask;
}

}  // namespace

Call call_of(std::string_view method, std::string_view path, bool versioned) {
  struct Row {
    std::string_view path;
    Call call;
  };
  static constexpr Row kPosts[] = {{"/v1/chat/completions", Call::Chat},
                                   {"/v1/completions", Call::Completions},
                                   {"/v1/responses", Call::Responses},
                                   {"/v1/embeddings", Call::Embeddings},
                                   {"/v1/moderations", Call::Moderations},
                                   {"/v1/audio/transcriptions", Call::Transcriptions},
                                   {"/v1/audio/translations", Call::Transcriptions},
                                   {"/v1/messages", Call::Messages},
                                   {"/v1/messages/count_tokens", Call::CountTokens}};
  if (path == "/v1/files" || path.starts_with("/v1/files/")) return Call::Files;
  if (method == "GET" || method == "HEAD") {
    if (path == "/v1/models") return versioned ? Call::AnthropicModels : Call::Models;
    if (path.starts_with("/v1/models/") && path.size() > 11) return versioned ? Call::AnthropicModel : Call::Model;
    return Call::Unknown;
  }
  if (method != "POST") return Call::Unknown;
  const auto* row =
      std::find_if(std::begin(kPosts), std::end(kPosts), [path](const Row& known) { return known.path == path; });
  return row == std::end(kPosts) ? Call::Unknown : row->call;
}

Result<Ask> read_ask(Call call, std::string_view content_type, std::string_view body) {
  Ask ask{.call = call};
  ask.input_tokens = 1 + static_cast<std::int64_t>(body.size() / 4);
  ask.fingerprint = fingerprint_of(body);
  const bool has_model = call != Call::Models && call != Call::Model && call != Call::AnthropicModels &&
                         call != Call::AnthropicModel && call != Call::Files && call != Call::Unknown;
  if (!has_model) return ask;
  if (call == Call::Transcriptions) return read_form(std::move(ask), content_type, body);

  ask.streamable = call == Call::Chat || call == Call::Completions || call == Call::Responses || call == Call::Messages;
  json::error_code error;
  json::parse_options options;
  options.max_depth = 256;  // as deep as drover itself accepts
  const json::value parsed = json::parse(body, error, {}, options);
  if (error || !parsed.is_object()) {
    return fail(bad_body("invalid_json", "We could not parse the JSON body of your request."));
  }
  const json::object& object = parsed.get_object();
  if (const Result<void> read = read_common(object, ask); !read) return fail(read.error());
  if (const Result<void> read = read_amounts(object, ask); !read) return fail(read.error());
  if (call == Call::Embeddings || call == Call::Moderations) {
    if (const Result<void> read = read_inputs(object, ask); !read) return fail(read.error());
  }
  for (const std::string_view name : {"messages", "input", "prompt"}) {
    const json::value* asked = object.if_contains(name);
    if (asked == nullptr) continue;
    ask.fingerprint = fingerprint_of(json::serialize(*asked));
    ask.input_tokens = 1 + text_bytes(*asked) / 4;
  }
  const bool needs_messages = call == Call::Chat || call == Call::Messages || call == Call::CountTokens;
  if (needs_messages && !object.contains("messages")) {
    return fail(bad_body("missing_required_parameter", "Missing required parameter: 'messages'."));
  }
  if (call == Call::Messages && !ask.most_tokens) {
    return fail(bad_body("missing_required_parameter", "max_tokens: Field required"));
  }
  if (call == Call::Chat || call == Call::Responses || call == Call::Messages) ask.tool = tool_wanted(object);
  return ask;
}

}  // namespace drover::mock
