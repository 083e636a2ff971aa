#include "dialect/openai/events.h"

#include <algorithm>
#include <array>
#include <string>

#include "dialect/error_facts.h"
#include "dialect/event_data.h"
#include "dialect/event_verdict.h"
#include "dialect/failures.h"
#include "dialect/id_mark.h"
#include "dialect/json_reader.h"
#include "dialect/made.h"
#include "dialect/openai/chat_chunk.h"
#include "dialect/openai/empty_answer.h"
#include "dialect/openai/usage.h"

namespace drover::dialect::openai_detail {
namespace {

constexpr std::string_view kDone = "[DONE]";

/// Events of the Responses stream that can be thrown away: nothing of the answer is in them yet.
constexpr std::array<std::string_view, 6> kLifecycle = {"response.created",
                                                        "response.queued",
                                                        "response.in_progress",
                                                        "response.output_item.added",
                                                        "response.content_part.added",
                                                        "response.reasoning_summary_part.added"};

EventKind read_done(Api api, AnswerState& state, Error& failure) {
  const bool is_text = api == Api::Chat || api == Api::Completions;
  if (is_text && !state.content_seen && !state.finish_seen) {
    return failed(failed_by_shape("empty_answer", "the provider ended the answer before it said anything"), failure);
  }
  if (is_text && empty_fails(state)) return failed(said_nothing(), failure);
  state.terminated = true;
  return EventKind::Terminator;
}

EventKind read_chat(std::string_view data, AnswerState& state, Error& failure) {
  if (is_plain_content(data)) return content(state);
  const ChatChunk chunk = read_chat_chunk(data);
  if (!chunk.error.empty()) return failed(classify(0, read_error_facts(data), state.rules), failure);
  if (!chunk.usage.empty()) read_usage(chunk.usage, state.usage);
  if (!chunk.readable) return content(state);
  if (chunk.failed) {
    return failed(failed_by_shape("provider_stopped", "the provider broke the answer off with an error"), failure);
  }
  if (chunk.finished) state.finish_seen = true;
  // Held until it is known whether this was all.
  if (!chunk.has_content && chunk.stopped && state.finish_seen && empty_fails(state)) return EventKind::Lifecycle;
  if (chunk.has_content || chunk.finished) return content(state);
  if (chunk.has_choice) return EventKind::Lifecycle;
  if (!chunk.usage.empty()) return EventKind::Usage;
  return chunk.has_choices ? EventKind::Lifecycle : content(state);
}

/// response.failed has the error inside its response; the flat error event is one itself, or has one beside it.
ErrorFacts responses_error(std::string_view data) {
  const std::string_view nested = raw_member(raw_member(data, "response"), "error");
  if (raw_truthy(nested)) return read_error_value(nested);
  const std::string_view beside = raw_member(data, "error");
  return read_error_value(raw_truthy(beside) ? beside : data);
}

/// The end of a piece of text in which nothing was said.
bool is_empty_end(std::string_view name, std::string_view data) {
  if (name == "response.output_text.done") return !raw_truthy(raw_member(data, "text"));
  if (name == "response.content_part.done") return is_empty_part(raw_member(data, "part"));
  return name == "response.output_item.done" && is_empty_item(raw_member(data, "item"));
}

EventKind read_responses(std::string_view name, std::string_view data, AnswerState& state, Error& failure) {
  if (name == "response.created") {
    state.made.front() = id_mark(raw_string(raw_member(raw_member(data, "response"), "id")).value_or(""));
  }
  if (std::ranges::find(kLifecycle, name) != kLifecycle.end()) return EventKind::Lifecycle;
  if (name.ends_with(".delta")) return content(state);
  if (name == "response.output_item.done") note_sealed(raw_member(data, "item"), state);
  if (name.ends_with(".done") && empty_fails(state) && is_empty_end(name, data)) return EventKind::Lifecycle;
  if (name == "response.completed" || name == "response.incomplete") {
    read_usage(raw_member(raw_member(data, "response"), "usage"), state.usage);
    if (name == "response.completed" && empty_fails(state)) return failed(said_nothing(), failure);
    state.finish_seen = true;
    state.terminated = true;
    return EventKind::Terminator;
  }
  if (name == "response.failed" || name == "error")
    return failed(classify(0, responses_error(data), state.rules), failure);
  // A stream of another shape on this path may still carry an error in the usual place.
  if (name.empty() && raw_truthy(raw_member(data, "error")))
    return failed(classify(0, responses_error(data), state.rules), failure);
  return content(state);
}

/// Images, audio and whatever else streams: named events, the last of them `*.completed` or `*.done`.
EventKind read_other(Api api, std::string_view name, std::string_view data, AnswerState& state, Error& failure) {
  const std::string_view error = raw_member(data, "error");
  if (name == "error" || raw_truthy(error)) return failed(classify(0, read_error_facts(data), state.rules), failure);
  const bool media = api == Api::Images || api == Api::Audio;
  if (media && (name.ends_with(".completed") || name.ends_with(".done"))) {
    read_usage(raw_member(data, "usage"), state.usage);
    state.terminated = true;
    return EventKind::Terminator;
  }
  return content(state);
}

EventKind read_data(Api api, std::string_view name, std::string_view data, AnswerState& state, Error& failure) {
  if (data.starts_with(kDone)) return read_done(api, state, failure);
  if (api == Api::Chat || api == Api::Completions) {
    if (name == "error") return failed(classify(0, read_error_facts(data), state.rules), failure);
    return read_chat(data, state, failure);
  }
  if (name.empty()) name = raw_string(raw_member(data, "type")).value_or("");  // some servers leave the event line out
  if (api == Api::Responses) return read_responses(name, data, state, failure);
  return read_other(api, name, data, state, failure);
}

}  // namespace

EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state, Error& failure) {
  if (event.data_lines == 0 || event.name == "ping" || event.name == "keepalive") return EventKind::Comment;
  std::string joined;
  const std::string_view data = event_data(event, joined);
  if (data.empty() && event.data_lines == 1) return EventKind::Comment;
  return read_data(api, event.name, data, state, failure);
}

bool stream_complete(Api api, const AnswerState& state) {
  switch (api) {
    case Api::Chat:
    case Api::Completions: return state.terminated || state.finish_seen;
    case Api::Responses: return state.terminated;
    default: return true;
  }
}

}  // namespace drover::dialect::openai_detail
