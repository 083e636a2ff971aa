// The names in a list of models: {"data":[{"id":…}, …]}, or as Google writes it {"models":[{"name":"models/…"}, …]}.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace drover::dialect {

/// At most `most` of them, in their order; nothing when it is not such a list.
[[nodiscard]] std::vector<std::string> names_in(std::string_view body, std::size_t most);

}  // namespace drover::dialect
