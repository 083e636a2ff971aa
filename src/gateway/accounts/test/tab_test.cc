// A request's reservation: refused, extended, settled.
#include "gateway/accounts/tab.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace drover::gateway {
namespace {

using namespace std::chrono_literals;
using directory::Unit;

constexpr Instant kNow = Instant(1h);

class TabTest : public ::testing::Test {
 protected:
  void limit(Unit unit, std::int64_t amount, money::WindowKind kind = money::WindowKind::Total) {
    limits_.push_back({.unit = unit, .amount = amount, .window = {.kind = kind}});
    ASSERT_TRUE(book_.set_limits({.name = "acme"}, limits_));
  }
  Result<void> begin(Tab& tab, std::int64_t output = 100) {
    fields_.clear();
    return tab.begin(book_, {.principal = "acme/web", .model = "m", .input_tokens = 10, .output_tokens = output},
                     policy_, kNow, fields_);
  }
  static directory::Spend spent(std::int64_t input, std::int64_t output) {
    directory::Spend spend;
    spend.amount.input_tokens = Tokens{input};
    spend.amount.output_tokens = Tokens{output};
    return spend;
  }
  static Amount said(std::int64_t output) {
    Amount amount;
    amount.output_tokens = Tokens{output};
    return amount;
  }

  directory::AskerBook book_{7};
  std::vector<directory::Limit> limits_;
  Tab::Policy policy_;
  std::string fields_;
};

TEST_F(TabTest, SettlesByWhatWasUsed) {
  limit(Unit::Tokens, 1000);
  Tab tab;
  ASSERT_TRUE(begin(tab));
  tab.settle(spent(10, 20));
  QuotaHints left;
  Tab other;
  ASSERT_TRUE(begin(other));
  other.lower(left, kNow);
  EXPECT_EQ(left.of(QuotaDimension::AllTokens).remaining, 1000 - 30 - 110) << "and what the other has reserved";
}

TEST_F(TabTest, IsSettledAsReservedWhenItsRequestIsForgotten) {
  limit(Unit::Tokens, 1000);
  {
    Tab tab;
    ASSERT_TRUE(begin(tab));
    EXPECT_EQ(book_.open_leases(), 1);
  }
  EXPECT_EQ(book_.open_leases(), 0);
}

TEST_F(TabTest, RefusesWhatAUsedUpLimitCounts) {
  limit(Unit::Requests, 1);
  Tab first;
  ASSERT_TRUE(begin(first));
  first.settle(spent(1, 1));
  Tab second;
  const auto refused = begin(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 429);
  EXPECT_EQ(refused.error().code, "client_limit_reached");
  EXPECT_NE(refused.error().message.find("acme"), std::string::npos);
  EXPECT_FALSE(refused.error().retry_after) << "a total never comes back";
  EXPECT_EQ(fields_, "x-should-retry: false\r\n");
  EXPECT_FALSE(second.open());
}

TEST_F(TabTest, OfMoneyIsToldAsABudget) {
  limit(Unit::Usd, 100, money::WindowKind::Month);
  Tab first;
  ASSERT_TRUE(begin(first));
  directory::Spend spent;
  spent.cost = money::NanoUsd{100};
  first.settle(spent);
  Tab tab;
  const auto refused = begin(tab);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "budget_exhausted");
  EXPECT_TRUE(refused.error().retry_after) << "next month";
  EXPECT_EQ(fields_, "x-should-retry: false\r\n");
}

TEST_F(TabTest, OfAModelWithoutAPriceMayBeRefusedWhereMoneyIsLimited) {
  policy_.unpriced = config::Unpriced::Reject;
  Tab unlimited;
  EXPECT_TRUE(begin(unlimited)) << "nobody limits money";
  limit(Unit::Usd, 1'000'000);
  Tab tab;
  const auto refused = begin(tab);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "model_unpriced");
}

TEST_F(TabTest, ReservesMoreForAStreamThatSaysMore) {
  limit(Unit::TokensOut, 1000);
  Tab tab;
  ASSERT_TRUE(begin(tab, 100));
  std::int64_t tokens = 0;
  std::optional<Error> ended;
  while (!ended && tokens < 5000) ended = tab.streamed(said(++tokens), kNow);
  ASSERT_TRUE(ended) << "more than there is";
  EXPECT_EQ(ended->code, "client_limit_reached");
  EXPECT_GT(tokens, 1000) << "while anything is left it goes on";
  EXPECT_LE(tokens, 1000 + 2 * kFurtherOutput);
}

TEST_F(TabTest, IsReadyForTheNextRequest) {
  limit(Unit::Concurrent, 1);
  Tab tab;
  ASSERT_TRUE(begin(tab));
  tab.reset();
  EXPECT_TRUE(begin(tab));
}

}  // namespace
}  // namespace drover::gateway
