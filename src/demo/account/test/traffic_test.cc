#include "demo/account/traffic.h"

#include <gtest/gtest.h>

namespace drover::demo {
namespace {

using namespace std::chrono_literals;

constexpr Instant kBegin{5s};
constexpr Watched kSick{.key = 0, .fair = 200};

/// Samples every 50 ms. Before each, every key gets `given` requests.
template <class Given>
std::vector<Sample> samples(int count, Given given) {
  std::vector<Sample> all;
  std::uint64_t picks = 0;
  for (int at = 0; at < count; ++at) {
    picks += given(at);
    all.push_back({.at = kBegin + at * 50ms, .picks = {picks}});
  }
  return all;
}

TEST(Traffic, HasLeftWhenNextToNothingIsGivenToTheKeyAnyMore) {
  const auto all = samples(100, [](int at) { return at <= 40 ? 10U : 0U; });
  EXPECT_EQ(left_after(all, kSick, kBegin + 1s, kBegin + 5s), 950ms);  // one sample of ten is within a tenth of a share
}

TEST(Traffic, HasLeftAlthoughATrialIsMade) {
  const auto all = samples(100, [](int at) { return at <= 40 ? 10U : (at == 44 ? 1U : 0U); });
  EXPECT_EQ(left_after(all, kSick, kBegin + 2s, kBegin + 5s), 0ms);
}

TEST(Traffic, HasNotLeftWhenItComesOnceMore) {
  const auto all = samples(100, [](int at) { return at >= 60 && at <= 70 ? 10U : 0U; });
  EXPECT_EQ(left_after(all, kSick, kBegin, kBegin + 5s), 3450ms);
}

TEST(Traffic, HasNotLeftWhileTheKeyIsGivenItsShare) {
  EXPECT_FALSE(left_after(samples(100, [](int) { return 10U; }), kSick, kBegin, kBegin + 4s));
}

TEST(Traffic, HasNotLeftWhenTheIllnessEndedFirst) {
  const auto all = samples(100, [](int at) { return at <= 40 ? 10U : 0U; });
  EXPECT_FALSE(left_after(all, kSick, kBegin + 1s, kBegin + 2s));
}

TEST(Traffic, IsBackWithTheShareThatWasAskedFor) {
  const auto half = samples(60, [](int) { return 5U; });
  EXPECT_TRUE(is_back(half, kSick, 0.5));
  EXPECT_FALSE(is_back(half, kSick, 0.6));
}

TEST(Traffic, IsNotBackBeforeEnoughWasSeen) {
  EXPECT_FALSE(is_back({}, kSick, 0.5));
  EXPECT_FALSE(is_back(samples(3, [](int) { return 10U; }), kSick, 0.5));
}

}  // namespace
}  // namespace drover::demo
