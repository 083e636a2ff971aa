// Pictures, speech and rankings: the smallest answers that programs can use.
#pragma once

#include <string_view>

#include "mock/answers/answer.h"

namespace drover::mock {

/// /v1/images/*: one picture of one dot for each that is wanted, as base64, or as a data URL where a URL is wanted.
[[nodiscard]] Answer images_answer(const Ask& ask, std::string_view body);
/// /v1/audio/speech: a moment of silence, as WAV, raw samples or (any other format) MP3.
[[nodiscard]] Answer speech_answer(std::string_view body);
/// /v1/rerank: the documents by how many words of the query they have.
[[nodiscard]] Answer rerank_answer(const Ask& ask, std::string_view body);

}  // namespace drover::mock
