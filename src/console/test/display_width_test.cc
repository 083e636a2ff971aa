#include "console/display_width.h"

#include <gtest/gtest.h>

namespace drover::console {
namespace {

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("green"), 5U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);  // e and a combining acute
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("●"), 1U);
}

TEST(DisplayWidth, ThaiVowelsAndToneMarksTakeNoColumn) {
  EXPECT_EQ(display_width("ที่"), 1U);      // one letter, a vowel above it, a tone mark above that
  EXPECT_EQ(display_width("สถานะ"), 5U);  // a vowel that stands behind its letter has a column
  EXPECT_EQ(display_width("คีย์"), 2U);
  EXPECT_EQ(display_width("กำลังทำ"), 6U);
}

TEST(DisplayWidth, BrokenTextIsCountedByteByByte) {
  EXPECT_EQ(display_width("\xff\xfe"), 2U);
  EXPECT_EQ(display_width("\xe0\xb8"), 2U);
}

TEST(DisplayWidth, PadsToColumns) {
  EXPECT_EQ(padded("ที่", 3), "ที่  ");
  EXPECT_EQ(padded_left("12", 4), "  12");
  EXPECT_EQ(padded("longer", 2), "longer");
}

}  // namespace
}  // namespace drover::console
