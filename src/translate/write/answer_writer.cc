#include "translate/write/answer_writer.h"

#include <utility>

#include "translate/chat/write_chat_stream.h"
#include "translate/gemini/write_gemini_stream.h"
#include "translate/messages/write_messages_stream.h"
#include "translate/responses/write_responses_stream.h"

namespace drover::translate {

std::unique_ptr<AnswerWriter> answer_writer(const AnswerContext& context) {
  switch (context.front) {
    case Form::Chat: return std::make_unique<ChatStreamWriter>(context);
    case Form::Messages: return std::make_unique<MessagesStreamWriter>(context);
    case Form::Responses: return std::make_unique<ResponsesStreamWriter>(context);
    case Form::Gemini: return std::make_unique<GeminiStreamWriter>(context);
  }
  return nullptr;
}

void AnswerWriter::on(const AnswerEvent& event) {
  if (ended_) return;
  switch (event.kind) {
    case AnswerEvent::Kind::Start:
      if (!std::exchange(started_, true)) start(event);
      return;
    case AnswerEvent::Kind::Restart: usage_ = {}; return;
    case AnswerEvent::Kind::Open:
      if (event.block_kind != BlockKind::Thinking && event.block_kind != BlockKind::Sealed) said_ = true;
      return open(event);
    case AnswerEvent::Kind::Add: return add(event);
    case AnswerEvent::Kind::Sign: return sign(event);
    case AnswerEvent::Kind::Close: return close(event);
    case AnswerEvent::Kind::Usage: return usage_.merge(event.usage);
    case AnswerEvent::Kind::Stop:
      if (std::exchange(stopped_, true)) return;
      stop_ = event.stop;
      stop_sequence_ = event.stop_sequence.escaped;
      return;
    case AnswerEvent::Kind::End: ended_ = true; return end();
    case AnswerEvent::Kind::Failed:
      ended_ = true;
      error_ = *event.error;
      return failed(*error_);
  }
}

void AnswerWriter::write_model(std::string& to) const {
  to += '"';
  append_escaped(context_.model, to);
  to += '"';
}

}  // namespace drover::translate
