// Answers to /v1/responses, plain and as the full sequence of events.
#pragma once

#include "mock/answer.h"
#include "mock/reply.h"

namespace drover::mock {

[[nodiscard]] Answer responses_answer(const Ask& ask, const Reply& reply);

}  // namespace drover::mock
