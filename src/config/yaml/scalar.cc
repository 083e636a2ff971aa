#include "config/yaml/scalar.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace drover::config {
namespace {

constexpr std::size_t kDecimals = 6;
constexpr double kMaxHours = 1000;  // over a month: longer than any request, drain or ejection

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Splits "1.5s" into "1.5" and "s".
std::pair<std::string_view, std::string_view> split_unit(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) ++at;
  return {text.substr(0, at), text.substr(at)};
}

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  if (text.empty() || !is_digit(text.front()) || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parse_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = parse_whole(text.substr(0, point));
  if (!whole) return std::nullopt;
  if (point == std::string_view::npos) return static_cast<double>(*whole);
  const std::string_view decimals = text.substr(point + 1);
  if (decimals.empty() || decimals.size() > kDecimals) return std::nullopt;
  double scale = 1;
  double part = 0;
  for (const char c : decimals) {
    if (!is_digit(c)) return std::nullopt;
    scale *= 10;
    part = part * 10 + (c - '0');
  }
  return static_cast<double>(*whole) + part / scale;
}

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits = {
      {{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  const auto [number, unit] = split_unit(text);
  const auto amount = parse_decimal(number);
  if (!amount) return std::nullopt;
  for (const auto& [name, nanoseconds] : kUnits) {
    if (unit != name) continue;
    const double span = *amount * nanoseconds;
    if (span > kMaxHours * 3600e9) return std::nullopt;
    return Duration(std::llround(span));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> kUnits = {
      {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
  const auto [number, unit] = split_unit(text);
  const auto amount = parse_whole(number);
  if (!amount) return std::nullopt;
  for (const auto& [name, shift] : kUnits) {
    if (unit != name) continue;
    if (*amount > (UINT64_MAX >> shift)) return std::nullopt;
    return *amount << shift;
  }
  return std::nullopt;
}

std::optional<double> parse_share(std::string_view text, double most) {
  if (!text.ends_with('%')) return std::nullopt;
  const auto percent = parse_decimal(text.substr(0, text.size() - 1));
  if (!percent || *percent > 100 * most) return std::nullopt;
  return *percent / 100;
}

std::string format_duration(Duration span) {
  if (span == kNoLimit) return "off";
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}};
  const std::int64_t count = span.count();
  for (const auto& [name, nanoseconds] : kUnits) {
    if (count != 0 && count % nanoseconds == 0) return std::to_string(count / nanoseconds) + std::string(name);
  }
  return format_decimal(static_cast<double>(count) / 1e9) + "s";
}

std::string format_decimal(double number) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::round(number * 1e6) / 1e6).ptr;
  return {buffer.data(), end};
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 3> kUnits = {{{"GiB", 30}, {"MiB", 20}, {"KiB", 10}}};
  for (const auto& [name, shift] : kUnits) {
    if (bytes != 0 && bytes % (std::uint64_t{1} << shift) == 0)
      return std::to_string(bytes >> shift) + std::string(name);
  }
  return std::to_string(bytes) + " bytes";
}

std::string format_share(double share) {
  return format_decimal(share * 100) + "%";
}

}  // namespace drover::config
