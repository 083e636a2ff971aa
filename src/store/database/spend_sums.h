// What a batch of rows adds to the spend of each quarter of an hour: one line per tag, principal, model and provider, and one
// with an empty tag for all of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "store/ledger_row.h"
#include "store/row_fields.h"

namespace drover::store {

struct SpendKey {
  WallTime slot{};
  std::string_view tag{};
  std::string_view principal{};
  std::string_view model_asked{};
  std::string_view model_answered{};
  std::string_view provider{};

  friend auto operator<=>(const SpendKey&, const SpendKey&) = default;
};

/// Sums of rows. Their order is that of the columns in the table.
struct Sums {
  std::int64_t requests = 0;
  std::int64_t failed = 0;  ///< the client got a status from 400 on
  std::int64_t input_uncached = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0;
  std::int64_t reasoning = 0;
  std::int64_t cost = 0;       ///< nano-USD
  std::int64_t estimated = 0;  ///< requests whose tokens drover counted itself
  std::int64_t unpriced = 0;   ///< requests whose cost nobody knows; it is not in `cost`

  [[nodiscard]] std::int64_t input() const { return input_uncached + cache_read + cache_write; }

  friend bool operator==(const Sums&, const Sums&) = default;
};

/// Calls `visit` for each sum, in the order of the columns.
template <class AnySums, class Visit>
void each_sum(AnySums& sums, Visit&& visit) {
  visit(sums.requests);
  visit(sums.failed);
  visit(sums.input_uncached);
  visit(sums.cache_read);
  visit(sums.cache_write);
  visit(sums.output);
  visit(sums.reasoning);
  visit(sums.cost);
  visit(sums.estimated);
  visit(sums.unpriced);
}

/// Adds one row.
inline void add(Sums& sums, const LedgerRow& row) {
  sums.requests += 1;
  sums.failed += row.status >= 400 ? 1 : 0;
  sums.input_uncached += row.tokens.input_uncached;
  sums.cache_read += row.tokens.cache_read;
  sums.cache_write += row.tokens.cache_write_5m + row.tokens.cache_write_1h;
  sums.output += row.tokens.output;
  sums.reasoning += row.tokens.reasoning;
  sums.cost += row.cost ? row.cost->value : 0;
  sums.estimated += row.cost_source == CostSource::Estimated ? 1 : 0;
  sums.unpriced += row.cost ? 0 : 1;
}

/// Borrows the texts of the rows. The lines come in one order, so that two drovers never wait for each other's lines.
class SpendSums {
 public:
  void add_row(const LedgerRow& row) {
    SpendKey key{slot_of(row.started), {}, row.principal, row.model_asked, row.model_answered, row.provider};
    add(lines_[key], row);
    for (const std::string& tag : row.tags) {
      key.tag = tag;
      add(lines_[key], row);
    }
  }
  [[nodiscard]] const std::map<SpendKey, Sums>& lines() const { return lines_; }

 private:
  std::map<SpendKey, Sums> lines_{};
};

}  // namespace drover::store
