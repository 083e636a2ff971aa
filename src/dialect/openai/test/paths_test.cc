#include "dialect/openai/paths.h"

#include <gtest/gtest.h>

namespace drover::dialect::openai_detail {
namespace {

TEST(Paths, KnowTheirApi) {
  EXPECT_EQ(api_of("POST", "/v1/chat/completions"), Api::Chat);
  EXPECT_EQ(api_of("POST", "/v1/completions"), Api::Completions);
  EXPECT_EQ(api_of("POST", "/v1/responses"), Api::Responses);
  EXPECT_EQ(api_of("POST", "/v1/embeddings"), Api::Embeddings);
  EXPECT_EQ(api_of("POST", "/v1/moderations"), Api::Moderations);
  EXPECT_EQ(api_of("POST", "/v1/rerank"), Api::Rerank);
  EXPECT_EQ(api_of("POST", "/v1/images/edits"), Api::Images);
  EXPECT_EQ(api_of("POST", "/v1/audio/transcriptions"), Api::Audio);
}

TEST(Paths, ListModelsAndOneModelWithSlashesInItsName) {
  EXPECT_EQ(api_of("GET", "/v1/models"), Api::Models);
  EXPECT_EQ(api_of("HEAD", "/v1/models"), Api::Models);
  EXPECT_EQ(api_of("GET", "/v1/models/meta-llama/Llama-3:free"), Api::Models);
  EXPECT_EQ(api_of("GET", "/v1/models/"), Api::Pinned);
  EXPECT_EQ(api_of("GET", "/v1/modelsx"), Api::Pinned);
  EXPECT_EQ(api_of("DELETE", "/v1/models/x"), Api::Pinned);
}

TEST(Paths, K11_KnowTheirMethods) {
  EXPECT_EQ(methods("/v1/chat/completions"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(methods("/v1/responses"), "POST, OPTIONS");
  EXPECT_EQ(methods("/v1/responses/compact"), "POST, OPTIONS");
  EXPECT_EQ(methods("/v1/models"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(methods("/v1/models/a/b"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(methods("/v1/batches"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(methods("/v1/batches/b_1"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(methods("/v1/something/new"), "");
  EXPECT_EQ(methods("/v2/responses"), "");
}

TEST(Paths, F4_KnowTheModelThatMayBeLeftOut) {
  EXPECT_EQ(default_model("/v1/moderations"), "omni-moderation-latest");
  EXPECT_EQ(default_model("/v1/images/variations"), "dall-e-2");
  EXPECT_EQ(default_model("/v1/audio/speech"), "");
  EXPECT_EQ(default_model("/v1/chat/completions"), "");
}

TEST(Paths, OtherPostsMayHaveAModel) {
  EXPECT_EQ(api_of("POST", "/v1/something/new"), Api::OtherModel);
  EXPECT_EQ(api_of("POST", "/v1/responses/input_tokens"), Api::OtherModel);
  EXPECT_EQ(api_of("POST", "/v1/filesystem"), Api::OtherModel);
}

TEST(Paths, WhatLivesInOneAccountIsPinned) {
  for (const std::string_view path :
       {"/v1/files", "/v1/uploads/u_1/parts", "/v1/batches", "/v1/fine_tuning/jobs", "/v1/threads/runs",
        "/v1/conversations", "/v1/responses/resp_1/cancel", "/v1/chat/completions/chatcmpl-1", "/v1/videos"}) {
    EXPECT_EQ(api_of("POST", path), Api::Pinned) << path;
  }
}

TEST(Paths, WhatWasMadeByACallOf2026IsPinnedToo) {
  for (const std::string_view path : {"/v1/live/sessions", "/v1/live/sessions/x_1/accept", "/v1/decisions/d_1",
                                      "/v1/audio/voices", "/v1/audio/voices/v_1", "/v1/audio/voice_consents"}) {
    EXPECT_EQ(api_of("POST", path), Api::Pinned) << path;
  }
  EXPECT_EQ(api_of("POST", "/v1/audio/speech"), Api::Audio);
  EXPECT_EQ(api_of("POST", "/v1/lively"), Api::OtherModel);
}

TEST(Paths, OtherMethodsAndRootsArePinned) {
  EXPECT_EQ(api_of("GET", "/v1/chat/completions"), Api::Pinned);
  EXPECT_EQ(api_of("PUT", "/v1/embeddings"), Api::Pinned);
  EXPECT_EQ(api_of("POST", "/v2/chat/completions"), Api::Pinned);
  EXPECT_EQ(api_of("POST", "/v1"), Api::Pinned);
  EXPECT_EQ(api_of("POST", "/v1/"), Api::Pinned);
  EXPECT_EQ(api_of("post", "/v1/embeddings"), Api::Pinned);
}

}  // namespace
}  // namespace drover::dialect::openai_detail
