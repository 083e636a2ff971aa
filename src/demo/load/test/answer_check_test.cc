#include "demo/load/answer_check.h"

#include <gtest/gtest.h>

namespace drover::demo {
namespace {

const std::string kPlain = R"({"choices":[{"index":0}],"usage":{"total_tokens":3}})";
const std::string kContent = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
const std::string kFinish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const std::string kUsage = "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";
const std::string kDone = "data: [DONE]\n\n";

Flaw verdict(bool streamed, const std::string& body) {
  AnswerCheck check(streamed);
  check.feed(body);
  return check.verdict();
}

TEST(AnswerCheck, TakesAPlainAnswerWithChoicesAndUsage) {
  EXPECT_EQ(verdict(false, kPlain), Flaw::None);
}

TEST(AnswerCheck, RefusesAPlainAnswerThatIsCutOrEmpty) {
  EXPECT_EQ(verdict(false, kPlain.substr(0, kPlain.size() - 1)), Flaw::Incomplete);
  EXPECT_EQ(verdict(false, R"({"choices":[],"usage":{}})"), Flaw::Incomplete);
  EXPECT_EQ(verdict(false, R"({"choices":[{"index":0}]})"), Flaw::Incomplete);
  EXPECT_EQ(verdict(false, ""), Flaw::Incomplete);
}

TEST(AnswerCheck, TakesAWholeStreamInAnyCut) {
  const std::string whole = kContent + ": comment\n\n" + kFinish + kUsage + kDone;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    AnswerCheck check(true);
    check.feed(whole.substr(0, cut));
    check.feed(whole.substr(cut));
    ASSERT_EQ(check.verdict(), Flaw::None) << cut;
    ASSERT_TRUE(check.has_content());
  }
}

TEST(AnswerCheck, RefusesAStreamThatLacksAnyOfItsParts) {
  EXPECT_EQ(verdict(true, kContent + kFinish + kUsage), Flaw::Incomplete);
  EXPECT_EQ(verdict(true, kContent + kFinish + kDone), Flaw::Incomplete);
  EXPECT_EQ(verdict(true, kContent + kUsage + kDone), Flaw::Incomplete);
  EXPECT_EQ(verdict(true, kFinish + kUsage + kDone), Flaw::Incomplete);
  EXPECT_EQ(verdict(true, kContent + kFinish + kUsage + kDone + "data: {"), Flaw::Incomplete);
  EXPECT_EQ(verdict(true, kContent + kFinish + kUsage + kDone + kContent), Flaw::Incomplete);
}

TEST(AnswerCheck, SeesAnErrorEvent) {
  EXPECT_EQ(verdict(true, kContent + "data: {\"error\":{\"message\":\"x\"}}\n\n" + kFinish + kUsage + kDone),
            Flaw::ErrorEvent);
}

TEST(AnswerCheck, RefusesAnAnswerWithoutEnd) {
  EXPECT_EQ(verdict(false, std::string(kMostAnswerBytes + 1, ' ')), Flaw::Incomplete);
}

}  // namespace
}  // namespace drover::demo
