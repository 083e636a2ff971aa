// One answer on its way: reader, the client's view of it, what puts it in order, writer.
#include <optional>

#include "dialect/answer/event_data.h"
#include "translate/answer/client_view.h"
#include "translate/answer/fold.h"
#include "translate/answer/reasoning_notes.h"
#include "translate/answer/sequencer.h"
#include "translate/model/limits.h"
#include "translate/read/answer_reader.h"
#include "translate/translate.h"
#include "translate/write/answer_writer.h"
#include "translate/write/plain_writer.h"

namespace drover::translate {

struct Answer::Parts {
  explicit Parts(AnswerContext with)
      : context(std::move(with)),
        reader(answer_reader(context.back, context.request_id)),
        writer(answer_writer(context)),
        sequencer(*writer),
        notes(context.front == Form::Chat ? static_cast<AnswerSink&>(*writer) : sequencer),
        view(context, notes) {}

  AnswerContext context;
  std::unique_ptr<AnswerReader> reader;
  std::unique_ptr<AnswerWriter> writer;
  Sequencer sequencer;
  ReasoningNoteTaker notes;
  ClientView view;
  AnswerFold fold;
  ReasoningNoteTaker plain_notes{fold};
  http::SseScanner scanner;
  std::string unread;          ///< of feed(): what has arrived of an event that has not ended
  std::string joined;          ///< the data of an event of several lines
  std::optional<Error> error;  ///< of a plain answer
  bool ended = false;          ///< a plain answer was read
};

Answer::Answer(AnswerContext context) : parts_(std::make_unique<Parts>(std::move(context))) {}
Answer::~Answer() = default;

void Answer::on_event(const http::SseEvent& event, std::string& out) {
  if (event.is_comment()) return;
  parts_->writer->bind(out);
  parts_->reader->read_event(event.name, dialect::event_data(event, parts_->joined), parts_->view);
}

void Answer::feed(std::string_view bytes, std::string& out) {
  std::string& unread = parts_->unread;
  unread += bytes;
  std::size_t taken = 0;
  http::SseEvent event;
  while (!ended() && parts_->scanner.next(std::string_view(unread).substr(taken), event)) {
    taken += event.bytes.size();
    on_event(event, out);
  }
  unread.erase(0, taken);
  if (ended() || unread.size() <= kMaxEventBytes) return;
  unread.clear();
  cut({.kind = ErrorKind::BadResponse,
       .scope = ErrorScope::Server,
       .retry = RetryClass::OtherProvider,
       .status = 502,
       .code = "upstream_invalid",
       .message = "An event of the upstream's stream is longer than is accepted."},
      out);
}

void Answer::end_of_body(std::string& out) {
  parts_->writer->bind(out);
  parts_->reader->end_of_stream(parts_->view);
}

void Answer::cut(const Error& error, std::string& out) {
  parts_->writer->bind(out);
  parts_->view.on({.kind = AnswerEvent::Kind::Failed, .error = &error});
}

void Answer::ping(std::string& out) {
  parts_->writer->bind(out);
  if (!ended()) parts_->writer->ping();
}

Result<std::string> Answer::plain(std::string_view body) {
  ClientView view(parts_->context, parts_->plain_notes);
  parts_->reader->read_plain(body, view);
  const FoldedAnswer& answer = parts_->fold.answer();
  parts_->ended = true;
  if (answer.error.has_value()) {
    parts_->error = answer.error;
    return fail(*answer.error);
  }
  return write_plain(answer, parts_->context);
}

bool Answer::ended() const {
  return parts_->ended || parts_->writer->ended();
}

const Error* Answer::error() const {
  if (parts_->error.has_value()) return &*parts_->error;
  const std::optional<Error>& told = parts_->writer->error();
  return told.has_value() ? &*told : nullptr;
}

const AnswerUsage& Answer::usage() const {
  const AnswerUsage& folded = parts_->fold.answer().usage;
  return folded.known() ? folded : parts_->writer->usage();
}

std::optional<ReasoningNote> Answer::note() const {
  if (!ended() || error() != nullptr) return std::nullopt;
  auto note = parts_->notes.note();
  return note.has_value() ? note : parts_->plain_notes.note();
}

}  // namespace drover::translate
