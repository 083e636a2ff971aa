// The parts of a multipart form, as the mock needs them: it trusts its clients' forms.
#pragma once

#include <optional>
#include <string_view>

namespace drover::mock {

struct FormPart {
  std::string_view filename;
  std::string_view content;
};

/// The first part of this name; nothing when there is none, or no form. Views into `body`.
[[nodiscard]] std::optional<FormPart> form_part(std::string_view content_type, std::string_view body,
                                                std::string_view name);

}  // namespace drover::mock
