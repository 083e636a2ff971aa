#include "gateway/admin/api/times.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace drover::gateway::admin {
namespace {

constexpr std::chrono::seconds kLongestSpan = std::chrono::days(400);

/// Takes `count` digits from the front.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t at = 0; at < count; ++at) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    value = value * 10 + (text[at] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// The fraction of a second behind the point; nothing: no digit stands there.
std::optional<std::chrono::microseconds> fraction(std::string_view& text) {
  std::int64_t micro = 0;
  std::int64_t unit = 100'000;
  std::size_t count = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' && count < 20) {
    micro += unit * (text.front() - '0');
    unit /= 10;
    ++count;
    text.remove_prefix(1);
  }
  if (count == 0) return std::nullopt;
  return std::chrono::microseconds(micro);
}

/// "Z" or "+07:00", to the end of the text.
std::optional<std::chrono::minutes> offset(std::string_view& text) {
  if (text.size() == 1 && take(text, "Zz")) return std::chrono::minutes(0);
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = digits(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  const std::chrono::minutes whole{*hours * 60 + *minutes};
  return west ? -whole : whole;
}

}  // namespace

std::string time_text(WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> out{};
  const int head = std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  std::string text(out.data(), static_cast<std::size_t>(head));
  if (clock.subseconds().count() != 0) {
    const int more = std::snprintf(out.data(), out.size(), ".%06d", static_cast<int>(clock.subseconds().count()));
    text.append(out.data(), static_cast<std::size_t>(more));
  }
  return text + "Z";
}

std::optional<WallTime> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto year_number = digits(text, 4);
  if (!year_number || *year_number < 1970 || *year_number > 2399 || !take(text, "-")) return std::nullopt;
  const auto month_number = digits(text, 2);
  if (!month_number || !take(text, "-")) return std::nullopt;
  const auto day_number = digits(text, 2);
  if (!day_number || !take(text, "Tt ")) return std::nullopt;
  const year_month_day date{year(*year_number), month(static_cast<unsigned>(*month_number)),
                            day(static_cast<unsigned>(*day_number))};
  const auto hour_number = digits(text, 2);
  if (!date.ok() || !hour_number || *hour_number > 23 || !take(text, ":")) return std::nullopt;
  const auto minute_number = digits(text, 2);
  if (!minute_number || *minute_number > 59 || !take(text, ":")) return std::nullopt;
  const auto second_number = digits(text, 2);
  if (!second_number || *second_number > 60) return std::nullopt;  // 60: a leap second counts as the next one
  std::optional<microseconds> part = microseconds(0);
  if (take(text, ".")) part = fraction(text);
  const auto away = part ? offset(text) : std::nullopt;
  if (!away) return std::nullopt;
  const WallTime time = WallTime(sys_days(date)) + hours(*hour_number) + minutes(*minute_number) +
                        seconds(*second_number) + *part - *away;
  if (time < WallTime{}) return std::nullopt;
  return time;
}

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (fault != std::errc{} || end + 1 != text.data() + text.size() || count < 0) return std::nullopt;
  if (text.front() == '-' || count > kLongestSpan.count()) return std::nullopt;
  std::chrono::seconds span{};
  switch (*end) {
    case 's': span = std::chrono::seconds(count); break;
    case 'm': span = std::chrono::minutes(count); break;
    case 'h': span = std::chrono::hours(count); break;
    case 'd': span = std::chrono::days(count); break;
    case 'w': span = std::chrono::weeks(count); break;
    default: return std::nullopt;
  }
  if (span > kLongestSpan) return std::nullopt;
  return span;
}

}  // namespace drover::gateway::admin
