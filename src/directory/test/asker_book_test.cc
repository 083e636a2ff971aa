#include "directory/asker_book.h"

#include <gtest/gtest.h>

#include <limits>

#include "directory/test/asker_book_kit.h"

namespace drover::directory {
namespace {

using namespace std::chrono_literals;

TEST(AskerBook, AdmitsWhomNothingLimits) {
  AskerBook book(1);
  EXPECT_TRUE(book.reserve({.principal = "acme/search/key_1", .model = "m"}, tokens(10), moment()));
}

TEST(AskerBook, EveryNodeOfThePathCounts) {
  for (const char* path : {"", "acme", "acme/search", "acme/search/key_1"}) {
    AskerBook book(1);
    limit(book, node(path), {hard(Unit::Requests, 1, "day")});
    ASSERT_TRUE(book.reserve({.principal = "acme/search/key_1"}, {}, moment())) << path;
    const Reservation second = book.reserve({.principal = "acme/search/key_1"}, {}, moment());
    ASSERT_FALSE(second) << path;
    EXPECT_EQ(second.error().scope, path);
    EXPECT_EQ(second.error().unit, Unit::Requests);
  }
}

TEST(AskerBook, ANameThatOnlyBeginsAlikeIsAnotherNode) {
  AskerBook book(1);
  limit(book, node("acme"), {hard(Unit::Requests, 0, "day")});
  EXPECT_TRUE(book.reserve({.principal = "acme2/x"}, {}, moment()));
  EXPECT_TRUE(book.reserve({.principal = "x/acme"}, {}, moment()));
  EXPECT_FALSE(book.reserve({.principal = "acme/x"}, {}, moment()));
}

TEST(AskerBook, TagsAndEndUsersAreScopesBesideTheTree) {
  AskerBook book(1);
  limit(book, {.kind = ScopeKind::Tag, .name = "acme"}, {hard(Unit::Requests, 0, "day")});
  limit(book, {.kind = ScopeKind::EndUser, .name = "u1"}, {hard(Unit::Requests, 0, "day")});
  const std::string_view tags[] = {"other", "acme"};
  EXPECT_TRUE(book.reserve({.principal = "acme"}, {}, moment()));
  EXPECT_EQ(book.reserve({.principal = "x", .tags = tags}, {}, moment()).error().scope, "tag:acme");
  EXPECT_EQ(book.reserve({.principal = "x", .end_user = "u1"}, {}, moment()).error().scope, "user:u1");
  EXPECT_TRUE(book.reserve({.principal = "x", .end_user = "acme"}, {}, moment()));
}

TEST(AskerBook, ATagThatIsNamedTwiceCountsOnce) {
  AskerBook book(1);
  limit(book, {.kind = ScopeKind::Tag, .name = "a"}, {hard(Unit::Requests, 10, "day")});
  const std::string_view tags[] = {"a", "a", "a"};
  const Reservation one = book.reserve({.tags = tags}, {}, moment());
  ASSERT_TRUE(one);
  EXPECT_EQ(sum_of(book, "tag:a", moment()), 1);
}

TEST(AskerBook, ARefusalTakesNothingAnywhere) {
  AskerBook book(1);
  limit(book, node(""), {hard(Unit::Requests, 100, "day")});
  limit(book, node("acme"), {hard(Unit::Requests, 0, "day")});
  EXPECT_FALSE(book.reserve({.principal = "acme"}, {}, moment()));
  EXPECT_EQ(sum_of(book, "", moment()), 0);
  EXPECT_EQ(book.open_leases(), 0);
}

TEST(AskerBook, TheRefusalThatLastsLongestIsTold) {
  AskerBook book(1);
  limit(book, node("acme"),
        {hard(Unit::Requests, 1, "day"), hard(Unit::Requests, 1, "month"), hard(Unit::Requests, 1, "hour")});
  ASSERT_TRUE(book.reserve({.principal = "acme"}, {}, moment()).value().settle({}));
  const Refusal refusal = book.reserve({.principal = "acme"}, {}, moment()).error();
  EXPECT_EQ(refusal.window.kind, money::WindowKind::Month);
  EXPECT_EQ(refusal.retry_at, WallTime(std::chrono::sys_days(std::chrono::year(2026) / 6 / 1)));
  EXPECT_FALSE(refusal.held_by_running);
}

TEST(AskerBook, WaitingDoesNotHelpWhereNothingIsEverGiven) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Usd, 0, "day")});
  limit(book, node("b"), {hard(Unit::Requests, 1, "total")});
  EXPECT_EQ(book.reserve({.principal = "a"}, {}, moment()).error().retry_at, kNeverExpires);
  ASSERT_TRUE(book.reserve({.principal = "b"}, {}, moment()).value().settle({}));
  EXPECT_EQ(book.reserve({.principal = "b"}, {}, moment()).error().retry_at, kNeverExpires);
}

