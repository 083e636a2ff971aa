// What a model takes, as data: a table with a date that is built in, and that a configuration may replace row by row.
#pragma once

#include <cstdint>
#include <string_view>

#include "translate/model/form.h"

namespace drover::translate {

/// How a model is told to think.
enum class ThinkingControl : std::uint8_t { None, Effort, Budget, Adaptive };

struct Capabilities {
  std::int64_t max_output_tokens = 0;  ///< sent where the form demands a limit and the client gave none; 0: not known
  ThinkingControl thinking = ThinkingControl::None;
  bool effort_off = false;         ///< takes the effort "none"
  bool effort_above_high = false;  ///< takes xhigh and max
  bool sampling = true;            ///< temperature, top_p, top_k, and OpenAI's penalties
  bool temperature_with_top_p = true;
  bool top_k = false;
  bool schema_output = true;
  bool system_in_place = false;  ///< takes a system message between others
  bool prefill = true;           ///< goes on with a last message of the assistant's
  bool cache_marks = false;      ///< takes marks in the prompt for its cache
  bool custom_tools = false;
  bool reasoning_echo = false;  ///< chat: wants its reasoning_content back
  bool tools_with_reasoning = true;
  bool new_names = false;  ///< chat: max_completion_tokens, safety_identifier, the developer role
  // Of Gemini's models.
  bool effort_minimal = false;      ///< takes the level MINIMAL
  bool effort_medium = true;        ///< takes the level MEDIUM
  std::int64_t least_thinking = 0;  ///< tokens: the smallest budget that is not none at all
  std::int64_t most_thinking = 0;   ///< tokens: the largest budget
  bool media_in_results = false;    ///< takes pictures and files inside a tool's result
  bool call_signatures = false;     ///< refuses a call in the history that nothing signs
  bool schema_with_tools = true;    ///< takes a form for the output beside tools
  bool call_ids = true;             ///< takes ids of calls; Vertex refuses them
  bool system_instruction = true;   ///< takes what the system says in a place of its own
};

/// What is known of `model` (the name that is sent) at a server that speaks `form`. A name that is not known counts as
/// the newest of its family, and where there is none as a plain server of the form.
[[nodiscard]] const Capabilities& capabilities_of(Form form, std::string_view model);

}  // namespace drover::translate
