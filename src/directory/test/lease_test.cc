#include "directory/lease.h"

#include <gtest/gtest.h>

#include <limits>

#include "directory/test/asker_book_kit.h"

namespace drover::directory {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Lease, IsSettledOnce) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, 100, "day")});
  Lease lease = book.reserve({.principal = "a"}, tokens(50), moment()).value();
  EXPECT_TRUE(lease.settle(tokens(30)));
  EXPECT_FALSE(lease.settle(tokens(30)));
  EXPECT_FALSE(lease.give_back());
  EXPECT_FALSE(lease.settle_as_reserved());
  EXPECT_EQ(sum_of(book, "a", moment()), 30);
}

TEST(Lease, ThatNobodySettlesCountsAsReserved) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, 100, "day"), hard(Unit::Concurrent, 1, "total")});
  {
    const Reservation lost = book.reserve({.principal = "a"}, tokens(50), moment());
  }
  EXPECT_EQ(sum_of(book, "a", moment()), 50);
  EXPECT_EQ(book.open_leases(), 0);
  EXPECT_TRUE(book.reserve({.principal = "a"}, tokens(1), moment()));
}

TEST(Lease, GivenBackLeavesNothing) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Requests, 1, "day")});
  EXPECT_TRUE(book.reserve({.principal = "a"}, {}, moment()).value().give_back());
  EXPECT_EQ(sum_of(book, "a", moment()), 0);
}

TEST(Lease, MovesWithoutSettlingTwice) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Requests, 10, "day")});
  Lease one = book.reserve({.principal = "a"}, {}, moment()).value();
  Lease two = book.reserve({.principal = "a"}, {}, moment()).value();
  two = std::move(one);
  EXPECT_EQ(book.open_leases(), 1);
  Lease three = std::move(two);
  EXPECT_TRUE(three.give_back());
  EXPECT_EQ(book.open_leases(), 0);
  EXPECT_EQ(sum_of(book, "a", moment()), 1);
}

TEST(Lease, LateSettlementLandsInTheWindowOfTheReservation) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, 100, "day")});
  Lease yesterday = book.reserve({.principal = "a"}, tokens(10), moment(11h)).value();
  Lease today = book.reserve({.principal = "a"}, tokens(1), moment(13h)).value();
  yesterday.settle(tokens(90));
  today.settle(tokens(1));
  EXPECT_EQ(book.left({.principal = "a"}, moment(13h))[static_cast<std::size_t>(Unit::Tokens)]->remaining, 99);
  EXPECT_EQ(book.left({.principal = "a"}, moment(11h))[static_cast<std::size_t>(Unit::Tokens)]->remaining, 10);
}

TEST(Lease, SettlementOfWhatHasLeftARollingWindowChangesNothing) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, 100, "1m")});
  Lease old = book.reserve({.principal = "a"}, tokens(50), moment()).value();
  Lease fresh = book.reserve({.principal = "a"}, tokens(20), moment(5min)).value();
  old.settle(tokens(90));
  EXPECT_EQ(sum_of(book, "a", moment(5min)), 20);
  fresh.settle(tokens(0));
  EXPECT_EQ(sum_of(book, "a", moment(5min)), 0);
}

TEST(Lease, AStreamExtendsUntilAHardLimitIsOut) {
  AskerBook book(1);
  limit(book, node("a"),
        {hard(Unit::TokensOut, 100, "day"), hard(Unit::Requests, 1, "day"), hard(Unit::Concurrent, 1, "total")});
  Lease stream = book.reserve({.principal = "a"}, tokens(5, 50), moment()).value();
  EXPECT_FALSE(stream.extend(tokens(0, 40), moment(1s)));
  EXPECT_FALSE(stream.extend(tokens(0, 40), moment(2s)));  // ten were left: it may pass the limit once
  const auto refusal = stream.extend(tokens(0, 40), moment(3s));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->scope, "a");
  EXPECT_EQ(refusal->unit, Unit::TokensOut);
  EXPECT_EQ(sum_of(book, "a", moment(3s)), 130);
  EXPECT_TRUE(stream.settle(tokens(5, 110)));
  EXPECT_EQ(sum_of(book, "a", moment(3s)), 110);
}

TEST(Lease, AStreamThatGoesOnForLongIsCountedWhenItSpends) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::TokensOut, 100, "1m")});
  Lease stream = book.reserve({.principal = "a"}, tokens(0, 60), moment()).value();
  EXPECT_FALSE(stream.extend(tokens(0, 30), moment(30s)));
  EXPECT_FALSE(stream.extend(tokens(0, 30), moment(50s)));
  EXPECT_TRUE(stream.extend(tokens(0, 30), moment(51s)));
  EXPECT_FALSE(stream.extend(tokens(0, 30), moment(65s)));  // the first sixty have left
  EXPECT_EQ(sum_of(book, "a", moment(65s)), 90);
  stream.settle(tokens(0, 140));  // ten less than reserved
  EXPECT_EQ(sum_of(book, "a", moment(65s)), 80);
  EXPECT_EQ(sum_of(book, "a", moment(10min)), 0);
}

