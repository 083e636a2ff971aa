// Reads one object of an answer of generateContent: a whole plain answer, or one chunk of a stream. Both have the same
// shape.
#pragma once

#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect::gemini_detail {

struct Chunk {
  bool readable = false;       ///< it is one JSON object
  bool has_candidate = false;  ///< something stands in `candidates`
  bool has_content = false;    ///< a part that says something
  bool finished = false;       ///< a candidate has a finishReason
  bool stopped = true;         ///< and none has another than STOP
  bool malformed = false;      ///< a finishReason by which the model wrote what is no answer
  bool blocked = false;        ///< the prompt was refused
  std::string_view error;      ///< raw value of a truthy `error`
  std::string_view usage;      ///< raw value of `usageMetadata`
  Choices choices;             ///< which candidates it is about, and which of them end here
};

[[nodiscard]] Chunk read_chunk(std::string_view data);

/// Takes what `raw` (the value of usageMetadata) has: Google counts up within a stream, so the last one stays.
void read_usage(std::string_view raw, Usage& usage);

/// The first element where `data` is a list (Google's servers put errors into one), else `data`.
[[nodiscard]] std::string_view out_of_list(std::string_view data);

}  // namespace drover::dialect::gemini_detail
