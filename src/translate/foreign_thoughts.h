// Thoughts in a client's history that the provider of its own dialect cannot read: they came from a translated answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "translate/model/form.h"

namespace drover::translate {

/// Whether the body may hold such thoughts. Quick, and never wrong when it says no.
[[nodiscard]] bool may_hold_foreign_thoughts(Form form, std::string_view body);

/// The body without them: thinking blocks of Messages that nobody has signed or another maker sealed, and reasoning
/// items of Responses and signatures of Gemini that another maker sealed. All else stays in its order. Nothing: there
/// are none. `body` is judged JSON.
[[nodiscard]] std::optional<std::string> without_foreign_thoughts(Form form, std::string_view body);

}  // namespace drover::translate
