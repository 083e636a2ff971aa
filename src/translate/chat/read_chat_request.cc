#include "translate/chat/read_chat_request.h"

#include <algorithm>

#include "translate/model/reasoning.h"

namespace drover::translate {

struct ChatRequestReader::RawMessage {
  std::string_view role, content, name, tool_calls, tool_call_id, function_call, refusal;
  std::string_view reasoning_content, reasoning, reasoning_details, thinking_blocks, reasoning_signature;

  void take(std::string_view key, std::string_view value) {
    if (key == "role") role = text_of(value).escaped;
    if (is_absent(value)) return;
    if (key == "content") content = value;
    if (key == "name") name = value;
    if (key == "tool_calls") tool_calls = value;
    if (key == "tool_call_id") tool_call_id = value;
    if (key == "function_call") function_call = value;
    if (key == "refusal") refusal = value;
    if (key == "reasoning_content") reasoning_content = value;
    if (key == "reasoning") reasoning = value;
    if (key == "reasoning_details") reasoning_details = value;
    if (key == "thinking_blocks") thinking_blocks = value;
    if (key == "reasoning_signature") reasoning_signature = value;
  }
};

bool ChatRequestReader::field(std::string_view name, std::string_view raw) {
  if (name == "messages") {
    read_messages(raw);
  } else if (name == "stream_options") {
    out_.settings.include_usage = dialect::raw_member(raw, "include_usage") == "true";
  } else if (name == "tools" || name == "functions") {
    read_tools(name, raw);
  } else if (name == "tool_choice" || name == "function_call") {
    read_choice(raw);
  } else {
    return read_output(name, raw);
  }
  return true;
}

bool ChatRequestReader::read_output(std::string_view name, std::string_view raw) {
  Settings& settings = out_.settings;
  if (name == "max_completion_tokens" || (name == "max_tokens" && !settings.max_tokens.has_value())) {
    read_max_tokens(raw);
  } else if (name == "max_tokens") {  // the other name counts
  } else if (name == "stop") {
    read_stop(raw);
  } else if (name == "n") {
    if (dialect::raw_integer(raw) != 1) losses_.refused("n");
  } else if (name == "reasoning_effort") {
    read_effort(raw);
  } else if (name == "response_format") {
    read_format(raw);
  } else if (name == "modalities") {
    read_modalities(raw);
  } else if (name == "verbosity") {
    settings.verbosity = text_of(raw);
  } else {
    return read_openai_common(name, raw);
  }
  return true;
}

void ChatRequestReader::read_tools(std::string_view name, std::string_view raw) {
  const bool is_list = for_elements(raw, [&](std::string_view tool) {
    if (name == "tools") return read_tool(tool);
    Tool made;
    read_function(tool, made);
    add_tool(made);
  });
  if (!is_list) wrong_type("tools must be a list.");
}

void ChatRequestReader::end() {
  if (out_.messages.empty()) fail("missing_messages", "messages must hold at least one message.");
}

void ChatRequestReader::read_modalities(std::string_view raw) {
  for_elements(raw, [this](std::string_view kind) {
    if (kind != "\"text\"") losses_.refused("modalities");
  });
}

void ChatRequestReader::read_messages(std::string_view raw) {
  if (!for_elements(raw, [this](std::string_view message) { read_message(message); })) {
    wrong_type("messages must be a list.");
  }
}

void ChatRequestReader::read_message(std::string_view raw) {
  if (out_.messages.size() == kMaxMessages) return fail("too_many_messages", "More messages than are accepted.");
  RawMessage message;
  if (!for_members(raw, [&](std::string_view key, std::string_view value) { message.take(key, value); })) {
    return wrong_type("A message must be an object.");
  }
  const std::string_view role = message.role;
  if (role == "assistant") return read_assistant(message);
  if (role == "tool" || role == "function") return read_result(message);
  Message made;
  if (role == "system") {
    made.role = Role::System;
  } else if (role == "developer") {
    made.role = Role::Developer;
  } else if (role == "user") {
    made.role = Role::User;
  } else {
    return fail("invalid_role", "A message's role must be system, developer, user, assistant, tool or function.");
  }
  if (!message.name.empty()) losses_.dropped("messages.name");
  read_content(message.content, made);
  out_.messages.push_back(std::move(made));
}

void ChatRequestReader::read_assistant(const RawMessage& raw) {
  Message made{.role = Role::Assistant};
  read_reasoning(raw, made);
  google_signed_ = std::ranges::any_of(made.parts, [](const Part& part) { return part.maker == Maker::Google; });
  read_content(raw.content, made);
  if (is_string(raw.refusal) && raw.refusal.size() > 2) {
    add({.kind = PartKind::Refusal, .text = text_of(raw.refusal)}, made);
  }
  if (!raw.tool_calls.empty()) {
    const bool is_list = for_elements(raw.tool_calls, [&](std::string_view call) { read_call(call, made); });
    if (!is_list) wrong_type("tool_calls must be a list.");
  }
  if (is_object(raw.function_call)) {
    Part call{.kind = PartKind::Call, .id = {out_.keep("call_" + std::to_string(++old_calls_))}};
    call.name = text_of(dialect::raw_member(raw.function_call, "name"));
    call.arguments.value = text_of(dialect::raw_member(raw.function_call, "arguments")).escaped;
    add(std::move(call), made);
  }
  out_.messages.push_back(std::move(made));
}

void ChatRequestReader::read_result(const RawMessage& raw) {
  Part result{.kind = PartKind::Result, .id = text_of(raw.tool_call_id)};
  if (raw.role == "function") result.id = {out_.keep("call_" + std::to_string(old_calls_))};
  Message inside;
  read_content(raw.content, inside);
  result.inside = std::move(inside.parts);
  // Results that follow each other belong to one turn.
  const bool goes_on = !out_.messages.empty() && out_.messages.back().role == Role::User &&
                       !out_.messages.back().parts.empty() &&
                       out_.messages.back().parts.back().kind == PartKind::Result;
  if (!goes_on) out_.messages.push_back({.role = Role::User});
  add(std::move(result), out_.messages.back());
}

void ChatRequestReader::read_content(std::string_view raw, Message& message) {
  if (raw.empty()) return;
  if (is_string(raw)) {
    if (raw.size() > 2) add({.text = text_of(raw)}, message);
    return;
  }
  if (!for_elements(raw, [&](std::string_view part) { read_part(part, message); })) {
    wrong_type("A message's content must be a string or a list of parts.");
  }
}

void ChatRequestReader::read_part(std::string_view raw, Message& message) {
  if (is_string(raw)) return add({.text = text_of(raw)}, message);
  const std::string_view type = word_in(raw, "type");
  Part part;
  if (read_openai_part(type, raw, part)) {
    if (part.kind == PartKind::Text && part.text.empty()) return;
  } else if (type == "image_url") {
    part.kind = PartKind::Image;
    const std::string_view image = dialect::raw_member(raw, "image_url");
    const std::string_view url = is_string(image) ? image : dialect::raw_member(image, "url");
    part.media = image_of(text_of(url), text_of(dialect::raw_member(image, "detail")));
  } else if (type == "file") {
    part = document_of(dialect::raw_member(raw, "file"));
  } else if (type == "thinking") {  // Mistral
    return;
  } else {
    return losses_.refused("messages.content");
  }
  part.mark = read_mark(dialect::raw_member(raw, "cache_control"));
  if (is_object(dialect::raw_member(raw, "prompt_cache_breakpoint"))) part.mark = CacheMark::Short;
  add(std::move(part), message);
}

void ChatRequestReader::read_call(std::string_view raw, Message& message) {
  Part call{.kind = PartKind::Call, .id = text_of(dialect::raw_member(raw, "id"))};
  call.custom = word_in(raw, "type") == "custom";
  const std::string_view function = dialect::raw_member(raw, call.custom ? "custom" : "function");
  call.name = text_of(dialect::raw_member(function, "name"));
  const std::string_view arguments = dialect::raw_member(function, call.custom ? "input" : "arguments");
  if (call.name.empty()) return fail("invalid_tool_call", "A call of a tool must name the tool.");
  if (is_string(arguments)) {
    call.arguments.value = text_of(arguments).escaped;
  } else if (is_object(arguments)) {  // some servers and clients keep them as an object
    call.arguments = {Arguments::Written::AsJson, arguments};
  } else if (!is_absent(arguments)) {
    return wrong_type("The arguments of a call must be a string.");
  }
  if (!google_signed_) read_google_signature(raw, call.id, message);
  add(std::move(call), message);
}

/// Where the chat completions of Google's own servers have the signature of a call.
void ChatRequestReader::read_google_signature(std::string_view call, Text id, Message& message) {
  const std::string_view google = dialect::raw_member(dialect::raw_member(call, "extra_content"), "google");
  const Text signature = text_of(dialect::raw_member(google, "thought_signature"));
  if (signature.empty()) return;
  add({.kind = PartKind::Sealed, .text = signature, .id = id, .maker = Maker::Google}, message);
}

void ChatRequestReader::read_reasoning(const RawMessage& raw, Message& message) {
  const std::size_t before = message.parts.size();
  if (is_array(raw.thinking_blocks)) read_blocks(raw.thinking_blocks, message);
  if (message.parts.size() == before && is_array(raw.reasoning_details)) read_details(raw.reasoning_details, message);
  if (message.parts.size() != before) return;
  const Text text = text_of(is_string(raw.reasoning_content) ? raw.reasoning_content : raw.reasoning);
  const Text signature = text_of(raw.reasoning_signature);
  if (text.empty() && signature.empty()) return;
  add({.kind = PartKind::Thinking,
       .text = text,
       .signature = signature,
       .maker = signature.empty() ? Maker::Nobody : Maker::Anthropic},
      message);
}

/// LiteLLM's field: blocks as Anthropic has them.
void ChatRequestReader::read_blocks(std::string_view raw, Message& message) {
  for_elements(raw, [&](std::string_view block) {
    if (word_in(block, "type") == "redacted_thinking") {
      add({.kind = PartKind::Sealed, .text = text_of(dialect::raw_member(block, "data")), .maker = Maker::Anthropic},
          message);
      return;
    }
    const Text signature = text_of(dialect::raw_member(block, "signature"));
    add({.kind = PartKind::Thinking,
         .text = text_of(dialect::raw_member(block, "thinking")),
         .signature = signature,
         .maker = signature.empty() ? Maker::Nobody : Maker::Anthropic},
        message);
  });
}

/// OpenRouter's field: each entry names the format of its maker.
void ChatRequestReader::read_details(std::string_view raw, Message& message) {
  for_elements(raw, [&](std::string_view entry) {
    const std::string_view type = word_in(entry, "type");
    const Maker maker = maker_of_details(word_in(entry, "format"));
    if (type == "reasoning.encrypted") {
      add({.kind = PartKind::Sealed,
           .text = text_of(dialect::raw_member(entry, "data")),
           .id = text_of(dialect::raw_member(entry, "id")),
           .maker = maker},
          message);
      return;
    }
    const Text signature = text_of(dialect::raw_member(entry, "signature"));
    add({.kind = PartKind::Thinking,
         .text = text_of(dialect::raw_member(entry, type == "reasoning.summary" ? "summary" : "text")),
         .signature = signature,
         .maker = signature.empty() ? Maker::Nobody : maker},
        message);
  });
}

void ChatRequestReader::add_tool(Tool tool) {
  if (out_.tools.size() == kMaxTools) return fail("too_many_tools", "More tools than are accepted.");
  if (tool.name.empty()) return fail("invalid_tool", "A tool must have a name.");
  out_.tools.push_back(tool);
}

void ChatRequestReader::read_function(std::string_view raw, Tool& tool) {
  const bool is_one = for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "name") tool.name = text_of(value);
    if (key == "description") tool.description = text_of(value);
    if (key == "parameters") tool.schema = schema_of(value);
    if (key == "strict") tool.strict = bool_of(value);
    if (key == "format" && !is_absent(value)) tool.format = value;
    if (key == "cache_control") tool.mark = read_mark(value);
  });
  if (!is_one) wrong_type("A tool must be an object.");
}

