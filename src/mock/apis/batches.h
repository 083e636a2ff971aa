// Files and batches. Uploads are kept. A batch is finished at once, and each of its requests gets the answer that it
// would get alone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mock/answers/answer.h"
#include "mock/provider/store.h"

namespace drover::mock {

/// Most requests of one batch.
inline constexpr std::size_t kMostBatchRequests = 1000;

/// The mock's answer to a body that is posted to a path, never streamed.
using AnswerTo = std::function<Answer(std::string_view path, std::string_view body)>;

/// /v1/files: POST keeps a file, GET lists or describes files or (/content) returns one, DELETE forgets it.
[[nodiscard]] Answer files_answer(Store& store, std::string_view method, std::string_view path,
                                  std::string_view content_type, std::string_view body);
/// /v1/batches over a kept file.
[[nodiscard]] Answer batches_answer(Store& store, std::string_view method, std::string_view path, std::string_view body,
                                    const AnswerTo& answer_to);
/// /v1/messages/batches.
[[nodiscard]] Answer message_batches_answer(Store& store, std::string_view method, std::string_view path,
                                            std::string_view body, const AnswerTo& answer_to);

}  // namespace drover::mock
