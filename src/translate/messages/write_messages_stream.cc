#include "translate/messages/write_messages_stream.h"

#include "translate/answer/answer_words.h"
#include "translate/answer/told_error.h"
#include "translate/model/reasoning.h"

namespace drover::translate {

void append_client_seal(const AnswerEvent& sign, std::string& out) {
  if (sign.maker != Maker::OpenAi && sign.maker != Maker::Google) {
    out += sign.text.escaped;
  } else {
    append_carried({sign.maker, true, sign.id.escaped, sign.text.escaped}, out);
  }
}

void MessagesStreamWriter::start(const AnswerEvent& event) {
  std::string& to = out();
  to += "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"";
  append_front_id(Form::Messages, event.id, context().request_id, to);
  to += R"(","type":"message","role":"assistant","model":)";
  write_model(to);
  to += R"(,"content":[],"stop_reason":null,"stop_sequence":null,"usage":)";
  JsonOut json(to);
  write_messages_usage(usage_, json);  // what is known only at the end is told in message_delta
  to += "}}\n\n";
}

void MessagesStreamWriter::begin_block(std::string_view block) {
  std::string& to = out();
  to += "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":";
  JsonOut(to).number(static_cast<std::int64_t>(index_));
  to.append(",\"content_block\":").append(block);
}

void MessagesStreamWriter::open(const AnswerEvent& event) {
  switch (event.block_kind) {
    case BlockKind::Sealed: held_ = true; return;
    case BlockKind::Thinking: begin_block("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n"); return;
    case BlockKind::Text:
    case BlockKind::Commentary:
    case BlockKind::Refusal: begin_block("{\"type\":\"text\",\"text\":\"\"}}\n\n"); return;
    case BlockKind::Call:
    case BlockKind::CustomCall: break;
  }
  begin_block("{\"type\":\"tool_use\",\"id\":\"");
  out().append(event.id.escaped).append("\",\"name\":\"").append(event.name.escaped).append("\",\"input\":{}}}\n\n");
}

void MessagesStreamWriter::begin_delta(std::string_view type, std::string_view field) {
  std::string& to = out();
  to += "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":";
  JsonOut(to).number(static_cast<std::int64_t>(index_));
  to.append(",\"delta\":{\"type\":\"").append(type).append("\",\"").append(field).append("\":\"");
}

void MessagesStreamWriter::end_delta() {
  out() += "\"}}\n\n";
}

void MessagesStreamWriter::add(const AnswerEvent& event) {
  switch (event.block_kind) {
    case BlockKind::Sealed: return;
    case BlockKind::Thinking: begin_delta("thinking_delta", "thinking"); break;
    case BlockKind::Call:
    case BlockKind::CustomCall: begin_delta("input_json_delta", "partial_json"); break;
    default: begin_delta("text_delta", "text");
  }
  out() += event.text.escaped;
  end_delta();
}

void MessagesStreamWriter::sign(const AnswerEvent& event) {
  if (!held_) {
    begin_delta("signature_delta", "signature");
    append_client_seal(event, out());
    return end_delta();
  }
  held_ = false;
  begin_block("{\"type\":\"redacted_thinking\",\"data\":\"");
  append_client_seal(event, out());
  out() += "\"}}\n\n";
}

void MessagesStreamWriter::close(const AnswerEvent&) {
  if (held_) {  // a sealed thought without its seal is nothing
    held_ = false;
    return;
  }
  std::string& to = out();
  to += "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":";
  JsonOut(to).number(static_cast<std::int64_t>(index_++));
  to += "}\n\n";
}

void MessagesStreamWriter::end() {
  std::string& to = out();
  to += "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"";
  to.append(messages_stop(stop_)).append("\",\"stop_sequence\":");
  if (stop_sequence_.empty()) {
    to += "null";
  } else {
    to.append("\"").append(stop_sequence_).append("\"");
  }
  to += "},\"usage\":";
  JsonOut json(to);
  write_messages_usage(usage_, json);
  to += "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

void MessagesStreamWriter::failed(const Error& error) {
  out() += error_event(Form::Messages, error, context().request_id);
}

}  // namespace drover::translate
