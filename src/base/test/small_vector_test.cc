#include "base/small_vector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace drover {
namespace {

using Numbers = SmallVector<int, 2, 5>;

Numbers numbers(int count) {
  Numbers values;
  for (int value = 0; value < count; ++value) EXPECT_TRUE(values.push_back(value));
  return values;
}

bool counts_up_to(const Numbers& values, int count) {
  std::vector<int> wanted(static_cast<std::size_t>(count));
  std::iota(wanted.begin(), wanted.end(), 0);
  return std::ranges::equal(values, wanted);
}

TEST(SmallVector, BeginsEmpty) {
  const Numbers values;
  EXPECT_TRUE(values.empty());
  EXPECT_EQ(values.begin(), values.end());
}

TEST(SmallVector, KeepsItsOrderBeyondWhatFitsInside) {
  for (int count = 0; count <= 5; ++count) EXPECT_TRUE(counts_up_to(numbers(count), count)) << count;
}

TEST(SmallVector, RefusesOneMoreThanItsLimit) {
  Numbers values = numbers(5);
  EXPECT_TRUE(values.full());
  EXPECT_FALSE(values.push_back(5));
  EXPECT_TRUE(counts_up_to(values, 5));
}

TEST(SmallVector, TakesAValueThatLiesInItself) {
  Numbers values = numbers(2);
  EXPECT_TRUE(values.push_back(values[1]));
  EXPECT_EQ(values.back(), 1);
}

TEST(SmallVector, IsCopiedAndMovedInsideAndOutside) {
  for (int from = 0; from <= 5; ++from) {
    for (int onto = 0; onto <= 5; ++onto) {
      const Numbers source = numbers(from);
      Numbers copied = numbers(onto);
      copied = source;
      EXPECT_TRUE(counts_up_to(copied, from));
      Numbers moved = numbers(onto);
      moved = std::move(copied);
      EXPECT_TRUE(counts_up_to(moved, from));
      EXPECT_TRUE(copied.empty());  // and of use again
      EXPECT_TRUE(copied.push_back(0));
      EXPECT_TRUE(counts_up_to(copied, 1));
      EXPECT_TRUE(counts_up_to(Numbers(std::move(moved)), from));
    }
  }
}

TEST(SmallVector, CanBeFilledAgainAfterClearing) {
  Numbers values = numbers(5);
  values.clear();
  EXPECT_TRUE(values.empty());
  EXPECT_TRUE(values.push_back(0));
  EXPECT_TRUE(counts_up_to(values, 1));
}

}  // namespace
}  // namespace drover
