#include "mock/provider/duration_text.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace drover::mock {
namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

constexpr Unit kUnits[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};

}  // namespace

Error bad_setting(std::string message) {
  return Error{.kind = ErrorKind::BadConfig, .code = "bad_mock_setting", .message = std::move(message)};
}

Result<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return fail(bad_setting("'" + std::string(text) + "' is not a number"));
  }
  return value;
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return fail(bad_setting("'" + std::string(text) + "' is not a whole number"));
  }
  return value;
}

Result<Duration> parse_span(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) {
    return fail(bad_setting("'" + std::string(text) + "' is not a time; write 200ms, 1.5s or 2m"));
  }
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty() && value == 0) return Duration::zero();
  for (const Unit& known : kUnits) {
    if (unit != known.name) continue;
    const double nanoseconds = value * known.nanoseconds;
    if (std::abs(nanoseconds) > static_cast<double>(kLongestSpan.count())) {
      return fail(bad_setting("'" + std::string(text) + "' is longer than a day"));
    }
    return Duration(std::llround(nanoseconds));
  }
  return fail(bad_setting("'" + std::string(text) + "' needs a unit: ns, us, ms, s, m or h"));
}

std::string span_text(Duration span) {
  const std::int64_t microseconds = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
  if (microseconds % 1'000'000 == 0) return std::to_string(microseconds / 1'000'000) + "s";
  if (microseconds % 1'000 == 0) return std::to_string(microseconds / 1'000) + "ms";
  return std::to_string(microseconds) + "us";
}

}  // namespace drover::mock
