#include "store/row_fields.h"

#include <gtest/gtest.h>

#include <limits>

#include "store/clean_text.h"
#include "store/test/store_test_kit.h"

namespace drover::store {
namespace {

using namespace std::chrono_literals;

TEST(CleanText, KeepsValidUtf8AndReplacesEachWrongByte) {
  EXPECT_EQ(cleaned("caf\xc3\xa9 \xf0\x9f\x90\x84"), "caf\xc3\xa9 \xf0\x9f\x90\x84");
  EXPECT_EQ(cleaned(std::string_view("a\0b", 3)),
            "a\xef\xbf\xbd"
            "b");
  for (const std::string wrong :
       {"\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xf0\x80\x80\x80"}) {
    EXPECT_FALSE(is_clean(wrong));
    EXPECT_TRUE(is_clean(cleaned(wrong)));
  }
}

TEST(CleanText, CutsAtTheEndOfACharacter) {
  std::string text = "abc\xf0\x9f\x90\x84";
  clean_and_cut(text, 5);
  EXPECT_EQ(text, "abc");
  std::string wrong(10, '\xff');
  clean_and_cut(wrong, 10);
  EXPECT_LE(wrong.size(), 10U);
  EXPECT_TRUE(is_clean(wrong));
}

TEST(LedgerRow, IsBroughtWithinItsBounds) {
  LedgerRow row = row_of("req_1");
  row.user_agent.assign(100'000, '\xff');
  row.tags.assign(100, "same");
  for (int each = 0; each < 40; ++each) row.tags.push_back("tag" + std::to_string(each));
  row.tokens.output = std::numeric_limits<std::int64_t>::max();
  row.tokens.input_uncached = -5;
  row.cost = money::NanoUsd{std::numeric_limits<std::int64_t>::min()};
  row.started = WallTime::min();
  row.completed = WallTime::max();
  bring_in_bounds(row);
  EXPECT_LE(row.user_agent.size(), kMaxRowText);
  EXPECT_EQ(row.tags.size(), kMaxRowTags);
  EXPECT_EQ(row.tokens.output, kMaxRowTokens);
  EXPECT_EQ(row.tokens.input_uncached, 0);
  EXPECT_EQ(row.cost->value, 0);
  EXPECT_EQ(row.started, WallTime{});
  EXPECT_LT(row.completed, WallTime(std::chrono::sys_days(std::chrono::year{2201} / 1 / 1)));
}

TEST(LedgerRow, WithinItsBoundsStaysAsItIs) {
  LedgerRow row = row_of("req_1");
  bring_in_bounds(row);
  EXPECT_EQ(row.tags, row_of("req_1").tags);
  EXPECT_EQ(row.tokens, row_of("req_1").tokens);
}

TEST(LedgerRow, IsSummedUpInItsQuarterOfAnHour) {
  EXPECT_EQ(slot_of(kNoon), kNoon);
  EXPECT_EQ(slot_of(kNoon + 14min + 59s), kNoon);
  EXPECT_EQ(slot_of(kNoon - 1us), kNoon - 15min);
}

}  // namespace
}  // namespace drover::store
