// The parts of a multipart form as the mock needs them; it trusts its clients' forms.
#pragma once

#include <optional>
#include <string_view>

namespace drover::mock {

struct FormPart {
  std::string_view filename;
  std::string_view content;
};

/// The first part with this name; nothing: there is none, or the body is no form. Views into `body`.
[[nodiscard]] std::optional<FormPart> form_part(std::string_view content_type, std::string_view body,
                                                std::string_view name);

}  // namespace drover::mock
