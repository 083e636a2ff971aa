#include "translate/responses/write_responses_stream.h"

#include "translate/answer/answer_words.h"
#include "translate/answer/told_error.h"
#include "translate/model/limits.h"
#include "translate/responses/responses_object.h"

namespace drover::translate {
namespace {

bool is_thought(BlockKind kind) {
  return kind == BlockKind::Thinking || kind == BlockKind::Sealed;
}
bool is_call(BlockKind kind) {
  return kind == BlockKind::Call || kind == BlockKind::CustomCall;
}

constexpr std::string_view kSummaryPart = ",\"summary_index\":0";
constexpr std::string_view kContentPart = ",\"content_index\":0";

}  // namespace

void ResponsesStreamWriter::begin(std::string_view type) {
  std::string& to = out();
  to.append("event: ").append(type).append("\ndata: {\"type\":\"").append(type).append("\",\"sequence_number\":");
  JsonOut(to).number(number_++);
}

void ResponsesStreamWriter::write_place(std::string_view part) {
  std::string& to = out();
  to.append(",\"item_id\":\"").append(item_id_).append("\",\"output_index\":");
  JsonOut(to).number(index_);
  to += part;
}

void ResponsesStreamWriter::start(const AnswerEvent& event) {
  append_front_id(Form::Responses, event.id, context().request_id, id_);
  id_.erase(0, std::string_view("resp_").size());
  for (const std::string_view type : {"response.created", "response.in_progress"}) {
    begin(type);
    out() += ",\"response\":";
    JsonOut json(out());
    write_response({.id = id_, .status = "in_progress"}, context(), json);
    end_event();
  }
}

void ResponsesStreamWriter::write_item(std::string& to, bool whole) {
  JsonOut json(to);
  write_output_item({.kind = kind_,
                     .id = item_id_,
                     .text = {text_},
                     .call_id = {call_id_},
                     .name = {name_},
                     .seal = seal_,
                     .whole = whole},
                    json);
}

void ResponsesStreamWriter::write_part(std::string_view text) {
  std::string& to = out();
  to += ",\"part\":";
  JsonOut json(to);
  if (is_thought(kind_)) {
    json.open('{').key("type").word("summary_text").key("text").text({text}).close('}');
  } else {
    write_output_part(kind_, {text}, json);
  }
}

void ResponsesStreamWriter::open(const AnswerEvent& event) {
  kind_ = event.block_kind;
  if (kind_ == BlockKind::Refusal) refused_ = true;
  item_id_.assign(item_prefix(kind_)).append(id_).append("_");
  item_id_ += std::to_string(index_);
  text_.clear();
  seal_.clear();
  call_id_ = event.id.escaped;
  name_ = event.name.escaped;
  begin("response.output_item.added");
  out() += ",\"output_index\":";
  JsonOut(out()).number(index_);
  out() += ",\"item\":";
  write_item(out(), /*whole=*/false);
  end_event();
  part_open_ = false;
  if (is_call(kind_) || is_thought(kind_)) return;  // a thought may have no text at all
  begin("response.content_part.added");
  write_place(kContentPart);
  write_part("");
  end_event();
  part_open_ = true;
}

void ResponsesStreamWriter::write_delta(std::string_view type, Text text) {
  begin(type);
  write_place(is_call(kind_) ? "" : is_thought(kind_) ? kSummaryPart : kContentPart);
  out().append(",\"delta\":\"").append(text.escaped).append("\"");
  if (type == "response.output_text.delta") out() += ",\"logprobs\":[]";
  end_event();
}

void ResponsesStreamWriter::add(const AnswerEvent& event) {
  if (kind_ == BlockKind::Sealed) return;
  if (text_.size() + event.text.escaped.size() > kMaxHeldBytes) {
    const Error error{.kind = ErrorKind::BadResponse,
                      .status = 502,
                      .code = "upstream_invalid",
                      .message = "The upstream's answer is longer than can be told whole at its end."};
    return on({.kind = AnswerEvent::Kind::Failed, .error = &error});
  }
  text_ += event.text.escaped;
  if (kind_ == BlockKind::Thinking && !part_open_) {
    begin("response.reasoning_summary_part.added");
    write_place(kSummaryPart);
    write_part("");
    end_event();
    part_open_ = true;
  }
  switch (kind_) {
    case BlockKind::Thinking: return write_delta("response.reasoning_summary_text.delta", event.text);
    case BlockKind::Call: return write_delta("response.function_call_arguments.delta", event.text);
    case BlockKind::CustomCall: return write_delta("response.custom_tool_call_input.delta", event.text);
    case BlockKind::Refusal: return write_delta("response.refusal.delta", event.text);
    default: return write_delta("response.output_text.delta", event.text);
  }
}

void ResponsesStreamWriter::sign(const AnswerEvent& event) {
  seal_.clear();
  append_encrypted_content(kind_, event.maker, event.text, event.id, seal_);
}

void ResponsesStreamWriter::write_done(std::string_view type, std::string_view field) {
  begin(type);
  write_place(is_call(kind_) ? "" : is_thought(kind_) ? kSummaryPart : kContentPart);
  out().append(",\"").append(field).append("\":\"").append(text_).append("\"");
  if (type == "response.output_text.done") out() += ",\"logprobs\":[]";
  end_event();
}

void ResponsesStreamWriter::close(const AnswerEvent&) {
  if (kind_ == BlockKind::Call) {
    write_done("response.function_call_arguments.done", "arguments");
  } else if (kind_ == BlockKind::CustomCall) {
    write_done("response.custom_tool_call_input.done", "input");
  } else if (part_open_) {
    const bool thought = is_thought(kind_);
    if (thought) write_done("response.reasoning_summary_text.done", "text");
    if (kind_ == BlockKind::Refusal) write_done("response.refusal.done", "refusal");
    if (!thought && kind_ != BlockKind::Refusal) write_done("response.output_text.done", "text");
    begin(thought ? "response.reasoning_summary_part.done" : "response.content_part.done");
    write_place(thought ? kSummaryPart : kContentPart);
    write_part(text_);
    end_event();
  }
  if (!output_.empty()) output_ += ',';
  const std::size_t at = output_.size();
  std::string item;
  write_item(item, /*whole=*/true);
  output_ += item;
  begin("response.output_item.done");
  out() += ",\"output_index\":";
  JsonOut(out()).number(index_++);
  out().append(",\"item\":").append(output_, at);
  end_event();
}

void ResponsesStreamWriter::end() {
  const std::string_view incomplete = responses_incomplete(stop_, refused_);
  begin(incomplete.empty() ? "response.completed" : "response.incomplete");
  out() += ",\"response\":";
  JsonOut json(out());
  write_response({.id = id_,
                  .status = incomplete.empty() ? "completed" : "incomplete",
                  .output = output_,
                  .incomplete = incomplete,
                  .usage = &usage_},
                 context(), json);
  end_event();
}

/// Before the answer has begun an error of its own; behind that, the answer has failed.
void ResponsesStreamWriter::failed(const Error& error) {
  if (!started()) {
    out() += error_event(Form::Responses, error, context().request_id);
    return;
  }
  begin("response.failed");
  out() += ",\"response\":";
  JsonOut json(out());
  write_response({.id = id_, .status = "failed", .output = output_, .error = &error}, context(), json);
  end_event();
}

}  // namespace drover::translate
