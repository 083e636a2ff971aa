#include "upstream/catalog/path_doubt.h"

#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

TEST(PathDoubt, N2_ArisesOnceWhereAPathHasNoVersion) {
  for (const char* path : {"", "/api", "/openai", "/v", "/values/x"}) {
    PathDoubt doubt(path, core::DialectKind::OpenAi);
    EXPECT_TRUE(doubt.arises()) << path;
    EXPECT_FALSE(doubt.arises()) << path;
  }
  for (const char* path : {"/v1", "/api/v1", "/v1beta/openai", "/V2"}) {
    EXPECT_FALSE(PathDoubt(path, core::DialectKind::OpenAi).arises()) << path;
  }
  EXPECT_FALSE(PathDoubt("", core::DialectKind::Anthropic).arises()) << "that is how its URLs are";
}

TEST(PathDoubt, N2_DoesNotAriseWhereAnApiHasAnswered) {
  PathDoubt doubt("", core::DialectKind::OpenAi);
  doubt.settle();
  EXPECT_FALSE(doubt.arises());
}

TEST(PathDoubt, N2_NamesProviderAndUrl) {
  EXPECT_EQ(doubt_text("one", "https://api.example.com"),
            "provider one answers with 404 below https://api.example.com: does base_url lack /v1?");
}

}  // namespace
}  // namespace drover::upstream
