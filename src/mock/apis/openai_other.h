// Answers to the smaller calls: embeddings, models, moderations, transcriptions.
#pragma once

#include "mock/answers/answer.h"
#include "mock/provider/settings.h"

namespace drover::mock {

[[nodiscard]] Answer embeddings_answer(const Ask& ask, const Settings& settings);
[[nodiscard]] Answer moderations_answer(const Ask& ask);
[[nodiscard]] Answer transcription_answer(const Ask& ask);
[[nodiscard]] Answer models_answer(const Settings& settings);
/// `name` as it stands in the path; 404 when the mock does not serve it.
[[nodiscard]] Answer model_answer(const Settings& settings, std::string_view name);

[[nodiscard]] bool serves(const Settings& settings, std::string_view model);

/// RFC 4648 section 4.
/// Numbers from -1 to 1, the same for the same seed.
[[nodiscard]] std::vector<float> embedding_of(std::uint64_t seed, std::size_t dimensions);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace drover::mock
