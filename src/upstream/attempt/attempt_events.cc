// An attempt's streamed answer: only whole events go down; lifecycle events wait for the first content.
#include <algorithm>
#include <array>
#include <utility>

#include "dialect/answer/event_data.h"
#include "dialect/answer/long_event.h"
#include "dialect/failure/failures.h"
#include "dialect/failure/redact.h"
#include "net/loop/memory.h"
#include "upstream/attempt/attempt.h"
#include "upstream/run/run.h"

namespace drover::upstream {

using dialect::Edit;
using dialect::EventKind;

namespace {

/// How the last line of these ends.
std::string_view line_end_of(std::string_view events) {
  if (events.ends_with("\r\n")) return "\r\n";
  return events.ends_with('\r') ? "\r" : "\n";
}

}  // namespace

void Attempt::on_events(std::string_view bytes) {
  if (in_long_event_) {
    const std::size_t taken = pass_long_event(bytes);
    bytes.remove_prefix(taken);
    if (!reading() || bytes.empty()) return;
  }
  // Usually the last read ended between two events, and this one can be read where it is.
  const bool joined = !carry_.empty();
  if (joined) carry_.append(bytes);
  const std::string_view input = joined ? std::string_view(carry_) : bytes;
  const std::size_t taken = take_events(input);
  if (!reading()) return;
  if (joined) {
    carry_.erase(0, taken);
  } else {
    carry_.assign(input.substr(taken));
  }
  if (carry_.empty()) {
    if (forwarding_) carry_.shrink_to_fit();  // an idle stream holds no buffer
    return;
  }
  if (may_hold(held_.size() + carry_.size())) {
    // What is held of a picture is none of the client's yet, but it has come.
    if (forwarding_ && !in_tail() && carry_.size() > kMaxHeldBytes) run_.emit(core::Content{id_});
    return;
  }
  if (in_tail()) return cut_tail();
  pass_unread();
}

/// An event that is too long to be held, or for which there is no memory, goes down as it comes. Its beginning says
/// what it is: it may be the last one.
void Attempt::pass_unread() {
  Error failure;
  if (translator_) return fail_with(dialect::long_error(), stage_now());
  const http::SseEvent event = dialect::long_event(carry_);
  const EventKind kind = endpoint_->dialect->read_event(wire_.api, event, answer_, failure);
  if (kind == EventKind::Error && !forwarding_) return fail_with(std::move(failure), core::Stage::FailedAnswer);
  // Of one in the middle the client is told in our words: what is not held cannot be looked through for our key.
  if (dialect::begins_as_error(event)) return fail_with(dialect::long_error(), stage_now());
  if (!forwarding_) run_.emit(core::FirstContent{id_});
  if (stopped()) return;
  in_long_event_ = true;
  scanner_.reset();
  pass({}, net::More::Yes);  // what was held back before it
  const std::string long_event = std::exchange(carry_, std::string());
  const std::size_t passed = pass_long_event(long_event);
  if (passed < long_event.size() && reading()) on_events(std::string_view(long_event).substr(passed));
}

std::size_t Attempt::take_events(std::string_view input) {
  const dialect::Dialect& dialect = *endpoint_->dialect;
  const dialect::Api api = wire_.api;
  std::size_t segment = 0;  // where the bytes not yet passed begin
  std::size_t at = 0;
  http::SseEvent event;
  while (scanner_.next(input.substr(at), event)) {
    Error failure;
    const EventKind kind = dialect.read_event(api, event, answer_, failure);
    const bool behind_the_end = in_tail();
    if (kind == EventKind::Content) said_.content(event.bytes.size());
    if (kind == EventKind::Error && !forwarding_) {
      fail_with(std::move(failure), core::Stage::FailedAnswer);
      return at;
    }
    if (!behind_the_end && !tell(kind)) return at;
    if (translator_) {
      segment = at = at + event.bytes.size();
      if (!take_translated(event, kind, failure)) return at;
      continue;
    }
    std::string replacement;
    const Edit verdict = edit_ ? edit_->on_event(event, kind, replacement) : Edit::Keep;
    if (verdict != Edit::Keep) {
      pass(input.substr(segment, at - segment), net::More::Yes);
      if (verdict == Edit::Replace) pass(replacement, net::More::Yes);
      segment = at + event.bytes.size();
    }
    at += event.bytes.size();
    if (stopped()) return at;
    if (behind_the_end) continue;
    if (kind == EventKind::Terminator) begin_tail();
    if (kind == EventKind::Error) {
      // The provider's own words go down, but for our key in them; Dispatch ends the stream behind them. An end that
      // comes too early says nothing, and clients would take it for a good one.
      const std::size_t begin = std::max(segment, at - event.bytes.size());
      pass(input.substr(segment, begin - segment), net::More::Yes);
      if (failure.kind != ErrorKind::Truncated) {
        pass(dialect::redact(input.substr(begin, at - begin), endpoint_->key->reveal()), net::More::Yes);
      }
      run_.error_event_sent_ = answer_.error_shown;
      run_.failure_end_sent_ = answer_.failure_ended;
      if (!stopped()) fail_with(std::move(failure), core::Stage::Committed);
      return at;
    }
  }
  if (at > segment) pass(input.substr(segment, at - segment), net::More::Yes);
  pass_translated();
  if (at > 0) meter();
  if (at > 0) line_end_ = line_end_of(input.substr(0, at));
  return at;
}

/// What has gone down is paid for, and no more goes when nothing is left to pay with.
void Attempt::meter() {
  if (!forwarding_ || in_tail() || stopped() || run_.parts_.meter == nullptr) return;
  if (auto refused = run_.parts_.meter->streamed(used())) run_.end_now(std::move(*refused));
}

/// One whole event of the upstream's, for a client of another dialect. False: the attempt is over.
bool Attempt::take_translated(const http::SseEvent& event, EventKind kind, Error& failure) {
  // An end that comes too early says nothing, and would become a good one.
  if (failure.kind != ErrorKind::Truncated || kind != EventKind::Error) translator_->on_event(event, translated_);
  if (in_tail()) return !stopped();
  if (kind == EventKind::Error || translator_->error() != nullptr) {
    end_translated(kind == EventKind::Error ? std::move(failure) : *translator_->error());
    return false;
  }
  if (kind == EventKind::Terminator) begin_tail();
  return !stopped();
}

/// The client's events of one read go down together.
void Attempt::pass_translated() {
  if (translated_.empty()) return;
  pass(translated_, net::More::Yes);
  translated_.clear();
}

/// At an orderly end of the body what is left is an event whose blank line never came, if it is whole: it is read, and
/// goes down with its blank line.
bool Attempt::take_last_event() {
  if (carry_.empty() || in_long_event_) return true;
  std::string last = std::exchange(carry_, std::string());
  const std::size_t came = last.size();
  if (line_end_ == "\n" && last.find('\r') != std::string::npos) {  // it is the stream's first
    line_end_ = last.find("\r\n") != std::string::npos ? "\r\n" : "\r";
  }
  if (last.ends_with('\r') && line_end_ == "\r\n") last += '\n';  // the cut has halved it
  // The end of the last line, the blank line, and a byte more: behind a CR the scanner wants to see one.
  for (int end = 0; end < 3; ++end) last += line_end_;
  http::SseEvent event;
  http::SseScanner alone;
  if (!alone.next(last, event) || !dialect::is_whole(event)) {
    run_.record_.dropped_tail_bytes += came;
    return true;
  }
  scanner_.reset();
  const std::size_t seen = event.bytes.size() + (line_end_ == "\r" ? 1 : 0);
  (void)take_events(std::string_view(last).substr(0, seen));
  return reading();
}

bool Attempt::tell(EventKind kind) {
  switch (kind) {
    case EventKind::Error: break;
    case EventKind::Comment:
      if (forwarding_) run_.emit(core::KeepAlive{id_});
      break;
    case EventKind::Lifecycle:
      forwarding_ ? run_.emit(core::KeepAlive{id_}) : run_.emit(core::LifecycleEvent{id_});
      break;
    case EventKind::Usage:  // says what was paid, and not that anything was said
      if (!forwarding_) run_.emit(core::LifecycleEvent{id_});
      break;
    case EventKind::Content:
    case EventKind::Terminator:
      if (!forwarding_) {
        run_.emit(core::FirstContent{id_});
      } else if (kind == EventKind::Content) {
        run_.emit(core::Content{id_});
      }
      break;
  }
  return !stopped();
}

void Attempt::pass(std::string_view bytes, net::More more) {
  if (stopped()) return;
  if (in_tail()) return add_to_tail(bytes);
  if (!forwarding_) {
    hold(bytes, held_);
    if (may_hold(held_.size())) return;
    // A flood of lifecycle events is passed on rather than kept for ever.
    run_.emit(core::FirstContent{id_});
    if (stopped()) return;
    bytes = {};
  }
  pass_held(bytes, more);
}

/// Sends what was held back, and behind it these bytes.
void Attempt::pass_held(std::string_view bytes, net::More more) {
  if (held_.empty()) {
    if (!bytes.empty() || more == net::More::No) deliver({&bytes, 1}, more);
    return;
  }
  std::string held = std::exchange(held_, std::string());
  const std::array<std::string_view, 2> pieces{held, bytes};
  deliver(pieces, more);
  memory().give(std::move(held));
}

std::size_t Attempt::pass_long_event(std::string_view bytes) {
  // The end is an empty line; line ends may be LF, CR or CRLF, and may be cut by the read.
  std::size_t at = 0;
  bool ended = false;
  while (at < bytes.size() && !ended) {
    line_break_ = (line_break_ << 8) | static_cast<unsigned char>(bytes[at++]);
    const auto last2 = line_break_ & 0xffff;
    const auto last3 = line_break_ & 0xffffff;
    ended = last2 == 0x0a0a || last2 == 0x0d0d || last3 == 0x0a0d0a;
  }
  const std::string_view part = bytes.substr(0, at);
  deliver({&part, 1}, net::More::Yes);
  if (!stopped()) run_.emit(core::Content{id_});
  if (ended) {
    in_long_event_ = false;
    line_break_ = 0;
    if (answer_.terminated && !stopped()) begin_tail();  // it was the last one
  }
  return at;
}

void Attempt::on_events_end() {
  if (!take_last_event()) return;
  if (in_tail()) return end_tail();
  if (!endpoint_->dialect->stream_complete(wire_.api, answer_) || in_long_event_) {
    return fail_with(dialect::stream_incomplete(), stage_now());
  }
  if (!forwarding_ && dialect::empty_fails(answer_)) {
    return fail_with(dialect::said_nothing(), core::Stage::FailedAnswer);
  }
  if (!forwarding_) run_.emit(core::FirstContent{id_});
  if (stopped()) return;
  if (translator_) translator_->end_of_body(translated_);
  if (translator_ && translator_->error() != nullptr) return end_translated(*translator_->error());
  keep_note();
  pass(std::exchange(translated_, {}), net::More::No);
  if (!stopped()) complete();
}

}  // namespace drover::upstream
