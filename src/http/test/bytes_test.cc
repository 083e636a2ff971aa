#include "http/bytes.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::http {
namespace {

TEST(Bytes, SkipsTheSameValueBytesByWordsAsOneByOne) {
  for (std::size_t size = 1; size <= 25; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(c);
        if (at + 2 < size) text[at + 2] = '\r';
        for (const std::size_t from : {std::size_t{0}, at, size / 2, size}) {
          ASSERT_EQ(skip_value(text, from), skip(text, from, kValue)) << size << " " << at << " " << c << " " << from;
        }
      }
    }
  }
}

TEST(Bytes, AreOfTheClassesTheStandardsName) {
  EXPECT_TRUE(is('!', kToken) && is('~', kToken) && is('_', kToken));
  EXPECT_FALSE(is('"', kToken) || is('/', kToken) || is(' ', kToken) || is('\x80', kToken));
  EXPECT_TRUE(is('\t', kValue) && is(' ', kValue) && is('\x80', kValue) && is('\xff', kValue));
  EXPECT_FALSE(is('\x7f', kValue) || is('\0', kValue) || is('\r', kValue) || is('\n', kValue));
  EXPECT_FALSE(is(' ', kTarget) || is('\x7f', kTarget) || is('\x80', kTarget));
  EXPECT_FALSE(is('%', kPathPlain) || is('?', kPathPlain) || is('#', kQueryPlain) || is('[', kPathPlain));
}

TEST(Bytes, TrimsNothingButSpacesAndTabs) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim("\xa0"), "\xa0");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(Bytes, ReadsHexadecimalDigits) {
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('f'), 15);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char c : {'g', 'G', '/', ':', '@', '`', '\0', '\xff'}) EXPECT_EQ(hex_value(c), -1) << c;
}

}  // namespace
}  // namespace drover::http
