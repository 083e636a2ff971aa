#include "translate/responses/read_responses_request.h"

#include <algorithm>
#include <array>

#include "translate/model/reasoning.h"

namespace drover::translate {
namespace {

/// Items of tools that run at the provider: part of a history that only OpenAI can read. The rest of it still goes on.
constexpr auto kServerItems = std::to_array<std::string_view>(
    {"web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call",
     "mcp_list_tools", "mcp_approval_request", "mcp_approval_response", "tool_search_call", "tool_search_output"});

/// What asks for nothing that is missed elsewhere.
constexpr auto kSilent = std::to_array<std::string_view>({"stream_options", "client_metadata"});

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

bool ResponsesRequestReader::field(std::string_view name, std::string_view raw) {
  if (name == "input") {
    read_input(raw);
  } else if (name == "instructions") {
    if (!is_string(raw)) wrong_type("instructions must be a string.");
    instructions_ = text_of(raw);
  } else if (name == "tools") {
    if (!for_elements(raw, [this](std::string_view tool) { read_tool(tool); })) wrong_type("tools must be a list.");
  } else if (name == "tool_choice") {
    read_choice(raw);
  } else {
    return is_one_of(name, kSilent) || read_output(name, raw);
  }
  return true;
}

bool ResponsesRequestReader::read_output(std::string_view name, std::string_view raw) {
  if (name == "max_output_tokens") {
    read_max_tokens(raw);
  } else if (name == "reasoning") {
    read_reasoning_options(raw);
  } else if (name == "text") {
    read_text(raw);
  } else if (name == "include") {
    read_include(raw);
  } else {
    return read_openai_common(name, raw);
  }
  return true;
}

void ResponsesRequestReader::end() {
  if (out_.messages.empty()) fail("missing_input", "input must hold at least one item.");
  if (instructions_.empty()) return;
  Message system{.role = Role::System};
  add({.text = instructions_}, system);
  out_.messages.insert(out_.messages.begin(), std::move(system));
}

void ResponsesRequestReader::read_include(std::string_view raw) {
  for_elements(raw, [this](std::string_view what) {
    if (what == "\"message.output_text.logprobs\"") return losses_.refused("include");
    if (what != "\"reasoning.encrypted_content\"") losses_.dropped("include");
  });
}

void ResponsesRequestReader::read_input(std::string_view raw) {
  if (is_string(raw)) {
    if (raw.size() > 2) add({.text = text_of(raw)}, turn(Role::User));
    return;
  }
  if (!for_elements(raw, [this](std::string_view item) { read_item(item); })) {
    wrong_type("input must be a string or a list of items.");
  }
}

Message& ResponsesRequestReader::turn(Role role) {
  if (out_.messages.empty() || out_.messages.back().role != role) out_.messages.push_back({.role = role});
  return out_.messages.back();
}

void ResponsesRequestReader::read_item(std::string_view raw) {
  if (out_.messages.size() >= kMaxMessages) return fail("too_many_messages", "More items than are accepted.");
  if (!is_object(raw)) return wrong_type("An item of input must be an object.");
  const std::string_view type = word_in(raw, "type");
  if (type == "message" || type.empty()) return read_message(raw);
  if (type == "function_call") return read_call(raw, /*custom=*/false);
  if (type == "custom_tool_call") return read_call(raw, /*custom=*/true);
  if (type == "function_call_output" || type == "custom_tool_call_output") return read_result(raw);
  if (type == "reasoning") return read_reasoning(raw);
  if (is_one_of(type, kServerItems)) return losses_.dropped("input.server_tools");
  losses_.refused("input.items");
}

void ResponsesRequestReader::read_message(std::string_view raw) {
  const std::string_view role = word_in(raw, "role");
  Role made = Role::User;
  if (role == "assistant") {
    made = Role::Assistant;
  } else if (role == "system") {
    made = Role::System;
  } else if (role == "developer") {
    made = Role::Developer;
  } else if (role != "user") {
    if (word_in(raw, "type").empty() && role.empty()) return losses_.refused("input.items");
    return fail("invalid_role", "A message's role must be user, assistant, system or developer.");
  }
  // Reasoning, words and calls of the assistant are items of their own, and one turn.
  Message* message = nullptr;
  if (made == Role::Assistant) {
    message = &turn(made);
  } else {
    out_.messages.push_back({.role = made});
    message = &out_.messages.back();
  }
  std::vector<Part> parts;
  read_content(dialect::raw_member(raw, "content"), parts);
  for (Part& part : parts) message->parts.push_back(std::move(part));
}

void ResponsesRequestReader::read_content(std::string_view raw, std::vector<Part>& parts) {
  if (is_absent(raw)) return;
  if (is_string(raw)) {
    if (raw.size() > 2 && count_part()) parts.push_back({.text = text_of(raw)});
    return;
  }
  if (!for_elements(raw, [&](std::string_view part) { read_part(part, parts); })) {
    wrong_type("content must be a string or a list of parts.");
  }
}

void ResponsesRequestReader::read_part(std::string_view raw, std::vector<Part>& parts) {
  const std::string_view type = word_in(raw, "type");
  Part part;
  if (read_openai_part(type, raw, part)) {
    if (part.kind == PartKind::Text && part.text.empty()) return;
  } else if (type == "input_image") {
    part.kind = PartKind::Image;
    const std::string_view url = dialect::raw_member(raw, "image_url");
    const Text detail = text_of(dialect::raw_member(raw, "detail"));
    if (is_absent(url)) {
      part.media = {.source = Media::Source::FileId, .data = text_of(dialect::raw_member(raw, "file_id"))};
    } else {
      part.media = image_of(text_of(url), detail);
    }
  } else if (type == "input_file") {
    part = document_of(raw);
  } else {
    return losses_.refused("input.content");
  }
  if (is_object(dialect::raw_member(raw, "prompt_cache_breakpoint"))) part.mark = CacheMark::Short;
  if (count_part()) parts.push_back(std::move(part));
}

void ResponsesRequestReader::read_call(std::string_view raw, bool custom) {
  Part call{.kind = PartKind::Call,
            .id = text_of(dialect::raw_member(raw, "call_id")),
            .name = text_of(dialect::raw_member(raw, "name")),
            .custom = custom};
  const std::string_view arguments = dialect::raw_member(raw, custom ? "input" : "arguments");
  call.arguments.value = text_of(arguments).escaped;
  if (call.name.empty()) return fail("invalid_tool_call", "A call of a tool must name the tool.");
  if (!is_absent(arguments) && !is_string(arguments)) return wrong_type("The arguments of a call must be a string.");
  add(std::move(call), turn(Role::Assistant));
}

void ResponsesRequestReader::read_result(std::string_view raw) {
  Part result{.kind = PartKind::Result, .id = text_of(dialect::raw_member(raw, "call_id"))};
  result.is_error = word_in(raw, "status") == "incomplete";
  read_content(dialect::raw_member(raw, "output"), result.inside);
  add(std::move(result), turn(Role::User));
}

void ResponsesRequestReader::read_reasoning(std::string_view raw) {
  Message& message = turn(Role::Assistant);
  const std::size_t before = message.parts.size();
  const auto add_text = [&](std::string_view entry) {
    const Text text = text_of(dialect::raw_member(entry, "text"));
    if (!text.empty()) add({.kind = PartKind::Thinking, .text = text}, message);
  };
  // The thoughts themselves, where a server gives them, else the summary of them.
  const std::string_view content = dialect::raw_member(raw, "content");
  for_elements(content, add_text);
  if (message.parts.size() == before) for_elements(dialect::raw_member(raw, "summary"), add_text);
  const Text seal = text_of(dialect::raw_member(raw, "encrypted_content"));
  if (seal.empty()) return;
  Part sealed{
      .kind = PartKind::Sealed, .text = seal, .id = text_of(dialect::raw_member(raw, "id")), .maker = Maker::OpenAi};
  if (const auto carried = read_carried(seal.escaped)) {
    sealed.maker = carried->maker;
    sealed.id = {carried->id};
    sealed.text = {carried->seal};
    if (!carried->sealed && message.parts.size() == before + 1) {  // it signs the text before it
      message.parts.back().maker = carried->maker;
      message.parts.back().signature = {carried->seal};
      return;
    }
    if (!carried->sealed) return losses_.dropped("reasoning");  // what it signs is not there
  }
  add(std::move(sealed), message);
}

void ResponsesRequestReader::read_tool(std::string_view raw) {
  const std::string_view type = word_in(raw, "type");
  if (!is_object(raw)) return wrong_type("A tool must be an object.");
  if (type != "function" && type != "custom") return losses_.dropped("tools.hosted");
  Tool tool{.custom = type == "custom"};
  bool narrowed = false;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "name") tool.name = text_of(value);
    if (key == "description") tool.description = text_of(value);
    if (key == "parameters") tool.schema = schema_of(value);
    if (key == "strict") tool.strict = bool_of(value);
    if (key == "format" && !is_absent(value)) tool.format = value;
    // Who may call it and what it returns are for tools that a program at the provider calls.
    if (key == "allowed_callers" || key == "output_schema") narrowed = narrowed || dialect::raw_truthy(value);
  });
  if (narrowed) losses_.refused("tools.allowed_callers");
  if (tool.name.empty()) return fail("invalid_tool", "A tool must have a name.");
  if (out_.tools.size() == kMaxTools) return fail("too_many_tools", "More tools than are accepted.");
  out_.tools.push_back(tool);
}

