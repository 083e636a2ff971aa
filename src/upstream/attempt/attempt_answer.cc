// An attempt's answer on its way down: judged while nothing has been sent, passed on afterwards.
#include <algorithm>
#include <array>
#include <utility>

#include "dialect/answer/body_shape.h"
#include "dialect/failure/failures.h"
#include "dialect/failure/quota_hints.h"
#include "dialect/failure/redact.h"
#include "dialect/request/media_type.h"
#include "http/head/header_rules.h"
#include "net/loop/loop.h"
#include "net/loop/memory.h"
#include "telemetry/log/log.h"
#include "upstream/attempt/attempt.h"
#include "upstream/attempt/upstream_id.h"
#include "upstream/run/run.h"

namespace drover::upstream {
namespace {

/// Paths whose plain answers are JSON and whose streams are events, whatever the upstream says they are.
bool has_known_shape(dialect::Api api) {
  switch (api) {
    case dialect::Api::Chat:
    case dialect::Api::Completions:
    case dialect::Api::Responses:
    case dialect::Api::Embeddings:
    case dialect::Api::Moderations:
    case dialect::Api::Messages:
    case dialect::Api::CountTokens:
    case dialect::Api::Generate: return true;
    default: return false;
  }
}

/// In place of a failure in a coding that cannot be read: the API has said something, and the status tells what.
constexpr std::string_view kUnreadFailure = R"({"error":{"code":null}})";

/// Paths on which an answer without a byte is none, whatever its shape would be.
bool must_say_something(dialect::Api api) {
  return api != dialect::Api::Pinned && api != dialect::Api::OtherModel && api != dialect::Api::Models;
}

Error said_nothing_at_all() {
  return dialect::failed_by_shape("empty_answer", "The upstream's answer has no body.");
}

Error wrong_content(std::string message) {
  return Error{.kind = ErrorKind::WrongContentType,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = "unexpected_content_type",
               .message = std::move(message)};
}

Error page_for_answer() {
  return wrong_content("The upstream sent a web page where an API answer was due.");
}

/// A good answer of the other form. It is paid for, and the target that gave it is well: nobody is charged.
Error other_form(std::string message) {
  Error error = wrong_content(std::move(message));
  error.scope = ErrorScope::Request;
  return error;
}

Error too_long_to_translate() {
  return {
      .kind = ErrorKind::BadResponse,
      .scope = ErrorScope::Request,
      .retry = RetryClass::OtherProvider,
      .status = 502,
      .code = "answer_too_long",
      .message = "The upstream's answer is longer than what can be translated (4 MiB), or there was no memory for it."};
}

Error plain_for_stream() {
  return other_form("The upstream sent a plain answer where a stream was due.");
}

}  // namespace

void Attempt::on_head(const http::ResponseHead& head) {
  status_ = head.status;
  framing_ = head.framing;
  phase_ = Phase::Body;
  run_.attempt_answered(id_, status_);
  fields_ = memory().take_bytes();
  translates() ? take_translated_fields(head.fields)
               : http::append_crossing(head.fields, http::Direction::Downstream, fields_);
  const std::int64_t unix_now = run_.parts_.tools.loop->unix_seconds();
  const auto hints = dialect::quota_hints(head.fields, unix_now);
  tell_rates(hints);
  // Some servers say back what they were sent.
  if (const std::string_view key = endpoint_->key->reveal(); dialect::may_hold_credential(fields_, key)) {
    fields_ = dialect::redact(fields_, key);
  }
  note_upstream_id(head.fields);
  if (hints) run_.emit(core::QuotaHinted{id_, *hints});
  const bool failed = status_ < 200 || status_ >= 300;
  if (failed) mode_ = Mode::Failure;
  // Beside a good answer it would lead nobody but a server in front of us, to where the provider likes.
  if (!failed && head.fields.may_have("location")) http::drop_field(fields_, "location");
  std::optional<Error> wrong = failed ? std::nullopt : choose_mode(head);
  if (!wrong) wrong = choose_coding(head);
  if (wrong) return fail_with(std::move(*wrong), core::Stage::FailedAnswer);
  if (failed) return;  // its fields are looked at once more when the body has come
  endpoint_->server->path_doubt->settle();
  exchange_->release_head();
  run_.emit(core::HeadArrived{id_});
}

Attempt::Label Attempt::label_of(const http::Fields& fields) {
  const auto value = http::find(fields, "content-type");
  if (!value || value->empty()) return Label::Missing;
  if (dialect::is_json_type(*value)) return Label::Json;
  std::string_view type = value->substr(0, value->find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  if (http::iequals(type, "text/event-stream")) return Label::Events;
  if (http::iequals(type, "text/html")) return Label::Html;
  return Label::Other;
}

std::optional<Error> Attempt::choose_mode(const http::ResponseHead& head) {
  const dialect::Api api = wire_.api;
  label_ = label_of(head.fields);
  mode_ = Mode::Opaque;
  if (framing_.kind == http::BodyKind::None) {
    return must_say_something(api) ? std::optional(said_nothing_at_all()) : std::nullopt;
  }
  // A stream of pictures under another label would be held until it is whole.
  if (has_known_shape(api) || (api == dialect::Api::Images && run_.parts_.request->inspection.stream)) {
    mode_ = Mode::Look;
    return std::nullopt;
  }
  if (label_ == Label::Html && api != dialect::Api::Pinned) {
    return page_for_answer();
  }
  if (label_ == Label::Events) mode_ = Mode::Events;
  if (label_ == Label::Json) mode_ = Mode::Judge;
  return std::nullopt;
}

/// Of a plain answer: whether a stream was due.
bool Attempt::is_other_form() const {
  const UpstreamRequest& request = *run_.parts_.request;
  return request.inspection.stream && has_known_shape(wire_.api);
}

void Attempt::relabel(std::string_view type) {
  http::drop_field(fields_, "content-type");
  fields_.append("content-type: ").append(type).append("\r\n");
}

/// The first bytes of an answer whose shape is known say what it is, whatever its label says.
void Attempt::look(std::string_view bytes) {
  using enum dialect::BodyShape;
  const bool first = held_.empty();
  if (!first) hold(bytes, held_);
  dialect::BodyShape shape = dialect::shape_of_body(first ? bytes : std::string_view(held_));
  if (label_ == Label::Events && (shape == Unknown || shape == Text)) shape = Events;
  switch (shape) {
    case Unknown:
      if (first) hold(bytes, held_);
      if (held_.size() > kMaxHeldBytes) mode_ = Mode::Judge;
      return;
    case Page: return fail_with(page_for_answer(), stage_now());
    case Events: {
      if (!run_.parts_.request->inspection.stream) {
        return fail_with(other_form("The upstream sent a stream where a plain answer was due."), stage_now());
      }
      if (label_ != Label::Events) relabel("text/event-stream");
      mode_ = Mode::Events;
      const std::string held = std::exchange(held_, std::string());
      return on_events(first ? bytes : std::string_view(held));
    }
    case Json:
      if (label_ != Label::Json) relabel("application/json");
      break;
    case Text: break;
  }
  mode_ = Mode::Judge;
  on_bytes(first ? bytes : std::string_view());
}

void Attempt::on_bytes(std::string_view bytes) {
  switch (mode_) {
    case Mode::Opaque:
      if (!forwarding_) run_.emit(core::FirstContent{id_});
      if (stopped()) return;
      deliver({&bytes, 1}, net::More::Yes);
      if (!stopped()) run_.emit(core::Content{id_});
      return;
    case Mode::Look: return look(bytes);
    case Mode::Judge:
      hold(bytes, held_);
      if (!too_long_ && may_hold(held_.size() + beside_.size())) return;
      if (is_other_form()) return fail_with(plain_for_stream(), core::Stage::FailedAnswer);
      if (translates()) return fail_with(too_long_to_translate(), core::Stage::FailedAnswer);
      // Too long to be judged as a whole, and too long for an error without an echo in front: its beginning tells.
      if (auto failure = judge_front()) return fail_with(std::move(*failure), core::Stage::FailedAnswer);
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
      hold(bytes, held_);
      if (!may_hold(held_.size())) judge_failure();
      return;
    case Mode::Events: on_events(bytes); return;
  }
}

void Attempt::note_upstream_id(const http::Fields& fields) {
  const UpstreamId id = upstream_id(fields);
  if (!id.empty() && endpoint_->search->clean(id.view())) run_.record_of(id_).upstream_id = id;
}

void Attempt::on_end() {
  switch (mode_) {
    case Mode::Opaque:
      if (!forwarding_ && framing_.kind != http::BodyKind::None && must_say_something(wire_.api)) {
        return fail_with(said_nothing_at_all(), core::Stage::FailedAnswer);
      }
      if (!forwarding_) run_.emit(core::FirstContent{id_});
      if (stopped()) return;
      deliver({}, net::More::No);
      if (!stopped()) complete();
      return;
    case Mode::Look:
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

/// Whether so many bytes in all may be held back, which is charged for.
bool Attempt::may_hold(std::size_t bytes) {
  return bytes <= kMaxHeldBytes || (bytes <= kMaxReadBytes && charge_.hold(bytes));
}

/// When the client has taken what was held.
void Attempt::release_charge() {
  if (!charge_.any() || !held_.empty() || !carry_.empty()) return;
  if (run_.parts_.client->pending_bytes() == 0) charge_.free();
}

std::optional<Error> Attempt::judge_front() {
  const std::string& text = coded_ == Coded::Beside ? beside_ : held_;
  return endpoint_->dialect->read_front(wire_.api, text, answer_);
}

void Attempt::judge_whole() {
  const std::string& text = coded_ == Coded::Beside ? beside_ : held_;
  if (text.empty() && must_say_something(wire_.api)) {
    return fail_with(said_nothing_at_all(), core::Stage::FailedAnswer);
  }
  if (auto failure = endpoint_->dialect->read_plain(wire_.api, text, answer_)) {
    return fail_with(std::move(*failure), core::Stage::FailedAnswer);
  }
  if (is_other_form()) return fail_with(plain_for_stream(), core::Stage::FailedAnswer);
  if (translates() && !translate_whole(text)) return;
  run_.emit(core::FirstContent{id_});
  if (stopped()) return;
  if (coded_ == Coded::Beside && !endpoint_->search->clean(beside_)) {
    // What is inside the coding can only be taken out unfolded.
    held_ = std::exchange(beside_, {});
    http::drop_field(fields_, "content-encoding");
  }
  const std::string_view held = held_;
  framing_ = http::Framing{http::BodyKind::Length, held.size()};
  deliver({&held, 1}, net::More::No);
  if (!stopped()) complete();
}

/// The first 404 of a server may come of its base URL, which only its operator can mend.
void Attempt::doubt_path(ErrorKind kind) {
  const bool of_an_api = status_ == 404 && kind != ErrorKind::ModelMissing && has_known_shape(wire_.api);
  if (!of_an_api || !endpoint_->server->path_doubt->arises()) return;
  telemetry::log(telemetry::Level::Warning,
                 doubt_text(endpoint_->provider->name,
                            run_.parts_.catalog->plan().servers[endpoint_->target->server.index()].base_url));
}

void Attempt::judge_failure() {
  const http::ResponseHead& head = exchange_->head();
  hold({}, held_);
  const bool readable = coded_ != Coded::Unread;
  const std::string_view body = readable ? std::string_view(held_) : kUnreadFailure;
  Error failure = endpoint_->dialect->read_failure(status_, head.fields, body, run_.parts_.tools.loop->unix_seconds(),
                                                   endpoint_->rules);
  if (edit_ && failure.retry == RetryClass::Never && body.find("stream_options") != std::string_view::npos) {
    // The wish for usage is drover's own (`usage: ask`), and another provider may know it.
    failure.scope = ErrorScope::Target;
    failure.retry = RetryClass::OtherKey;
  }
  if (asks_another_way(failure)) {
    // What the server has not, another of its APIs stands in for: nobody is charged, and it is asked again.
    failure = {.kind = ErrorKind::LocalResource,
               .scope = ErrorScope::Gateway,
               .retry = RetryClass::SameTarget,
               .code = "api_not_offered",
               .message = "This server does not have this API; the request is translated for it from now on."};
    return fail_with(std::move(failure), core::Stage::Refused);
  }
  doubt_path(failure.kind);
  const core::Stage stage =
      endpoint_->dialect->not_executed(failure) ? core::Stage::Refused : core::Stage::FailedAnswer;
  // A long one is read for what it means and not kept: the client is told in our words.
  const bool too_long = held_.size() > kMaxHeldBytes;
  const bool passable = readable && !too_long;
  if (passable) {
    HeldAnswer answer{.attempt = id_,
                      .kind = failure.kind,
                      .status = status_,
                      .fields = {},
                      .body = dialect::redact(held_, endpoint_->key->reveal())};
    if (translates()) {
      relabel("application/json");
      const translate::Form front = form_of(run_.parts_.request->api).value_or(translate::Form::Chat);
      answer.body = translated_failure(front, status_, answer.body, run_.request_id());
    }
    answer.fields = std::move(fields_);
    run_.hold(std::move(answer));
  }
  // It may have left its framing behind: the connection is not used again.
  if (too_long) exchange_->cancel();
  fail_with(std::move(failure), stage, passable);
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
  if (more == net::More::No) {
    learn_owner();  // the client may go on with it as soon as it has the end
    run_.answer_ends(*this);
  }
  const auto guarded = guard_.held_to(*endpoint_->search, pieces, more == net::More::No);
  const std::string_view guarded_piece = guarded ? std::string_view(*guarded) : std::string_view();
  if (guarded) pieces = {&guarded_piece, 1};
  for (const std::string_view piece : pieces) run_.record_.bytes_down += piece.size();
  const auto written = client.write(pieces, more, net::Keep::Copy);
  if (!written) return run_.downstream_gone();
  if (*written == net::WriteState::Blocked && more == net::More::Yes) client_blocked_ = true;
}

}  // namespace drover::upstream
