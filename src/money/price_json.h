// Reads the public lists of prices: LiteLLM's model_prices_and_context_window.json and models.dev's api.json. Both are
// input of strangers: a price that is negative, no number, or above a billion dollars is left out, not believed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "money/price_table.h"

namespace drover::money {

struct ReadPrices {
  PriceTable table;
  std::size_t skipped = 0;  ///< entries without a price that drover counts by
};

/// Reads either list, told apart by its shape: LiteLLM's has entries with "litellm_provider", that of models.dev has
/// providers with "models". An entry whose prices are all 0 is skipped: it says "unknown" more often than "free".
/// The table's version is the list's name and the begin of its SHA-256. Errors: prices_too_large, prices_json (no
/// JSON), prices_shape (neither of the two).
[[nodiscard]] Result<ReadPrices> read_price_json(std::string_view text);

}  // namespace drover::money
