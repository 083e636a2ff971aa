#include "cli/moment.h"

#include <charconv>
#include <chrono>

namespace drover::cli {

namespace {

// A longer time ago than this is before every ledger.
constexpr int kMostAgo = 100'000;

/// The number in `digits`, all of which must be digits.
std::optional<int> whole(std::string_view digits) {
  int number = 0;
  if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return {};
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<std::chrono::minutes> ago(std::string_view text) {
  if (text.empty()) return {};
  const auto count = whole(text.substr(0, text.size() - 1));
  if (!count || *count > kMostAgo) return {};
  switch (text.back()) {
    case 'm': return std::chrono::minutes(*count);
    case 'h': return std::chrono::hours(*count);
    case 'd': return std::chrono::days(*count);
    default: return {};
  }
}

std::optional<WallTime> date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  const auto year = whole(text.substr(0, 4));
  const auto month = whole(text.substr(5, 2));
  const auto day = whole(text.substr(8, 2));
  if (!year || !month || !day) return {};
  const std::chrono::year_month_day made(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!made.ok()) return {};
  return WallTime(std::chrono::sys_days(made));
}

/// "12:00" or "12:00:30".
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  const bool shaped = (text.size() == 5 || text.size() == 8) && text[2] == ':' && (text.size() == 5 || text[5] == ':');
  if (!shaped) return {};
  const auto hour = whole(text.substr(0, 2));
  const auto minute = whole(text.substr(3, 2));
  const auto second = text.size() == 8 ? whole(text.substr(6, 2)) : std::optional<int>(0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return {};
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace

std::optional<WallTime> parse_moment(std::string_view text, WallTime now) {
  if (const auto before = ago(text)) return now - *before;
  const auto day = date(text.substr(0, 10));
  if (!day || text.size() == 10) return day;
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() < 11 || text[10] != 'T') return {};
  const auto time = time_of_day(text.substr(11));
  if (!time) return {};
  return *day + *time;
}

}  // namespace drover::cli
