// What a request has reserved from the limits of its principals: taken before it is sent, settled exactly once by what
// it really used, also when it fails, is cancelled, or its client goes.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "base/fixed_vector.h"
#include "base/small_vector.h"
#include "directory/counter.h"
#include "directory/moment.h"
#include "directory/spend.h"

namespace drover::directory {

class AskerBook;

/// What happens to a request that needs more than is left.
enum class Overdraft : std::uint8_t {
  One,     ///< it goes on while anything is left: a limit is passed by the requests that are running then, no more
  Strict,  ///< it is refused unless its whole estimate fits
};

/// Why a request may not go on.
struct Refusal {
  enum class Why : std::uint8_t {
    Limit,          ///< `scope` has reached its limit
    TooManyLimits,  ///< more than kMostHolds limits count this request: its other fields say nothing
  };
  Why why = Why::Limit;
  std::string scope{};  ///< to_text(ScopeRef)
  Unit unit = Unit::Requests;
  money::WindowSpec window{};
  std::int64_t amount = 0;  ///< of the limit, in its unit
  std::int64_t used = 0;    ///< with what running requests have reserved
  /// Without what running requests have reserved there would be room: it may come at any moment.
  bool held_by_running = false;
  /// When every limit that refuses has room, if nothing is added; kNeverExpires: waiting does not help.
  WallTime retry_at{};
};

/// A soft limit that a request has reached.
struct Crossed {
  std::shared_ptr<const std::string> scope;  ///< to_text(ScopeRef)
  Unit unit = Unit::Requests;
  std::int64_t amount = 0;
  bool first = false;  ///< this request crossed it; false: an earlier one did
};

/// More limits than this cannot count one request.
inline constexpr std::size_t kMostHolds = 256;
/// Told of one request; further ones are counted all the same.
inline constexpr std::size_t kMostCrossed = 4;

class [[nodiscard]] Lease {
 public:
  Lease() = default;
  Lease(Lease&& from) noexcept;
  Lease& operator=(Lease&& from) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  /// Settles by what was reserved, if nobody has settled.
  ~Lease();

  /// Not settled yet.
  [[nodiscard]] bool open() const { return book_ != nullptr; }
  /// The soft limits that the reservation reached.
  [[nodiscard]] const FixedVector<Crossed, kMostCrossed>& crossed() const { return crossed_; }

  /// Reserves more tokens and money for a stream that has used up its reservation. Calendar windows: that of the
  /// reservation. Rolling windows: now. A refusal takes nothing, and the lease stays as it was.
  [[nodiscard]] std::optional<Refusal> extend(const Spend& more, const Moment& now);

  /// Replaces the reservation by what was used, in the window of the reservation. False: settled before, and nothing
  /// changes.
  bool settle(const Spend& used);
  /// Nothing was used, not even a request.
  bool give_back();
  /// All that was reserved was used: an estimate.
  bool settle_as_reserved();

 private:
  friend class AskerBook;

  /// What is taken from one counter.
  struct Hold {
    Counter* counter = nullptr;
    CountPlace place = 0;  ///< of the last reservation
    std::int64_t taken = 0;
    CountPlace first_place = 0;  ///< of those before, in a rolling window
    std::int64_t first_taken = 0;
  };
  /// Ten limits on the way are many already.
  using Holds = SmallVector<Hold, 12, kMostHolds>;

  AskerBook* book_ = nullptr;
  Holds holds_{};
  FixedVector<Crossed, kMostCrossed> crossed_{};
};

using Reservation = std::expected<Lease, Refusal>;

}  // namespace drover::directory
