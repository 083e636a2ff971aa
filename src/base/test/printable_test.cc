#include "base/printable.h"

#include <gtest/gtest.h>

namespace drover {
namespace {

TEST(Printable, X8_ReplacesWhatATerminalObeysAndWhatTurnsOrHidesText) {
  for (const std::string_view obeyed :
       {"\x1b", "\x7f", "\n", "\xC2\x9B", "\xC2\xAD", "\xD8\x9C", "\xE2\x80\xAE", "\xE2\x80\x8B", "\xE2\x81\xA6",
        "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xF3\xA0\x81\x81"}) {
    EXPECT_EQ(printable("a" + std::string(obeyed) + "b"), "a?b");
  }
}

TEST(Printable, LeavesWritingAlone) {
  for (const std::string_view text :
       {"", "gpt-4o", "\xE0\xB8\x81\xE0\xB8\xB2", "caf\xC3\xA9", "\xF0\x9F\x98\x80", "\xFF\x80"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_EQ(printable_json(text), text);
  }
}

TEST(Printable, X8_EscapesThemInJsonSoThatItMeansTheSame) {
  EXPECT_EQ(printable_json("{\n\"a\xC2\x9B\xE2\x80\xAE\xF3\xA0\x81\x81\"}"), "{\n\"a\\u009b\\u202e\\udb40\\udc41\"}");
}

TEST(Printable, StaysInsideWhatIsCut) {
  for (const std::string_view cut : {"\xE2", "\xE2\x80", "\xC2", "\xF3\xA0\x81"}) {
    EXPECT_LE(printable(cut).size(), cut.size());
    (void)printable_json(cut);
  }
}

}  // namespace
}  // namespace drover
