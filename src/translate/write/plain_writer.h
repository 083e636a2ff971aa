// Writes a whole answer as a plain one of the client's form.
#pragma once

#include <string>

#include "translate/answer/answer_context.h"
#include "translate/answer/fold.h"

namespace drover::translate {

/// The body. `answer` must be whole.
[[nodiscard]] std::string write_plain(const FoldedAnswer& answer, const AnswerContext& context);

}  // namespace drover::translate
