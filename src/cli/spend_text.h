// Spend as text: a table for a terminal, JSON, or CSV.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace drover::cli {

/// A table under `heading`, with a line for the total unless requests count more than once (tags). No line is wider
/// than `columns` (0: no bound): the least important columns are left out, then names are cut.
[[nodiscard]] std::string spend_table(const std::vector<store::SpendLine>& lines, store::SpendBy by,
                                      std::size_t columns);

/// An array of objects; `cost_usd` is a number with nine decimals.
[[nodiscard]] std::string spend_json(const std::vector<store::SpendLine>& lines);

/// RFC 4180, with a line of names first. A name that a spreadsheet would take for a formula begins with an apostrophe.
[[nodiscard]] std::string spend_csv(const std::vector<store::SpendLine>& lines);

}  // namespace drover::cli