TEST(AskerBook, AnEstimateAboveTheRestIsNoReasonToRefuse) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Usd, 10 * money::kNanoUsdPerUsd, "month")});
  ASSERT_TRUE(book.reserve({.principal = "a"}, dollars(1), moment()).value().settle(dollars(9.5)));
  Lease large = book.reserve({.principal = "a"}, dollars(2), moment()).value();
  const Refusal refusal = book.reserve({.principal = "a"}, dollars(2), moment()).error();
  EXPECT_TRUE(refusal.held_by_running);
  EXPECT_EQ(refusal.retry_at, moment().wall + 1s);
  large.settle(dollars(0.1));
  EXPECT_TRUE(book.reserve({.principal = "a"}, dollars(2), moment()));
}

TEST(AskerBook, StrictRefusesWhatDoesNotFit) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, 100, "day")});
  EXPECT_FALSE(book.reserve({.principal = "a"}, tokens(60, 41), moment(), Overdraft::Strict));
  EXPECT_EQ(book.reserve({.principal = "a"}, tokens(101), moment(), Overdraft::Strict).error().retry_at, kNeverExpires);
  ASSERT_TRUE(
      book.reserve({.principal = "a"}, tokens(60, 40), moment(), Overdraft::Strict).value().settle(tokens(60, 40)));
  EXPECT_FALSE(book.reserve({.principal = "a"}, tokens(0), moment(), Overdraft::Strict));
}

TEST(AskerBook, ConcurrentRequestsAreCountedWhileTheyRun) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Concurrent, 2, "total")});
  Lease one = book.reserve({.principal = "a"}, {}, moment()).value();
  Lease two = book.reserve({.principal = "a"}, {}, moment()).value();
  const Refusal refusal = book.reserve({.principal = "a"}, {}, moment()).error();
  EXPECT_TRUE(refusal.held_by_running);
  one.settle({});
  EXPECT_TRUE(book.reserve({.principal = "a"}, {}, moment()));
}

TEST(AskerBook, ALimitOfSomeModelsCountsOnlyThose) {
  AskerBook book(1);
  Limit some = hard(Unit::Requests, 1, "day");
  some.models = {"gpt-*", "o3"};
  limit(book, node("a"), {some});
  EXPECT_TRUE(book.reserve({.principal = "a", .model = "claude"}, {}, moment()));
  EXPECT_TRUE(book.reserve({.principal = "a", .model = "gpt-5"}, {}, moment()));
  EXPECT_FALSE(book.reserve({.principal = "a", .model = "o3"}, {}, moment()));
  EXPECT_TRUE(book.reserve({.principal = "a", .model = "claude"}, {}, moment()));
}

TEST(AskerBook, ASoftLimitTellsAndNeverRefuses) {
  AskerBook book(1);
  limit(book, node("a"), {soft(Unit::Requests, 2, "day")});
  Lease one = book.reserve({.principal = "a"}, {}, moment()).value();
  Lease two = book.reserve({.principal = "a"}, {}, moment()).value();
  Lease three = book.reserve({.principal = "a"}, {}, moment()).value();
  EXPECT_TRUE(one.crossed().empty());
  ASSERT_EQ(two.crossed().size(), 1U);
  EXPECT_EQ(*two.crossed()[0].scope, "a");
  EXPECT_TRUE(two.crossed()[0].first);
  ASSERT_EQ(three.crossed().size(), 1U);
  EXPECT_FALSE(three.crossed()[0].first);
}