void ResponsesRequestReader::read_choice(std::string_view raw) {
  ToolChoice& choice = out_.choice;
  const std::string_view type = word_in(raw, "type");
  if (raw == "\"auto\"") {
    choice.kind = ToolChoice::Kind::Auto;
  } else if (raw == "\"none\"") {
    choice.kind = ToolChoice::Kind::None;
  } else if (raw == "\"required\"") {
    choice.kind = ToolChoice::Kind::Required;
  } else if (type == "function" || type == "custom") {
    choice.kind = ToolChoice::Kind::Named;
    choice.name = text_of(dialect::raw_member(raw, "name"));
  } else if (type == "allowed_tools") {
    read_allowed(word_in(raw, "mode"), dialect::raw_member(raw, "tools"));
  } else {
    losses_.refused("tool_choice");  // a tool of the provider's is demanded
  }
}

void ResponsesRequestReader::read_text(std::string_view raw) {
  Settings& settings = out_.settings;
  settings.verbosity = text_of(dialect::raw_member(raw, "verbosity"));
  const std::string_view written = dialect::raw_member(raw, "format");
  const std::string_view type = word_in(written, "type");
  OutputFormat& format = settings.format;
  if (type == "json_object") format.kind = OutputFormat::Kind::JsonObject;
  if (type != "json_schema") {
    if (!type.empty() && type != "text" && type != "json_object") losses_.refused("text.format");
    return;
  }
  read_output_schema(written);
}

void ResponsesRequestReader::read_reasoning_options(std::string_view raw) {
  if (const std::string_view effort = dialect::raw_member(raw, "effort"); !is_absent(effort)) read_effort(effort);
  const auto asked = [&](std::string_view name) { return !is_absent(dialect::raw_member(raw, name)); };
  out_.settings.wants_summary = asked("summary") || asked("generate_summary");
}

}  // namespace drover::translate
