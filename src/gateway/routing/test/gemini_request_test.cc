#include "gateway/routing/gemini_request.h"

#include <gtest/gtest.h>

#include <vector>

namespace drover::gateway {
namespace {

/// "PATH MODEL", "other" for another API's path, or the status of a refusal.
std::string read(std::string_view path, std::string_view method = "POST") {
  const auto asked = read_gemini(method, path);
  if (!asked) return "other";
  if (!*asked) return std::to_string(asked->error().status);
  return (*asked)->path + ((*asked)->model.empty() ? "" : " " + (*asked)->model);
}

TEST(GeminiRequest, ThePathNamesTheModel) {
  EXPECT_EQ(read("/v1beta/models/gemini-3-pro:generateContent"),
            "/v1beta/models/gemini-3-pro:generateContent gemini-3-pro");
  EXPECT_EQ(read("/v1/models/gemini-3-pro:countTokens"), "/v1/models/gemini-3-pro:countTokens gemini-3-pro");
  EXPECT_EQ(read("/v1alpha/tunedModels/mine:generateContent"),
            "/v1alpha/tunedModels/mine:generateContent tunedModels/mine");
  EXPECT_EQ(read("/v1beta1/projects/p/locations/l/publishers/google/models/g:generateContent"),
            "/v1beta1/projects/p/locations/l/publishers/google/models/g:generateContent g");
}

TEST(GeminiRequest, EverySpellingIsOnePath) {
  for (const std::string_view path :
       {"/v1beta/models/g:embedContent", "//v1beta/models/g:embedContent", "/v1/v1beta/models/g:embedContent",
        "/v1/v1/v1beta//models/g:embedContent", "/v1beta/models%2Fg:embedContent", "/v1beta/models%2fg%3AembedContent",
        "/v1beta/models/models%2Fg:embedContent", "/v1beta/models%2Fmodels%2fmodels%2Fg:embedContent",
        "/v1beta/models/g%3aembedContent"}) {
    EXPECT_EQ(read(path), "/v1beta/models/g:embedContent g") << path;
  }
  EXPECT_EQ(read("/v1beta/models/org%2Fg:embedContent"), "/v1beta/models/org/g:embedContent org/g");
}

TEST(GeminiRequest, ModelsAreListedAndLookedUp) {
  EXPECT_EQ(read("/v1beta/models", "GET"), "/v1beta/models");
  EXPECT_EQ(read("/v1beta/models/", "GET"), "/v1beta/models");
  EXPECT_EQ(read("/v1/v1beta/models/g", "GET"), "/v1beta/models/g g");
  EXPECT_EQ(read("/v1beta/models%2Fg", "HEAD"), "/v1beta/models/g g");
  EXPECT_EQ(read("/v1/models/g", "GET"), "other");
}

TEST(GeminiRequest, WhatNamesNoModelIsGooglesAllTheSame) {
  for (const std::string_view path : {"/v1beta/cachedContents", "/v1beta2/interactions", "/upload/v1beta/files",
                                      "/v1beta/models/g:batchGenerateContent"}) {
    EXPECT_EQ(read(path), path);
    EXPECT_TRUE(is_geminis_own(path)) << path;
  }
}

TEST(GeminiRequest, AnEmptySegmentOfAPathWithoutAModelMayBeAnEmptyIdAndStays) {
  EXPECT_EQ(read("/v1beta/files//x", "DELETE"), "/v1beta/files//x");
  EXPECT_EQ(read("/v1beta/files/", "DELETE"), "/v1beta/files/");
  EXPECT_EQ(read("//v1//v1beta/files", "GET"), "/v1beta/files");
}

TEST(GeminiRequest, PathsOfOtherApisAreOthers) {
  for (const std::string_view path :
       {"/", "/v1", "/v1beta", "/v1/chat/completions", "/v1/models", "/v1/models/g:fly", "/v1/messages",
        "/v1betas/models", "/v2/models/g:generateContent", "/upload/v1/files", "/v1betaX/x", "/v1/fine_tuning/jobs"}) {
    EXPECT_EQ(read(path), "other") << path;
    EXPECT_FALSE(is_geminis_own(path)) << path;
  }
}

TEST(GeminiRequest, ANameWithDotsOrNothingInItIsRefused) {
  for (const std::string_view path :
       {"/v1beta/models/..%2Fg:generateContent", "/v1beta/models/a%2F..%2Fb:generateContent",
        "/v1beta/models/a/./b:generateContent", "/v1beta/models/a%2F%2Fb:generateContent",
        "/v1beta/models/..;x:generateContent"}) {
    EXPECT_EQ(read(path), "400") << path;
  }
  EXPECT_EQ(read("/v1beta/models/..%2Fg", "GET"), "400");
}

TEST(GeminiRequest, TheQuerysCredentialsAreTakenOut) {
  const auto taken = [](std::string query) {
    const std::string key = take_query_key(query);
    return key + "|" + query;
  };
  EXPECT_EQ(taken("key=abc"), "abc|");
  EXPECT_EQ(taken("alt=sse&key=a%2Bb&x=1"), "a+b|alt=sse&x=1");
  EXPECT_EQ(taken("%6bey=abc&$key=def"), "def|");
  EXPECT_EQ(taken("KEY=abc&access_token=ya29&$access%5Ftoken=x&alt=sse"), "abc|alt=sse");
  EXPECT_EQ(taken("key"), "|");
  EXPECT_EQ(taken("key=%zz&keys=1&monkey=2"), "|keys=1&monkey=2");
  EXPECT_EQ(taken(""), "|");
}

}  // namespace
}  // namespace drover::gateway
