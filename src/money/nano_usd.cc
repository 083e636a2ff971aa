#include "money/nano_usd.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "money/input_error.h"

namespace drover::money {
namespace {

constexpr std::size_t kDecimals = 9;
/// Longer texts are no amount of money: kMostMoney has ten digits, and nine decimals may have zeros behind them.
constexpr std::size_t kMostTextBytes = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// The text without "usd" at its end.
std::string_view without_currency(std::string_view text) {
  constexpr std::string_view kCurrency = "usd";
  if (text.size() < kCurrency.size()) return text;
  const std::string_view last = text.substr(text.size() - kCurrency.size());
  for (std::size_t at = 0; at < kCurrency.size(); ++at) {
    if ((last[at] | 0x20) != kCurrency[at]) return text;
  }
  return trimmed(text.substr(0, text.size() - kCurrency.size()));
}

std::unexpected<Error> not_a_number() {
  return fail(input_error("money_not_a_number", "An amount of money is a decimal number of US dollars, such as 5.00."));
}

std::unexpected<Error> negative() {
  return fail(input_error("money_negative", "An amount of money is not negative."));
}

std::unexpected<Error> too_large() {
  return fail(input_error("money_too_large", "An amount of money is at most 1,000,000,000 US dollars."));
}

}  // namespace

Result<NanoUsd> parse_usd(std::string_view text) {
  text = without_currency(trimmed(text));
  if (text.empty()) return fail(input_error("money_missing", "An amount of money is missing."));
  if (text.size() > kMostTextBytes) return not_a_number();
  const bool minus = text.front() == '-';
  if (minus) text.remove_prefix(1);

  std::int64_t value = 0;
  std::size_t decimals = 0;
  std::size_t digits = 0;
  bool point = false;
  bool too_fine = false;
  bool too_much = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(c)) return not_a_number();
    ++digits;
    if (point && ++decimals > kDecimals) {
      too_fine |= c != '0';
      continue;
    }
    too_much |= value > kMostMoney.value / 10;
    value = too_much ? 0 : 10 * value + (c - '0');
  }
  if (digits == 0 || text.back() == '.') return not_a_number();
  if (minus && (value != 0 || too_much || too_fine)) return negative();
  for (std::size_t at = decimals; at < kDecimals && !too_much; ++at) {
    too_much = value > kMostMoney.value / 10;
    value *= 10;
  }
  if (too_much || value > kMostMoney.value) return too_large();
  if (too_fine) return fail(input_error("money_too_fine", "An amount of money has at most nine decimals."));
  return NanoUsd{value};
}

Result<NanoUsd> usd_from_number(double dollars) {
  if (!std::isfinite(dollars)) return not_a_number();
  if (dollars < 0) return negative();
  const double nano = dollars * static_cast<double>(kNanoUsdPerUsd);
  if (nano > static_cast<double>(kMostMoney.value)) return too_large();
  return NanoUsd{std::llround(nano)};
}

std::string usd_text(NanoUsd money) {
  // The magnitude is made of unsigned words: the smallest 64-bit number has no positive counterpart.
  const bool minus = money.value < 0;
  const std::uint64_t magnitude =
      minus ? ~static_cast<std::uint64_t>(money.value) + 1 : static_cast<std::uint64_t>(money.value);
  constexpr auto kUnit = static_cast<std::uint64_t>(kNanoUsdPerUsd);
  std::string fraction = std::to_string(kUnit + magnitude % kUnit).substr(1);
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return (minus ? "-" : "") + std::to_string(magnitude / kUnit) + "." + fraction;
}

}  // namespace drover::money