void ChatRequestReader::read_tool(std::string_view raw) {
  const std::string_view type = word_in(raw, "type");
  Tool tool{.custom = type == "custom"};
  if (type != "function" && type != "custom" && !is_object(dialect::raw_member(raw, "function"))) {
    if (!is_object(raw)) return wrong_type("A tool must be an object.");
    return losses_.dropped("tools.hosted");
  }
  read_function(dialect::raw_member(raw, tool.custom ? "custom" : "function"), tool);
  if (tool.mark == CacheMark::None) tool.mark = read_mark(dialect::raw_member(raw, "cache_control"));
  add_tool(tool);
}

void ChatRequestReader::read_choice(std::string_view raw) {
  ToolChoice& choice = out_.choice;
  if (raw == "\"auto\"") {
    choice.kind = ToolChoice::Kind::Auto;
  } else if (raw == "\"none\"") {
    choice.kind = ToolChoice::Kind::None;
  } else if (raw == "\"required\"" || raw == "\"any\"") {
    choice.kind = ToolChoice::Kind::Required;
  } else if (!is_object(raw)) {
    fail("invalid_tool_choice", "tool_choice must be auto, none, required or an object.");
  } else if (const std::string_view type = word_in(raw, "type"); type == "allowed_tools") {
    const std::string_view allowed = dialect::raw_member(raw, "allowed_tools");
    read_allowed(word_in(allowed, "mode"), dialect::raw_member(allowed, "tools"));
  } else {
    const std::string_view named = dialect::raw_member(raw, type == "custom" ? "custom" : "function");
    choice.kind = ToolChoice::Kind::Named;
    choice.name = text_of(dialect::raw_member(named.empty() ? raw : named, "name"));
    if (choice.name.empty()) losses_.refused("tool_choice");
  }
}

void ChatRequestReader::read_format(std::string_view raw) {
  OutputFormat& format = out_.settings.format;
  const std::string_view type = word_in(raw, "type");
  if (type == "json_object") format.kind = OutputFormat::Kind::JsonObject;
  if (type != "json_schema") {
    if (type != "text" && type != "json_object") losses_.refused("response_format");
    return;
  }
  read_output_schema(dialect::raw_member(raw, "json_schema"));
}

}  // namespace drover::translate
