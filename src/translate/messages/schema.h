// JSON schemas as Anthropic's output_config takes them: a part of the keywords. What it does not take is told to the
// model in the description beside it.
#pragma once

#include <string>
#include <string_view>

namespace drover::translate {

enum class SchemaFit {
  Whole,     ///< every keyword was taken
  Weakened,  ///< some stand in a description now
  TooDeep,   ///< nested deeper than kMaxSchemaDepth: nothing was added
};

/// Adds `schema` (a sound JSON object) to `out`: keywords that are not taken move into the description, oneOf becomes
/// anyOf, objects get additionalProperties:false. References are kept as they are, so cycles do no harm.
[[nodiscard]] SchemaFit append_claude_schema(std::string_view schema, std::string& out);

}  // namespace drover::translate
