// A distribution of times or amounts to draw from. The caller passes the chance.
#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/random.h"
#include "base/result.h"

namespace drover::mock {

/// One of: fixed; uniform between two values; lognormal by its median and 99th percentile; exponential by its mean. A
/// draw is never below zero or above `kLargest`.
class Distribution {
 public:
  enum class Shape : std::uint8_t { Fixed, Uniform, Lognormal, Exponential };

  /// Largest draw: tails are cut here (a day in nanoseconds, or more tokens than anybody asks for).
  static constexpr double kLargest = 86'400e9;

  Distribution() = default;
  [[nodiscard]] static Distribution fixed(double value) { return {Shape::Fixed, value, value}; }
  [[nodiscard]] static Distribution fixed(Duration value) { return fixed(static_cast<double>(value.count())); }

  [[nodiscard]] double draw(Random& random) const;
  /// Draws a time; only for distributions from parse_latency().
  [[nodiscard]] Duration draw_span(Random& random) const { return Duration(static_cast<Duration::rep>(draw(random))); }

  /// The text that it was read from: "lognormal:p50=300ms,p99=2s".
  enum class Quantity : std::uint8_t { Span, Number };
  [[nodiscard]] std::string text(Quantity quantity) const;

  friend bool operator==(const Distribution&, const Distribution&) = default;

 private:
  friend Result<Distribution> parse_distribution(std::string_view text, Quantity quantity);
  Distribution(Shape shape, double first, double second) : shape_(shape), first_(first), second_(second) {}

  Shape shape_ = Shape::Fixed;
  double first_ = 0;   ///< value, lower end, median, mean
  double second_ = 0;  ///< value, upper end, 99th percentile
};

/// "200ms" or "fixed:200ms", "uniform:1s-3s", "lognormal:p50=300ms,p99=2s", "exp:300ms"; with Quantity::Number the
/// same with plain numbers. Errors: BadConfig with a sentence.
[[nodiscard]] Result<Distribution> parse_distribution(std::string_view text, Distribution::Quantity quantity);

}  // namespace drover::mock
