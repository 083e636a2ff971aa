#include "mock/answers/pattern_text.h"

#include <gtest/gtest.h>

#include <regex>

namespace drover::mock {
namespace {

TEST(PatternText, FitsItsPattern) {
  for (const char* pattern : {"^[a-z]+$",
                              "^\\d{4}-\\d{2}-\\d{2}$",
                              "^(red|green)$",
                              "^[A-Z]{2}[0-9]{3}$",
                              "^a?b*c+$",
                              "^(?:ab){3}$",
                              "^$",
                              "^[^a-z]{2}$",
                              "^\\+\\d{1,3}$",
                              "^[\\w.-]+@[\\w-]+\\.[a-z]{2,}$",
                              "^v(\\d+\\.){2}\\d+$",
                              "^[]x]$",
                              "^[a\\]]$",
                              "^[+-]$",
                              "^.{5}$",
                              "^\\S+\\s\\S+$",
                              "^#[0-9a-fA-F]{6}$",
                              "[0-9]",
                              "^x{0}y$",
                              "^a+?b$"}) {
    for (int variant = 0; variant < 3; ++variant) {
      const auto text = text_for(pattern, {.variant = variant});
      ASSERT_TRUE(text) << pattern;
      if (std::string_view(pattern) == "^[]x]$") continue;  // in ECMAScript "[]" is an empty class
      EXPECT_TRUE(std::regex_search(*text, std::regex(pattern))) << pattern << " gave " << *text;
    }
  }
}

TEST(PatternText, IsAsLongAsItMustBe) {
  EXPECT_GE(text_for("^[a-z]+$", {.least = 40})->size(), 40U);
  EXPECT_EQ(text_for("^[a-z]{2,5}$", {.least = 9})->size(), 5U) << "no longer than its pattern lets it be";
  EXPECT_NE(text_for("^[a-z]{3}$", {.variant = 0}), text_for("^[a-z]{3}$", {.variant = 1}));
}

TEST(PatternText, IsNoneWhereThePatternIsNotSimpleOrIsNone) {
  for (const char* pattern : {"^(?=x)y$", "(?<!a)b", "(?<name>x)", "^(a)\\1$", "\\bword\\b",
                              "\\p{L}+",  "[",       "(",          "a{2",      "a{3,1}",
                              "*",        "a**",     "+a",         "[z-a]",    "\\",
                              "[\\",      ")",       "[^ -~]",     "x{20000}", "(((x{99}){99}){99}){99}"}) {
    EXPECT_FALSE(text_for(pattern)) << pattern;
  }
  EXPECT_FALSE(text_for(std::string(1000, '(') + std::string(1000, ')')));
  EXPECT_FALSE(text_for(std::string(1'000'000, '^') + "("));
  for (int first = 0; first < 256; ++first) {
    for (const char* rest : {"", "[", "{1}", "\\"}) (void)text_for(std::string(1, static_cast<char>(first)) + rest);
  }
}

}  // namespace
}  // namespace drover::mock
