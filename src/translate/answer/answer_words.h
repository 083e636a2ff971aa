// The words that the forms have for the ends of an answer and for its usage: shared by the writers of streams and of
// plain answers.
#pragma once

#include <string>
#include <string_view>

#include "translate/answer/answer_event.h"
#include "translate/write/json_out.h"

namespace drover::translate {

[[nodiscard]] std::string_view chat_finish(StopReason reason);
[[nodiscard]] std::string_view messages_stop(StopReason reason);
/// Why a Responses answer is incomplete; empty: it is complete, as one is that refuses in words of its own.
[[nodiscard]] std::string_view responses_incomplete(StopReason reason, bool refuses_in_words);

void write_chat_usage(const AnswerUsage& usage, JsonOut& json);
void write_messages_usage(const AnswerUsage& usage, JsonOut& json);
void write_responses_usage(const AnswerUsage& usage, JsonOut& json);

/// The upstream's id with the prefix of the client's form in place of its own; one made of the request's id where it
/// has none. Adds the inside of a JSON string.
void append_front_id(Form front, Text upstream, std::string_view request_id, std::string& out);

/// What is said where a model declines without a word.
inline constexpr std::string_view kDeclined = "The model declined to answer.";

}  // namespace drover::translate
