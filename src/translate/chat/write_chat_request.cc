#include "translate/chat/write_chat_request.h"

#include "translate/model/limits.h"

namespace drover::translate {
namespace {

/// Chat completions take this many.
constexpr std::size_t kMaxStopsOfChat = 4;

bool is_readable(const Part& part) {
  return part.kind == PartKind::Text || part.kind == PartKind::Refusal;
}

std::vector<const Part*> parts_of(const std::vector<Part>& parts, auto wanted) {
  std::vector<const Part*> found;
  for (const Part& part : parts) {
    if (wanted(part)) found.push_back(&part);
  }
  return found;
}

}  // namespace

void ChatRequestWriter::write_body() {
  write_settings();
  write_tools();
  json_.key("messages").open('[');
  for (const Message& message : in_.messages) write_message(message);
  json_.close(']');
  check_messages("\"messages\":[]");
}

void ChatRequestWriter::write_settings() {
  if (settings().max_tokens.has_value()) {
    json_.key(can_.new_names ? "max_completion_tokens" : "max_tokens").number(*settings().max_tokens);
  }
  write_sampling();
  const auto& stop = settings().stop;
  if (stop.size() > kMaxStopsOfChat) losses_.dropped("stop_sequences");
  if (!stop.empty()) {
    json_.key("stop").open('[');
    for (std::size_t at = 0; at < stop.size() && at < kMaxStopsOfChat; ++at) json_.text(stop[at]);
    json_.close(']');
  }
  write_effort();
  write_format();
  write_openai_hints();
  if (!settings().stream) return;
  json_.key("stream").boolean(true);
  json_.key("stream_options").open('{').key("include_usage").boolean(true).close('}');
}

void ChatRequestWriter::write_effort() {
  const std::string_view effort = openai_effort();
  if (effort.empty()) return;
  if (!can_.tools_with_reasoning && !in_.tools.empty() && effort != "none") {
    return losses_.dropped("reasoning_effort");  // these models reason beside tools on Responses only
  }
  json_.key("reasoning_effort").word(effort);
}

void ChatRequestWriter::write_tools() {
  if (in_.tools.empty()) return;
  json_.key("tools").open('[');
  for (const Tool& tool : in_.tools) {
    if (is_allowed(tool)) write_tool(tool);
  }
  json_.close(']');
  write_choice();
  if (settings().parallel_calls == false) json_.key("parallel_tool_calls").boolean(false);
}

void ChatRequestWriter::write_tool(const Tool& tool) {
  const std::string_view type = tool.custom ? "custom" : "function";
  json_.open('{').key("type").word(type).key(type).open('{');
  write_openai_tool(tool);
  if (!tool.custom && tool.strict.has_value()) json_.key("strict").boolean(*tool.strict);
  tell_marks(tool.mark);
  json_.close('}').close('}');
}

void ChatRequestWriter::write_choice() {
  if (write_choice_word() || in_.choice.kind != ToolChoice::Kind::Named) return;
  const Tool* const tool = find_tool(in_.choice.name);
  const std::string_view type = tool != nullptr && tool->custom ? "custom" : "function";
  json_.key("tool_choice").open('{').key("type").word(type);
  json_.key(type).open('{').key("name").text(name_of(in_.choice.name)).close('}').close('}');
}

void ChatRequestWriter::write_format() {
  const OutputFormat& format = settings().format;
  if (format.kind == OutputFormat::Kind::Text) return;
  json_.key("response_format").open('{');
  if (format.kind == OutputFormat::Kind::JsonObject) {
    json_.key("type").word("json_object").close('}');
    return;
  }
  json_.key("type").word("json_schema").key("json_schema").open('{');
  write_output_schema(format.strict);
  json_.close('}').close('}');
}

void ChatRequestWriter::write_message(const Message& message) {
  if (message.role == Role::Assistant) return write_assistant(message);
  if (message.role == Role::User) write_results(message);
  const auto parts = parts_of(message.parts, [](const Part& part) { return part.kind != PartKind::Result; });
  if (parts.empty()) return;
  json_.open('{').key("role");
  if (message.role == Role::User) {
    json_.word("user");
  } else {
    json_.word(message.role == Role::Developer && can_.new_names ? "developer" : "system");
  }
  json_.key("content");
  write_content(parts);
  json_.close('}');
}

void ChatRequestWriter::write_assistant(const Message& message) {
  const auto words = parts_of(message.parts, [](const Part& part) { return part.kind == PartKind::Text; });
  const auto refusals = parts_of(message.parts, [](const Part& part) { return part.kind == PartKind::Refusal; });
  const auto calls = parts_of(message.parts, [](const Part& part) { return part.kind == PartKind::Call; });
  if (words.empty() && refusals.empty() && calls.empty()) return;
  json_.open('{').key("role").word("assistant");
  json_.key("content");
  if (words.empty()) {
    json_.raw("null");
  } else {
    write_text(words, "");
  }
  if (!refusals.empty()) {
    json_.key("refusal");
    write_text(refusals, "");
  }
  write_reasoning(message);
  if (!calls.empty()) {
    json_.key("tool_calls").open('[');
    for (const Part* call : calls) write_call(*call);
    json_.close(']');
  }
  json_.close('}');
}

void ChatRequestWriter::write_reasoning(const Message& message) {
  const auto thoughts = parts_of(message.parts, [](const Part& part) { return part.kind == PartKind::Thinking; });
  const bool sealed = std::ranges::any_of(message.parts, [](const Part& p) { return p.kind == PartKind::Sealed; });
  if (can_.reasoning_echo && !thoughts.empty()) {
    json_.key("reasoning_content");
    write_text(thoughts, "");
  } else if (!thoughts.empty() || sealed) {
    losses_.dropped("reasoning");
  }
}

void ChatRequestWriter::write_call(const Part& call) {
  json_.open('{').key("id").text(id_of(call.id));
  const std::string_view type = call.custom ? "custom" : "function";
  if (call.custom && !can_.custom_tools) losses_.refused("tools.custom");
  json_.key("type").word(type).key(type).open('{').key("name").text(name_of(call.name));
  std::string& out = json_.key(call.custom ? "input" : "arguments").value();
  out += '"';
  call.custom ? void(out += call.arguments.value) : append_as_text(call.arguments, out);
  out += '"';
  json_.close('}').close('}');
}

/// Results are messages of their own, before what the user says. Pictures in them follow in a message of the user's,
/// because most servers take nothing but text in a result.
void ChatRequestWriter::write_results(const Message& message) {
  std::vector<const Part*> moved;
  for (const Part& part : message.parts) {
    if (part.kind != PartKind::Result) continue;
    write_result(part);
    for (const Part& inside : part.inside) {
      if (!is_readable(inside)) moved.push_back(&inside);
    }
  }
  if (moved.empty()) return;
  losses_.adapted("tool_result.media");
  json_.open('{').key("role").word("user").key("content").open('[');
  for (const Part* part : moved) write_part(*part);
  json_.close(']').close('}');
}

void ChatRequestWriter::write_result(const Part& result) {
  json_.open('{').key("role").word("tool").key("tool_call_id").text(id_of(result.id)).key("content");
  write_text(parts_of(result.inside, is_readable), "\\n");
  json_.close('}');
  if (result.is_error) losses_.adapted("tool_result.is_error");
  tell_marks(result.mark);
}

void ChatRequestWriter::write_content(const std::vector<const Part*>& parts) {
  const bool marked = std::ranges::any_of(parts, [](const Part* part) { return part->mark != CacheMark::None; });
  if (parts.size() == 1 && parts.front()->kind == PartKind::Text && !(marked && can_.cache_marks)) {
    tell_marks(parts.front()->mark);
    json_.text(parts.front()->text);
    return;
  }
  json_.open('[');
  for (const Part* part : parts) write_part(*part);
  json_.close(']');
}

void ChatRequestWriter::write_part(const Part& part) {
  tell_marks(part.mark);
  json_.open('{');
  switch (part.kind) {
    case PartKind::Image:
      if (part.media.source == Media::Source::FileId) losses_.refused("file_id");
      json_.key("type").word("image_url").key("image_url").open('{').key("url");
      write_image_url(part.media);
      if (!part.media.detail.empty()) json_.key("detail").text(part.media.detail);
      json_.close('}').close('}');
      return;  // no mark on pictures
    case PartKind::Document:
      if (part.media.source == Media::Source::PlainText) {
        json_.key("type").word("text").key("text").text(part.media.data);
        break;
      }
      json_.key("type").word("file").key("file").open('{');
      write_openai_file(part.media, "");
      json_.close('}');
      break;
    case PartKind::Audio:
      json_.key("type").word("input_audio").key("input_audio").open('{');
      json_.key("data").text(part.media.data).key("format").text(part.media.type).close('}');
      break;
    default: json_.key("type").word("text").key("text").text(part.text);
  }
  if (part.mark != CacheMark::None && can_.cache_marks) {
    json_.key("prompt_cache_breakpoint").open('{').key("mode").word("explicit").close('}');
  }
  json_.close('}');
}

void ChatRequestWriter::write_text(const std::vector<const Part*>& parts, std::string_view between) {
  std::string& out = json_.value();
  out += '"';
  for (const Part* part : parts) {
    if (part != parts.front()) out += between;
    out += part->text.escaped;
  }
  out += '"';
}

}  // namespace drover::translate
