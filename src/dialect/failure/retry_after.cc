#include "dialect/failure/retry_after.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "dialect/failure/timestamp.h"
#include "dialect/json/json_bytes.h"

namespace drover::dialect {
namespace {

/// From here a number of seconds is a point in time, not a span (2001; nobody asks for 31 years).
constexpr double kFirstUnixTime = 1e9;
/// From here it is in milliseconds (the year 5138 in seconds).
constexpr double kFirstUnixMillis = 1e11;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes digits with at most one point off the front. Nothing when there is no digit.
std::optional<double> take_decimal(std::string_view& text) {
  double value = 0;
  double place = 0;  // 0 before the point
  std::size_t at = 0;
  bool any = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && place == 0) {
      place = 0.1;
    } else if (is_digit(text[at])) {
      any = true;
      const double digit = text[at] - '0';
      value = place == 0 ? value * 10 + digit : value + digit * place;
      if (place > 0) place /= 10;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  text.remove_prefix(at);
  return value;
}

std::optional<double> whole_decimal(std::string_view text) {
  const auto value = take_decimal(text);
  return text.empty() ? value : std::nullopt;
}

/// Seconds as a duration between 0 and the cap.
Duration clamped(double seconds) {
  using Seconds = std::chrono::duration<double>;
  if (!(seconds > 0)) return Duration::zero();
  if (seconds >= Seconds(kMaxRetryAfter).count()) return kMaxRetryAfter;
  return std::chrono::round<Duration>(Seconds(seconds));
}

Duration until(std::int64_t then_unix, std::int64_t now_unix) {
  return clamped(static_cast<double>(then_unix) - static_cast<double>(now_unix));
}

Duration span_or_time(double number, std::int64_t now_unix) {
  if (number < kFirstUnixTime) return clamped(number);
  const double seconds = number < kFirstUnixMillis ? number : number / 1000;
  return clamped(seconds - static_cast<double>(now_unix));
}

struct Unit {
  std::string_view name;
  double seconds;
};
/// Longer names first, so that "ms" is not taken for "m".
constexpr std::array<Unit, 20> kUnits = {{{"milliseconds", 1e-3},
                                          {"millisecond", 1e-3},
                                          {"minutes", 60},
                                          {"seconds", 1},
                                          {"minute", 60},
                                          {"second", 1},
                                          {"hours", 3600},
                                          {"hour", 3600},
                                          {"days", 86400},
                                          {"mins", 60},
                                          {"secs", 1},
                                          {"day", 86400},
                                          {"min", 60},
                                          {"sec", 1},
                                          {"ms", 1e-3},
                                          {"us", 1e-6},
                                          {"\xC2\xB5s", 1e-6},
                                          {"ns", 1e-9},
                                          {"h", 3600},
                                          {"m", 60}}};

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.seconds;
  }
  if (text.starts_with("s") || text.starts_with("d")) {
    const double seconds = text.front() == 's' ? 1 : 86400;
    text.remove_prefix(1);
    return seconds;
  }
  return std::nullopt;
}

/// Takes "1m26.4s" or "37 seconds" off the front. Nothing when it does not begin with a number and its unit.
std::optional<double> take_span(std::string_view& text) {
  double total = 0;
  bool any = false;
  while (!text.empty() && is_digit(text.front())) {
    std::string_view rest = text;
    const auto number = take_decimal(rest);
    if (!number.has_value()) break;
    if (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    const auto unit = take_unit(rest);
    if (!unit.has_value()) break;
    total += *number * *unit;
    any = true;
    text = rest;
  }
  return any ? std::optional(total) : std::nullopt;
}

void keep_longest(std::optional<Duration>& longest, std::optional<Duration> value) {
  if (value.has_value() && (!longest.has_value() || *value > *longest)) longest = value;
}

std::optional<Duration> milliseconds(std::string_view value) {
  const auto number = whole_decimal(trimmed(value));
  if (!number.has_value()) return std::nullopt;
  return clamped(*number / 1000);
}

/// The name of the field beside `name`, which says when a limit is reset: with `word` for "reset"; empty when `name`
/// does not say that. x-ratelimit-reset-tokens, remaining -> x-ratelimit-remaining-tokens;
/// anthropic-ratelimit-unified-reset, status -> anthropic-ratelimit-unified-status.
std::string beside(std::string_view name, std::string_view word) {
  constexpr std::size_t kLongest = 80;
  if (name.size() > kLongest) return {};
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (lower.find("ratelimit") == std::string::npos && lower.find("rate-limit") == std::string::npos) return {};
  const std::size_t at = lower.rfind("reset");
  if (at == std::string::npos) return {};
  return lower.replace(at, 5, word);
}

/// Whether the limit that `name` resets is the one that was hit.
bool is_spent(const http::Fields& fields, std::string_view name) {
  if (const auto left = http::find(fields, beside(name, "remaining"))) return whole_decimal(trimmed(*left)) == 0.0;
  const auto status = http::find(fields, beside(name, "status"));
  return status.has_value() && http::iequals(trimmed(*status), "rejected");
}

/// RateLimit: "default";r=0;t=50, or limit=100, remaining=0, reset=50 as older drafts had it.
std::optional<Duration> limit_field(std::string_view value, std::int64_t now_unix) {
  std::optional<Duration> reset;
  bool remains = false;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(",;"), value.size());
    const std::string_view item = trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = item.substr(0, equals);
    const std::string_view number = item.substr(std::min(equals + 1, item.size()));
    if (name == "t" || name == "reset") keep_longest(reset, parse_reset(number, now_unix));
    if (name == "r" || name == "remaining") remains = whole_decimal(number) != 0.0;
  }
  return remains ? std::nullopt : reset;
}

