#include "dialect/anthropic/events.h"

#include <string>

#include "dialect/answer/event_data.h"
#include "dialect/answer/event_verdict.h"
#include "dialect/anthropic/error_type.h"
#include "dialect/anthropic/usage.h"
#include "dialect/failure/error_facts.h"
#include "dialect/failure/failures.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::anthropic_detail {
namespace {

/// Whether a block's first event already says something. Text, thinking and calls begin empty and are filled by deltas;
/// the others (redacted thinking, results of the provider's own tools, what comes next year) come whole.
bool begins_empty(std::string_view data) {
  const std::string_view block = raw_member(data, "content_block");
  const std::string_view type = raw_string(raw_member(block, "type")).value_or("");
  if (type == "text") return !raw_truthy(raw_member(block, "text"));
  if (type == "thinking") return !raw_truthy(raw_member(block, "thinking"));
  const bool is_call = type == "tool_use" || type == "server_tool_use" || type == "mcp_tool_use";
  return is_call && !raw_truthy(raw_member(block, "input"));
}

/// The first piece of a call's input is often "".
bool is_empty_delta(std::string_view data) {
  JsonReader reader(raw_member(data, "delta"));
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return false;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key != "type" && raw_truthy(value)) return false;
  }
  return !reader.broken();
}

/// Before content these can be thrown away; behind it they are a part of the answer.
EventKind lifecycle(const AnswerState& state) {
  return state.content_seen ? EventKind::Content : EventKind::Lifecycle;
}

EventKind read_stop(AnswerState& state, Error& failure) {
  if (!state.content_seen && !state.finish_seen) {
    return failed(failed_by_shape("empty_answer", "the provider ended the answer before it said anything"), failure);
  }
  if (empty_fails(state)) return failed(said_nothing(), failure);
  state.terminated = true;
  return EventKind::Terminator;
}

/// An event that the dialect does not know: a heartbeat, something new, or a failure under any name.
EventKind read_stranger(std::string_view data, AnswerState& state, Error& failure) {
  const ErrorFacts facts = read_error_facts(data);
  if (says_failure(facts, state)) return failed(classify_inside(facts, state.rules), failure);
  return lifecycle(state);
}

EventKind read_message_event(std::string_view name, std::string_view data, AnswerState& state, Error& failure) {
  if (name == "content_block_delta") {
    return !state.content_seen && is_empty_delta(data) ? EventKind::Lifecycle : content(state);
  }
  if (name == "content_block_start") return begins_empty(data) ? lifecycle(state) : content(state);
  if (name == "content_block_stop") return lifecycle(state);
  if (name == "message_start") {
    read_usage(raw_member(raw_member(data, "message"), "usage"), state.usage);
    return lifecycle(state);
  }
  if (name == "message_delta") {
    read_usage(raw_member(data, "usage"), state.usage);
    const std::string_view reason = raw_member(raw_member(data, "delta"), "stop_reason");
    const bool stopped = raw_truthy(reason) && reason != "\"null\"";
    if (stopped) state.finish_seen = true;
    // Held until it is known whether this was all.
    if (reason == "\"end_turn\"" && empty_fails(state)) return EventKind::Lifecycle;
    return stopped ? content(state) : lifecycle(state);
  }
  if (name == "message_stop") return read_stop(state, failure);
  return read_stranger(data, state, failure);
}

}  // namespace

EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state, Error& failure) {
  std::string joined;
  const std::string_view data = event_data(event, joined);
  if (data.empty()) return event.name == "message_stop" ? read_stop(state, failure) : EventKind::Comment;
  std::string_view name = event.name;
  if (name.empty()) name = raw_string(raw_member(data, "type")).value_or("");  // some servers leave the event line out
  // "[DONE]" is what servers add that speak both dialects; the SDKs pass over it.
  if (name == "ping" || (name.empty() && data == "[DONE]")) return EventKind::Comment;
  const bool named = name == "error";
  if (named || (name.empty() && raw_truthy(raw_member(data, "error")))) {
    state.error_shown = named;
    return failed(classify_inside(read_error_facts(data), state.rules), failure);
  }
  return api == Api::Messages ? read_message_event(name, data, state, failure) : content(state);
}

bool stream_complete(Api api, const AnswerState& state) {
  return api != Api::Messages || state.terminated;
}

}  // namespace drover::dialect::anthropic_detail
