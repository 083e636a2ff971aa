// Answers to /v1/chat/completions and /v1/completions, plain and streamed.
#pragma once

#include "mock/answers/answer.h"
#include "mock/answers/reply.h"

namespace drover::mock {

[[nodiscard]] Answer chat_answer(const Ask& ask, const Reply& reply);
[[nodiscard]] Answer completion_answer(const Ask& ask, const Reply& reply);

}  // namespace drover::mock
