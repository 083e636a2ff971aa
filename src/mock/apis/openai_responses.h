// Answers to /v1/responses, plain and streamed, and to requests about a stored response.
#pragma once

#include <string_view>

#include "mock/answers/answer.h"
#include "mock/answers/reply.h"
#include "mock/provider/store.h"

namespace drover::mock {

[[nodiscard]] Answer responses_answer(const Ask& ask, const Reply& reply);

/// The response as it is stored, with its input items.
[[nodiscard]] Stored stored_response(const Ask& ask, const Reply& reply);
/// GET, DELETE, POST /cancel and GET /input_items of /v1/responses/{id}.
[[nodiscard]] Answer stored_answer(Store& store, std::string_view method, std::string_view path);

}  // namespace drover::mock
