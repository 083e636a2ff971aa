#include "dialect/openai/events.h"

#include <algorithm>
#include <array>
#include <string>

#include "dialect/answer/event_data.h"
#include "dialect/answer/event_verdict.h"
#include "dialect/answer/made.h"
#include "dialect/answer/price_facts.h"
#include "dialect/failure/error_facts.h"
#include "dialect/failure/failures.h"
#include "dialect/json/json_reader.h"
#include "dialect/openai/chat_chunk.h"
#include "dialect/openai/empty_answer.h"
#include "dialect/openai/usage.h"
#include "dialect/request/id_mark.h"

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

/// An event by which the provider says that it failed. `shown`: clients take it for an error themselves.
EventKind told_failure(const ErrorFacts& facts, bool shown, AnswerState& state, Error& failure) {
  state.error_shown = shown;
  return failed(classify(0, facts, state.rules), failure);
}

EventKind read_done(Api api, AnswerState& state, Error& failure) {
  if (api == Api::Responses) return failed(stream_incomplete(), failure);  // it has a last event of its own
  const bool is_text = api == Api::Chat || api == Api::Completions;
  if (is_text && !state.content_seen && !state.finish_seen) {
    return failed(failed_by_shape("empty_answer", "the provider ended the answer before it said anything"), failure);
  }
  if (is_text && empty_fails(state)) return failed(said_nothing(), failure);
  state.terminated = true;
  return EventKind::Terminator;
}

/// A chunk without a choice: nothing of the answer is in it. It may be usage, a heartbeat, what a filter found in the
/// prompt, or a failure under any name.
EventKind read_beside(const ChatChunk& chunk, std::string_view data, AnswerState& state, Error& failure) {
  const ErrorFacts facts = read_error_facts(data);
  if (says_failure(facts, state)) return told_failure(facts, /*shown=*/false, state, failure);
  if (!chunk.readable && state.content_seen) return content(state);
  return chunk.readable && !chunk.usage.empty() ? EventKind::Usage : EventKind::Lifecycle;
}

EventKind read_chat(std::string_view data, AnswerState& state, Error& failure) {
  if (is_plain_content(data)) {
    state.choices.begun.set(0);
    return content(state);
  }
  const ChatChunk chunk = read_chat_chunk(data);
  if (!chunk.error.empty()) {
    const ErrorFacts facts = read_error_facts(data);
    return told_failure(facts.failed ? facts : read_error_value(chunk.error), facts.failed, state, failure);
  }
  if (!chunk.service_tier.empty()) state.usage.tier = service_tier(chunk.service_tier);
  if (!chunk.usage.empty()) read_usage(chunk.usage, state.usage);
  if (chunk.failed) {
    if (!chunk.choice_error.empty()) return told_failure(read_error_value(chunk.choice_error), false, state, failure);
    return failed(failed_by_shape("provider_stopped", "the provider broke the answer off with an error"), failure);
  }
  state.choices.begun |= chunk.choices.begun;
  state.choices.ended |= chunk.choices.ended;
  if (chunk.finished) state.finish_seen = true;
  // Held until it is known whether this was all.
  if (!chunk.has_content && chunk.stopped && state.finish_seen && empty_fails(state)) return EventKind::Lifecycle;
  if (!chunk.has_choice) return read_beside(chunk, data, state, failure);
  const bool unread = !chunk.readable;  // with a choice in it: passed on as it is
  return chunk.has_content || chunk.finished || unread ? content(state) : EventKind::Lifecycle;
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
    const std::string_view response = raw_member(data, "response");
    state.usage.tier = service_tier(raw_member(response, "service_tier"));
    read_usage(raw_member(response, "usage"), state.usage);
    if (raw_member(response, "status") == "\"failed\"") {
      return told_failure(responses_error(data), /*shown=*/false, state, failure);
    }
    if (name == "response.completed" && empty_fails(state)) return failed(said_nothing(), failure);
    state.finish_seen = true;
    state.terminated = true;
    return EventKind::Terminator;
  }
  if (name == "response.failed" || name == "error") {
    state.failure_ended = name == "response.failed";
    return told_failure(responses_error(data), /*shown=*/true, state, failure);
  }
  if (name.starts_with("response.")) return content(state);
  // A stream of another shape on this path may still carry an error in the usual places, or a heartbeat.
  const ErrorFacts facts = read_error_facts(data);
  if (says_failure(facts, state)) {
    return told_failure(facts, raw_truthy(raw_member(data, "error")), state, failure);
  }
  return state.content_seen ? content(state) : EventKind::Lifecycle;
}

/// The event families of images and audio, each of which has a last event.
bool names_its_end(std::string_view name) {
  constexpr auto kFamilies =
      std::to_array<std::string_view>({"image_generation.", "image_edit.", "transcript.", "speech."});
  return std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); });
}

/// One picture, transcript or speech is whole. Where several were asked for the last one ends the stream; where it is
/// not known how many, the end of the body does.
EventKind read_media_end(AnswerState& state) {
  state.finish_seen = true;
  const std::size_t ended = state.choices.ended.count();
  if (ended < kMaxChoices) state.choices.ended.set(ended);
  if (state.choices_due == 0 || ended + 1 < state.choices_due) return content(state);
  state.terminated = true;
  return EventKind::Terminator;
}

/// Images, audio and whatever else streams: named events, the last of them `*.completed` or `*.done`.
EventKind read_other(Api api, std::string_view name, std::string_view data, AnswerState& state, Error& failure) {
  const bool shown = raw_truthy(raw_member(data, "error"));
  if (name == "error" || shown) return told_failure(read_error_facts(data), shown, state, failure);
  if (api != Api::Images && api != Api::Audio) return content(state);
  if (names_its_end(name)) state.must_terminate = true;
  if (!name.ends_with(".completed") && !name.ends_with(".done")) return content(state);
  read_usage(raw_member(data, "usage"), state.usage);
  return read_media_end(state);
}

EventKind read_data(Api api, std::string_view name, std::string_view data, AnswerState& state, Error& failure) {
  if (data.starts_with(kDone)) return read_done(api, state, failure);
  if (api == Api::Chat || api == Api::Completions) {
    if (name == "error") {
      return told_failure(read_error_facts(data), raw_truthy(raw_member(data, "error")), state, failure);
    }
    return read_chat(data, state, failure);
  }
  if (name.empty()) name = raw_string(raw_member(data, "type")).value_or("");  // some servers leave the event line out
  if (api == Api::Responses) return read_responses(name, data, state, failure);
  return read_other(api, name, data, state, failure);
}

/// Every choice that began has ended, and as many as were asked for.
bool all_ended(const AnswerState& state) {
  const Choices& choices = state.choices;
  if (!state.finish_seen || (choices.begun & ~choices.ended).any()) return false;
  return choices.ended.count() >= state.choices_due;
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
    case Api::Completions: return state.terminated || all_ended(state);
    case Api::Responses: return state.terminated;
    case Api::Images:
    case Api::Audio: return state.terminated || !state.must_terminate || all_ended(state);
    default: return true;
  }
}

}  // namespace drover::dialect::openai_detail
