// Files and batches: uploads are kept, and a batch is finished when it is made, each of its requests answered as if it
// had come alone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mock/answers/answer.h"
#include "mock/provider/store.h"

namespace drover::mock {

/// Requests of one batch.
inline constexpr std::size_t kMostBatchRequests = 1000;

/// What the mock answers to a body that is posted to a path, never streamed.
using AnswerTo = std::function<Answer(std::string_view path, std::string_view body)>;

/// /v1/files: POST keeps, GET lists, describes or (/content) gives back, DELETE forgets.
[[nodiscard]] Answer files_answer(Store& store, std::string_view method, std::string_view path,
                                  std::string_view content_type, std::string_view body);
/// /v1/batches over a file that was kept.
[[nodiscard]] Answer batches_answer(Store& store, std::string_view method, std::string_view path, std::string_view body,
                                    const AnswerTo& answer_to);
/// /v1/messages/batches.
[[nodiscard]] Answer message_batches_answer(Store& store, std::string_view method, std::string_view path,
                                            std::string_view body, const AnswerTo& answer_to);

}  // namespace drover::mock
