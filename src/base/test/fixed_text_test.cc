#include "base/fixed_text.h"

#include <gtest/gtest.h>

#include <string>

namespace drover {
namespace {

TEST(FixedText, KeepsWhatFitsAndCutsTheRest) {
  FixedText<4> text("abc");
  EXPECT_EQ(text.view(), "abc");
  text.assign("abcdef");
  EXPECT_EQ(text.view(), "abcd");
  text.assign("");
  EXPECT_TRUE(text.empty());
}

TEST(FixedText, ComparesWhatItHoldsAndNotWhatItHeld) {
  FixedText<8> text("longer");
  text.assign("ab");
  EXPECT_EQ(text, FixedText<8>("ab"));
  EXPECT_EQ(FixedText<255>(std::string(300, 'x')).view().size(), 255U);
}

}  // namespace
}  // namespace drover