TEST(Lease, ExtensionOfASettledLeaseDoesNothing) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::TokensOut, 1, "day")});
  Lease lease = book.reserve({.principal = "a"}, tokens(0, 5), moment()).value();
  lease.settle(tokens(0, 5));
  EXPECT_FALSE(lease.extend(tokens(0, 5), moment()));
  EXPECT_EQ(sum_of(book, "a", moment()), 5);
}

TEST(Lease, ImpossibleAmountsNeitherOverflowNorGiveMoneyBack) {
  AskerBook book(1);
  for (const char* window : {"day", "1h", "total"}) {
    limit(book, node("a"), {hard(Unit::Usd, kMostLimited, window), soft(Unit::Tokens, 5, window)});
    for (int round = 0; round < 20'000; ++round) {
      Reservation lease = book.reserve(
          {.principal = "a"}, {.amount = {.input_tokens = {kMax}, .output_tokens = {kMax}}, .cost = {kMax}}, moment());
      if (!lease) break;
      lease->settle(
          {.amount = {.input_tokens = {-kMax}, .output_tokens = {kMax}}, .cost = {round % 2 == 0 ? kMax : 0}});
    }
    EXPECT_FALSE(book.reserve({.principal = "a"}, {}, moment())) << window;
    EXPECT_EQ(sum_of(book, "a", moment()), kMostLimited);
    ASSERT_TRUE(book.set_limits(node("a"), {}));
  }
  limit(book, node("a"), {hard(Unit::Usd, kMostLimited, "day")});
  ASSERT_TRUE(book.reserve({.principal = "a"}, dollars(5), moment()).value().settle({.cost = {-kMax}}));
  EXPECT_EQ(sum_of(book, "a", moment()), 0);
}

TEST(Lease, RestoredSumsAtTheEndOfTheirRangeRefuse) {
  AskerBook book(1);
  const Limit limits[] = {hard(Unit::Usd, kMostLimited, "day"), hard(Unit::Usd, kMostLimited, "1h")};
  const std::vector<CounterKey> keys = book.set_limits(node("a"), limits).value();
  for (const CounterKey& key : keys) {
    for (int times = 0; times < 3; ++times) EXPECT_TRUE(book.restore(node("a"), key, moment().wall, kMax, moment()));
  }
  EXPECT_FALSE(book.reserve({.principal = "a"}, dollars(1), moment()));
  EXPECT_EQ(sum_of(book, "a", moment()), kMostCounted);
}

TEST(Lease, AClockThatJumpsFindsItsCountsAgain) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Requests, 2, "day"), hard(Unit::Requests, 3, "1h")});
  const auto at = [](std::chrono::hours jump, Duration since) {
    return Moment{.instant = moment(since).instant, .wall = moment(since).wall + jump};
  };
  ASSERT_TRUE(book.reserve({.principal = "a"}, {}, at(0h, 0s)).value().settle({}));
  ASSERT_TRUE(book.reserve({.principal = "a"}, {}, at(24h * 365, 1s)).value().settle({}));
  ASSERT_TRUE(book.reserve({.principal = "a"}, {}, at(0h, 2s)).value().settle({}));
  EXPECT_EQ(book.reserve({.principal = "a"}, {}, at(0h, 3s)).error().used, 2);
  const Refusal rolling = book.reserve({.principal = "a"}, {}, at(-24h * 3650, 4s)).error();
  EXPECT_EQ(rolling.window.kind, money::WindowKind::Rolling);  // it goes by the other clock
  for (const WallTime wrong : {WallTime::min(), WallTime::max()}) {
    EXPECT_TRUE(book.reserve({.principal = "a"}, {}, {.instant = moment(3h).instant, .wall = wrong}));
  }
}

TEST(Lease, WindowsOfASecondAndOfFourHundredDays) {
  AskerBook book(1);
  limit(book, node("s"), {hard(Unit::Requests, 1, "1s")});
  limit(book, node("y"), {hard(Unit::Requests, 1, "400d")});
  for (const char* path : {"s", "y"}) {
    ASSERT_TRUE(book.reserve({.principal = path}, {}, moment()).value().settle({}));
    EXPECT_FALSE(book.reserve({.principal = path}, {}, moment(999ms))) << path;
  }
  EXPECT_TRUE(book.reserve({.principal = "s"}, {}, moment(1021ms)));
  EXPECT_FALSE(book.reserve({.principal = "y"}, {}, moment(24h * 400)));
  EXPECT_TRUE(book.reserve({.principal = "y"}, {}, moment(24h * 409)));
}

}  // namespace
}  // namespace drover::directory