TEST(AskerBook, ATemporaryIncreaseEndsByItself) {
  AskerBook book(1);
  const Limit limits[] = {hard(Unit::Usd, 1'000'000'000, "month"), hard(Unit::Requests, 2, "month")};
  const Increase more{.amount = {2'000'000'000}, .until = moment(1h).wall};
  ASSERT_TRUE(book.set_limits(node("a"), limits, more));
  ASSERT_TRUE(book.reserve({.principal = "a"}, dollars(1), moment()).value().settle(dollars(1)));
  EXPECT_EQ(book.left({.principal = "a"}, moment())[static_cast<std::size_t>(Unit::Usd)]->remaining, 2'000'000'000);
  EXPECT_TRUE(book.reserve({.principal = "a"}, dollars(1), moment(59min)).value().give_back());
  EXPECT_FALSE(book.reserve({.principal = "a"}, dollars(1), moment(1h)));
}

TEST(AskerBook, CalendarWindowsBeginAnew) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Requests, 1, "day Asia/Bangkok")});
  ASSERT_TRUE(book.reserve({.principal = "a"}, {}, moment()).value().settle({}));
  EXPECT_EQ(book.reserve({.principal = "a"}, {}, moment()).error().retry_at, moment(5h).wall);
  EXPECT_FALSE(book.reserve({.principal = "a"}, {}, moment(5h - 1us)));
  EXPECT_TRUE(book.reserve({.principal = "a"}, {}, moment(5h)));
}

TEST(AskerBook, ARollingWindowNeverLetsMoreThroughInAnyStretchOfItsLength) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Requests, 10, "1m")});
  std::vector<Duration> admitted;
  for (Duration at{}; at < 10min; at += 700ms) {
    Reservation one = book.reserve({.principal = "a"}, {}, moment(at));
    if (!one) {
      EXPECT_GT(one.error().retry_at, moment(at).wall);
      continue;
    }
    one->settle({});
    admitted.push_back(at);
  }
  ASSERT_GT(admitted.size(), 90U);  // ten in each minute, and at most a fiftieth of the minute is lost
  for (std::size_t at = 10; at < admitted.size(); ++at) EXPECT_GE(admitted[at] - admitted[at - 10], 1min);
}

TEST(AskerBook, RetryOfARollingLimitIsTheFirstMomentWithRoom) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, 100, "1h")});
  ASSERT_TRUE(book.reserve({.principal = "a"}, tokens(70), moment()).value().settle(tokens(70)));
  ASSERT_TRUE(book.reserve({.principal = "a"}, tokens(40), moment(10min)).value().settle(tokens(40)));
  const Refusal refusal = book.reserve({.principal = "a"}, tokens(1), moment(20min)).error();
  const Duration wait = refusal.retry_at - moment(20min).wall;
  EXPECT_FALSE(book.reserve({.principal = "a"}, tokens(1), moment(20min + wait - 1ms)));
  EXPECT_TRUE(book.reserve({.principal = "a"}, tokens(1), moment(20min + wait)));
}

TEST(AskerBook, TellsTheTightestLimitOfEachUnit) {
  AskerBook book(1);
  limit(book, node(""), {hard(Unit::Requests, 100, "day")});
  limit(book, node("a"),
        {hard(Unit::Requests, 1000, "month"), soft(Unit::Requests, 1, "day"), hard(Unit::Tokens, 50, "day")});
  ASSERT_TRUE(book.reserve({.principal = "a"}, tokens(70), moment()).value().settle(tokens(70)));
  const auto left = book.left({.principal = "a"}, moment());
  EXPECT_EQ(left[0]->amount, 100);
  EXPECT_EQ(left[0]->remaining, 99);
  EXPECT_EQ(left[0]->whole_at, moment(12h).wall);
  EXPECT_EQ(left[static_cast<std::size_t>(Unit::Tokens)]->remaining, 0);
  EXPECT_FALSE(left[static_cast<std::size_t>(Unit::Usd)]);
}

