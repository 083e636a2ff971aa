#include "config/yaml/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::config {
namespace {

TEST(Report, PrintsFilePlaceKeyMessageAndSuggestion) {
  const Problem problem{.file = "drover.yaml",
                        .line = 12,
                        .column = 5,
                        .key = "models.gpt-4o",
                        .message = "unknown key 'polcy'",
                        .suggestion = "did you mean 'balance'?"};
  EXPECT_EQ(problem.to_string(), "drover.yaml:12:5: models.gpt-4o: unknown key 'polcy'; did you mean 'balance'?");
}

TEST(Report, LeavesOutWhatAMistakeDoesNotHave) {
  EXPECT_EQ((Problem{.file = "f", .key = {}, .message = "does not exist", .suggestion = {}}.to_string()),
            "f: does not exist");
}

TEST(Report, TellsMistakesInTheOrderOfTheFile) {
  Report report("f");
  report.add({.line = 3, .column = 1}, {}, "third");
  report.add({.line = 1, .column = 9}, {}, "second");
  report.add({.line = 1, .column = 2}, {}, "first");
  const Problems problems = report.take_problems();
  EXPECT_EQ(problems[0].message, "first");
  EXPECT_EQ(problems[2].message, "third");
  EXPECT_TRUE(report.clean());
}

TEST(Report, KeepsAHundredMistakesAndCountsTheRest) {
  Report report("f");
  for (int at = 0; at < 150; ++at) report.add({.line = at + 1, .column = 1}, {}, "wrong");
  EXPECT_EQ(report.mistakes(), 150U);
  const Problems problems = report.take_problems();
  ASSERT_EQ(problems.size(), 101U);
  EXPECT_EQ(problems.back().to_string(), "f: and 50 more mistakes; correct these first");
}

TEST(Report, ShowsTextFitForATerminal) {
  EXPECT_EQ(shown("abc"), "'abc'");
  EXPECT_EQ(shown("a\x1b[31mb\n"), "'a?[31mb?'");
  EXPECT_EQ(shown(std::string(100, 'a')), "'" + std::string(64, 'a') + "...'");
  EXPECT_EQ(shown(std::string(63, 'a') + "\xe0\xb8\x81zz"), "'" + std::string(63, 'a') + "...'");
}

TEST(Report, DoesNotShowWhatLooksLikeAKey) {
  EXPECT_EQ(shown("sk-abcdef"), "(not shown: it looks like a key)");
  EXPECT_EQ(shown("Bearer abc"), "(not shown: it looks like a key)");
}

}  // namespace
}  // namespace drover::config
