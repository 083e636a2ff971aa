#include "translate/chat/write_chat_stream.h"

#include <algorithm>
#include <charconv>

#include "translate/answer/answer_words.h"
#include "translate/answer/told_error.h"
#include "translate/chat/chat_details.h"
#include "translate/model/limits.h"

namespace drover::translate {
namespace {

std::string_view field_of(BlockKind kind) {
  switch (kind) {
    case BlockKind::Text: return "content";
    case BlockKind::Refusal: return "refusal";
    case BlockKind::Thinking:
    case BlockKind::Commentary: return "reasoning_content";
    default: return "";
  }
}

void append_number(std::size_t number, std::string& out) {
  char digits[24];
  const auto made = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, made.ptr);
}

}  // namespace

void ChatStreamWriter::start(const AnswerEvent& event) {
  before_ = R"(data: {"id":")";
  append_front_id(Form::Chat, event.id, context().request_id, before_);
  before_ += R"(","object":"chat.completion.chunk","created":)" + std::to_string(context().created) + ",\"model\":";
  write_model(before_);
  before_ += R"(,"choices":[)";
  tail_ = context().include_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
  behind_ = R"(},"finish_reason":null})" + tail_;
  before_ += R"({"index":0,"delta":{)";
  out().append(before_).append(R"("role":"assistant","content":"")").append(behind_);
}

void ChatStreamWriter::write_delta(std::string_view field, Text text) {
  std::string& to = out();
  to.append(before_).append("\"").append(field).append("\":\"").append(text.escaped).append("\"").append(behind_);
}

std::size_t ChatStreamWriter::call_index(std::uint32_t block) const {
  return static_cast<std::size_t>(std::ranges::find(calls_, block) - calls_.begin());
}

void ChatStreamWriter::open(const AnswerEvent& event) {
  if (event.block_kind != BlockKind::Call && event.block_kind != BlockKind::CustomCall) return;
  const bool custom = event.block_kind == BlockKind::CustomCall;
  const std::string_view type = custom ? "custom" : "function";
  std::string& to = out();
  to.append(before_).append(R"("tool_calls":[{"index":)");
  append_number(calls_.size(), to);
  calls_.push_back(event.block);
  to.append(R"(,"id":")").append(event.id.escaped).append(R"(","type":")").append(type).append("\",\"");
  to.append(type).append(R"(":{"name":")").append(event.name.escaped);
  to.append(custom ? R"(","input":""}}])" : R"(","arguments":""}}])").append(behind_);
}

void ChatStreamWriter::add(const AnswerEvent& event) {
  if (event.block_kind == BlockKind::Call || event.block_kind == BlockKind::CustomCall) {
    const bool custom = event.block_kind == BlockKind::CustomCall;
    std::string& to = out();
    to.append(before_).append(R"("tool_calls":[{"index":)");
    append_number(call_index(event.block), to);
    to.append(custom ? R"(,"custom":{"input":")" : R"(,"function":{"arguments":")");
    to.append(event.text.escaped).append("\"}}]").append(behind_);
    return;
  }
  if (event.block_kind == BlockKind::Thinking && thought_.size() + event.text.escaped.size() <= kMaxHeldBytes) {
    thought_ += event.text.escaped;
  }
  const std::string_view field = field_of(event.block_kind);
  if (!field.empty()) write_delta(field, event.text);
}

void ChatStreamWriter::sign(const AnswerEvent& event) {
  seal_ = event.text.escaped;
  thought_id_ = event.id.escaped;
  maker_ = event.maker;
}

void ChatStreamWriter::close(const AnswerEvent& event) {
  const bool thought = event.block_kind == BlockKind::Thinking || event.block_kind == BlockKind::Sealed;
  if (!thought) return;
  if (!seal_.empty() && maker_ != Maker::Nobody) {
    const SignedThought whole{{thought_}, {seal_}, {thought_id_}, maker_, event.block_kind == BlockKind::Sealed};
    std::string& to = out();
    to.append(before_).append("\"reasoning_details\":[");
    JsonOut json(to);
    write_detail(whole, details_++, json);
    to += ']';
    if (maker_ == Maker::Anthropic) {
      to += ",\"thinking_blocks\":[";
      JsonOut blocks(to);
      write_thinking_block(whole, blocks);
      to += ']';
    }
    to += behind_;
  }
  thought_.clear();
  seal_.clear();
}

void ChatStreamWriter::end() {
  if (stop_ == StopReason::Refused && !said_) write_delta("refusal", {kDeclined});
  std::string& to = out();
  to.append(before_).append(R"(},"finish_reason":")").append(chat_finish(stop_)).append("\"}").append(tail_);
  if (context().include_usage) {
    const std::string_view head(before_);
    to.append(head.substr(0, head.size() - std::string_view(R"({"index":0,"delta":{)").size())).append("],\"usage\":");
    JsonOut json(to);
    write_chat_usage(usage_, json);
    to += "}\n\n";
  }
  to += "data: [DONE]\n\n";
}

void ChatStreamWriter::failed(const Error& error) {
  out() += error_event(Form::Chat, error, context().request_id);
}

}  // namespace drover::translate
