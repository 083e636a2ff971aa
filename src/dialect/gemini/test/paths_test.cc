#include "dialect/gemini/paths.h"

#include <gtest/gtest.h>

namespace drover::dialect {
namespace {

TEST(GeminiPaths, EachVerbOfAModelHasItsApi) {
  const auto api = [](std::string_view verb) {
    return gemini().api("POST", "/v1beta/models/gemini-3-pro:" + std::string(verb));
  };
  EXPECT_EQ(api("generateContent"), Api::Generate);
  EXPECT_EQ(api("streamGenerateContent"), Api::Generate);
  EXPECT_EQ(api("countTokens"), Api::CountTokens);
  EXPECT_EQ(api("embedContent"), Api::Embeddings);
  EXPECT_EQ(api("batchEmbedContents"), Api::Embeddings);
  EXPECT_EQ(api("batchGenerateContent"), Api::Pinned);
  EXPECT_EQ(api(""), Api::Pinned);
}

TEST(GeminiPaths, ModelsCanBeListedAndRead) {
  EXPECT_EQ(gemini().api("GET", "/v1beta/models"), Api::Models);
  EXPECT_EQ(gemini().api("HEAD", "/v1/models/gemini-3-pro"), Api::Models);
  EXPECT_EQ(gemini().api("GET", "/v1beta/models/gemini-3-pro:generateContent"), Api::Pinned);
  EXPECT_EQ(gemini().api("GET", "/v1beta/files"), Api::Pinned);
  EXPECT_EQ(gemini().api("POST", "/v1beta/cachedContents"), Api::Pinned);
  EXPECT_EQ(gemini().api("POST", "/chat"), Api::Pinned);
}

TEST(GeminiPaths, ThePathNamesTheModelAndTheStream) {
  constexpr std::string_view kPath = "/v1beta/models/gemini-3-pro:streamGenerateContent";
  const auto read = read_gemini_path(kPath);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->model, "gemini-3-pro");
  EXPECT_TRUE(read->streams());
  EXPECT_EQ(kPath.substr(read->model_begin, read->model_end - read->model_begin), "gemini-3-pro");
  EXPECT_FALSE(read_gemini_path("/v1beta/models/gemini-3-pro:generateContent")->streams());
}

TEST(GeminiPaths, NamesWithSlashesColonsAndEscapesAreNames) {
  EXPECT_EQ(read_gemini_path("/v1beta/models/org%2Fname:generateContent")->model, "org/name");
  EXPECT_EQ(read_gemini_path("/v1beta/models/org/name:latest:generateContent")->model, "org/name:latest");
  EXPECT_EQ(
      read_gemini_path("/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro:countTokens")->model,
      "gemini-3-pro");
}

TEST(GeminiPaths, AnotherModelTakesThePlaceOfThePaths) {
  const auto renamed = [](std::string_view path, std::string_view model) {
    return with_model(path, *read_gemini_path(path), model);
  };
  EXPECT_EQ(renamed("/v1beta/models/a:generateContent", "b c"), "/v1beta/models/b%20c:generateContent");
  EXPECT_EQ(renamed("/v1/tunedModels/a:countTokens", "b"), "/v1/models/b:countTokens");
  EXPECT_EQ(renamed("/v1/models/a:countTokens", "tunedModels/b"), "/v1/tunedModels/b:countTokens");
  EXPECT_EQ(renamed("/v1/models/a:countTokens", "models/b"), "/v1/models/b:countTokens");
  EXPECT_EQ(renamed("/v1/projects/p/locations/l/publishers/google/models/a:countTokens", "b"),
            "/v1/projects/p/locations/l/publishers/google/models/b:countTokens");
  EXPECT_EQ(gemini_path("tunedModels/b", GeminiVerb::Generate), "/v1beta/tunedModels/b:generateContent");
}

TEST(GeminiPaths, VertexNamesItsPublisherWithAProjectOrWithout) {
  for (const std::string_view before : {"/v1beta1/", "/v1/projects/p/locations/l/"}) {
    const std::string path = std::string(before) + "publishers/google/models/a:generateContent";
    const auto read = read_gemini_path(path);
    ASSERT_TRUE(read) << path;
    EXPECT_EQ(read->model, "a");
    EXPECT_EQ(with_model(path, *read, "a"), path);
  }
}

TEST(GeminiPaths, APathThatNamesNoModelIsNone) {
  for (const std::string_view path :
       {"", "/", "/v1beta/models", "/v1beta/models/", "/v1beta/models/:generateContent", "/v1beta/models/a",
        "/v1beta/models/a:", "/v1beta/models/a:wild", "/models/a:generateContent", "/v1beta/models/%zz:generateContent",
        "/v1beta/models/%00:generateContent", "/v1/projects/p/models/a:generateContent"}) {
    EXPECT_FALSE(read_gemini_path(path).has_value()) << path;
  }
  EXPECT_FALSE(read_gemini_path("/v1beta/models/" + std::string(600, 'a') + ":generateContent").has_value());
}

TEST(GeminiPaths, TheQuerySaysWhetherEventsAreAskedFor) {
  EXPECT_TRUE(asks_events("alt=sse"));
  EXPECT_TRUE(asks_events("key=x&$alt=sse"));
  EXPECT_FALSE(asks_events(""));
  EXPECT_FALSE(asks_events("alt=json"));
  EXPECT_FALSE(asks_events("alt=sse&alt=json"));
  EXPECT_FALSE(asks_events("salt=sse"));
}

TEST(GeminiPaths, TheUpstreamsPathIsReadBack) {
  for (const std::string_view model : {"gemini-3-pro", "org/a b", "x:1", "ä"}) {
    const std::string path = gemini_path(model, GeminiVerb::Stream);
    EXPECT_TRUE(path.ends_with("?alt=sse"));
    EXPECT_EQ(read_gemini_path(path.substr(0, path.find('?')))->model, model);
  }
  EXPECT_EQ(gemini_path("gemini-3-pro", GeminiVerb::Generate), "/v1beta/models/gemini-3-pro:generateContent");
}

TEST(GeminiPaths, KnownPathsHaveTheirMethods) {
  EXPECT_EQ(gemini().methods("/v1beta/models"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(gemini().methods("/v1beta/models/a:generateContent"), "POST, OPTIONS");
  EXPECT_EQ(gemini().methods("/v1beta/models/a"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(gemini().methods("/v1beta/files"), "");
  EXPECT_TRUE(gemini().lists("/v1beta/models/a:generateContent"));
  EXPECT_FALSE(gemini().lists("/v1beta/models/a:generateContent;x"));
  EXPECT_FALSE(gemini().lists("/v1beta/models/a%2Fb:generateContent"));
  EXPECT_FALSE(gemini().lists("/v1beta/files"));
}

}  // namespace
}  // namespace drover::dialect
