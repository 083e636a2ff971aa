#include "dialect/failure/timestamp.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "http/head/head.h"

namespace drover::dialect {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

struct Parts {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

/// Takes words and numbers off the front of a date; after the first misfit everything fails.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool literal(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool number(std::size_t digits, int& value) {
    if (text_.size() < digits) return false;
    value = 0;
    for (const char c : text_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }
  bool month(int& value) {
    for (std::size_t index = 0; index < kMonths.size(); ++index) {
      if (!literal(kMonths[index])) continue;
      value = static_cast<int>(index) + 1;
      return true;
    }
    return false;
  }
  bool day_name(std::size_t most_letters) {
    for (const std::string_view day : kDays) {
      if (literal(day.substr(0, most_letters))) return true;
    }
    return false;
  }
  bool time(Parts& parts) {
    return number(2, parts.hour) && literal(":") && number(2, parts.minute) && literal(":") && number(2, parts.second);
  }
  void skip_digits() {
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') text_.remove_prefix(1);
  }
  [[nodiscard]] bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

std::optional<std::int64_t> to_unix(const Parts& parts) {
  using namespace std::chrono;
  const year_month_day date{year{parts.year}, month{static_cast<unsigned>(parts.month)},
                            day{static_cast<unsigned>(parts.day)}};
  // 60 is a leap second (RFC 9110 section 5.6.7); it is taken as the second after 59.
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  return ((days * 24 + parts.hour) * 60 + parts.minute) * 60 + parts.second;
}

bool read_imf_fixdate(std::string_view text, Parts& parts) {  // Sun, 06 Nov 1994 08:49:37 GMT
  Cursor at(text);
  return at.day_name(3) && at.literal(", ") && at.number(2, parts.day) && at.literal(" ") && at.month(parts.month) &&
         at.literal(" ") && at.number(4, parts.year) && at.literal(" ") && at.time(parts) && at.literal(" GMT") &&
         at.done();
}

bool read_rfc850(std::string_view text, Parts& parts) {  // Sunday, 06-Nov-94 08:49:37 GMT
  Cursor at(text);
  return at.day_name(9) && at.literal(", ") && at.number(2, parts.day) && at.literal("-") && at.month(parts.month) &&
         at.literal("-") && at.number(2, parts.year) && at.literal(" ") && at.time(parts) && at.literal(" GMT") &&
         at.done();
}

bool read_asctime(std::string_view text, Parts& parts) {  // Sun Nov  6 08:49:37 1994
  Cursor at(text);
  if (!at.day_name(3) || !at.literal(" ") || !at.month(parts.month) || !at.literal(" ")) return false;
  const bool one_digit = at.literal(" ");
  return at.number(one_digit ? 1 : 2, parts.day) && at.literal(" ") && at.time(parts) && at.literal(" ") &&
         at.number(4, parts.year) && at.done();
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now_unix) {
  Parts parts;
  if (read_imf_fixdate(text, parts) || read_asctime(text, parts)) return to_unix(parts);
  if (!read_rfc850(text, parts)) return std::nullopt;
  using namespace std::chrono;
  constexpr std::int64_t kFurthest = 4'000'000'000'000;  // seconds: keeps the arithmetic of an odd `now` in range
  const std::int64_t now = now_unix < 0 ? 0 : (now_unix > kFurthest ? kFurthest : now_unix);
  const year_month_day today{floor<days>(sys_seconds{seconds{now}})};
  const int this_year = static_cast<int>(today.year());
  parts.year += this_year - this_year % 100;
  if (parts.year > this_year + 50) parts.year -= 100;
  return to_unix(parts);
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {  // 2025-08-21T12:40:59.5+07:00
  Parts parts;
  Cursor at(text);
  const bool date = at.number(4, parts.year) && at.literal("-") && at.number(2, parts.month) && at.literal("-") &&
                    at.number(2, parts.day);
  if (!date || (!at.literal("T") && !at.literal("t") && !at.literal(" ")) || !at.time(parts)) return std::nullopt;
  if (at.literal(".")) at.skip_digits();
  const auto utc = to_unix(parts);
  if (!utc.has_value()) return std::nullopt;
  if (at.literal("Z") || at.literal("z")) return at.done() ? utc : std::nullopt;
  const bool ahead = at.literal("+");
  int hours = 0;
  int minutes = 0;
  if (!ahead && !at.literal("-")) return std::nullopt;
  if (!at.number(2, hours) || !at.literal(":") || !at.number(2, minutes) || !at.done()) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return ahead ? *utc - offset : *utc + offset;
}

void append_rfc3339(std::int64_t unix_seconds, std::string& out) {
  using namespace std::chrono;
  const sys_seconds at{seconds{std::clamp<std::int64_t>(unix_seconds, 0, kLatestTime)}};
  const year_month_day date{floor<days>(at)};
  const hh_mm_ss time{at - floor<days>(at)};
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                                 static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  out.append(text.data(), static_cast<std::size_t>(size));
}

std::string rfc3339_text(std::int64_t unix_seconds) {
  std::string text;
  append_rfc3339(unix_seconds, text);
  return text;
}

}  // namespace drover::dialect
