#include "money/window.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <limits>
#include <sstream>

#include "base/random.h"

namespace drover::money {
namespace {

using namespace std::chrono_literals;

/// "2026-03-29 01:30" in UTC.
WallTime utc(const std::string& text) {
  std::istringstream in(text);
  date::sys_seconds time;
  in >> date::parse("%F %H:%M", time);
  EXPECT_FALSE(in.fail()) << text;
  return WallTime(time.time_since_epoch());
}

std::string text(WallTime time) {
  return date::format("%F %H:%M", date::sys_seconds(date::floor<std::chrono::seconds>(
                                      date::sys_time<std::chrono::microseconds>(time.time_since_epoch()))));
}

Window window(std::string_view spec) {
  return Window::make(parse_window(spec).value()).value();
}

std::string bounds(std::string_view spec, const std::string& now) {
  const auto found = window(spec).bounds_of(utc(now));
  return text(found.begin) + " to " + text(found.end);
}

std::string fault(std::string_view spec) {
  const auto read = parse_window(spec);
  if (!read) return read.error().code;
  const auto made = Window::make(*read);
  return made ? "" : made.error().code;
}

TEST(Window, ReadsEachFormOfText) {
  EXPECT_EQ(parse_window("1h"), (WindowSpec{.kind = WindowKind::Rolling, .span = 1h}));
  EXPECT_EQ(parse_window("30d"), (WindowSpec{.kind = WindowKind::Rolling, .span = 720h}));
  EXPECT_EQ(parse_window(" month "), (WindowSpec{.kind = WindowKind::Month}));
  EXPECT_EQ(parse_window("day  Asia/Bangkok"), (WindowSpec{.kind = WindowKind::Day, .zone = "Asia/Bangkok"}));
  EXPECT_EQ(parse_window("total"), (WindowSpec{.kind = WindowKind::Total}));
}

TEST(Window, PrintsWhatItReads) {
  for (const char* spec : {"1s", "90s", "5m", "1h", "36h", "1d", "2w", "400d", "hour", "day", "week", "month",
                           "quarter", "year", "total", "day Asia/Bangkok", "hour Australia/Lord_Howe"}) {
    EXPECT_EQ(to_text(parse_window(spec).value()), spec);
  }
}

TEST(Window, TellsWhatIsWrongWithAText) {
  for (const char* spec :
       {"", " ", "h", "1", "1x", "1 h", "-1h", "1.5h", "fortnight", "Month", "total UTC", "1h UTC"}) {
    EXPECT_EQ(fault(spec), "window_unknown") << spec;
  }
  for (const char* spec : {"0s", "401d", "36500d", "99999999999999999999999999w"}) {
    EXPECT_EQ(fault(spec), "window_span") << spec;
  }
  for (const char* spec : {"day Mars/Olympus", "day ../../etc/passwd", "day UTC; DROP TABLE keys", "day utc"}) {
    EXPECT_EQ(fault(spec), "window_zone") << spec;
  }
  EXPECT_EQ(fault("day " + std::string(100'000, 'A')), "window_zone");
  EXPECT_EQ(Window::make({.kind = WindowKind::Day, .zone = ""}).error().code, "window_zone");
  EXPECT_EQ(Window::make({.kind = WindowKind::Rolling, .span = 0s}).error().code, "window_span");
  EXPECT_EQ(Window::make({.kind = WindowKind::Rolling, .span = 876'000h}).error().code, "window_span");
}

TEST(Window, CalendarWindowsBeginWithTheirPeriod) {
  EXPECT_EQ(bounds("hour", "2026-05-17 13:45"), "2026-05-17 13:00 to 2026-05-17 14:00");
  EXPECT_EQ(bounds("day", "2026-05-17 13:45"), "2026-05-17 00:00 to 2026-05-18 00:00");
  EXPECT_EQ(bounds("week", "2026-05-17 13:45"), "2026-05-11 00:00 to 2026-05-18 00:00");
  EXPECT_EQ(bounds("month", "2026-12-31 23:59"), "2026-12-01 00:00 to 2027-01-01 00:00");
  EXPECT_EQ(bounds("quarter", "2026-05-17 13:45"), "2026-04-01 00:00 to 2026-07-01 00:00");
  EXPECT_EQ(bounds("year", "2026-05-17 13:45"), "2026-01-01 00:00 to 2027-01-01 00:00");
}

TEST(Window, KnowsLeapDays) {
  EXPECT_EQ(bounds("month", "2028-02-29 12:00"), "2028-02-01 00:00 to 2028-03-01 00:00");
  EXPECT_EQ(bounds("day", "2028-02-29 12:00"), "2028-02-29 00:00 to 2028-03-01 00:00");
  EXPECT_EQ(bounds("month", "2100-02-28 23:59"), "2100-02-01 00:00 to 2100-03-01 00:00");
}

TEST(Window, BeginsAtMidnightOfItsZone) {
  EXPECT_EQ(bounds("day Asia/Bangkok", "2026-05-17 18:00"), "2026-05-17 17:00 to 2026-05-18 17:00");
  EXPECT_EQ(bounds("hour Asia/Kolkata", "2026-05-17 18:10"), "2026-05-17 17:30 to 2026-05-17 18:30");
  EXPECT_EQ(bounds("month America/New_York", "2026-03-15 00:00"), "2026-03-01 05:00 to 2026-04-01 04:00");
}

TEST(Window, DaysOfAClockChangeAre23And25HoursLong) {
  EXPECT_EQ(bounds("day Europe/Berlin", "2026-03-29 12:00"), "2026-03-28 23:00 to 2026-03-29 22:00");
  EXPECT_EQ(bounds("day Europe/Berlin", "2026-10-25 12:00"), "2026-10-24 22:00 to 2026-10-25 23:00");
}

TEST(Window, ADayWithoutMidnightBeginsWhenTheClockSkipsIt) {
  // Cairo's clock went from 00:00 to 01:00 on 26 April 2024, and back at midnight on 1 November.
  EXPECT_EQ(bounds("day Africa/Cairo", "2024-04-26 09:00"), "2024-04-25 22:00 to 2024-04-26 21:00");
  EXPECT_EQ(bounds("day Africa/Cairo", "2024-10-31 20:30"), "2024-10-30 21:00 to 2024-10-31 22:00");
  EXPECT_EQ(bounds("day Africa/Cairo", "2024-10-31 21:30"), "2024-10-30 21:00 to 2024-10-31 22:00");
}

TEST(Window, MidnightThatComesTwiceBeginsTheDayOnce) {
  // Havana's clock goes from 01:00 back to 00:00.
  EXPECT_EQ(bounds("day America/Havana", "2025-11-02 04:30"), "2025-11-02 04:00 to 2025-11-03 05:00");
  EXPECT_EQ(bounds("day America/Havana", "2025-11-02 05:30"), "2025-11-02 04:00 to 2025-11-03 05:00");
  // In Newfoundland it went at 00:01 back to 23:01 of the day before.
  EXPECT_EQ(bounds("day America/St_Johns", "2010-11-07 02:45"), "2010-11-07 02:30 to 2010-11-08 03:30");
}

TEST(Window, ADateThatAZoneSkipsIsNoWindow) {
  // Samoa had no 30 December 2011.
  EXPECT_EQ(bounds("day Pacific/Apia", "2011-12-30 09:59"), "2011-12-29 10:00 to 2011-12-30 10:00");
  EXPECT_EQ(bounds("day Pacific/Apia", "2011-12-30 10:00"), "2011-12-30 10:00 to 2011-12-31 10:00");
}

TEST(Window, RollingAndTotalWindowsHaveNoCalendar) {
  const WallTime now = utc("2026-05-17 13:45");
  EXPECT_EQ(window("1h").begin_of(now), now - 1h);
  EXPECT_EQ(window("1h").end_of(now), now);
  EXPECT_EQ(window("total").begin_of(now), kEarliestTime);
  EXPECT_EQ(window("total").end_of(now), kNeverExpires);
}

TEST(Window, AClockThatIsWrongByCenturiesFindsAWindow) {
  for (const char* spec :
       {"1s", "400d", "hour", "day", "week Asia/Tokyo", "month America/New_York", "quarter", "year", "total"}) {
    for (const WallTime now : {WallTime::min(), WallTime::max(), kEarliestTime, kLatestTime, WallTime(-1us)}) {
      const auto found = window(spec).bounds_of(now);
      EXPECT_LT(found.begin, found.end) << spec;
    }
  }
}

/// Walks from window to window over ten years: each begins where the one before ended, and every instant of it, also
/// the first and the last, is in it alone.
void expect_windows_join(const std::string& spec, WallTime from, WallTime until, Random& random) {
  const Window windows = window(spec);
  WallTime before = WallTime::min();
  for (auto at = windows.bounds_of(from); at.begin < until; at = windows.bounds_of(at.end)) {
    ASSERT_TRUE(before == WallTime::min() || before == at.begin) << spec << " has a gap at " << text(at.begin);
    before = at.end;
    ASSERT_LT(at.begin, at.end) << spec;
    const std::uint64_t length = static_cast<std::uint64_t>((at.end - at.begin).count());
    for (const WallTime inside : {at.end - 1us, at.begin + std::chrono::microseconds(random.below(length))}) {
      const auto same = windows.bounds_of(inside);
      ASSERT_EQ(same.begin, at.begin) << spec << " of " << text(inside);
      ASSERT_EQ(same.end, at.end) << spec << " of " << text(inside);
    }
    ASSERT_EQ(windows.begin_of(at.begin), at.begin) << spec;
  }
}

TEST(Window, WindowsJoinWithoutGapOverTenYearsInManyZones) {
  Random random(7);
  std::size_t zones = 0;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    // Days are many: of each tenth zone. The strangest zones are in the next test.
    const bool days = zones++ % 10 == 0;
    for (const char* kind : {"day ", "week ", "month ", "quarter ", "year "}) {
      if (!days && kind[0] == 'd') continue;
      expect_windows_join(kind + zone.name(), utc("2020-01-01 00:00"), utc("2030-01-01 00:00"), random);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(zones, 300U);
}

TEST(Window, WindowsJoinAcrossTheStrangestYearsOfTheStrangestZones) {
  Random random(8);
  for (const char* zone :
       {"Africa/Cairo", "America/Havana", "America/St_Johns", "America/Sao_Paulo", "Asia/Gaza", "Asia/Beirut",
        "Asia/Pyongyang", "Asia/Kathmandu", "Atlantic/Azores", "Australia/Lord_Howe", "Europe/Dublin", "Pacific/Apia",
        "Pacific/Kwajalein", "Antarctica/Troll", "Africa/Casablanca", "America/Caracas"}) {
    for (const char* kind : {"hour ", "day ", "month "}) {
      const bool hours = std::string_view(kind) == "hour ";
      expect_windows_join(std::string(kind) + zone, utc(hours ? "2011-01-01 00:00" : "2005-01-01 00:00"),
                          utc(hours ? "2012-02-01 00:00" : "2015-01-01 00:00"), random);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace drover::money
