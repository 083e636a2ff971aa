// Reads one chunk of a chat or completions stream in one pass over its JSON.
#pragma once

#include <string_view>

#include "dialect/dialect.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::openai_detail {

struct ChatChunk {
  bool readable = false;          ///< it is one JSON object
  bool has_choices = false;       ///< there is a choices array, perhaps an empty one
  bool has_choice = false;        ///< and something is in it (or in what stands there instead)
  bool has_content = false;       ///< a delta, text or message that says something
  bool finished = false;          ///< a choice has a finish_reason
  bool stopped = true;            ///< and none has another than "stop"
  bool failed = false;            ///< a finish_reason that means the server failed, or an error instead of a delta
  std::string_view error;         ///< raw value of a truthy top-level `error`
  std::string_view choice_error;  ///< the same of a choice
  std::string_view usage;         ///< raw value of `usage`, when it is not null
  std::string_view service_tier;  ///< raw value, when it is there
  Choices choices;                ///< which ones it is about, and which of them end here
};

/// The cheap question for the great mass of chunks: does it surely bring content and nothing else that matters (no
/// error, no usage, no finish, no choice but the first)? False where a closer look is needed. It looks at keys only and
/// does not judge the JSON.
[[nodiscard]] bool is_plain_content(std::string_view data);

[[nodiscard]] ChatChunk read_chat_chunk(std::string_view data);

/// Walks through the value of `choices` alone, in a chunk or in a plain answer.
void read_choices(JsonReader& reader, ChatChunk& chunk);

}  // namespace drover::dialect::openai_detail
