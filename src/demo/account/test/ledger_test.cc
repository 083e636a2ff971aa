#include "demo/account/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::demo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

/// Request 1 went from key-5, which hung, to key-2; request 2 was answered at once by key-1.
Books good_books() {
  Books books;
  books.client = {{.request = 1, .flaw = Flaw::None, .status = 200, .attempts = 2},
                  {.request = 2, .flaw = Flaw::None, .status = 200, .attempts = 1}};
  books.upstream = {{.request = 1, .key = 4, .fault = "hang"},
                    {.request = 2, .key = 0, .status = 200, .whole = true},
                    {.request = 1, .key = 1, .status = 200, .whole = true}};
  books.gateway = {
      {.request = 2, .attempts = {{.key = 0, .outcome = "ok", .status = 200}}},
      {.request = 1, .attempts = {{.key = 4, .outcome = "head_timeout"}, {.key = 1, .outcome = "ok", .status = 200}}}};
  return books;
}

std::string only_difference(const Books& books) {
  const Reconciliation found = reconcile(books);
  EXPECT_THAT(found.differences, SizeIs(1));
  return found.differences.empty() ? ""
                                   : std::to_string(found.differences[0].request) + " " + found.differences[0].what;
}

TEST(Ledger, AgreesWhenAllThreeSawTheSame) {
  const Reconciliation found = reconcile(good_books());
  EXPECT_TRUE(found.agrees());
  EXPECT_EQ(found.requests, 2U);
  EXPECT_EQ(found.gateway_attempts, 3U);
  EXPECT_EQ(found.reached, 3U);
  EXPECT_EQ(found.upstream_requests, 3U);
}

TEST(Ledger, FindsARequestThatAnUpstreamHeardAndTheGatewayDidNotWriteDown) {
  Books books = good_books();
  books.upstream.push_back({.request = 2, .key = 3, .status = 200, .whole = true});
  EXPECT_THAT(only_difference(books), HasSubstr("2 key-4 heard a request that the gateway did not write down"));
}

TEST(Ledger, FindsAnAttemptThatReachedNobody) {
  Books books = good_books();
  books.upstream.erase(books.upstream.begin() + 1);
  EXPECT_THAT(only_difference(books), HasSubstr("2 the gateway says ok of key-1, which heard nothing"));
}

TEST(Ledger, FindsAnAnswerThatWasNotWholeUpstream) {
  Books books = good_books();
  books.upstream[1].whole = false;
  EXPECT_THAT(only_difference(books), HasSubstr("2 the gateway says ok of key-1, which heard something else"));
}

TEST(Ledger, FindsAnotherStatusThanTheUpstreamGave) {
  Books books = good_books();
  books.gateway[1].attempts[0] = {.key = 4, .outcome = "rate_limited", .status = 429};
  EXPECT_THAT(only_difference(books), HasSubstr("1 the gateway says rate_limited of key-5"));
}

TEST(Ledger, FindsAFailureThatOnlyTheClientSaw) {
  Books books = good_books();
  books.client[1].flaw = Flaw::Incomplete;
  EXPECT_THAT(only_difference(books), HasSubstr("2 the gateway says ok, the client an incomplete answer"));
}

TEST(Ledger, FindsAnAttemptThatTheClientWasNotToldOf) {
  Books books = good_books();
  books.client[0].attempts = 1;
  EXPECT_THAT(only_difference(books), HasSubstr("1 the client was told of 1 attempts, the gateway wrote down 2"));
}

TEST(Ledger, FindsARequestMissingInOneOfTheBooks) {
  Books books = good_books();
  books.gateway.erase(books.gateway.begin());
  EXPECT_THAT(only_difference(books), HasSubstr("2 is not in the book of the gateway"));
  books = good_books();
  books.client.pop_back();
  EXPECT_THAT(only_difference(books), HasSubstr("2 is not in the book of the clients"));
}

TEST(Ledger, FindsARequestThatWasWrittenDownTwice) {
  Books books = good_books();
  books.gateway.push_back(books.gateway.front());
  EXPECT_THAT(only_difference(books), HasSubstr("2 is 2 times in the book of the gateway"));
}

TEST(Ledger, ExpectsNothingUpstreamOfARefusedConnection) {
  Books books = good_books();
  books.gateway[0].attempts.insert(books.gateway[0].attempts.begin(), {.key = 4, .outcome = "connect"});
  books.client[1].attempts = 2;
  const Reconciliation found = reconcile(books);
  EXPECT_TRUE(found.agrees());
  EXPECT_EQ(found.not_connected, 1U);
}

TEST(Ledger, TakesALostConnectionAsHeardOrNotHeard) {
  Books books = good_books();
  books.gateway[0].attempts.insert(books.gateway[0].attempts.begin(), {.key = 0, .outcome = "stale_connection"});
  books.client[1].attempts = 2;
  Reconciliation found = reconcile(books);
  EXPECT_TRUE(found.agrees());  // the whole answer of key-1 belongs to the second attempt
  EXPECT_EQ(found.unheard, 1U);
  books.upstream.insert(books.upstream.begin(), {.request = 2, .key = 0, .fault = "reset"});
  found = reconcile(books);
  EXPECT_TRUE(found.agrees());
  EXPECT_EQ(found.unheard, 0U);
}

TEST(Ledger, TakesATimeoutAsHeardOrNotHeard) {
  Books books = good_books();
  books.upstream.erase(books.upstream.begin());
  const Reconciliation found = reconcile(books);
  EXPECT_TRUE(found.agrees());
  EXPECT_EQ(found.unheard, 1U);
}

TEST(Ledger, TakesTheLoserOfARaceAsHeardInAnyOrder) {
  Books books = good_books();
  books.gateway[0].attempts.push_back({.key = 3, .outcome = "lost_race"});
  books.client[1].attempts = 2;
  EXPECT_TRUE(reconcile(books).agrees());
  books.upstream.insert(books.upstream.begin(), {.request = 2, .key = 3, .status = 200});
  EXPECT_TRUE(reconcile(books).agrees());
}

TEST(Ledger, CountsFailoversByTheClassOfWhatFailed) {
  EXPECT_THAT(failovers_by_kind(good_books().gateway), ElementsAre(Pair("head_timeout", 1U)));
}

}  // namespace
}  // namespace drover::demo
