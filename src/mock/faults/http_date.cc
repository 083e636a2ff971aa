#include "mock/faults/http_date.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace drover::mock {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Broken {
  std::string_view weekday;
  const char* month;
  unsigned month_number;
  unsigned day;
  int year;
  int hour;
  int minute;
  int second;
};

Broken broken(std::int64_t unix_seconds) {
  using namespace std::chrono;
  const sys_seconds at{seconds(unix_seconds)};
  const sys_days midnight = floor<days>(at);
  const year_month_day date(midnight);
  const hh_mm_ss time(at - midnight);
  return {kDays[weekday(midnight).c_encoding()],
          kMonths[static_cast<unsigned>(date.month()) - 1],
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(date.year()),
          static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()),
          static_cast<int>(time.seconds().count())};
}

}  // namespace

std::string imf_date(std::int64_t unix_seconds) {
  const Broken at = broken(unix_seconds);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.3s, %02u %s %04d %02d:%02d:%02d GMT", at.weekday.data(), at.day,
                                 at.month, at.year, at.hour, at.minute, at.second);
  return {text, static_cast<std::size_t>(size)};
}

std::string rfc850_date(std::int64_t unix_seconds) {
  const Broken at = broken(unix_seconds);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%s, %02u-%s-%02d %02d:%02d:%02d GMT", at.weekday.data(), at.day,
                                 at.month, at.year % 100, at.hour, at.minute, at.second);
  return {text, static_cast<std::size_t>(size)};
}

std::string asctime_date(std::int64_t unix_seconds) {
  const Broken at = broken(unix_seconds);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.3s %s %2u %02d:%02d:%02d %04d", at.weekday.data(), at.month,
                                 at.day, at.hour, at.minute, at.second, at.year);
  return {text, static_cast<std::size_t>(size)};
}

std::string rfc3339(std::int64_t unix_seconds) {
  const Broken at = broken(unix_seconds);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", at.year, at.month_number, at.day,
                                 at.hour, at.minute, at.second);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace drover::mock
