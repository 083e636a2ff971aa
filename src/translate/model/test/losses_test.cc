// What cannot be carried: told, and refused where the policy says so.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string chat(std::string_view rest) {
  return R"({"model":"m","messages":[{"role":"user","content":"Hi"}],)" + std::string(rest) + "}";
}

TEST(Losses, HintsAreDroppedAndTold) {
  const std::string body = chat(
      R"("seed":7,"frequency_penalty":0.5,"presence_penalty":0,"logit_bias":{},"prediction":{"type":"content","content":"x"},"verbosity":"low","service_tier":"flex")");
  EXPECT_EQ(told(Form::Chat, Form::Messages, kClaude, body),
            "seed, frequency_penalty, prediction, service_tier, verbosity");
  EXPECT_EQ(refusal(Form::Chat, Form::Messages, kClaude, body, Policy::Strict), "unsupported_by_target");
}

TEST(Losses, WhatChangesTheMeaningIsRefused) {
  for (const std::string_view field : {R"("n":2)", R"("logprobs":true)", R"("modalities":["text","audio"])",
                                       R"("audio":{"voice":"x","format":"mp3"})"}) {
    EXPECT_EQ(refusal(Form::Chat, Form::Messages, kClaude, chat(field)), "unsupported_by_target") << field;
  }
  for (const std::string_view field :
       {R"("n":1)", R"("logprobs":false)", R"("top_logprobs":0)", R"("modalities":["text"])", R"("stop":null)"}) {
    EXPECT_EQ(told(Form::Chat, Form::Messages, kClaude, chat(field)), "") << field;
  }
}

TEST(Losses, StrictRefusesNothingThatIsOnlySaidInAnotherWay) {
  EXPECT_EQ(
      refusal(
          Form::Chat, Form::Messages, kClaude,
          R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"},{"role":"system","content":"Mind"},{"role":"user","content":"So?"}]})",
          Policy::Strict),
      "");
}

TEST(Losses, OffTranslatesNothing) {
  EXPECT_EQ(refusal(Form::Chat, Form::Messages, kClaude, chat(R"("seed":1)"), Policy::Off), "unsupported_by_target");
}

TEST(Losses, AFieldThatNobodyKnowsIsToldWithoutItsName) {
  EXPECT_EQ(told(Form::Chat, Form::Messages, kClaude, chat(R"("my_secret_field":1)")), "unknown_fields");
}

TEST(Losses, ARefusalSaysWhatTheTargetCannotBeGiven) {
  const auto made = try_request(Form::Chat, Form::Messages, kClaude, chat(R"("n":2)"));
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().status, 400);
  EXPECT_THAT(made.error().message, HasSubstr("'n'"));
  EXPECT_EQ(made.error().retry, RetryClass::OtherProvider);
}

TEST(Losses, TheSameLossIsToldOnce) {
  Losses losses;
  losses.dropped("seed");
  losses.dropped("seed");
  EXPECT_EQ(losses.head_value(), "seed");
}

TEST(Losses, AModelThatIsNotKnownCountsAsTheNewestOfItsFamily) {
  EXPECT_EQ(capabilities_of(Form::Messages, "claude-tomorrow-9").thinking, ThinkingControl::Adaptive);
  EXPECT_FALSE(capabilities_of(Form::Messages, "claude-opus-4-7").sampling);
  EXPECT_EQ(capabilities_of(Form::Messages, "claude-haiku-4-5-20251001").max_output_tokens, 64'000);
  EXPECT_TRUE(capabilities_of(Form::Chat, "gpt-4o-mini").sampling);
  EXPECT_FALSE(capabilities_of(Form::Chat, "gpt-5-mini").sampling);
  EXPECT_FALSE(capabilities_of(Form::Chat, "llama-3").new_names);
}

}  // namespace
}  // namespace drover::translate
