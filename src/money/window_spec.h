// The stretch of time that a limit counts over. Its begin is a pure function of this, the time zone's rules and the
// time (window.h), so nothing is ever reset.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace drover::money {

enum class WindowKind : std::uint8_t {
  Rolling,  ///< the last `span`, at every moment
  Hour,     ///< calendar windows: they begin with the hour, day, ISO week (Monday), month, quarter, year of `zone`
  Day,
  Week,
  Month,
  Quarter,
  Year,
  Total,  ///< everything that ever was
};

struct WindowSpec {
  WindowKind kind = WindowKind::Month;
  std::chrono::seconds span{};  ///< of a rolling window: 1 s to 400 days
  std::string zone = "UTC";     ///< of a calendar window: an IANA name

  friend bool operator==(const WindowSpec&, const WindowSpec&) = default;
};

}  // namespace drover::money
