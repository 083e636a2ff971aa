// A ledger row as bytes, for the spool file: its fields in their order (row_fields.h), texts behind their length.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/ledger_row.h"

namespace drover::store {

/// Appends the row's bytes to `to`. The row is within its bounds.
void encode(const LedgerRow& row, std::string& to);

/// Nothing: these bytes are no row.
[[nodiscard]] std::optional<LedgerRow> decode(std::string_view bytes);

}  // namespace drover::store
