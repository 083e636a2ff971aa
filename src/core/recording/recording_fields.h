// What each line of a recording consists of, said once for writing and for reading. `fields(visitor, thing)` shows the
// visitor every field by its name, in order.
#pragma once

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

#include "core/recording/recording.h"

namespace drover::core {

/// `T` is `Of`, to be read or to be written.
template <class T, class Of>
concept Either = std::same_as<std::remove_const_t<T>, Of>;

/// By place in Event.
inline constexpr std::array<std::string_view, std::variant_size_v<Event>> kEventNames = {
    "request_ready",  "capacity_granted", "attempt_connected", "request_sent", "progress",    "quota_hinted",
    "head_arrived",   "lifecycle_event",  "first_content",     "content",      "keep_alive",  "attempt_ended",
    "attempt_failed", "timer_fired",      "blocked",           "unblocked",    "client_left", "drain"};

/// By place in Command.
inline constexpr std::array<std::string_view, std::variant_size_v<Command>> kCommandNames = {
    "none",      "wait_for_capacity", "start_attempt", "arm_timer",      "cancel_attempt",
    "send_head", "send_comment",      "forward",       "end_with_error", "finish"};

/// The greatest value of an enumeration that a line may hold.
constexpr auto last_of(AnswerKind) {
  return AnswerKind::Stream;
}
constexpr auto last_of(Replay) {
  return Replay::Never;
}
constexpr auto last_of(Stage) {
  return Stage::Committed;
}
constexpr auto last_of(TimerKind) {
  return TimerKind::Comment;
}
constexpr auto last_of(Beside) {
  return Beside::Silence;
}
constexpr auto last_of(ErrorKind) {
  return ErrorKind::Internal;
}
constexpr auto last_of(ErrorScope) {
  return ErrorScope::Gateway;
}
constexpr auto last_of(RetryClass) {
  return RetryClass::OtherProvider;
}

/// Without the sentence, which may repeat what somebody said and decides nothing.
template <Either<Error> T>
void fields(auto& v, T& error) {
  v("kind", error.kind);
  v("scope", error.scope);
  v("retry", error.retry);
  v("status", error.status);
  v("retry_after", error.retry_after);
  v("code", error.code);
}

template <Either<Amount> T>
void fields(auto& v, T& amount) {
  v("requests", amount.requests);
  v("input", amount.input_tokens);
  v("output", amount.output_tokens);
  v("cached", amount.cached_tokens);
  v("cost", amount.cost);
  v("reported", amount.reported);
}

// ------------------------------------------------------------------------------------------------ events

/// Those that say no more than their name, and those of an attempt.
template <class T>
  requires std::is_empty_v<T>
void fields(auto&, T&) {}

template <class T>
concept OfAttempt =
    Either<T, AttemptConnected> || Either<T, RequestSent> || Either<T, HeadArrived> || Either<T, LifecycleEvent> ||
    Either<T, FirstContent> || Either<T, Content> || Either<T, Progress> || Either<T, KeepAlive> || Either<T, Forward>;

template <OfAttempt T>
void fields(auto& v, T& event) {
  v("attempt", event.attempt);
}

template <Either<QuotaHinted> T>
void fields(auto& v, T& event) {
  v("attempt", event.attempt);
  for (auto& hint : event.hints.by_dimension) {
    v("limit", hint.limit);
    v("remaining", hint.remaining);
    v("reset", hint.reset);
  }
}

template <Either<AttemptEnded> T>
void fields(auto& v, T& event) {
  v("attempt", event.attempt);
  fields(v, event.used);
}

template <Either<AttemptFailed> T>
void fields(auto& v, T& event) {
  v("attempt", event.attempt);
  v("stage", event.stage);
  v("has_answer", event.has_answer);
  v("upstream_status", event.upstream_status);
  fields(v, event.error);
  fields(v, event.used);
}

template <Either<TimerFired> T>
void fields(auto& v, T& event) {
  v("timer", event.timer);
}

// ------------------------------------------------------------------------------------------------ commands

template <Either<WaitForCapacity> T>
void fields(auto& v, T& command) {
  v("until", command.until);
}

template <Either<StartAttempt> T>
void fields(auto& v, T& command) {
  v("attempt", command.attempt);
  v("target", command.target);
  v("fresh", command.fresh);
  v("last_resort", command.last_resort);
  v("beside", command.beside);
}

template <Either<ArmTimer> T>
void fields(auto& v, T& command) {
  v("timer", command.timer);
  v("at", command.at);
}

template <Either<CancelAttempt> T>
void fields(auto& v, T& command) {
  v("attempt", command.attempt);
  v("lost", command.lost);
}

template <Either<EndWithError> T>
void fields(auto& v, T& command) {
  fields(v, command.error);
  v("in_band", command.in_band);
  v("pass_answer", command.pass_answer);
  v("attempt", command.attempt);
  v("retries_spent", command.retries_spent);
}

// ------------------------------------------------------------------------------------------------ lines

template <Either<RecordingHead> T>
void fields(auto& v, T& line) {
  v("program", line.program);
  v("fleet_seed", line.fleet_seed);
  v("plan", line.plan);
}

template <Either<RecordedRequest> T>
void fields(auto& v, T& line) {
  v("number", line.number);
  v("seed", line.seed);
  v("id", line.id);
  v("route", line.route);
  v("answer", line.facts.answer);
  v("replay", line.facts.replay);
  v("providers", line.providers);
  v("owner_quota", line.facts.owner.quota);
  v("owner_key", line.facts.owner.key);
  v("owner_dialect", line.facts.owner.dialect);
  v("principal", line.facts.asker.principal);
  v("limited_model", line.facts.asker.model);
  v("api", line.facts.api);
  v("affinity", line.facts.affinity);
  v("body", line.facts.body);
  v("arrived", line.facts.arrived);
  v("client_timeout", line.facts.client_timeout);
  v("clients_retry", line.facts.clients_retry);
  v("may_answer_early", line.facts.may_answer_early);
  v("comment_every", line.facts.comment_every);
  v("safe", line.facts.safe);
  v("blocked_client", line.facts.blocked_client);
  fields(v, line.facts.estimate);
}

template <Either<RecordedProbe> T>
void fields(auto& v, T& line) {
  v("now", line.now);
  v("key", line.key);
  v("server", line.server);
  v("latency", line.latency);
  v("sick", line.error);
}

template <Either<RecordedLook> T>
void fields(auto& v, T& line) {
  v("number", line.number);
  v("now", line.now);
}

template <Either<RecordedEnd> T>
void fields(auto& v, T& line) {
  v("number", line.number);
}

template <Either<RecordingClosed> T>
void fields(auto& v, T& line) {
  v("why", line.why);
}

}  // namespace drover::core
