#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace drover {
namespace {

TEST(Hash, DiffersForEveryLengthOfTheSameByte) {
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length < 200; ++length) seen.insert(hash64(std::string(length, '\0')));
  EXPECT_EQ(seen.size(), 200U);
}

TEST(Hash, DependsOnTheSeed) {
  EXPECT_NE(hash64("abc", 1), hash64("abc", 2));
}

TEST(Hash, DoesNotDependOnWhereTheBytesStand) {
  const std::string text = "xxhello, world, and some more";
  EXPECT_EQ(hash64(std::string_view(text).substr(2)), hash64("hello, world, and some more"));
}

TEST(Hash, SpreadsNeighbouringInputsOverTheLowBits) {
  int buckets[16] = {};
  for (int n = 0; n < 16000; ++n) ++buckets[hash64("user-" + std::to_string(n)) % 16];
  for (const int count : buckets) EXPECT_NEAR(count, 1000, 200);
}

TEST(Hash, FlippingOneBitChangesAboutHalfOfTheResult) {
  std::string text = "the quick brown fox jumps";
  const std::uint64_t before = hash64(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    text[at] ^= 1;
    EXPECT_GT(__builtin_popcountll(before ^ hash64(text)), 12) << at;
    text[at] ^= 1;
  }
}

}  // namespace
}  // namespace drover
