#include "translate/messages/read_messages_request.h"

#include <algorithm>
#include <array>

#include "translate/model/reasoning.h"

namespace drover::translate {
namespace {

/// Blocks of tools that run at the provider: part of a history that only Anthropic can read. The rest of the history
/// still goes on.
constexpr auto kServerBlocks = std::to_array<std::string_view>(
    {"server_tool_use", "mcp_tool_use", "mcp_tool_result", "container_upload", "fallback", "compaction"});

bool is_server_block(std::string_view type) {
  return std::ranges::find(kServerBlocks, type) != kServerBlocks.end() ||
         (type.ends_with("_tool_result") && type != "tool_result");
}

}  // namespace

bool MessagesRequestReader::field(std::string_view name, std::string_view raw) {
  if (name == "messages") {
    read_messages(raw);
  } else if (name == "system") {
    read_system(raw);
  } else if (name == "tools") {
    read_tools(raw);
  } else if (name == "tool_choice") {
    read_choice(raw);
  } else {
    // Its version stands in the body where the head belongs to the platform (Bedrock, Vertex).
    return name == "anthropic_version" || read_output(name, raw);
  }
  return true;
}

bool MessagesRequestReader::read_output(std::string_view name, std::string_view raw) {
  Settings& settings = out_.settings;
  if (name == "max_tokens") {
    read_max_tokens(raw);
  } else if (name == "stop_sequences") {
    read_stop(raw);
  } else if (name == "thinking") {
    read_thinking_mode(raw);
  } else if (name == "output_config") {
    read_output_config(raw);
  } else if (name == "output_format") {  // the name of the beta
    read_format(raw);
  } else if (name == "metadata") {
    settings.user = text_of(dialect::raw_member(raw, "user_id"));
  } else if (name == "service_tier") {
    settings.tier = {raw == "\"standard_only\"" ? std::string_view("default") : text_of(raw).escaped};
  } else {
    return read_common(name, raw);
  }
  return true;
}

void MessagesRequestReader::end() {
  if (out_.messages.empty()) fail("missing_messages", "messages must hold at least one message.");
  if (!system_.parts.empty()) out_.messages.insert(out_.messages.begin(), std::move(system_));
}

void MessagesRequestReader::read_system(std::string_view raw) {
  system_.role = Role::System;
  read_content(raw, system_.parts);
}

void MessagesRequestReader::read_messages(std::string_view raw) {
  if (!for_elements(raw, [this](std::string_view message) { read_message(message); })) {
    wrong_type("messages must be a list.");
  }
}

void MessagesRequestReader::read_message(std::string_view raw) {
  if (out_.messages.size() == kMaxMessages) return fail("too_many_messages", "More messages than are accepted.");
  const std::string_view role = word_in(raw, "role");
  Message made;
  if (role == "assistant") {
    made.role = Role::Assistant;
  } else if (role == "system") {
    made.role = Role::System;
  } else if (role != "user") {
    return fail("invalid_role", "A message's role must be user, assistant or system.");
  }
  read_content(dialect::raw_member(raw, "content"), made.parts);
  out_.messages.push_back(std::move(made));
}

void MessagesRequestReader::read_content(std::string_view raw, std::vector<Part>& parts) {
  if (is_absent(raw)) return;
  if (is_string(raw)) {
    if (raw.size() > 2 && count_part()) parts.push_back({.text = text_of(raw)});
    return;
  }
  if (!for_elements(raw, [&](std::string_view block) { read_block(block, parts); })) {
    wrong_type("content must be a string or a list of blocks.");
  }
}

void MessagesRequestReader::read_block(std::string_view raw, std::vector<Part>& parts) {
  const std::string_view type = word_in(raw, "type");
  Part part;
  if (type == "text") {
    part.text = text_of(dialect::raw_member(raw, "text"));
    if (part.text.empty()) return;
  } else if (type == "image") {
    part = read_image(raw);
  } else if (type == "document") {
    part = read_document(raw);
  } else if (type == "thinking" || type == "redacted_thinking") {
    part = read_thinking(raw);
  } else if (type == "tool_use") {
    part = read_call(raw);
  } else if (type == "tool_result") {
    part.kind = PartKind::Result;
    part.id = text_of(dialect::raw_member(raw, "tool_use_id"));
    part.is_error = dialect::raw_member(raw, "is_error") == "true";
    read_content(dialect::raw_member(raw, "content"), part.inside);
  } else if (is_server_block(type)) {
    return losses_.dropped("messages.server_tools");
  } else if (type == "search_result") {
    // Its text is what the model is to read; where it came from cannot be told.
    losses_.dropped("messages.search_result");
    return read_content(dialect::raw_member(raw, "content"), parts);
  } else if (type == "tool_reference") {
    return losses_.dropped("messages.tool_reference");
  } else {
    return losses_.refused("messages.content");
  }
  part.mark = read_mark(dialect::raw_member(raw, "cache_control"));
  if (count_part()) parts.push_back(std::move(part));
}

Part MessagesRequestReader::read_image(std::string_view raw) {
  Part part{.kind = PartKind::Image};
  const std::string_view source = dialect::raw_member(raw, "source");
  const std::string_view type = word_in(source, "type");
  if (type == "base64") {
    part.media = {.source = Media::Source::Base64,
                  .type = text_of(dialect::raw_member(source, "media_type")),
                  .data = text_of(dialect::raw_member(source, "data"))};
    const std::string_view media_type = part.media.type.escaped;
    if (!media_type.starts_with("image/") || !is_media_type(media_type) || !is_base64(part.media.data.escaped)) {
      fail("invalid_image", "An image must have an image's media type and base64 data.");
    }
  } else if (type == "url") {
    part.media = image_of(text_of(dialect::raw_member(source, "url")), {});
  } else if (type == "file") {
    part.media = {.source = Media::Source::FileId, .data = text_of(dialect::raw_member(source, "file_id"))};
  } else {
    fail("invalid_image", "An image's source must be base64, url or file.");
  }
  return part;
}

Part MessagesRequestReader::read_document(std::string_view raw) {
  Part part{.kind = PartKind::Document};
  const std::string_view source = dialect::raw_member(raw, "source");
  const std::string_view type = word_in(source, "type");
  Media& media = part.media;
  media.filename = text_of(dialect::raw_member(raw, "title"));
  media.type = text_of(dialect::raw_member(source, "media_type"));
  if (type == "base64") {
    media.source = Media::Source::Base64;
    media.data = text_of(dialect::raw_member(source, "data"));
  } else if (type == "text") {
    media.source = Media::Source::PlainText;
    media.data = text_of(dialect::raw_member(source, "data"));
  } else if (type == "url") {
    media.source = Media::Source::Url;
    media.data = text_of(dialect::raw_member(source, "url"));
  } else if (type == "file") {
    media.source = Media::Source::FileId;
    media.data = text_of(dialect::raw_member(source, "file_id"));
  } else {
    losses_.refused("messages.document");
  }
  if (dialect::raw_truthy(dialect::raw_member(raw, "citations"))) losses_.dropped("citations");
  return part;
}

Part MessagesRequestReader::read_thinking(std::string_view raw) {
  const bool sealed = word_in(raw, "type") == "redacted_thinking";
  Part part{.kind = sealed ? PartKind::Sealed : PartKind::Thinking, .maker = Maker::Anthropic};
  part.text = text_of(dialect::raw_member(raw, sealed ? "data" : "thinking"));
  part.signature = text_of(dialect::raw_member(raw, "signature"));
  if (!sealed && part.signature.empty()) part.maker = Maker::Nobody;
  Text& seal = sealed ? part.text : part.signature;
  if (const auto carried = read_carried(seal.escaped)) {
    part.maker = carried->maker;
    part.id = {carried->id};
    seal = {carried->seal};
  }
  return part;
}

Part MessagesRequestReader::read_call(std::string_view raw) {
  Part call{.kind = PartKind::Call,
            .id = text_of(dialect::raw_member(raw, "id")),
            .name = text_of(dialect::raw_member(raw, "name"))};
  const std::string_view input = dialect::raw_member(raw, "input");
  call.arguments = {Arguments::Written::AsJson, is_absent(input) ? std::string_view() : input};
  if (call.name.empty()) fail("invalid_tool_call", "A call of a tool must name the tool.");
  if (!is_absent(input) && !is_object(input)) wrong_type("The input of a call must be an object.");
  return call;
}

void MessagesRequestReader::read_tools(std::string_view raw) {
  if (!for_elements(raw, [this](std::string_view tool) { read_tool(tool); })) wrong_type("tools must be a list.");
}

void MessagesRequestReader::read_tool(std::string_view raw) {
  Tool tool;
  std::string_view type;
  const bool is_one = for_members(raw, [&](std::string_view key, std::string_view value) {
    if (key == "type") type = text_of(value).escaped;
    if (key == "name") tool.name = text_of(value);
    if (key == "description") tool.description = text_of(value);
    if (key == "input_schema") tool.schema = schema_of(value);
    if (key == "strict") tool.strict = bool_of(value);
    if (key == "cache_control") tool.mark = read_mark(value);
  });
  if (!is_one) return wrong_type("A tool must be an object.");
  // With a type of its own it runs at the provider, or has a schema that only its model knows.
  if (!type.empty() && type != "custom") return losses_.dropped("tools.hosted");
  if (tool.name.empty()) return fail("invalid_tool", "A tool must have a name.");
  if (out_.tools.size() == kMaxTools) return fail("too_many_tools", "More tools than are accepted.");
  out_.tools.push_back(tool);
}

void MessagesRequestReader::read_choice(std::string_view raw) {
  ToolChoice& choice = out_.choice;
  const std::string_view type = word_in(raw, "type");
  if (type == "auto") {
    choice.kind = ToolChoice::Kind::Auto;
  } else if (type == "none") {
    choice.kind = ToolChoice::Kind::None;
  } else if (type == "any") {
    choice.kind = ToolChoice::Kind::Required;
  } else if (type == "tool") {
    choice.kind = ToolChoice::Kind::Named;
    choice.name = text_of(dialect::raw_member(raw, "name"));
  } else {
    fail("invalid_tool_choice", "tool_choice.type must be auto, any, tool or none.");
  }
  if (dialect::raw_member(raw, "disable_parallel_tool_use") == "true") out_.settings.parallel_calls = false;
}

void MessagesRequestReader::read_thinking_mode(std::string_view raw) {
  Settings& settings = out_.settings;
  const std::string_view type = word_in(raw, "type");
  if (type == "enabled") {
    settings.thinking = ThinkingMode::Budget;
    settings.thinking_budget = dialect::raw_integer(dialect::raw_member(raw, "budget_tokens")).value_or(0);
  } else if (type == "adaptive") {
    settings.thinking = ThinkingMode::Adaptive;
  } else if (type == "disabled") {
    settings.thinking = ThinkingMode::Off;
  } else {
    fail("invalid_value", "thinking.type must be enabled, adaptive or disabled.");
  }
  settings.wants_summary = type != "disabled" && word_in(raw, "display") != "omitted";
}

void MessagesRequestReader::read_output_config(std::string_view raw) {
  if (const std::string_view effort = dialect::raw_member(raw, "effort"); !is_absent(effort)) read_effort(effort);
  if (const std::string_view format = dialect::raw_member(raw, "format"); !is_absent(format)) read_format(format);
  if (!is_absent(dialect::raw_member(raw, "task_budget"))) losses_.dropped("output_config.task_budget");
}

void MessagesRequestReader::read_format(std::string_view raw) {
  OutputFormat& format = out_.settings.format;
  if (word_in(raw, "type") != "json_schema") return losses_.refused("output_config.format");
  format.kind = OutputFormat::Kind::JsonSchema;
  format.name = {"output"};
  format.strict = true;  // Anthropic holds every output to its schema
  format.schema = schema_of(dialect::raw_member(raw, "schema"));
  if (format.schema.empty()) fail("invalid_output_format", "output_config.format must hold a schema.");
}

}  // namespace drover::translate