std::optional<Duration> exhausted_resets(const http::Fields& fields, std::int64_t now_unix) {
  std::optional<Duration> longest;
  for (const http::Field& field : fields) {
    if (http::iequals(field.name, "ratelimit")) {
      keep_longest(longest, limit_field(field.value, now_unix));
    } else if (!beside(field.name, {}).empty() && is_spent(fields, field.name)) {
      keep_longest(longest, parse_reset(field.value, now_unix));
    }
  }
  return longest;
}

/// The front of a sentence in small letters; the rest may be anything.
std::string small_front(std::string_view message) {
  constexpr std::size_t kLooked = 4096;
  std::string text(message.substr(0, kLooked));
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return text;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Takes "00:00" or "17:30:33" off the front, as hh:mm:ss. Empty when there is none.
std::string take_clock(std::string_view& text) {
  const auto pair = [](std::string_view at) { return at.size() >= 2 && is_digit(at[0]) && is_digit(at[1]); };
  if (!pair(text) || text.substr(2, 1) != ":" || !pair(text.substr(3))) return {};
  std::string clock(text.substr(0, 5));
  text.remove_prefix(5);
  if (!text.starts_with(':') || !pair(text.substr(1))) return clock + ":00";
  clock += text.substr(0, 3);
  text.remove_prefix(3);
  return clock;
}

/// Seconds since 1970 of the date and perhaps time at the front of `text`, which is in small letters.
std::optional<std::int64_t> date_in_text(std::string_view text) {
  constexpr std::size_t kDate = 10;  // 2025-12-05
  std::string date(text.substr(0, kDate));
  text.remove_prefix(std::min(kDate, text.size()));
  std::string_view rest = text;
  const bool may_have_time = take(rest, "t") || take(rest, " at ") || take(rest, ", ") || take(rest, " ");
  const std::string clock = may_have_time ? take_clock(rest) : std::string();
  constexpr std::size_t kZone = 6;  // +08:00
  const bool has_zone = !clock.empty() && (rest.starts_with('+') || rest.starts_with('-')) && rest.size() >= kZone;
  date.append("T").append(clock.empty() ? "00:00:00" : clock);
  date += has_zone ? std::string(rest.substr(0, kZone)) : "Z";
  return parse_rfc3339(date);
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view value, std::int64_t now_unix) {
  value = trimmed(value);
  if (const auto number = whole_decimal(value)) return span_or_time(*number, now_unix);
  if (const auto date = parse_http_date(value, now_unix)) return until(*date, now_unix);
  return std::nullopt;
}

std::optional<Duration> parse_reset(std::string_view value, std::int64_t now_unix) {
  value = trimmed(value);
  if (const auto number = whole_decimal(value)) return span_or_time(*number, now_unix);
  if (const auto date = parse_rfc3339(value)) return until(*date, now_unix);
  const auto span = take_span(value);
  if (!span.has_value() || !value.empty()) return std::nullopt;
  return clamped(*span);
}

std::optional<Duration> retry_after(const http::Fields& fields, std::int64_t now_unix) {
  std::optional<Duration> exact;
  std::optional<Duration> standard;
  for (const http::Field& field : fields) {
    if (http::iequals(field.name, "retry-after-ms") || http::iequals(field.name, "x-ms-retry-after-ms")) {
      keep_longest(exact, milliseconds(field.value));
    } else if (http::iequals(field.name, "retry-after")) {
      keep_longest(standard, parse_retry_after(field.value, now_unix));
    }
  }
  if (exact.has_value()) return exact;
  if (standard.has_value()) return standard;
  return exhausted_resets(fields, now_unix);
}

std::optional<Duration> retry_hint(std::string_view message) {
  const std::string text = small_front(message);
  std::optional<Duration> longest;
  for (const std::string_view phrase :
       {"try again in ", "retry after ", "retry in ", "try again after ", "resets in ", "reset in ", "reset after ",
        "resets after ", "please wait ", "wait for ", "available in "}) {
    for (std::size_t at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
      std::string_view rest = std::string_view(text).substr(at + phrase.size());
      if (const auto span = take_span(rest)) keep_longest(longest, clamped(*span));
    }
  }
  return longest;
}

std::optional<Duration> reset_hint(std::string_view message, std::int64_t now_unix) {
  const std::string text = small_front(message);
  std::optional<Duration> longest;
  // "usage limit reached|1755806400", as coding plans say it.
  if (const std::size_t bar = text.find("reached|"); bar != std::string::npos) {
    std::string_view rest = std::string_view(text).substr(bar + 8);
    const auto number = take_decimal(rest);
    if (number && *number >= kFirstUnixTime) longest = span_or_time(*number, now_unix);
  }
  for (const std::string_view word : {"reset", "regain", "again", "until", "available"}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      constexpr std::size_t kBetween = 24;  // "reset at ", "regain access on "
      const std::size_t digit = text.find_first_of("0123456789", at);
      if (digit == std::string::npos || digit > at + kBetween) continue;
      const auto date = date_in_text(std::string_view(text).substr(digit));
      if (date.has_value() && *date > now_unix) keep_longest(longest, until(*date, now_unix));
    }
  }
  return longest;
}

}  // namespace drover::dialect
