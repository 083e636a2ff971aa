#include "dialect/gemini/events.h"

#include <string>

#include "dialect/answer/event_data.h"
#include "dialect/answer/event_verdict.h"
#include "dialect/answer/plain_answer.h"
#include "dialect/failure/failures.h"
#include "dialect/gemini/chunk.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::gemini_detail {
namespace {

/// Every candidate that began has ended, and as many as were asked for.
bool candidates_ended(const AnswerState& state) {
  const Choices& choices = state.choices;
  if (!state.finish_seen || (choices.begun & ~choices.ended).any()) return false;
  return choices.ended.count() >= state.choices_due;
}

Error told(std::string_view data, const AnswerState& state) {
  return classify_inside(read_error_facts(data), state.rules);
}

Error malformed() {
  return failed_by_shape("malformed_answer", "the provider's model wrote something that is no answer");
}

/// A chunk without a candidate: usage, a heartbeat, or a failure under any name.
EventKind read_without_candidate(const Chunk& chunk, std::string_view data, AnswerState& state, Error& failure) {
  const ErrorFacts facts = read_error_facts(data);
  if (says_failure(facts, state)) return failed(classify_inside(facts, state.rules), failure);
  if (!chunk.readable && state.content_seen) return content(state);
  return chunk.readable && !chunk.usage.empty() ? EventKind::Usage : EventKind::Lifecycle;
}

EventKind read_data(std::string_view data, AnswerState& state, Error& failure) {
  const Chunk chunk = read_chunk(data);
  if (!chunk.error.empty()) {
    state.error_shown = true;
    return failed(told(data, state), failure);
  }
  if (!chunk.usage.empty()) read_usage(chunk.usage, state.usage);
  if (chunk.blocked) {  // the provider's answer is that it will not answer
    state.finish_seen = state.terminated = true;
    return content(state);
  }
  if (!chunk.has_candidate) return read_without_candidate(chunk, data, state, failure);
  state.choices.begun |= chunk.choices.begun;
  state.choices.ended |= chunk.choices.ended;
  if (chunk.finished) state.finish_seen = true;
  if (chunk.has_content) return content(state);
  if (chunk.malformed && !state.content_seen) return failed(malformed(), failure);
  if (chunk.finished && chunk.stopped && empty_fails(state)) return failed(said_nothing(), failure);
  return chunk.finished || state.content_seen ? content(state) : EventKind::Lifecycle;
}

}  // namespace

Error classify_inside(const ErrorFacts& facts, const FailureRules* rules) {
  return classify(0, facts, rules);
}

EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state, Error& failure) {
  if (event.data_lines == 0) return EventKind::Comment;
  std::string joined;
  const std::string_view data = event_data(event, joined);
  if (data.empty()) return EventKind::Comment;
  if (data.starts_with("[DONE]")) {  // of servers that speak another dialect too
    if (!state.finish_seen && !state.terminated) return failed(stream_incomplete(), failure);
    return EventKind::Comment;
  }
  if (event.name == "error") {
    state.error_shown = true;
    return failed(told(data, state), failure);
  }
  return api == Api::Generate ? read_data(out_of_list(data), state, failure) : content(state);
}

bool stream_complete(Api api, const AnswerState& state) {
  return api != Api::Generate || state.terminated || candidates_ended(state);
}

std::optional<Error> read_answer(std::string_view body, AnswerState& state) {
  if (body.size() > kMaxAnswerRead) return std::nullopt;
  body = without_lead(body);
  AnswerState seen;
  seen.rules = state.rules;
  Error failure;
  bool failed_inside = false;
  const auto read = [&](std::string_view data) {
    failed_inside = failed_inside || read_data(data, seen, failure) == EventKind::Error;
  };
  JsonReader list(body);
  const bool in_list = list.kind() == JsonReader::Kind::Array;
  if (!in_list) {
    read(body);
  } else if (list.enter()) {
    while (list.next_element()) read(list.take());
  }
  if (failed_inside) return failure;
  const bool readable = in_list ? list.at_end() && !list.broken() : read_chunk(body).readable;
  const bool answered = seen.content_seen || seen.finish_seen;
  if (!readable || !answered || (in_list && !seen.finish_seen)) {
    // It says what it is, or its shape does.
    const PlainRules rules{.own = "candidates",
                           .is_answer = [](const AnswerMembers&) { return false; },
                           .read_usage = read_usage,
                           .classify_inside = classify_inside};
    return dialect::read_plain(rules, body, seen);
  }
  state.usage = seen.usage;
  return std::nullopt;
}

}  // namespace drover::dialect::gemini_detail
