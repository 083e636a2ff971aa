// JSON schemas as Anthropic's output_config takes them: a part of the keywords. What it does not take is told to the
// model in the description beside it.
#pragma once

#include <string>
#include <string_view>

namespace drover::translate {

/// Adds `schema` (a sound JSON object) to `out`: keywords that are not taken move into the description, oneOf becomes
/// anyOf, objects get additionalProperties:false. References are kept as they are, so cycles do no harm. False, with
/// nothing added: it is nested deeper than kMaxSchemaDepth.
[[nodiscard]] bool append_claude_schema(std::string_view schema, std::string& out);

}  // namespace drover::translate
