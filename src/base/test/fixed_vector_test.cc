#include "base/fixed_vector.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace drover {
namespace {

TEST(FixedVector, BeginsEmpty) {
  const FixedVector<int, 3> values;
  EXPECT_TRUE(values.empty());
  EXPECT_FALSE(values.full());
  EXPECT_EQ(values.size(), 0u);
  EXPECT_EQ(values.begin(), values.end());
}

TEST(FixedVector, KeepsValuesInOrder) {
  FixedVector<std::string, 3> values;
  EXPECT_TRUE(values.push_back("a"));
  EXPECT_TRUE(values.push_back("b"));
  EXPECT_EQ(values[0], "a");
  EXPECT_EQ(values.back(), "b");
  std::string all;
  for (const std::string& value : values) all += value;
  EXPECT_EQ(all, "ab");
}

TEST(FixedVector, RefusesOneMoreThanItHolds) {
  FixedVector<int, 2> values;
  EXPECT_TRUE(values.push_back(1));
  EXPECT_TRUE(values.push_back(2));
  EXPECT_TRUE(values.full());
  EXPECT_FALSE(values.push_back(3));
  EXPECT_EQ(values.size(), 2u);
  EXPECT_EQ(values.back(), 2);
  EXPECT_EQ(values.capacity(), 2u);
}

TEST(FixedVector, TakesValuesThatOnlyMove) {
  FixedVector<std::unique_ptr<int>, 1> values;
  EXPECT_TRUE(values.push_back(std::make_unique<int>(7)));
  EXPECT_EQ(*values[0], 7);
}

TEST(FixedVector, CanBeFilledAgainAfterClearing) {
  FixedVector<int, 2> values;
  EXPECT_TRUE(values.push_back(1));
  EXPECT_TRUE(values.push_back(2));
  values.pop_back();
  EXPECT_EQ(values.size(), 1u);
  values.clear();
  EXPECT_TRUE(values.empty());
  EXPECT_TRUE(values.push_back(3));
  EXPECT_EQ(values[0], 3);
}

/// Counts its living objects.
struct Counted {
  static inline int alive = 0;
  Counted() { ++alive; }
  Counted(const Counted&) { ++alive; }
  Counted(Counted&&) noexcept { ++alive; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;
  ~Counted() { --alive; }
};

TEST(FixedVector, MakesNoValueThatNobodyAddedAndEndsEachOnce) {
  {
    FixedVector<Counted, 8> values;
    EXPECT_EQ(Counted::alive, 0);
    EXPECT_TRUE(values.push_back({}));
    EXPECT_TRUE(values.push_back({}));
    EXPECT_EQ(Counted::alive, 2);
    FixedVector<Counted, 8> copy = values;
    EXPECT_EQ(Counted::alive, 4);
    copy.pop_back();
    EXPECT_EQ(Counted::alive, 3);
    copy = values;
    EXPECT_EQ(Counted::alive, 4);
    copy = FixedVector<Counted, 8>();
    EXPECT_EQ(Counted::alive, 2);
    values.clear();
    EXPECT_EQ(Counted::alive, 0);
    EXPECT_TRUE(values.push_back({}));
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(FixedVector, CopiesAndMovesWhatIsInItAndNothingElse) {
  FixedVector<std::string, 4> values;
  EXPECT_TRUE(values.push_back("a long text that does not fit inside of a string"));
  FixedVector<std::string, 4> copy = values;
  FixedVector<std::string, 4> moved = std::move(values);
  EXPECT_EQ(copy.size(), 1u);
  EXPECT_EQ(copy[0], moved[0]);
  copy = moved;
  EXPECT_EQ(copy[0], "a long text that does not fit inside of a string");
}

}  // namespace
}  // namespace drover