TEST(AskerBook, ChangedLimitsKeepTheirCounts) {
  AskerBook book(1);
  const Limit before[] = {hard(Unit::Requests, 5, "day"), hard(Unit::Tokens, 5, "day")};
  EXPECT_EQ(book.set_limits(node("a"), before)->size(), 2U);
  Lease running = book.reserve({.principal = "a"}, tokens(1), moment()).value();
  const Limit after[] = {hard(Unit::Requests, 2, "day"), soft(Unit::Requests, 1, "day"),
                         hard(Unit::Requests, 9, "month")};
  const auto fresh = book.set_limits(node("a"), after);
  ASSERT_EQ(fresh->size(), 1U);
  EXPECT_EQ((*fresh)[0].window.kind, money::WindowKind::Month);
  EXPECT_EQ(book.left({.principal = "a"}, moment())[0]->remaining, 1);
  running.settle(tokens(1));
  EXPECT_EQ(sum_of(book, "a", moment()), 1);
}

TEST(AskerBook, AScopeMayGoWhileItsLeasesRun) {
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Requests, 5, "day"), hard(Unit::Concurrent, 5, "total")});
  Lease running = book.reserve({.principal = "a"}, {}, moment()).value();
  book.forget(node("a"));
  limit(book, node("a"), {hard(Unit::Requests, 5, "day")});
  EXPECT_TRUE(running.settle({}));
  EXPECT_EQ(sum_of(book, "a", moment()), 0);
  book.forget(node("a"));
  book.forget(node("never was"));
  EXPECT_EQ(book.scopes(), 0U);
}

