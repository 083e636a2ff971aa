// Texts of strangers: amounts of money, windows, and lists of prices as text and as JSON. What is read can be written,
// and is read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "money/price_json.h"
#include "money/price_table.h"
#include "money/window.h"

namespace {

using namespace drover::money;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_money(std::string_view text) {
  const auto money = parse_usd(text);
  if (!money) return;
  must(money->value >= 0 && *money <= kMostMoney);
  must(parse_usd(usd_text(*money)) == *money);
}

void check_window(std::string_view text) {
  const auto spec = parse_window(text);
  if (!spec) return;
  const auto window = Window::make(*spec);
  if (!window) return;
  must(parse_window(to_text(*spec)) == *spec);
  const auto now = drover::WallTime(std::chrono::seconds(1'800'000'000));
  must(window->begin_of(now) <= now && now <= window->end_of(now));
}

void check_table(const PriceTable& table) {
  const auto again = PriceTable::parse(table.to_text());
  must(again.has_value());
  must(price_changes(table, *again).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_money(text);
  check_window(text);
  (void)price_names("bedrock", text);
  if (const auto table = PriceTable::parse(text)) check_table(*table);
  if (const auto read = read_price_json(text)) check_table(read->table);
  return 0;
}
