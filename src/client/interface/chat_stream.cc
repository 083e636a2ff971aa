#include "drover/chat_stream.h"

#include <string_view>
#include <utility>

#include "client/engine/stream_state.h"
#include "client/interface/errors.h"
#include "client/interface/reply_json.h"

DROVER_BEGIN

std::optional<ChatEvent> ChatStream::State::next() {
  while (!over_) {
    if (!held_->here()) {
      fail(client::forked_error());
      break;
    }
    http::SseEvent event;
    if (scanner_.next(std::string_view(input_).substr(at_), event)) {
      at_ += event.bytes.size();
      if (auto read_event = read(event)) return read_event;
      continue;
    }
    if (!take_more()) finish();
  }
  return std::nullopt;
}

std::optional<ChatEvent> ChatStream::State::read(const http::SseEvent& event) {
  if (event.data_lines == 0) return std::nullopt;
  std::string joined;
  std::string_view data = event.data;
  if (event.data_lines > 1) {
    http::sse_data(event, joined);
    data = joined;
  }
  ChatEvent out;
  switch (client::read_chat_event(data, out)) {
    case client::EventMeaning::Content: return out;
    case client::EventMeaning::Failure: failure_.assign(data); break;  // the call's outcome has the other facts
    case client::EventMeaning::Silent:
    case client::EventMeaning::Done: break;
  }
  return std::nullopt;
}

bool ChatStream::State::take_more() {
  input_.erase(0, at_);
  at_ = 0;
  if (input_.size() > client::kMaxStreamEventBytes) {
    Error error;
    error.kind = ErrorKind::TooLarge;
    error.code = "event_too_large";
    error.message = "An event of the stream is longer than " + std::to_string(client::kMaxStreamEventBytes) + " bytes.";
    fail(std::move(error));
    return true;
  }
  client::StreamAnswer& answer = *held_->call().stream();
  const auto taken = answer.take(input_);
  if (taken == client::StreamAnswer::Taken::BytesAndBlocked) held_->call().caught_up();
  return taken != client::StreamAnswer::Taken::End;
}

void ChatStream::State::fail(Error error) {
  const bool here = held_->here();
  error_ = std::move(error);
  if (here) origin_ = origin();
  over_ = true;
  if (here) held_->call().cancel();
}

void ChatStream::State::finish() {
  over_ = true;
  client::Outcome& outcome = held_->call().outcome();
  origin_ = outcome.origin;
  usage_ = outcome.usage;
  if (!outcome.error) return;
  error_ = outcome.error;
  if (failure_.empty()) return;
  error_->body = std::move(failure_);
  error_->provider_status = origin_.status;
}

Origin ChatStream::State::origin() const {
  if (over_ || !held_->here()) return origin_;
  const auto head = held_->call().stream()->head();
  return client::origin_of(head.status, head.fields);
}

void ChatStream::State::cancel() {
  if (over_) return;
  fail(client::cancelled_error());
}

ChatStream::ChatStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChatStream::ChatStream(ChatStream&&) noexcept = default;
ChatStream& ChatStream::operator=(ChatStream&&) noexcept = default;
ChatStream::~ChatStream() = default;

std::optional<ChatEvent> ChatStream::next() {
  return state_->next();
}
const Error* ChatStream::error() const {
  return state_->error();
}
Origin ChatStream::origin() const {
  return state_->origin();
}
Usage ChatStream::usage() const {
  return state_->usage();
}
void ChatStream::cancel() {
  state_->cancel();
}

DROVER_END
