// A checked WindowSpec with the rules of its time zone: when the window of a moment began and when it ends. Both are
// pure functions, so nothing is ever reset, and each process finds the same windows.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/wall_time.h"
#include "money/window_spec.h"

namespace drover::money {

inline constexpr std::chrono::seconds kShortestSpan = std::chrono::seconds(1);
inline constexpr std::chrono::seconds kLongestSpan = std::chrono::days(400);

/// Times outside of these count as the nearer of them: a clock that is wrong by centuries finds a window all the same.
inline constexpr WallTime kEarliestTime = std::chrono::sys_days(std::chrono::year(1970) / 1 / 1);
inline constexpr WallTime kLatestTime = std::chrono::sys_days(std::chrono::year(2400) / 1 / 1);

/// Reads "1h", "90s", "30d", "2w" (rolling; units s, m, h, d, w), "hour", "day", "week", "month", "quarter", "year"
/// (calendar, in UTC), "day Asia/Bangkok" (calendar, in a time zone) and "total". The zone itself is checked by
/// Window::make(). Errors: window_unknown, window_span (not from kShortestSpan to kLongestSpan).
[[nodiscard]] Result<WindowSpec> parse_window(std::string_view text);

/// The shortest text that parse_window() reads as `spec`.
[[nodiscard]] std::string to_text(const WindowSpec& spec);

class Window {
 public:
  /// Loads the rules of the zone: the first call of a process reads the system's list of zones.
  /// Errors: window_span, window_zone (no such zone, or the system has no list).
  [[nodiscard]] static Result<Window> make(WindowSpec spec);

  [[nodiscard]] const WindowSpec& spec() const { return spec_; }
  [[nodiscard]] bool rolling() const { return spec_.kind == WindowKind::Rolling; }

  /// The first instant of the window that `now` lies in; a rolling window: `now` less its span; Total: kEarliestTime.
  /// A day begins at the first instant of its date: where the clock skips midnight, when it skips; where midnight comes
  /// twice, at the first. An hour that a change of the clock cuts is two windows.
  [[nodiscard]] WallTime begin_of(WallTime now) const;
  /// The first instant after that window; a rolling window: `now`; Total: kNeverExpires.
  [[nodiscard]] WallTime end_of(WallTime now) const;

  struct Bounds {
    WallTime begin;
    WallTime end;
  };
  /// Both at once.
  [[nodiscard]] Bounds bounds_of(WallTime now) const;

 private:
  class Zone;
  explicit Window(WindowSpec spec, std::shared_ptr<const Zone> zone);

  WindowSpec spec_;
  std::shared_ptr<const Zone> zone_;  ///< null: not needed
};

}  // namespace drover::money
