// What limits begin with after a start: what the ledger says was used in the windows that go on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/asker_book.h"
#include "directory/moment.h"
#include "store/store.h"

namespace drover::gateway {

/// One count that is new, and of which the ledger may know something.
struct NewCount {
  std::string principal;  ///< the scope's path
  directory::CounterKey key;
  WallTime since{};  ///< from here on it counts itself
};

/// A rolling window shorter than this begins empty: what was used before the start has left it soon.
inline constexpr std::chrono::hours kRestoredFrom{1};
/// A rolling window is restored in this many pieces, each as if all of it had been used at its end.
inline constexpr int kRollingPieces = 12;

/// Tells the book of what was used before the counts were there. May be repeated. On the ledger's thread. Errors: those
/// of the store; counts that were told of before it stay so.
[[nodiscard]] Result<void> restore(const std::vector<NewCount>& counts, store::Store& store, directory::AskerBook& book,
                                   const directory::Moment& now);

}  // namespace drover::gateway
