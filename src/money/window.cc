#include "money/window.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "money/input_error.h"

namespace drover::money {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

/// IANA names are at most 32 bytes long today.
constexpr std::size_t kMostZoneBytes = 64;

/// A date of the calendar, of no zone.
using Day = date::local_days;

date::sys_time<microseconds> to_date(WallTime time) {
  return date::sys_time<microseconds>(time.time_since_epoch());
}

WallTime from_date(date::sys_seconds time) {
  return WallTime(time.time_since_epoch());
}

/// The first day of the period that `day` is in.
Day first_day(WindowKind kind, Day day) {
  const date::year_month_day parts(day);
  const unsigned month = static_cast<unsigned>(parts.month());
  switch (kind) {
    case WindowKind::Week: return day - (date::weekday(day) - date::Monday);
    case WindowKind::Month: return Day(parts.year() / parts.month() / 1);
    case WindowKind::Quarter: return Day(parts.year() / date::month((month - 1) / 3 * 3 + 1) / 1);
    case WindowKind::Year: return Day(parts.year() / date::January / 1);
    default: return day;
  }
}

/// The first day of the period after the one that begins with `first`.
Day next_first_day(WindowKind kind, Day first) {
  const date::year_month_day parts(first);
  switch (kind) {
    case WindowKind::Week: return first + date::days(7);
    case WindowKind::Month: return Day(parts + date::months(1));
    case WindowKind::Quarter: return Day(parts + date::months(3));
    case WindowKind::Year: return Day(parts + date::years(1));
    default: return first + date::days(1);
  }
}

constexpr std::array<std::pair<std::string_view, WindowKind>, 7> kNames{{{"hour", WindowKind::Hour},
                                                                         {"day", WindowKind::Day},
                                                                         {"week", WindowKind::Week},
                                                                         {"month", WindowKind::Month},
                                                                         {"quarter", WindowKind::Quarter},
                                                                         {"year", WindowKind::Year},
                                                                         {"total", WindowKind::Total}}};

/// The units of spans, the longest first.
constexpr std::array<std::pair<char, seconds>, 5> kUnits{{{'w', std::chrono::weeks(1)},
                                                          {'d', std::chrono::days(1)},
                                                          {'h', std::chrono::hours(1)},
                                                          {'m', std::chrono::minutes(1)},
                                                          {'s', seconds(1)}}};

std::unexpected<Error> bad_span() {
  return fail(input_error("window_span", "A rolling window is from 1 second to 400 days long."));
}

std::unexpected<Error> unknown_window() {
  return fail(input_error("window_unknown",
                          "A window is a span such as 1h or 30d, or hour, day, week, month, quarter or year with a "
                          "time zone behind it, or total."));
}

/// "90s" to 90 seconds.
Result<WindowSpec> parse_span(std::string_view text) {
  const auto* const unit = std::ranges::find(kUnits, text.back(), [](const auto& each) { return each.first; });
  if (unit == kUnits.end() || text.size() == 1) return unknown_window();
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') return unknown_window();
    count = std::min<std::int64_t>(10 * count + (c - '0'), kLongestSpan.count() + 1);
  }
  const seconds span = count * unit->second;
  if (span < kShortestSpan || span > kLongestSpan) return bad_span();
  return WindowSpec{.kind = WindowKind::Rolling, .span = span};
}

}  // namespace

/// The rules of one time zone. The library's list of zones lives as long as the process.
class Window::Zone {
 public:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}

  [[nodiscard]] date::sys_info at(WallTime time) const { return zone_->get_info(date::floor<seconds>(to_date(time))); }
  /// The first instant of a date.
  [[nodiscard]] WallTime begin_of(Day day) const {
    const date::local_info info = zone_->get_info(date::local_seconds(day));
    if (info.result == date::local_info::nonexistent) return from_date(info.second.begin);
    return from_date(date::sys_seconds(date::local_seconds(day).time_since_epoch() - info.first.offset));
  }

 private:
  const date::time_zone* zone_;
};

