// The JSON of /explain as text for a person.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::console {

/// Errors: BadResponse when the text is not the JSON of an explain page.
[[nodiscard]] Result<std::string> explain_text(std::string_view json);

}  // namespace drover::console
