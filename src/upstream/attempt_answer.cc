// An attempt's answer on its way down: judged while nothing has been sent, passed on afterwards.
#include <algorithm>
#include <array>
#include <utility>

#include "dialect/quota_hints.h"
#include "dialect/redact.h"
#include "http/header_rules.h"
#include "net/loop.h"
#include "net/memory.h"
#include "upstream/attempt.h"
#include "upstream/run.h"

namespace drover::upstream {
namespace {

enum class Content : std::uint8_t { Json, Events, Html, Other, Missing };

Content content_of(const http::Fields& fields) {
  const auto value = http::find(fields, "content-type");
  if (!value || value->empty()) return Content::Missing;
  std::string_view type = value->substr(0, value->find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  if (http::iequals(type, "application/json")) return Content::Json;
  if (type.size() > 5 && http::iequals(type.substr(type.size() - 5), "+json")) return Content::Json;
  if (http::iequals(type, "text/event-stream")) return Content::Events;
  if (http::iequals(type, "text/html")) return Content::Html;
  return Content::Other;
}

/// Paths whose plain answers are JSON and whose streams are events, whatever the upstream says they are.
bool has_known_shape(dialect::Api api) {
  switch (api) {
    case dialect::Api::Chat:
    case dialect::Api::Completions:
    case dialect::Api::Responses:
    case dialect::Api::Embeddings:
    case dialect::Api::Moderations:
    case dialect::Api::Messages:
    case dialect::Api::CountTokens: return true;
    default: return false;
  }
}

Error wrong_content(std::string message) {
  return Error{.kind = ErrorKind::WrongContentType,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = "unexpected_content_type",
               .message = std::move(message)};
}

}  // namespace

void Attempt::on_head(const http::ResponseHead& head) {
  status_ = head.status;
  framing_ = head.framing;
  phase_ = Phase::Body;
  run_.attempt_answered(id_, status_);
  fields_ = memory().take_bytes();
  http::append_crossing(head.fields, http::Direction::Downstream, fields_);
  if (const auto hints = dialect::quota_hints(head.fields, run_.parts_.tools.loop->unix_seconds())) {
    run_.emit(core::QuotaHinted{id_, *hints});
  }
  const bool failed = status_ < 200 || status_ >= 300;
  if (failed) mode_ = Mode::Failure;
  std::optional<Error> wrong = failed ? std::nullopt : choose_mode(head);
  if (!wrong) wrong = choose_coding(head);
  if (wrong) return fail_with(std::move(*wrong), core::Stage::FailedAnswer);
  if (failed) return;  // its fields are looked at once more when the body has come
  exchange_->release_head();
  run_.emit(core::HeadArrived{id_});
}

std::optional<Error> Attempt::choose_mode(const http::ResponseHead& head) {
  const UpstreamRequest& request = *run_.parts_.request;
  const Content content = content_of(head.fields);
  const bool known_shape = has_known_shape(request.api);
  mode_ = Mode::Opaque;
  if (framing_.kind == http::BodyKind::None) return std::nullopt;
  if (content == Content::Html && request.api != dialect::Api::Pinned) {
    return wrong_content("The upstream sent a web page where an API answer was due.");
  }
  if (content == Content::Events) {
    if (known_shape && !request.inspection.stream)
      return wrong_content("The upstream sent a stream where a plain answer was due.");
    mode_ = Mode::Events;
    return std::nullopt;
  }
  if (known_shape && request.inspection.stream && content == Content::Missing) {
    mode_ = Mode::Events;
    return std::nullopt;
  }
  if (known_shape && content == Content::Other)
    return wrong_content("The upstream sent neither JSON nor a stream of events.");
  if (content == Content::Json || known_shape) mode_ = Mode::Judge;
  return std::nullopt;
}

void Attempt::on_bytes(std::string_view bytes) {
  switch (mode_) {
    case Mode::Opaque:
      if (!forwarding_) run_.emit(core::FirstContent{id_});
      if (stopped()) return;
      deliver({&bytes, 1}, net::More::Yes);
      if (!stopped()) run_.emit(core::Content{id_});
      return;
    case Mode::Judge:
      hold(bytes, held_);
      if (held_.size() <= kMaxHeldBytes && beside_.size() <= kMaxHeldBytes) return;
      // Too long to judge as a whole: an error object is never this long.
      mode_ = Mode::Opaque;
      run_.emit(core::FirstContent{id_});
      if (stopped()) return;
      {
        const std::string_view held = held_;
        deliver({&held, 1}, net::More::Yes);
      }
      held_ = std::string();
      beside_ = std::string();
      return;
    case Mode::Failure:
      hold(bytes.substr(0, kMaxHeldBytes - std::min(kMaxHeldBytes, held_.size())), held_);
      if (held_.size() >= kMaxHeldBytes) judge_failure();
      return;
    case Mode::Events: on_events(bytes); return;
  }
}

void Attempt::on_end() {
  switch (mode_) {
    case Mode::Opaque:
      if (!forwarding_) run_.emit(core::FirstContent{id_});
      if (stopped()) return;
      deliver({}, net::More::No);
      if (!stopped()) complete();
      return;
    case Mode::Judge: judge_whole(); return;
    case Mode::Failure: judge_failure(); return;
    case Mode::Events: on_events_end(); return;
  }
}

void Attempt::hold(std::string_view bytes, std::string& in) {
  if (in.capacity() <= std::string().capacity()) in = memory().take_bytes();
  // The JSON readers look past the end of what they are given.
  const std::size_t needed = in.size() + bytes.size() + dialect::kPadding;
  if (in.capacity() < needed) in.reserve(std::max(needed, 2 * in.capacity()));
  in.append(bytes);
}

void Attempt::judge_whole() {
  const UpstreamRequest& request = *run_.parts_.request;
  const std::string& text = coded_ == Coded::Beside ? beside_ : held_;
  if (auto failure = endpoint_->dialect->read_plain(request.api, text, answer_)) {
    return fail_with(std::move(*failure), core::Stage::FailedAnswer);
  }
  if (request.inspection.stream && has_known_shape(request.api)) {
    return fail_with(wrong_content("The upstream sent a plain answer where a stream was due."),
                     core::Stage::FailedAnswer);
  }
  run_.emit(core::FirstContent{id_});
  if (stopped()) return;
  const std::string_view held = held_;
  framing_ = http::Framing{http::BodyKind::Length, held.size()};
  deliver({&held, 1}, net::More::No);
  if (!stopped()) complete();
}

void Attempt::judge_failure() {
  const http::ResponseHead& head = exchange_->head();
  hold({}, held_);
  Error failure = endpoint_->dialect->read_failure(status_, head.fields, held_, run_.parts_.tools.loop->unix_seconds(),
                                                   endpoint_->rules);
  const core::Stage stage =
      endpoint_->dialect->not_executed(failure) ? core::Stage::Refused : core::Stage::FailedAnswer;
  const bool readable = coded_ != Coded::Unread;
  if (readable) {
    run_.hold({.attempt = id_,
               .kind = failure.kind,
               .status = status_,
               .fields = std::move(fields_),
               .body = dialect::redact(held_, endpoint_->key->reveal())});
  }
  // A body cut at the limit has left its framing behind: the connection is not used again.
  if (held_.size() >= kMaxHeldBytes) exchange_->cancel();
  fail_with(std::move(failure), stage, readable);
}

http::Framing Attempt::answer_framing() const {
  switch (framing_.kind) {
    case http::BodyKind::None:
    case http::BodyKind::Length:
      if (mode_ != Mode::Events) return framing_;
      return {http::BodyKind::Chunked, 0};  // events may be edited, dropped or followed by one of ours
    case http::BodyKind::Chunked:
    case http::BodyKind::UntilClose: break;
  }
  return {http::BodyKind::Chunked, 0};
}

void Attempt::deliver(net::Pieces pieces, net::More more) {
  net::AnswerWriter& client = *run_.parts_.client;
  if (!client.started()) {
    run_.start_answer(*this);
    memory().give(std::exchange(fields_, {}));  // an idle stream holds no buffer
  }
  if (more == net::More::No) learn_owner();  // the client may go on with it as soon as it has the end
  for (const std::string_view piece : pieces) run_.record_.bytes_down += piece.size();
  const auto written = client.write(pieces, more, net::Keep::Copy);
  if (!written) return run_.downstream_gone();
  if (*written == net::WriteState::Blocked && more == net::More::Yes) client_blocked_ = true;
}

}  // namespace drover::upstream
