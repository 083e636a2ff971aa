// The tables of a store, and how a store of an earlier drover becomes one of this.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database/database.h"

namespace drover::store {

/// The statements that bring a store from version n to n + 1 are at index n. A step that was released is never changed.
[[nodiscard]] std::span<const std::string_view> migrations(Database::Flavor flavor);

struct SchemaState {
  std::uint64_t version = 0;
  std::string store_id{};  ///< names this store: numbers of changes count within it
};

/// Brings the store to this drover's version, in one transaction that others wait for.
/// Errors: kNewer, kForeign, kEncoding; what the database says. After an error the store is as it was.
[[nodiscard]] Result<SchemaState> migrate(Database& database);

}  // namespace drover::store
