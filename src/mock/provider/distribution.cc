#include "mock/provider/distribution.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "mock/provider/duration_text.h"

namespace drover::mock {
namespace {

// The standard normal's 99th percentile.
constexpr double kZ99 = 2.3263478740408408;

double standard_normal(Random& random) {
  // Box and Muller; 1 - unit() is never zero, so the logarithm is finite.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.unit()));
  return radius * std::cos(2.0 * std::numbers::pi * random.unit());
}

Result<double> value_of(std::string_view text, Distribution::Quantity quantity) {
  if (quantity == Distribution::Quantity::Number) {
    Result<double> number = parse_number(text);
    if (number && *number < 0) return fail(bad_setting("'" + std::string(text) + "' is negative"));
    return number;
  }
  const Result<Duration> span = parse_span(text);
  if (!span) return fail(span.error());
  if (*span < Duration::zero()) return fail(bad_setting("'" + std::string(text) + "' is negative"));
  return static_cast<double>(span->count());
}

std::string value_text(double value, Distribution::Quantity quantity) {
  if (quantity == Distribution::Quantity::Span) return span_text(Duration(std::llround(value)));
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.12g", value);
  return {text, static_cast<std::size_t>(size)};
}

struct Two {
  std::string_view first;
  std::string_view second;
};

// "p50=A,p99=B" without the names, or nothing.
Result<Two> percentiles(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (!text.starts_with("p50=") || comma == std::string_view::npos || !text.substr(comma).starts_with(",p99=")) {
    return fail(bad_setting("lognormal is written lognormal:p50=300ms,p99=2s"));
  }
  return Two{text.substr(4, comma - 4), text.substr(comma + 5)};
}

Result<Two> ends(std::string_view text) {
  const std::size_t dash = text.find('-', 1);
  if (dash == std::string_view::npos) return fail(bad_setting("uniform is written uniform:1s-3s"));
  return Two{text.substr(0, dash), text.substr(dash + 1)};
}

}  // namespace

double Distribution::draw(Random& random) const {
  double value = first_;
  switch (shape_) {
    case Shape::Fixed: break;
    case Shape::Uniform: value = first_ + (second_ - first_) * random.unit(); break;
    case Shape::Lognormal: {
      const double sigma = std::log(second_ / first_) / kZ99;
      value = first_ * std::exp(sigma * standard_normal(random));
      break;
    }
    case Shape::Exponential: value = -first_ * std::log(1.0 - random.unit()); break;
  }
  return std::clamp(value, 0.0, kLargest);
}

std::string Distribution::text(Quantity quantity) const {
  const std::string first = value_text(first_, quantity);
  const std::string second = value_text(second_, quantity);
  switch (shape_) {
    case Shape::Fixed: return "fixed:" + first;
    case Shape::Uniform: return "uniform:" + first + "-" + second;
    case Shape::Lognormal: return "lognormal:p50=" + first + ",p99=" + second;
    case Shape::Exponential: return "exp:" + first;
  }
  return "fixed:" + first;
}

Result<Distribution> parse_distribution(std::string_view text, Distribution::Quantity quantity) {
  using Shape = Distribution::Shape;
  const std::size_t colon = text.find(':');
  const std::string_view name = colon == std::string_view::npos ? "fixed" : text.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 1);

  if (name == "fixed" || name == "exp") {
    const Result<double> value = value_of(rest, quantity);
    if (!value) return fail(value.error());
    return Distribution(name == "exp" ? Shape::Exponential : Shape::Fixed, *value, *value);
  }
  if (name != "uniform" && name != "lognormal") {
    return fail(bad_setting("unknown distribution '" + std::string(name) + "'; use fixed, uniform, lognormal or exp"));
  }
  const Result<Two> parts = name == "uniform" ? ends(rest) : percentiles(rest);
  if (!parts) return fail(parts.error());
  const Result<double> first = value_of(parts->first, quantity);
  if (!first) return fail(first.error());
  const Result<double> second = value_of(parts->second, quantity);
  if (!second) return fail(second.error());
  if (*second < *first) return fail(bad_setting("in '" + std::string(text) + "' the second value is below the first"));
  if (name == "uniform") return Distribution(Shape::Uniform, *first, *second);
  if (*first <= 0) return fail(bad_setting("the median of a lognormal must be above zero"));
  return Distribution(Shape::Lognormal, *first, *second);
}

}  // namespace drover::mock
