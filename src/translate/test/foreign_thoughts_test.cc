#include "translate/foreign_thoughts.h"

#include <gtest/gtest.h>

namespace drover::translate {
namespace {

std::string cleaned(Form form, std::string_view body) {
  EXPECT_TRUE(may_hold_foreign_thoughts(form, body));
  return without_foreign_thoughts(form, body).value_or("as it was");
}

TEST(ForeignThoughts, UnsignedAndSealedOnesLeaveAMessage) {
  EXPECT_EQ(
      cleaned(
          Form::Messages,
          R"({"model":"m", "messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":""},{"type":"thinking","thinking":"y","signature":"drover.openai.rs_1.AAA"},{"type":"text","text":"a"}]},{"role":"user","content":"b"}],"x": 1})"),
      R"({"model":"m", "messages":[{"role":"assistant","content":[{"type":"text","text":"a"}]},{"role":"user","content":"b"}],"x": 1})");
}

TEST(ForeignThoughts, AMessageOfNothingElseLeavesToo) {
  EXPECT_EQ(
      cleaned(
          Form::Messages,
          R"({"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"drover.x"}]},{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"thinking","signature":"drover.a"},{"type":"text","text":"c"}]}]})"),
      R"({"messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]},{"role":"assistant","content":[{"type":"text","text":"c"}]}]})");
}

TEST(ForeignThoughts, ItemsThatAnotherMakerSealedLeaveResponses) {
  EXPECT_EQ(
      cleaned(
          Form::Responses,
          R"({"input":[{"type":"reasoning","encrypted_content":"drover.anthropic.a"},{"type":"reasoning","encrypted_content":"gAAA"},{"role":"user","content":"b"}]})"),
      R"({"input":[{"type":"reasoning","encrypted_content":"gAAA"},{"role":"user","content":"b"}]})");
}

TEST(ForeignThoughts, WhatTheMakerSignedAndWhatOnlyLooksLikeItStays) {
  constexpr std::string_view kSigned =
      R"({"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":"c2ln"}]}]})";
  EXPECT_FALSE(may_hold_foreign_thoughts(Form::Messages, kSigned));
  constexpr std::string_view kTalk = R"({"messages":[{"role":"user","content":"what is drover.yaml?"}]})";
  EXPECT_EQ(cleaned(Form::Messages, kTalk), "as it was");
  EXPECT_EQ(cleaned(Form::Responses, R"({"input":"drover.yaml"})"), "as it was");
  EXPECT_FALSE(may_hold_foreign_thoughts(Form::Chat, R"({"messages":"drover."})"));
}

}  // namespace
}  // namespace drover::translate
