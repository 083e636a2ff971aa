// The admin API's records in the store. It lives for one job, on the thread that owns the store.
#pragma once

#include "gateway/admin/api/records.h"
#include "store/store.h"

namespace drover::gateway::admin {

/// Most keys, or entries of the audit, that one call of a list looks at: about a tenth of a second.
inline constexpr std::size_t kMaxScanned = 10'000;

class StoreRecords final : public Records {
 public:
  StoreRecords(store::Store& store, WallTime now) : store_(store), now_(now) {}

  Result<std::optional<directory::Key>> key(std::string_view id) override;
  Result<std::optional<directory::Key>> key_named(std::string_view name) override;
  Result<std::optional<directory::Key>> key_with(const directory::Digest& digest) override;
  Result<KeyPage> keys(const KeyFilter& filter, std::string_view after, std::size_t most) override;
  Result<std::optional<directory::Principal>> principal(std::string_view path) override;
  Result<PrincipalPage> principals(std::string_view under, std::string_view after, std::size_t most) override;
  Result<AuditPage> audit(std::string_view object, std::uint64_t before, std::size_t most) override;
  Result<std::optional<Remembered>> remembered(std::string_view key) override;
  Result<void> commit(const Change& change) override;

 private:
  store::Store& store_;
  WallTime now_;
};

}  // namespace drover::gateway::admin
