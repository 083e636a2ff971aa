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

TEST(ForeignThoughts, OfAnotherMakerAreTakenOutOfGeminisHistory) {
  const std::string seal = "ZHJvdmVyLm9wZW5haS54";  // "drover.openai.x"
  const std::string history =
      R"({"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"text":" ","thought":true,"thoughtSignature":")" +
      seal + R"("},{"functionCall":{"name":"f"},"thoughtSignature":")" + seal +
      R"("},{"text":"t","thought_signature":")" + seal +
      R"("},{"text":"own","thoughtSignature":"Q29vbA=="}]},)"
      R"({"role":"model","parts":[{"thought":true,"thoughtSignature":")" +
      seal + R"("}]}],"x":1})";
  ASSERT_TRUE(may_hold_foreign_thoughts(Form::Gemini, history));
  EXPECT_EQ(without_foreign_thoughts(Form::Gemini, history),
            R"({"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[)"
            R"({"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"},)"
            R"({"text":"t","thought_signature":null},{"text":"own","thoughtSignature":"Q29vbA=="}]}],"x":1})");
  EXPECT_FALSE(
      may_hold_foreign_thoughts(Form::Gemini, R"({"contents":[{"parts":[{"thoughtSignature":"Q29vbA=="}]}]})"));
}

}  // namespace
}  // namespace drover::translate
