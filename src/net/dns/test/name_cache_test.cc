#include "net/dns/name_cache.h"

#include <gtest/gtest.h>

namespace drover::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using Known = NameCache::Known;

Instant at(Duration since_start) {
  return Instant(std::chrono::hours(1)) + since_start;
}

const Addresses kFour{make_address("10.0.0.1"), make_address("10.0.0.2"), make_address("fd00::1"),
                      make_address("fd00::2")};

TEST(NameCache, AlternatesTheFamilies) {
  Addresses six_first{kFour[2], kFour[0], kFour[3], kFour[1]};
  Addresses four_first{kFour[0], kFour[2], kFour[1], kFour[3]};
  EXPECT_EQ(alternate(kFour, false), six_first);
  EXPECT_EQ(alternate(kFour, true), four_first);
}

TEST(NameCache, KnowsANameForItsTtl) {
  NameCache cache(10);
  Addresses found;
  cache.resolved("a", {kFour[0]}, 30s, at(0s));
  EXPECT_EQ(cache.look_up("a", at(29s), found), Known::Found);
  EXPECT_EQ(found, Addresses{kFour[0]});
  EXPECT_EQ(cache.look_up("a", at(30s), found), Known::Nothing);
}

TEST(NameCache, KeepsTtlsWithinReason) {
  NameCache cache(10);
  Addresses found;
  cache.resolved("zero", {kFour[0]}, 0s, at(0s));
  cache.resolved("week", {kFour[0]}, 168h, at(0s));
  EXPECT_EQ(cache.look_up("zero", at(500ms), found), Known::Found);
  EXPECT_EQ(cache.look_up("week", at(301s), found), Known::Nothing);
}

TEST(NameCache, A4_RemembersAFailureForAShortTime) {
  NameCache cache(10);
  Addresses found;
  cache.failed("a", at(0s));
  EXPECT_EQ(cache.look_up("a", at(1s), found), Known::Failed);
  EXPECT_EQ(cache.look_up("a", at(3s), found), Known::Nothing);
}

TEST(NameCache, A4_ServesOldAddressesWhileANameFails) {
  NameCache cache(10);
  Addresses found;
  cache.resolved("a", {kFour[0]}, 10s, at(0s));
  cache.failed("a", at(60s));
  EXPECT_EQ(cache.look_up("a", at(61s), found), Known::Found);
  EXPECT_EQ(found, Addresses{kFour[0]});
  cache.failed("a", at(2h));
  EXPECT_EQ(cache.look_up("a", at(2h), found), Known::Failed);
}

TEST(NameCache, PutsTheFamilyThatWorkedFirst) {
  NameCache cache(10);
  Addresses found;
  cache.resolved("a", kFour, 10s, at(0s));
  cache.worked("a", kFour[0], at(0s));
  ASSERT_EQ(cache.look_up("a", at(1s), found), Known::Found);
  EXPECT_EQ(found.front(), kFour[0]);
}

TEST(NameCache, A5_TriesAnAddressThatBrokeLastForAWhile) {
  NameCache cache(10);
  Addresses found;
  cache.resolved("a", {kFour[0], kFour[1]}, 60s, at(0s));
  cache.broke("a", kFour[0], at(1s));
  ASSERT_EQ(cache.look_up("a", at(2s), found), Known::Found);
  EXPECT_EQ(found, (Addresses{kFour[1], kFour[0]}));
  ASSERT_EQ(cache.look_up("a", at(1s) + NameCache::kAvoided, found), Known::Found);
  EXPECT_EQ(found, (Addresses{kFour[0], kFour[1]}));
  cache.broke("a", kFour[0], at(40s));
  cache.worked("a", kFour[0], at(41s));
  ASSERT_EQ(cache.look_up("a", at(42s), found), Known::Found);
  EXPECT_EQ(found.front(), kFour[0]);
}

TEST(NameCache, A5_KeepsAnAddressThatWorkedWhenAnswersAlternate) {
  NameCache cache(10);
  Addresses found;
  cache.resolved("a", {kFour[0]}, 5s, at(0s));
  cache.worked("a", kFour[0], at(1s));
  cache.resolved("a", {kFour[1]}, 5s, at(6s));
  ASSERT_EQ(cache.look_up("a", at(7s), found), Known::Found);
  EXPECT_EQ(found, (Addresses{kFour[1], kFour[0]}));
  cache.broke("a", kFour[1], at(8s));
  ASSERT_EQ(cache.look_up("a", at(9s), found), Known::Found);
  EXPECT_EQ(found, (Addresses{kFour[0], kFour[1]}));
  cache.resolved("a", {kFour[1]}, 5min, at(10s));
  ASSERT_EQ(cache.look_up("a", at(1s) + NameCache::kSpare, found), Known::Found);
  EXPECT_EQ(found, Addresses{kFour[1]});
}

TEST(NameCache, RemembersSoManyPastAddressesAtMost) {
  NameCache cache(10);
  Addresses found;
  for (int host = 0; host < 500; ++host) {
    Addresses one{make_address("10.0." + std::to_string(host / 250) + "." + std::to_string(host % 250))};
    cache.resolved("a", one, 60s, at(1ms * host));
    cache.worked("a", one.front(), at(1ms * host));
  }
  ASSERT_EQ(cache.look_up("a", at(1s), found), Known::Found);
  EXPECT_LE(found.size(), NameCache::kMaxAddresses + 1);
}

TEST(NameCache, ForgetsTheNameUnusedForLongestWhenItIsFull) {
  NameCache cache(2);
  Addresses found;
  cache.resolved("a", {kFour[0]}, 60s, at(0s));
  cache.resolved("b", {kFour[0]}, 60s, at(1s));
  EXPECT_EQ(cache.look_up("a", at(2s), found), Known::Found);
  cache.resolved("c", {kFour[0]}, 60s, at(3s));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.look_up("b", at(4s), found), Known::Nothing);
  EXPECT_EQ(cache.look_up("a", at(4s), found), Known::Found);
}

TEST(NameCache, KeepsAtMostSoManyAddressesOfAName) {
  NameCache cache(2);
  Addresses found;
  cache.resolved("a", Addresses(1000, kFour[0]), 60s, at(0s));
  ASSERT_EQ(cache.look_up("a", at(1s), found), Known::Found);
  EXPECT_EQ(found.size(), NameCache::kMaxAddresses);
}

}  // namespace
}  // namespace drover::net
