// What the tests of AskerBook share: limits in one line, a clock that is a number, and spends.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "directory/asker_book.h"

namespace drover::directory {

/// "month", "1h" and so on.
inline money::WindowSpec window_spec(std::string_view text) {
  return money::parse_window(text).value();
}

inline Limit hard(Unit unit, std::int64_t amount, std::string_view window) {
  return {.unit = unit, .amount = amount, .window = window_spec(window)};
}

inline Limit soft(Unit unit, std::int64_t amount, std::string_view window) {
  return {.unit = unit, .amount = amount, .window = window_spec(window), .action = Action::Tell};
}

/// A moment after noon of 17 May 2026, a Sunday; both clocks run together.
inline Moment moment(Duration since = {}) {
  const WallTime noon = std::chrono::sys_days(std::chrono::year(2026) / 5 / 17) + std::chrono::hours(12);
  return {.instant = Instant(std::chrono::hours(1) + since),
          .wall = noon + std::chrono::floor<std::chrono::microseconds>(since)};
}

inline Spend tokens(std::int64_t input, std::int64_t output = 0) {
  return {.amount = {.input_tokens = {input}, .output_tokens = {output}}};
}

inline Spend dollars(double amount) {
  return {.cost = {static_cast<std::int64_t>(amount * 1e9)}};
}

inline ScopeRef node(std::string_view path) {
  return {.kind = ScopeKind::Principal, .name = path};
}

/// Sets the limits of a scope, which must be good ones.
inline void limit(AskerBook& book, ScopeRef scope, std::vector<Limit> limits) {
  const auto set = book.set_limits(scope, limits);
  ASSERT_TRUE(set) << set.error().message;
}

/// Settled and reserved together of the first count of a scope; 0: nobody has used it.
inline std::int64_t sum_of(AskerBook& book, std::string_view scope, const Moment& now) {
  for (std::optional<std::size_t> from = 0; from;) {
    const AskerBook::Sums part = book.sums(now, *from, 2);
    for (const AskerBook::Sum& each : part.sums) {
      if (each.scope == scope) return each.window.settled + each.window.reserved;
    }
    from = part.next;
  }
  return 0;
}

}  // namespace drover::directory