Result<WindowSpec> parse_window(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return unknown_window();
  if (text.front() >= '0' && text.front() <= '9') return parse_span(text);
  const std::size_t space = text.find(' ');
  const auto* const named =
      std::ranges::find(kNames, text.substr(0, space), [](const auto& each) { return each.first; });
  if (named == kNames.end()) return unknown_window();
  WindowSpec spec{.kind = named->second};
  if (space == std::string_view::npos) return spec;
  std::string_view zone = text.substr(space);
  while (zone.starts_with(' ')) zone.remove_prefix(1);
  if (spec.kind == WindowKind::Total) return unknown_window();
  spec.zone = zone.substr(0, kMostZoneBytes + 1);
  return spec;
}

std::string to_text(const WindowSpec& spec) {
  if (spec.kind == WindowKind::Rolling) {
    for (const auto& [unit, span] : kUnits) {
      if (spec.span % span == seconds(0)) return std::to_string(spec.span / span) + unit;
    }
  }
  std::string text;
  for (const auto& [name, kind] : kNames) {
    if (kind == spec.kind) text = name;
  }
  if (spec.kind != WindowKind::Total && spec.zone != "UTC") text += " " + spec.zone;
  return text;
}

Window::Window(WindowSpec spec, std::shared_ptr<const Zone> zone) : spec_(std::move(spec)), zone_(std::move(zone)) {}

Result<Window> Window::make(WindowSpec spec) {
  if (spec.kind == WindowKind::Rolling) {
    if (spec.span < kShortestSpan || spec.span > kLongestSpan) return bad_span();
    return Window(std::move(spec), nullptr);
  }
  if (spec.kind == WindowKind::Total) return Window(std::move(spec), nullptr);
  if (spec.zone.empty() || spec.zone.size() > kMostZoneBytes) {
    return fail(input_error("window_zone", "A time zone has an IANA name, such as Asia/Bangkok."));
  }
  try {
    auto zone = std::make_shared<const Zone>(date::locate_zone(spec.zone));
    return Window(std::move(spec), std::move(zone));
  } catch (const std::exception&) {
    return fail(input_error("window_zone", "The system knows no time zone of that name."));
  }
}

WallTime Window::begin_of(WallTime now) const {
  return bounds_of(now).begin;
}

WallTime Window::end_of(WallTime now) const {
  return bounds_of(now).end;
}

Window::Bounds Window::bounds_of(WallTime now) const {
  now = std::clamp(now, kEarliestTime, kLatestTime);
  if (spec_.kind == WindowKind::Rolling) return {.begin = now - spec_.span, .end = now};
  if (spec_.kind == WindowKind::Total) return {.begin = kEarliestTime, .end = kNeverExpires};
  const date::sys_info rules = zone_->at(now);
  const date::local_time<microseconds> local{now.time_since_epoch() + rules.offset};
  if (spec_.kind == WindowKind::Hour) {
    const date::sys_seconds begin{date::floor<std::chrono::hours>(local).time_since_epoch() - rules.offset};
    return {.begin = from_date(std::max(begin, rules.begin)),
            .end = from_date(std::min(begin + std::chrono::hours(1), rules.end))};
  }
  // Where a change of the clock goes back over midnight, the date of `now` may be the day before its window: the two
  // loops find the window by its ends.
  Day first = first_day(spec_.kind, date::floor<date::days>(local));
  while (zone_->begin_of(first) > now) first = first_day(spec_.kind, first - date::days(1));
  Day next = next_first_day(spec_.kind, first);
  while (zone_->begin_of(next) <= now) {
    first = next;
    next = next_first_day(spec_.kind, first);
  }
  return {.begin = zone_->begin_of(first), .end = zone_->begin_of(next)};
}

}  // namespace drover::money
