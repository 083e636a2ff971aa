// What a provider's list of models ({"data":[{"id": …, "shutdown_date": …}, …]}) says about their end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace drover::dialect {

struct RetiringModel {
  std::string name;
  std::int64_t shutdown = 0;  ///< seconds since 1970; from then on requests for it fail
};

/// Those with a day on which they are shut down, at most `most`, in their order. A day that cannot be read, and a list
/// of another shape, is none. Names are the provider's text: not safe to print.
[[nodiscard]] std::vector<RetiringModel> retiring_models(std::string_view body, std::size_t most);

}  // namespace drover::dialect
