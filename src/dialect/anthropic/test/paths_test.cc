#include "dialect/anthropic/paths.h"

#include <gtest/gtest.h>

namespace drover::dialect::anthropic_detail {
namespace {

TEST(AnthropicPaths, KnowTheirApi) {
  EXPECT_EQ(api_of("POST", "/v1/messages"), Api::Messages);
  EXPECT_EQ(api_of("POST", "/v1/messages/count_tokens"), Api::CountTokens);
  EXPECT_EQ(api_of("GET", "/v1/models"), Api::Models);
  EXPECT_EQ(api_of("GET", "/v1/models/claude-sonnet-4-5"), Api::Models);
}

TEST(AnthropicPaths, OtherPostsMayHaveAModel) {
  EXPECT_EQ(api_of("POST", "/v1/complete"), Api::OtherModel);
  EXPECT_EQ(api_of("POST", "/v1/something/new"), Api::OtherModel);
}

TEST(AnthropicPaths, WhatLivesInOneAccountIsPinned) {
  for (const std::string_view path :
       {"/v1/messages/batches", "/v1/messages/batches/msgbatch_1/cancel", "/v1/files", "/v1/skills/skill_1/versions",
        "/v1/organizations/invites", "/v1/vaults/v_1", "/v1/deployments/d_1/runs", "/v1/deployment_runs", "/v1/tunnels",
        "/v1/dreams", "/v1/user_profiles/u_1"}) {
    EXPECT_EQ(api_of("POST", path), Api::Pinned) << path;
  }
  EXPECT_EQ(api_of("GET", "/v1/messages"), Api::Pinned);
  EXPECT_EQ(api_of("DELETE", "/v1/files/file_1"), Api::Pinned);
}

}  // namespace
}  // namespace drover::dialect::anthropic_detail
