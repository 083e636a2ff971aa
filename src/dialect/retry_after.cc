#include "dialect/retry_after.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "dialect/json_bytes.h"
#include "dialect/timestamp.h"

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

/// The name of the field that says how much remains where `name` says when it is reset; empty when `name` does not.
/// x-ratelimit-reset-tokens -> x-ratelimit-remaining-tokens; anthropic-ratelimit-tokens-reset -> ...-tokens-remaining.
std::string remaining_name(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  if (name.size() > kLongest) return {};
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  if (lower.find("ratelimit") == std::string::npos && lower.find("rate-limit") == std::string::npos) return {};
  const std::size_t at = lower.rfind("reset");
  if (at == std::string::npos) return {};
  return lower.replace(at, 5, "remaining");
}

std::optional<Duration> exhausted_resets(const http::Fields& fields, std::int64_t now_unix) {
  std::optional<Duration> longest;
  for (const http::Field& field : fields) {
    const std::string remaining = remaining_name(field.name);
    if (remaining.empty()) continue;
    const auto left = http::find(fields, remaining);
    if (!left.has_value() || whole_decimal(trimmed(*left)) != 0.0) continue;
    keep_longest(longest, parse_reset(field.value, now_unix));
  }
  return longest;
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
  constexpr std::size_t kLooked = 4096;  // the sentence stands at the front; the rest may be anything
  std::string text(message.substr(0, kLooked));
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  std::optional<Duration> longest;
  for (const std::string_view phrase : {"try again in ", "retry after ", "retry in ", "try again after "}) {
    for (std::size_t at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
      std::string_view rest = std::string_view(text).substr(at + phrase.size());
      if (const auto span = take_span(rest)) keep_longest(longest, clamped(*span));
    }
  }
  return longest;
}

}  // namespace drover::dialect
