#include "config/load/url_hint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string openai(std::string_view url) {
  return url_suspicion(url, core::DialectKind::OpenAi).value_or("");
}
std::string anthropic(std::string_view url) {
  return url_suspicion(url, core::DialectKind::Anthropic).value_or("");
}
std::string gemini(std::string_view url) {
  return url_suspicion(url, core::DialectKind::Gemini).value_or("");
}

TEST(UrlHint, N2_MissesThePathThatAServiceHas) {
  EXPECT_THAT(openai("https://api.openai.com"), HasSubstr("write https://api.openai.com/v1"));
  EXPECT_THAT(openai("https://api.openai.com:443"), HasSubstr("write https://api.openai.com:443/v1"));
  EXPECT_THAT(openai("https://openrouter.ai"), HasSubstr("write https://openrouter.ai/api/v1"));
  EXPECT_THAT(openai("https://me.openai.azure.com"), HasSubstr("write https://me.openai.azure.com/openai/v1"));
  EXPECT_THAT(openai("https://llm.example.com"), HasSubstr("is it https://llm.example.com/v1?"));
}

TEST(UrlHint, N2_FindsTheOtherDialect) {
  EXPECT_THAT(openai("https://api.anthropic.com"), HasSubstr("did you forget dialect: anthropic?"));
  EXPECT_THAT(openai("https://api.deepseek.com/anthropic"), HasSubstr("did you forget dialect: anthropic?"));
  EXPECT_THAT(anthropic("https://api.openai.com/v1"), HasSubstr("remove dialect: anthropic"));
  for (const char* google :
       {"https://generativelanguage.googleapis.com", "https://generativelanguage.googleapis.com/v1beta"}) {
    EXPECT_THAT(openai(google), HasSubstr("did you forget dialect: gemini?"));
    EXPECT_EQ(gemini(google), "");
  }
  EXPECT_EQ(openai("https://generativelanguage.googleapis.com/v1beta/openai"), "");
  EXPECT_THAT(gemini("https://generativelanguage.googleapis.com/v1beta/openai"), HasSubstr("remove dialect: gemini"));
  EXPECT_THAT(gemini("https://api.anthropic.com"), HasSubstr("does not speak Gemini's dialect"));
}

TEST(UrlHint, N2_IsContentWithWhatIsRight) {
  for (const char* right :
       {"https://api.openai.com/v1", "https://api.anthropic.com/v1", "https://api.deepseek.com",
        "http://10.0.0.5:8000/v1", "http://[::1]:8000", "http://10.0.0.5:8000", "https://gateway.example/openai"}) {
    EXPECT_EQ(openai(right), "") << right;
  }
  for (const char* right : {"https://api.anthropic.com", "https://api.anthropic.com/v1", "http://10.0.0.5:8000"}) {
    EXPECT_EQ(anthropic(right), "") << right;
  }
}

TEST(UrlHint, N2_IsAWarningOfCheckAtTheUrl) {
  EXPECT_THAT(loaded("providers: { p: { base_url: \"https://api.openai.com\", keys: [ { env: KEY_A } ] } }").warnings,
              ElementsAre(HasSubstr("providers.p.base_url: this service has its API under a path; write "
                                    "https://api.openai.com/v1")));
  EXPECT_THAT(loaded("providers: { p: { dialect: anthropic, base_url: \"https://api.anthropic.com\", keys: [ { env: "
                     "KEY_A } ] } }")
                  .warnings,
              IsEmpty());
}

}  // namespace
}  // namespace drover::config
