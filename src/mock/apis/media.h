// Pictures, speech and rankings: the smallest answers that programs can use.
#pragma once

#include <string_view>

#include "mock/answers/answer.h"

namespace drover::mock {

/// /v1/images/*: pictures of one dot, as base64, or as data URLs when URLs are asked for.
[[nodiscard]] Answer images_answer(const Ask& ask, std::string_view body);
/// /v1/audio/speech: a short silence, as WAV, raw samples or (any other format) MP3.
[[nodiscard]] Answer speech_answer(std::string_view body);
/// /v1/rerank: the documents, in the order of how many words of the query each has.
[[nodiscard]] Answer rerank_answer(const Ask& ask, std::string_view body);

}  // namespace drover::mock
