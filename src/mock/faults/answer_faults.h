// Faults in what an answer says: errors in odd places, missing ends, odd spelling, an unasked content coding. Pure.
#pragma once

#include <optional>
#include <vector>

#include "mock/answers/answer.h"
#include "mock/faults/fault.h"

namespace drover::mock {

/// The answer that takes the place of the real one, when a fault says so (Status, ErrorIn200, Html, EmptyChoices,
/// EarlyTooLarge). `unix_seconds` is for dates in Retry-After.
[[nodiscard]] std::optional<Answer> replacement(Call call, bool stream, const Fault& fault, std::int64_t unix_seconds);

/// Changes the pieces or fields of `answer` as the fault says; others leave it as it is.
void spoil(Answer& answer, const Fault& fault);

/// Index of the piece behind the first `tokens` content pieces.
[[nodiscard]] std::size_t piece_after(const std::vector<Piece>& pieces, std::uint64_t tokens);

}  // namespace drover::mock
