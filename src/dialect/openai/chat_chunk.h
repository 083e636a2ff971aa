// Reads one chunk of a chat or completions stream in one pass over its JSON.
#pragma once

#include <string_view>

namespace drover::dialect::openai_detail {

struct ChatChunk {
  bool readable = false;     ///< it is one JSON object
  bool has_choices = false;  ///< there is a choices array, perhaps an empty one
  bool has_choice = false;   ///< and something is in it
  bool has_content = false;  ///< a delta, text or message that says something
  bool finished = false;     ///< a choice has a finish_reason
  bool stopped = true;       ///< and none has another than "stop"
  bool failed = false;       ///< a finish_reason that means the server failed
  std::string_view error;    ///< raw value of a truthy top-level `error`
  std::string_view usage;    ///< raw value of `usage`, when it is not null
};

/// The cheap question for the great mass of chunks: does it surely bring content and nothing else that matters (no
/// error, no usage, no finish)? False where a closer look is needed. It looks at keys only and does not judge the JSON.
[[nodiscard]] bool is_plain_content(std::string_view data);

[[nodiscard]] ChatChunk read_chat_chunk(std::string_view data);

}  // namespace drover::dialect::openai_detail
