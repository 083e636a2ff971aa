#include "gateway/routing/dialect_choice.h"

#include <gtest/gtest.h>

namespace drover::gateway {
namespace {

core::DialectKind asked(std::string_view path, bool names_a_version) {
  http::Fields fields;
  if (names_a_version) (void)fields.push_back({"Anthropic-Version", "2023-06-01"});
  return dialect_asked(path, fields);
}

TEST(DialectChoice, IsThePathsWhereOnlyOneDialectHasIt) {
  for (const bool versioned : {false, true}) {
    for (const std::string_view path :
         {"/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches/b", "/v1/complete"})
      EXPECT_EQ(asked(path, versioned), core::DialectKind::Anthropic) << path;
    for (const std::string_view path : {"/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/audio/speech"})
      EXPECT_EQ(asked(path, versioned), core::DialectKind::OpenAi) << path;
  }
}

TEST(DialectChoice, IsTheHeadsWhereBothHaveIt) {
  for (const std::string_view path : {"/v1/models", "/v1/models/m", "/v1/files", "/v1/something/new", "/nowhere"}) {
    EXPECT_EQ(asked(path, false), core::DialectKind::OpenAi) << path;
    EXPECT_EQ(asked(path, true), core::DialectKind::Anthropic) << path;
  }
}

TEST(DialectChoice, IsGeminisForGooglesPathsAndForItsProgramsLists) {
  for (const std::string_view path : {"/v1beta/models", "/v1beta/models/g:generateContent", "/v1/models/g:countTokens",
                                      "/v1beta2/interactions", "/upload/v1beta/files"}) {
    EXPECT_EQ(asked(path, false), core::DialectKind::Gemini) << path;
  }
  http::Fields google;
  (void)google.push_back({"X-Goog-Api-Key", "k"});
  EXPECT_EQ(dialect_asked("/v1/models", google), core::DialectKind::Gemini);
  EXPECT_EQ(dialect_asked("/v1/files", google), core::DialectKind::OpenAi);
  EXPECT_EQ(dialect_asked("/v1/chat/completions", google), core::DialectKind::OpenAi);
}

TEST(DialectChoice, OfARouteIsThatOfItsTargets) {
  core::Plan plan;
  plan.providers = {{.name = "o"}, {.name = "a", .dialect = core::DialectKind::Anthropic}};
  plan.targets = {{.provider = core::ProviderId{1}}};
  plan.pools = {{.model = "empty"}, {.model = "m", .targets = {core::TargetId{0}}}};
  const core::Route route{.name = "m", .pools = {core::PoolId{0}, core::PoolId{1}}};
  EXPECT_TRUE(serves(plan, route, core::DialectKind::Anthropic));
  EXPECT_FALSE(serves(plan, route, core::DialectKind::OpenAi));
}

}  // namespace
}  // namespace drover::gateway
