#include "translate/responses/write_responses_request.h"

namespace drover::translate {
namespace {

/// OpenAI's least value of max_output_tokens.
constexpr std::int64_t kLeastOutput = 16;

}  // namespace

void ResponsesRequestWriter::write_body() {
  write_settings();
  write_tools();
  std::size_t at = write_instructions();
  json_.key("input").open('[');
  for (; at < in_.messages.size(); ++at) write_message(in_.messages[at]);
  json_.close(']');
  check_messages("\"input\":[]");
}

void ResponsesRequestWriter::write_settings() {
  if (settings().max_tokens.has_value()) {
    if (*settings().max_tokens < kLeastOutput) losses_.adapted("max_tokens");
    json_.key("max_output_tokens").number(std::max(*settings().max_tokens, kLeastOutput));
  }
  write_sampling();
  if (!settings().top_k.empty()) losses_.dropped("top_k");
  if (!settings().stop.empty()) losses_.refused("stop");
  write_reasoning_options();
  write_text_options();
  write_openai_hints();
  json_.key("store").boolean(false);  // its default is true, and the other forms keep nothing
  if (settings().stream) json_.key("stream").boolean(true);
}

void ResponsesRequestWriter::write_reasoning_options() {
  const std::string_view effort = openai_effort();
  const bool reasons = can_.thinking != ThinkingControl::None && can_.new_names;
  if (!effort.empty() || (reasons && settings().wants_summary)) {
    json_.key("reasoning").open('{');
    if (!effort.empty()) json_.key("effort").word(effort);
    if (effort != "none") json_.key("summary").word("auto");
    json_.close('}');
  }
  if (reasons) json_.key("include").open('[').word("reasoning.encrypted_content").close(']');
}

void ResponsesRequestWriter::write_text_options() {
  const OutputFormat& format = settings().format;
  if (format.kind == OutputFormat::Kind::Text && settings().verbosity.empty()) return;
  json_.key("text").open('{');
  if (format.kind == OutputFormat::Kind::JsonObject)
    json_.key("format").open('{').key("type").word("json_object").close('}');
  if (format.kind == OutputFormat::Kind::JsonSchema) {
    json_.key("format").open('{').key("type").word("json_schema");
    write_output_schema(format.strict.value_or(false));
    json_.close('}');
  }
  if (!settings().verbosity.empty()) json_.key("verbosity").text(settings().verbosity);
  json_.close('}');
}

void ResponsesRequestWriter::write_tools() {
  if (in_.tools.empty()) return;
  json_.key("tools").open('[');
  for (const Tool& tool : in_.tools) {
    if (!is_allowed(tool)) continue;
    json_.open('{').key("type").word(tool.custom ? "custom" : "function");
    write_openai_tool(tool);
    if (!tool.custom) json_.key("strict").boolean(tool.strict.value_or(false));  // its default is true
    tell_marks(tool.mark);
    json_.close('}');
  }
  json_.close(']');
  write_choice();
  if (settings().parallel_calls == false) json_.key("parallel_tool_calls").boolean(false);
}

void ResponsesRequestWriter::write_choice() {
  if (write_choice_word() || in_.choice.kind != ToolChoice::Kind::Named) return;
  const Tool* const tool = find_tool(in_.choice.name);
  const bool custom = tool != nullptr && tool->custom;
  json_.key("tool_choice").open('{').key("type").word(custom ? "custom" : "function");
  json_.key("name").text(name_of(in_.choice.name)).close('}');
}

std::size_t ResponsesRequestWriter::write_instructions() {
  if (in_.messages.empty() || in_.messages.size() < 2 || in_.messages.front().role != Role::System) return 0;
  const auto& parts = in_.messages.front().parts;
  const bool plain_text = std::ranges::all_of(parts, [this](const Part& part) {
    return part.kind == PartKind::Text && (part.mark == CacheMark::None || !can_.cache_marks);
  });
  if (!plain_text || parts.empty()) return 0;  // marks stand on parts, which instructions have not
  std::string& out = json_.key("instructions").value();
  out += '"';
  for (const Part& part : parts) {
    if (&part != &parts.front()) out += "\\n";
    out += part.text.escaped;
    tell_marks(part.mark);
  }
  out += '"';
  return 1;
}

void ResponsesRequestWriter::write_message(const Message& message) {
  if (message.role == Role::Assistant) return write_assistant(message);
  for (const Part& part : message.parts) {
    if (part.kind == PartKind::Result) write_result(part);
  }
  write_said(message);
}

void ResponsesRequestWriter::write_said(const Message& message) {
  const bool said = std::ranges::any_of(message.parts, [](const Part& part) { return part.kind != PartKind::Result; });
  if (!said) return;
  json_.open('{').key("type").word("message").key("role");
  json_.word(message.role == Role::User ? "user" : message.role == Role::Developer ? "developer" : "system");
  json_.key("content").open('[');
  for (const Part& part : message.parts) {
    if (part.kind != PartKind::Result) write_part(part);
  }
  json_.close(']').close('}');
}

/// Thoughts, words and calls of one turn are items, in their order.
void ResponsesRequestWriter::write_assistant(const Message& message) {
  bool in_message = false;
  const auto end_message = [&] {
    if (in_message) json_.close(']').close('}');
    in_message = false;
  };
  const auto& parts = message.parts;
  for (std::size_t at = 0; at < parts.size(); ++at) {
    const Part& part = parts[at];
    if (part.kind != PartKind::Text && part.kind != PartKind::Refusal) {
      end_message();
      const Part* const before = at == 0 ? nullptr : &parts[at - 1];
      const Part* const after = at + 1 == parts.size() ? nullptr : &parts[at + 1];
      part.kind == PartKind::Call ? write_call(part) : write_thought(part, before, after);
      continue;
    }
    if (!in_message) {
      json_.open('{').key("type").word("message").key("role").word("assistant").key("content").open('[');
      in_message = true;
    }
    const bool refusal = part.kind == PartKind::Refusal;
    json_.open('{').key("type").word(refusal ? "refusal" : "output_text");
    json_.key(refusal ? "refusal" : "text").text(part.text);
    if (!refusal) json_.key("annotations").open('[').close(']');
    json_.close('}');
  }
  end_message();
}

void ResponsesRequestWriter::write_call(const Part& call) {
  if (call.custom && !can_.custom_tools) losses_.refused("tools.custom");
  json_.open('{').key("type").word(call.custom ? "custom_tool_call" : "function_call");
  json_.key("call_id").text(id_of(call.id)).key("name").text(name_of(call.name));
  std::string& out = json_.key(call.custom ? "input" : "arguments").value();
  out += '"';
  call.custom ? void(out += call.arguments.value) : append_as_text(call.arguments, out);
  out += '"';
  json_.close('}');
}

void ResponsesRequestWriter::write_result(const Part& result) {
  json_.open('{').key("type").word(result.custom ? "custom_tool_call_output" : "function_call_output");
  json_.key("call_id").text(id_of(result.id)).key("output");
  const auto& inside = result.inside;
  if (inside.empty()) {
    json_.word("");
  } else if (inside.size() == 1 && inside.front().kind == PartKind::Text) {
    json_.text(inside.front().text);
  } else {
    json_.open('[');
    for (const Part& part : inside) write_part(part);
    json_.close(']');
  }
  json_.close('}');
  if (result.is_error) losses_.adapted("tool_result.is_error");
  tell_marks(result.mark);
}

void ResponsesRequestWriter::write_thought(const Part& part, const Part* before, const Part* after) {
  const auto is_ours = [this](const Part* sealed) {
    return sealed != nullptr && sealed->kind == PartKind::Sealed && sealed->maker == Maker::OpenAi && can_.new_names;
  };
  const bool sealed = part.kind == PartKind::Sealed;
  if (!sealed && part.maker == Maker::Nobody && is_ours(after)) return;  // written with what seals it
  const bool ours = sealed ? is_ours(&part) : part.maker == Maker::OpenAi && can_.new_names;
  if (!ours) return losses_.dropped("reasoning");
  json_.open('{').key("type").word("reasoning");
  if (!part.id.empty()) json_.key("id").text(part.id);
  json_.key("summary").open('[');
  const Part* const summary = !sealed ? &part : before;
  if (summary != nullptr && summary->kind == PartKind::Thinking && !summary->text.empty()) {
    json_.open('{').key("type").word("summary_text").key("text").text(summary->text).close('}');
  }
  json_.close(']').key("encrypted_content").text(sealed ? part.text : part.signature).close('}');
}

void ResponsesRequestWriter::write_part(const Part& part) {
  tell_marks(part.mark);
  json_.open('{');
  switch (part.kind) {
    case PartKind::Image:
      if (part.media.source == Media::Source::FileId) losses_.refused("file_id");
      json_.key("type").word("input_image").key("image_url");
      write_image_url(part.media);
      json_.key("detail").text(part.media.detail.empty() ? Text{"auto"} : part.media.detail).close('}');
      return;  // no mark on pictures
    case PartKind::Document:
      if (part.media.source == Media::Source::PlainText) {
        json_.key("type").word("input_text").key("text").text(part.media.data);
        break;
      }
      json_.key("type").word("input_file");
      write_openai_file(part.media, "file_url");
      break;
    case PartKind::Audio: losses_.refused("input_audio"); break;
    default: json_.key("type").word("input_text").key("text").text(part.text);
  }
  if (part.mark != CacheMark::None && can_.cache_marks) {
    json_.key("prompt_cache_breakpoint").open('{').key("mode").word("explicit").close('}');
  }
  json_.close('}');
}

}  // namespace drover::translate
