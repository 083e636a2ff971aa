#include "mock/answers/ask.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "base/random.h"
#include "mock/answers/conversation.h"
#include "mock/answers/form.h"
#include "mock/answers/json_object.h"
#include "mock/answers/schema_instance.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

// FNV-1a: equal in every build and on every machine, because tests compare the texts that are made from it.
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

Error unfit_pattern() {
  return bad_body(
      "invalid_json_schema",
      "Invalid schema: a 'pattern' uses something that is not supported. The mock fills characters, classes, "
      "groups, alternatives and counts; it does not look around and refers to no groups.");
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

// A chat's tool nests its function; a tool of Responses is flat; a tool of Messages has an input_schema. Other tools
// run at the provider, or take no JSON.
std::optional<Tool> tool_from(const json::value& entry) {
  if (!entry.is_object()) return std::nullopt;
  const json::object& flat = entry.get_object();
  const json::object* nested = object_in(flat, "function");
  const bool callable = nested != nullptr || flat.contains("input_schema") || text_in(flat, "type") == "function";
  const json::object& described = nested != nullptr ? *nested : flat;
  const std::string_view name = text_in(described, "name");
  if (!callable || name.empty()) return std::nullopt;
  std::optional<json::value> arguments = json::object{};
  for (const std::string_view parameters : {"parameters", "input_schema"}) {
    if (const json::value* schema = described.if_contains(parameters)) arguments = schema_instance(*schema);
  }
  const bool fit = arguments.has_value();
  if (!fit || !arguments->is_object()) arguments = json::object{};
  return Tool{.name = std::string(name), .arguments = json::serialize(*arguments), .unfit = !fit};
}

std::string chosen_name(const json::value& choice) {
  if (!choice.is_object()) return {};
  const json::value* function = choice.get_object().if_contains("function");
  const json::object& where =
      function != nullptr && function->is_object() ? function->get_object() : choice.get_object();
  const json::value* name = where.if_contains("name");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string{};
}

// The front of a text, without a part of a character at its end.
std::string front_of(std::string_view text) {
  std::size_t end = std::min(text.size(), kMaxSaid);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "What is the weather?" is about get_weather and getWeather: it has a word of the name with four letters or more.
bool speaks_of(std::string_view text, std::string_view tool) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::string said;
  for (const char c : text) said.push_back(is_letter(c) ? lower(c) : ' ');
  said = " " + said + " ";
  std::string word;
  for (std::size_t at = 0; at <= tool.size(); ++at) {
    const char c = at < tool.size() ? tool[at] : ' ';
    const bool begins = !is_letter(c) || (c >= 'A' && c <= 'Z' && at > 0 && tool[at - 1] >= 'a');
    if (begins) {
      if (word.size() >= 4 && said.contains(" " + word + " ")) return true;
      word.clear();
    }
    if (is_letter(c)) word.push_back(lower(c));
  }
  return false;
}

// OpenAI writes a choice as a word, or as an object that names the tool; Anthropic writes an object with a type.
std::string_view word_of(const json::value& choice) {
  if (choice.is_string()) return std::string_view(choice.get_string());
  if (!choice.is_object()) return {};
  const json::value* type = choice.get_object().if_contains("type");
  return type != nullptr && type->is_string() ? std::string_view(type->get_string()) : std::string_view{};
}

struct Choosing {
  bool none = false;
  bool forced = false;
  std::vector<std::string> names;  ///< these only; empty: any
};

Choosing choosing_of(const json::value* choice) {
  Choosing how;
  if (choice == nullptr) return how;
  const std::string_view word = word_of(*choice);
  how.none = word == "none";
  how.forced = word == "required" || (choice->is_object() && word != "auto" && !how.none);
  if (const std::string name = chosen_name(*choice); !name.empty()) how.names.push_back(name);
  if (word != "allowed_tools") return how;
  const json::object* nested = object_in(choice->get_object(), "allowed_tools");  // nested in a chat; flat in Responses
  const json::object& allowed = nested != nullptr ? *nested : choice->get_object();
  how.forced = text_in(allowed, "mode") == "required";
  const json::value* tools = allowed.if_contains("tools");
  for (const json::value& each : tools != nullptr && tools->is_array() ? tools->get_array() : json::array{}) {
    how.names.push_back(chosen_name(each));
  }
  return how;
}

/// Whether one answer may call several tools, as both dialects have it unless the client says otherwise.
bool may_call_several(const json::object& body) {
  const json::value* parallel = body.if_contains("parallel_tool_calls");
  if (parallel != nullptr && *parallel == false) return false;
  const json::object* choice = object_in(body, "tool_choice");
  const json::value* disabled = choice != nullptr ? choice->if_contains("disable_parallel_tool_use") : nullptr;
  return disabled == nullptr || *disabled != true;
}

/// The first tool that is forced or asked for, and each further one that the prompt names in full.
std::vector<Tool> tools_wanted(const json::object& body, const Newest& said) {
  const json::value* tools = body.if_contains("tools");
  if (tools == nullptr || !tools->is_array() || tools->get_array().empty() || said.of_a_tool) return {};
  const Choosing how = choosing_of(body.if_contains("tool_choice"));
  if (how.none) return {};
  const std::size_t most = may_call_several(body) ? kMaxCalls : 1;
  std::vector<Tool> wanted;
  for (const json::value& entry : tools->get_array()) {
    std::optional<Tool> tool = tool_from(entry);
    if (!tool) continue;
    if (!how.names.empty() && std::ranges::find(how.names, tool->name) == how.names.end()) continue;
    const bool named = said.text.contains(tool->name);
    const bool asked_for = how.forced || named || said.text.contains("tool") || speaks_of(said.text, tool->name);
    if (named || (wanted.empty() && asked_for)) wanted.push_back(*std::move(tool));
    if (wanted.size() == most) break;
  }
  return wanted;
}

/// Whether the client lets the model think, in the words of any of the three APIs.
bool may_think(const json::object& body) {
  std::string_view effort = text_in(body, "reasoning_effort");
  if (const json::object* reasoning = object_in(body, "reasoning")) effort = text_in(*reasoning, "effort", "medium");
  const json::object* thinking = object_in(body, "thinking");
  const bool thinks = thinking != nullptr && text_in(*thinking, "type") != "disabled";
  return thinks || (!effort.empty() && effort != "none");
}

// The JSON that the answer must be: response_format of a chat, text.format of Responses, output_format of Messages
// (which may also be in its output_config).
Result<std::optional<std::string>> structured_answer(const json::object& body) {
  const json::object* format = object_in(body, "response_format");
  if (const json::object* text = object_in(body, "text"); format == nullptr && text != nullptr) {
    format = object_in(*text, "format");
  }
  if (format == nullptr) format = object_in(body, "output_format");
  if (const json::object* config = object_in(body, "output_config"); format == nullptr && config != nullptr) {
    format = object_in(*config, "format");
  }
  if (format == nullptr) return std::optional<std::string>();
  const std::string_view type = text_in(*format, "type");
  if (type == "json_object") return std::optional<std::string>(R"({"answer":"mock"})");
  if (type != "json_schema") return std::optional<std::string>();
  const json::object* nested = object_in(*format, "json_schema");
  const json::value* schema = (nested != nullptr ? *nested : *format).if_contains("schema");
  const auto made = schema != nullptr ? schema_instance(*schema) : std::optional<json::value>(json::object{});
  if (!made) return fail(unfit_pattern());
  return std::optional<std::string>(json::serialize(*made));
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
  if (model == nullptr && ask.call == Call::Moderations) {
    ask.model = "omni-moderation-latest";
  } else if (model == nullptr && ask.call == Call::Images) {
    ask.model.clear();
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

Result<Ask> read_form(Ask ask, std::string_view content_type, std::string_view body) {
  const auto model = form_part(content_type, body, "model");
  if (model && model->content.size() <= 256) ask.model = std::string(model->content);
  if (const auto prompt = form_part(content_type, body, "prompt")) ask.said = front_of(prompt->content);
  if (ask.model.empty() && ask.call != Call::Images) {
    return fail(bad_body("missing_required_parameter", "you must provide a model parameter"));
  }
  return ask;
}

// The members that only Responses has.
void read_response(const json::object& body, Ask& ask) {
  const json::value* store = body.if_contains("store");
  ask.store = store == nullptr || !store->is_bool() || store->get_bool();
  ask.previous = std::string(text_in(body, "previous_response_id"));
  const json::value* input = body.if_contains("input");
  json::array items;
  if (input != nullptr && input->is_array()) items = input->get_array();
  if (input != nullptr && input->is_string()) items.emplace_back(json::object{{"role", "user"}, {"content", *input}});
  for (std::size_t at = 0; at < items.size(); ++at) {
    if (!items[at].is_object()) continue;
    json::object& item = items[at].get_object();
    if (!item.contains("type")) item["type"] = "message";
    if (!item.contains("id")) item["id"] = "item_mock" + std::to_string(at);
    const json::value* content = item.if_contains("content");
    if (content != nullptr && content->is_string()) {
      item["content"] = json::array{json::object{{"type", "input_text"}, {"text", *content}}};
    }
  }
  ask.input_items = json::serialize(items);
}

bool has_model(Call call) {
  switch (call) {
    case Call::Models:
    case Call::Model:
    case Call::AnthropicModels:
    case Call::AnthropicModel:
    case Call::Files:
    case Call::Batches:
    case Call::MessageBatches:
    case Call::StoredResponses:
    case Call::Unknown: return false;
    default: return true;
  }
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
                                   {"/v1/audio/speech", Call::Speech},
                                   {"/v1/images/generations", Call::Images},
                                   {"/v1/images/edits", Call::Images},
                                   {"/v1/images/variations", Call::Images},
                                   {"/v1/rerank", Call::Rerank},
                                   {"/v1/messages", Call::Messages},
                                   {"/v1/messages/count_tokens", Call::CountTokens}};
  if (path == "/v1/files" || path.starts_with("/v1/files/")) return Call::Files;
  if (path == "/v1/batches" || path.starts_with("/v1/batches/")) return Call::Batches;
  if (path == "/v1/messages/batches" || path.starts_with("/v1/messages/batches/")) return Call::MessageBatches;
  if (path.starts_with("/v1/responses/")) return Call::StoredResponses;
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
  if (!has_model(call)) return ask;
  const bool form = call == Call::Images && content_type.starts_with("multipart/");
  if (call == Call::Transcriptions || form) return read_form(std::move(ask), content_type, body);

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
  const Newest said = newest_of(object);
  ask.said = front_of(said.text);
  ask.tools_answered = said.of_a_tool ? said.results : 0;
  ask.images = said.images;
  if (call == Call::Responses) read_response(object, ask);
  if (call == Call::Chat || call == Call::Responses || call == Call::Messages) {
    ask.thinks = said.text.contains("think") && may_think(object);
    ask.calls = tools_wanted(object, said);
    if (std::ranges::any_of(ask.calls, &Tool::unfit)) return fail(unfit_pattern());
    if (!ask.calls.empty()) return ask;
    auto structured = structured_answer(object);
    if (!structured) return fail(std::move(structured.error()));
    ask.structured = *std::move(structured);
  }
  return ask;
}

}  // namespace drover::mock
