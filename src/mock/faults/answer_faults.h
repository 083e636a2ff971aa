// Faults in the content of an answer: errors in odd places, missing ends, odd spelling, a content coding that was not
// asked for. Pure.
#pragma once

#include <optional>
#include <vector>

#include "mock/answers/answer.h"
#include "mock/faults/fault.h"

namespace drover::mock {

/// The answer that replaces the real one for some faults (Status, ErrorIn200, Html, EmptyChoices, EarlyTooLarge).
/// `unix_seconds` is for dates in Retry-After.
[[nodiscard]] std::optional<Answer> replacement(Call call, bool stream, const Fault& fault, std::int64_t unix_seconds);

/// Changes the pieces or fields of `answer` as the fault says; faults of other kinds change nothing.
void spoil(Answer& answer, const Fault& fault);

/// Index of the piece after the first `tokens` content pieces.
[[nodiscard]] std::size_t piece_after(const std::vector<Piece>& pieces, std::uint64_t tokens);

}  // namespace drover::mock