TEST(AskerBook, RestoresWhatTheLedgerKnowsOnceHoweverOftenItIsTold) {
  AskerBook book(1);
  const Limit limits[] = {hard(Unit::Usd, 10'000'000'000, "day")};
  const CounterKey key = book.set_limits(node("a"), limits)->front();
  ASSERT_TRUE(book.reserve({.principal = "a"}, dollars(1), moment()).value().settle(dollars(1)));
  const WallTime today = moment(-12h).wall;
  EXPECT_TRUE(book.restore(node("a"), key, today, 4'000'000'000, moment()));
  EXPECT_TRUE(book.restore(node("a"), key, today, 6'000'000'000, moment()));
  EXPECT_TRUE(book.restore(node("a"), key, today - 24h, 9'000'000'000, moment()));
  EXPECT_EQ(book.left({.principal = "a"}, moment())[static_cast<std::size_t>(Unit::Usd)]->remaining, 3'000'000'000);
  EXPECT_FALSE(book.restore(node("b"), key, today, 1, moment()));
  EXPECT_FALSE(book.restore(node("a"), CounterKey{}, today, 1, moment()));
}

TEST(AskerBook, RestoredStepsOfARollingWindowLeaveIt) {
  AskerBook book(1);
  const Limit limits[] = {hard(Unit::Tokens, 100, "1h")};
  const CounterKey key = book.set_limits(node("a"), limits)->front();
  EXPECT_TRUE(book.restore(node("a"), key, moment(-50min).wall, 60, moment()));
  EXPECT_TRUE(book.restore(node("a"), key, moment(-10min).wall, 40, moment()));
  EXPECT_TRUE(book.restore(node("a"), key, moment(-2h).wall, 1'000, moment()));
  EXPECT_FALSE(book.reserve({.principal = "a"}, tokens(1), moment()));
  EXPECT_EQ(sum_of(book, "a", moment(15min)), 40);
}

TEST(AskerBook, ARestoreThatIsRepeatedCountsOnce) {
  for (const char* window : {"1h", "day"}) {
    AskerBook book(1);
    const Limit limits[] = {hard(Unit::Tokens, 100, window)};
    const CounterKey key = book.set_limits(node("a"), limits)->front();
    ASSERT_TRUE(book.reserve({.principal = "a"}, tokens(5), moment()).value().settle(tokens(5)));
    const Counter::Restored some[] = {{moment(-10min).wall, 60}, {moment(-20min).wall, 20}};
    EXPECT_TRUE(book.restore(node("a"), key, std::span(some).first(1), moment()));
    const Counter::Restored all[] = {{moment(-9min).wall, 70}};
    EXPECT_TRUE(book.restore(node("a"), key, all, moment(1min)));
    EXPECT_TRUE(book.restore(node("a"), key, all, moment(2min)));
    EXPECT_EQ(sum_of(book, "a", moment(2min)), 75) << window;
    EXPECT_TRUE(book.restore(node("a"), key, std::span<const Counter::Restored>(), moment(2h)));
    EXPECT_EQ(sum_of(book, "a", moment(2h)), std::string_view(window) == "1h" ? 0 : 5);
    EXPECT_FALSE(book.restore(node("b"), key, all, moment()));
  }
}

TEST(AskerBook, RestoringManyWindowsOfThePastLeavesTheCountOfNow) {
  AskerBook book(1);
  const Limit limits[] = {hard(Unit::Requests, 5, "day")};
  const CounterKey key = book.set_limits(node("a"), limits)->front();
  ASSERT_TRUE(book.reserve({.principal = "a"}, {}, moment()).value().settle({}));
  std::vector<Counter::Restored> past;
  for (int day = 1; day <= 10; ++day) past.push_back({moment().wall - day * 24h, 9});
  EXPECT_TRUE(book.restore(node("a"), key, past, moment()));
  EXPECT_EQ(book.left({.principal = "a"}, moment())[0]->remaining, 4);
}

TEST(AskerBook, HandsOverEverySumInParts) {
  AskerBook book(1);
  for (int at = 0; at < 5; ++at) limit(book, node("n" + std::to_string(at)), {hard(Unit::Requests, 5, "day")});
  book.forget(node("n2"));
  Lease open = book.reserve({.principal = "n4"}, {}, moment()).value();
  std::vector<std::string> seen;
  for (std::optional<std::size_t> from = 0; from;) {
    const AskerBook::Sums part = book.sums(moment(), *from, 2);
    for (const AskerBook::Sum& each : part.sums)
      seen.push_back(each.scope + "=" + std::to_string(each.window.reserved));
    from = part.next;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"n4=1"}));  // a window that nobody has used is none
  EXPECT_FALSE(book.sums(moment(), 99).next);
}

TEST(AskerBook, RefusesLimitsThatCannotBe) {
  AskerBook book(1);
  const auto fault = [&](const Limit& bad) {
    const auto set = book.set_limits(node("a"), {&bad, 1});
    return set ? "" : set.error().code;
  };
  EXPECT_EQ(fault(hard(Unit::Usd, -1, "day")), "limit_amount");
  EXPECT_EQ(fault(hard(Unit::Usd, kMostLimited + 1, "day")), "limit_amount");
  EXPECT_EQ(fault({.window = {.kind = money::WindowKind::Rolling, .span = 876'000h}}), "window_span");
  EXPECT_EQ(fault({.window = {.zone = "Mars/Olympus"}}), "window_zone");
  EXPECT_EQ(fault({.models = {"*-mini"}}), "limit_model");
  EXPECT_EQ(fault({.models = {""}}), "limit_model");
  EXPECT_EQ(book.set_limits(node("a"), std::vector<Limit>(kMostLimits + 1)).error().code, "too_many_limits");
  EXPECT_EQ(book.set_limits(node("a"), std::vector<Limit>(1), Increase{.amount = {-1}}).error().code,
            "increase_amount");
  EXPECT_EQ(book.scopes(), 0U);
}

TEST(AskerBook, TenThousandScopesOnOneRequestAreRefusedNotForgotten) {
  AskerBook book(1);
  std::vector<std::string> names;
  for (int at = 0; at < 10'000; ++at) names.push_back("t" + std::to_string(at));
  for (const std::string& each : names) {
    limit(book, {.kind = ScopeKind::Tag, .name = each}, {hard(Unit::Requests, 1'000'000, "day")});
  }
  const std::vector<std::string_view> tags(names.begin(), names.end());
  const Reservation refused = book.reserve({.tags = tags}, {}, moment());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().why, Refusal::Why::TooManyLimits);
  const auto some = std::span(tags).first(kMostHolds);
  EXPECT_TRUE(book.reserve({.tags = some}, {}, moment()));
}

}  // namespace
}  // namespace drover::directory
