#include "translate/read/answer_reader.h"

#include <utility>

#include "dialect/answer/token_count.h"
#include "translate/answer/told_error.h"
#include "translate/chat/read_chat_answer.h"
#include "translate/gemini/read_gemini_answer.h"
#include "translate/messages/read_messages_answer.h"
#include "translate/model/limits.h"
#include "translate/model/reasoning.h"
#include "translate/responses/read_responses_answer.h"

namespace drover::translate {

std::unique_ptr<AnswerReader> answer_reader(Form form, std::string_view request_id) {
  switch (form) {
    case Form::Chat: return std::make_unique<ChatAnswerReader>();
    case Form::Messages: return std::make_unique<MessagesAnswerReader>();
    case Form::Responses: return std::make_unique<ResponsesAnswerReader>();
    case Form::Gemini: return std::make_unique<GeminiAnswerReader>(request_id);
  }
  return nullptr;
}

void AnswerReader::read_event(std::string_view name, std::string_view data, AnswerSink& sink) {
  if (ended_ || data.empty()) return;
  sink_ = &sink;
  if (data == "[DONE]") return event("[DONE]", data);
  if (takes_lists() ? !is_json(data) : !is_json_object(data)) {
    return fail_unsound("An event of the upstream's stream is no JSON object.");
  }
  event(name, data);
}

void AnswerReader::read_plain(std::string_view body, AnswerSink& sink) {
  if (ended_) return;
  sink_ = &sink;
  if (body.size() > kMaxPlainBytes) return fail_unsound("The upstream's answer is longer than is accepted.");
  if (takes_lists() ? !is_json(body) : !is_json_object(body)) {
    return fail_unsound("The upstream's answer is no JSON object.");
  }
  plain(body);
  if (!ended_) fail_unsound("The upstream's answer holds no answer.");
}

void AnswerReader::end_of_stream(AnswerSink& sink) {
  if (ended_) return;
  sink_ = &sink;
  whole() ? end()
          : fail({.kind = ErrorKind::Truncated,
                  .scope = ErrorScope::Server,
                  .retry = RetryClass::OtherProvider,
                  .status = 502,
                  .code = "upstream_truncated",
                  .message = "The upstream's answer ended before it was complete."});
}

std::int64_t AnswerReader::tokens(std::string_view raw) {
  return dialect::token_count(raw).value_or(-1);
}

void AnswerReader::emit(const AnswerEvent& event) {
  if (!ended_) sink_->on(event);
}

void AnswerReader::start(Text id, Text model) {
  if (std::exchange(started_, true)) return;
  emit({.kind = AnswerEvent::Kind::Start, .id = id, .model = model});
}

std::uint32_t AnswerReader::open(BlockKind kind, Text id, Text name) {
  if (blocks_ == kMaxBlocks) {
    fail_unsound("The upstream's answer has more blocks than are accepted.");
    return blocks_;
  }
  if (kind == BlockKind::Call || kind == BlockKind::CustomCall) calls_seen_ = true;
  const std::uint32_t block = blocks_++;
  emit({.kind = AnswerEvent::Kind::Open, .block = block, .block_kind = kind, .id = id, .name = name});
  return block;
}

void AnswerReader::add(std::uint32_t block, BlockKind kind, Text text) {
  if (!text.empty()) emit({.kind = AnswerEvent::Kind::Add, .block = block, .block_kind = kind, .text = text});
}

void AnswerReader::sign(std::uint32_t block, BlockKind kind, Text seal, Text id, Maker maker) {
  if (seal.empty()) return;
  if (const auto carried = read_carried(seal.escaped)) {
    seal = {carried->seal};
    id = {carried->id};
    maker = carried->maker;
  }
  emit({.kind = AnswerEvent::Kind::Sign, .block = block, .block_kind = kind, .text = seal, .id = id, .maker = maker});
}

void AnswerReader::close(std::uint32_t block, BlockKind kind) {
  emit({.kind = AnswerEvent::Kind::Close, .block = block, .block_kind = kind});
}

void AnswerReader::usage(const AnswerUsage& usage) {
  emit({.kind = AnswerEvent::Kind::Usage, .usage = usage});
}

void AnswerReader::stop(StopReason reason, Text sequence) {
  if (std::exchange(stopped_, true)) return;
  // Some servers say that the answer is at its end when they have made a call.
  if (reason == StopReason::End && calls_seen_) reason = StopReason::Calls;
  emit({.kind = AnswerEvent::Kind::Stop, .stop = reason, .stop_sequence = sequence});
}

void AnswerReader::end() {
  if (!started_) return fail_unsound("The upstream's answer ended before it began.");
  if (!stopped_) stop(StopReason::End);
  emit({.kind = AnswerEvent::Kind::End});
  ended_ = true;
}

void AnswerReader::fail(Error error) {
  emit({.kind = AnswerEvent::Kind::Failed, .error = &error});
  ended_ = true;
}

void AnswerReader::fail_unsound(std::string_view what) {
  fail({.kind = ErrorKind::BadResponse,
        .scope = ErrorScope::Server,
        .retry = RetryClass::OtherProvider,
        .status = 502,
        .code = "upstream_invalid",
        .message = std::string(what)});
}

void AnswerReader::fail_as_told(std::string_view raw) {
  fail(told_error(0, raw));
}

}  // namespace drover::translate
