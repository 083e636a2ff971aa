// Schemas as Google's older fields have them (`parameters`, `responseSchema`: a part of OpenAPI 3.0 with words of its
// own), as JSON schemas.
#pragma once

#include <string>
#include <string_view>

namespace drover::translate {

/// Adds `schema` (a sound JSON object) to `out` as a JSON schema: "STRING" becomes "string", nullable a type beside the
/// other, numbers in quotes numbers. False, with nothing added: it is nested deeper than kMaxSchemaDepth.
[[nodiscard]] bool append_json_schema(std::string_view schema, std::string& out);

}  // namespace drover::translate
