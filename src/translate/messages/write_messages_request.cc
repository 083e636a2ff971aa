// The messages of a Messages request; its settings and tools are in write_messages_settings.cc.
#include "translate/messages/write_messages_request.h"

#include <array>

#include "translate/model/limits.h"

namespace drover::translate {
namespace {

/// Anthropic takes this many marks in one request.
constexpr std::size_t kMaxMarks = 4;
/// The beta in which system messages may stand between others.
constexpr std::string_view kSystemInPlace = "mid-conversation-system-2026-04-07";
constexpr auto kImageTypes = std::to_array<std::string_view>({"image/jpeg", "image/png", "image/gif", "image/webp"});

std::size_t count_marks(const std::vector<Part>& parts) {
  std::size_t marks = 0;
  for (const Part& part : parts) marks += (part.mark != CacheMark::None ? 1U : 0U) + count_marks(part.inside);
  return marks;
}

bool is_system(const Message& message) {
  return message.role == Role::System || message.role == Role::Developer;
}

}  // namespace

void MessagesRequestWriter::write_body() {
  std::size_t marks = 0;
  for (const Message& message : in_.messages) marks += count_marks(message.parts);
  for (const Tool& tool : in_.tools) marks += tool.mark != CacheMark::None ? 1U : 0U;
  marks_skipped_ = marks > kMaxMarks ? marks - kMaxMarks : 0;
  if (marks_skipped_ > 0) losses_.dropped("cache_control");
  choose_limits();
  write_settings();
  write_tools();
  write_system();
  json_.key("messages").open('[');
  write_turns();
  end_turn();
  json_.close(']');
  check_messages("\"messages\":[]");
}

/// The system messages at the front, and those further on where the model does not take them in their place.
void MessagesRequestWriter::write_system() {
  const bool asks_json = settings().format.kind == OutputFormat::Kind::JsonObject;
  const std::size_t before = written_.body.size();
  json_.key("system").open('[');
  const std::size_t empty = written_.body.size();
  bool leading = true;
  for (const Message& message : in_.messages) {
    if (!is_system(message)) {
      leading = false;
      continue;
    }
    if (!leading && can_.system_in_place) continue;
    if (!leading) losses_.adapted("system.position");
    write_blocks(message.parts, /*results=*/false);
  }
  if (asks_json) {
    losses_.adapted("response_format");
    json_.open('{')
        .key("type")
        .word("text")
        .key("text")
        .word("Respond with one valid JSON object and nothing else.")
        .close('}');
  }
  if (written_.body.size() == empty) {
    written_.body.resize(before);
    return;
  }
  json_.close(']');
}

void MessagesRequestWriter::write_turns() {
  bool leading = true;
  for (const Message& message : in_.messages) {
    const bool last = &message == &in_.messages.back();
    if (is_system(message)) {
      if (leading || !can_.system_in_place) continue;
      end_turn();
      written_.beta = kSystemInPlace;
      begin_turn("system");
      write_blocks(message.parts, /*results=*/false);
      end_turn();
    } else if (message.role == Role::User) {
      write_user(message);
    } else {
      write_assistant(message, last);
    }
    leading = false;
  }
}

/// Turns of one role that follow each other are one turn.
void MessagesRequestWriter::begin_turn(std::string_view role) {
  if (turn_ == role) return;
  end_turn();
  turn_ = role;
  json_.open('{').key("role").word(role).key("content").open('[');
}

void MessagesRequestWriter::end_turn() {
  if (turn_.empty()) return;
  json_.close(']').close('}');
  turn_ = {};
}

bool MessagesRequestWriter::is_written(const Part& part) const {
  switch (part.kind) {
    case PartKind::Text:
    case PartKind::Refusal: return !is_blank(part.text);
    case PartKind::Thinking: return part.maker == Maker::Anthropic && !part.signature.empty();
    case PartKind::Sealed: return part.maker == Maker::Anthropic;
    default: return true;
  }
}

void MessagesRequestWriter::write_user(const Message& message) {
  if (std::ranges::none_of(message.parts, [this](const Part& part) { return is_written(part); })) return;
  begin_turn("user");
  write_blocks(message.parts, /*results=*/true);  // they must stand first
  write_blocks(message.parts, /*results=*/false);
}

void MessagesRequestWriter::write_assistant(const Message& message, bool last) {
  for (const Part& part : message.parts) {
    const bool thought = part.kind == PartKind::Thinking || part.kind == PartKind::Sealed;
    if (thought && !is_written(part))
      losses_.dropped("reasoning");  // unsigned, or another maker's: it would be refused
  }
  if (std::ranges::none_of(message.parts, [this](const Part& part) { return is_written(part); })) return;
  if (last && !can_.prefill) losses_.refused("assistant_prefill");
  if (turn_.empty() && written_.body.ends_with('[')) {  // the first turn has to be the user's
    losses_.adapted("messages.first");
    begin_turn("user");
    json_.open('{').key("type").word("text").key("text").word("Continue.").close('}');
  }
  begin_turn("assistant");
  for (const Part& part : message.parts) {
    const bool cut = last && &part == &message.parts.back() && part.kind == PartKind::Text;
    if (!cut) {
      write_block(part);
    } else if (const Text text = trimmed_end(part.text); !text.empty()) {  // Anthropic refuses white space there
      json_.open('{').key("type").word("text").key("text").text(text);
      write_mark(part.mark);
      json_.close('}');
    }
  }
}

void MessagesRequestWriter::write_blocks(const std::vector<Part>& parts, bool results) {
  for (const Part& part : parts) {
    if ((part.kind == PartKind::Result) == results) write_block(part);
  }
}

void MessagesRequestWriter::write_block(const Part& part) {
  if (!is_written(part)) return;
  if (part.kind == PartKind::Audio) return losses_.refused("input_audio");
  json_.open('{').key("type");
  switch (part.kind) {
    case PartKind::Image: write_image(part.media); break;
    case PartKind::Document: write_document(part.media); break;
    case PartKind::Call: write_call(part); break;
    case PartKind::Result: write_result(part); break;
    case PartKind::Thinking:
    case PartKind::Sealed: write_thought(part); break;
    default: json_.word("text").key("text").text(part.text);
  }
  write_mark(part.mark);
  json_.close('}');
}

void MessagesRequestWriter::write_image(const Media& media) {
  json_.word("image").key("source").open('{').key("type");
  switch (media.source) {
    case Media::Source::Base64:
      if (std::ranges::find(kImageTypes, media.type.escaped) == kImageTypes.end()) losses_.refused("image.media_type");
      json_.word("base64").key("media_type").text(media.type).key("data").text(media.data);
      break;
    case Media::Source::Url: json_.word("url").key("url").text(media.data); break;
    default: losses_.refused("file_id"); json_.word("file");
  }
  json_.close('}');
}

void MessagesRequestWriter::write_document(const Media& media) {
  json_.word("document").key("source").open('{').key("type");
  switch (media.source) {
    case Media::Source::Base64:
      if (media.type.escaped != "application/pdf") losses_.refused("document.media_type");
      json_.word("base64").key("media_type").text(media.type).key("data").text(media.data);
      break;
    case Media::Source::PlainText:
      json_.word("text").key("media_type").word("text/plain").key("data").text(media.data);
      break;
    case Media::Source::Url: json_.word("url").key("url").text(media.data); break;
    default: losses_.refused("file_id"); json_.word("file");
  }
  json_.close('}');
  if (!media.filename.empty()) json_.key("title").text(media.filename);
}

void MessagesRequestWriter::write_call(const Part& call) {
  if (call.custom) losses_.refused("tools.custom");
  json_.word("tool_use").key("id").text(id_of(call.id)).key("name").text(name_of(call.name));
  if (append_as_object(call.arguments, json_.key("input").value())) return;
  fail("invalid_tool_arguments",
       "The arguments of a call in the messages are no JSON object, which the target demands.");
}

void MessagesRequestWriter::write_result(const Part& result) {
  json_.word("tool_result").key("tool_use_id").text(id_of(result.id));
  if (std::ranges::any_of(result.inside, [this](const Part& part) { return is_written(part); })) {
    json_.key("content").open('[');
    for (const Part& part : result.inside) write_block(part);
    json_.close(']');
  }
  if (result.is_error) json_.key("is_error").boolean(true);
}

void MessagesRequestWriter::write_thought(const Part& part) {
  if (part.kind == PartKind::Sealed) {
    json_.word("redacted_thinking").key("data").text(part.text);
  } else {
    json_.word("thinking").key("thinking").text(part.text).key("signature").text(part.signature);
  }
}

void MessagesRequestWriter::write_mark(CacheMark mark) {
  if (mark == CacheMark::None) return;
  if (marks_skipped_ > 0) {
    --marks_skipped_;
    return;
  }
  json_.key("cache_control").open('{').key("type").word("ephemeral");
  if (mark == CacheMark::Hour) json_.key("ttl").word("1h");
  json_.close('}');
}

}  // namespace drover::translate
