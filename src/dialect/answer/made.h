// What an answer has made that lives with the account whose key asked: nobody else's keys can go on with it.
#pragma once

#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect {

/// The answer of a path without a model: a file, a batch (with the files that came of it), a conversation, ...
void note_made_object(std::string_view body, AnswerState& state);
/// A plain answer of /responses: itself, and what it sealed.
void note_made_response(std::string_view body, AnswerState& state);

/// One item of a response's output that may have sealed something (encrypted_content).
void note_sealed(std::string_view item, AnswerState& state);

}  // namespace drover::dialect
