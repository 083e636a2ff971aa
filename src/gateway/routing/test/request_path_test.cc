#include "gateway/routing/request_path.h"

#include <gtest/gtest.h>

namespace drover::gateway {
namespace {

/// The canonical path, or the status of what is refused.
std::string path_of(std::string_view target, std::string_view method = "POST") {
  AskedPath asked;
  const auto read = read_path(method, target, asked);
  return read ? asked.path : std::to_string(read.error().status);
}

/// "path name ?query" of what is taken.
std::string taken(std::string_view target, std::string_view method = "POST") {
  AskedPath asked;
  const auto read = read_path(method, target, asked);
  if (!read) return std::to_string(read.error().status) + " " + read.error().code;
  return asked.path + " " + asked.name + " ?" + asked.query;
}

TEST(RequestPath, K11_TakesABaseUrlAsPeopleTypeIt) {
  for (const char* target :
       {"/v1/chat/completions", "/v1/chat/completions/", "//v1/chat/completions", "/v1//chat/completions",
        "/v1/chat//completions", "/v1/chat/completions//", "/chat/completions", "/chat/completions/",
        "//chat/completions", "/v1/v1/chat/completions", "/v1//v1/chat/completions", "/v1/v1/v1/chat/completions",
        "/openai/v1/chat/completions", "/openai/chat/completions", "/v1/openai/v1/chat/completions",
        "http://host/v1//chat/completions"}) {
    EXPECT_EQ(path_of(target), "/v1/chat/completions") << target;
  }
  for (const char* path : {"/responses", "/embeddings", "/models", "/messages", "/messages/count_tokens", "/files",
                           "/batches/b_1", "/responses/resp_1", "/images/edits", "/completions", "/moderations"}) {
    EXPECT_EQ(path_of(path), "/v1" + std::string(path));
    EXPECT_EQ(path_of("/v1/v1" + std::string(path) + "/"), "/v1" + std::string(path));
  }
}

TEST(RequestPath, K11_IsTheGatewayItselfAtTheRoot) {
  for (const char* target : {"/", "//", "/v1", "/v1/", "/v1//", "/v1/v1", "/openai/v1/", "http://host"}) {
    EXPECT_EQ(path_of(target, "GET"), "/") << target;
  }
}

TEST(RequestPath, K11_ServesNothingElse) {
  for (const char* target :
       {"//evil", "//evil.example/v1/chat/completions", "/V1/chat/completions", "/v2/x", "/v1x", "/openai", "/openai/",
        "/openai/deployments", "/openai/deployments/x", "/openai/deployments/x/foo", "/openai/deployments/completions",
        "/openaiv1/models", "/chat", "/metrics", "/status", "/anything"}) {
    EXPECT_EQ(path_of(target), "404") << target;
  }
}

TEST(RequestPath, K11_E13_KeepsWhatIsUnknownAndRefusesTricks) {
  EXPECT_EQ(path_of("/v1/something/new"), "/v1/something/new");
  EXPECT_EQ(path_of("/v1/openai/new"), "/v1/openai/new");
  EXPECT_EQ(path_of("/v1/engines/m/chat/completions"), "/v1/engines/m/chat/completions");
  for (const char* target :
       {"/v1/chat%2fcompletions", "/v1/%2e%2e/x", "/v1/../secret", "/v1/%00", "/v1/..;/x", "/v1/files/%2f..",
        "/v1/files/%252e%252e", "/v1/files//content", "/v1/responses//cancel", "/v1/x//y", "/files/%2fx",
        "/v1/./models", "/openai/deployments/a%2Fb/chat/completions", "/openai/deployments/../chat/completions",
        "/openai/deployments//chat/completions", "/openai/deployments/%00/chat/completions",
        "/openai/deployments/%252e/chat/completions"}) {
    EXPECT_EQ(path_of(target).front(), '4') << target << " " << path_of(target);
  }
  EXPECT_EQ(path_of("/v1/files//content", "GET"), "400");
  EXPECT_EQ(path_of("/v1/models/%2f..", "DELETE"), "400");
}

TEST(RequestPath, F5_DecodesTheNameOfAModelThatIsLookedUp) {
  for (const char* method : {"GET", "HEAD"}) {
    EXPECT_EQ(taken("/v1/models/meta-llama%2FLlama-3", method), "/v1/models/meta-llama%2FLlama-3 meta-llama/Llama-3 ?");
    EXPECT_EQ(taken("/models/a%2fb%3Ac?x=1", method), "/v1/models/a%2fb%3Ac a/b:c ?x=1");
    EXPECT_EQ(taken("/v1/models/a/b/", method), "/v1/models/a/b a/b ?");
    EXPECT_EQ(taken("/v1/models/a%252Fb", method), "/v1/models/a%252Fb a%2Fb ?");  // once
  }
  for (const char* name :
       {"%00", "%0a", "%7F", "%2", "%zz", "%ff", "..", "%2e%2e", "%2e%2e%2fx", "a/%2E./b", "..%3bx"}) {
    EXPECT_EQ(path_of("/v1/models/" + std::string(name), "GET"), "400") << name;
  }
}

TEST(RequestPath, K11_ReadsTheDeploymentOfAzuresClients) {
  EXPECT_EQ(taken("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"),
            "/v1/chat/completions gpt-4o ?");
  EXPECT_EQ(taken("/openai/deployments/my%20model/embeddings?x=1&Api-Version=2&y=2"),
            "/v1/embeddings my model ?x=1&y=2");
  EXPECT_EQ(taken("/openai/deployments/meta-llama/Llama-3/completions"), "/v1/completions meta-llama/Llama-3 ?");
  EXPECT_EQ(taken("/openai/deployments/d/audio/transcriptions/"), "/v1/audio/transcriptions d ?");
  EXPECT_EQ(taken("/openai/deployments/d/images/generations"), "/v1/images/generations d ?");
  EXPECT_EQ(taken("/v1/openai/deployments/d/chat/completions"), "/v1/chat/completions d ?");
  EXPECT_EQ(taken("/openai/models?api-version=1", "GET"), "/v1/models  ?");
  EXPECT_EQ(taken("/openai/responses?api-version=1"), "/v1/responses  ?");
  EXPECT_EQ(taken("/v1/chat/completions?api-version=1"), "/v1/chat/completions  ?api-version=1");
  EXPECT_EQ(taken("/openai/deployments/" + std::string(600, 'x') + "/embeddings"), "400 bad_model");
}

TEST(RequestPath, ReadsTheModelOfGooglesPaths) {
  EXPECT_EQ(taken("/v1beta/models/g:streamGenerateContent?alt=sse"),
            "/v1beta/models/g:streamGenerateContent g ?alt=sse");
  EXPECT_EQ(taken("/v1/v1beta/models%2Fg:countTokens"), "/v1beta/models/g:countTokens g ?");
  EXPECT_EQ(taken("/v1beta/models/g", "GET"), "/v1beta/models/g g ?");
  EXPECT_EQ(taken("/v1beta2/interactions"), "/v1beta2/interactions  ?");
  EXPECT_EQ(taken("/v1beta/openai/chat/completions"), "/v1/chat/completions  ?");
  for (const char* target : {"/v1beta/../x", "/v1beta/files/%2e%2e", "/v1beta/models/..%2fx:generateContent",
                             "/v1beta/files/a%2f..", "/v1beta/models/%00:generateContent"}) {
    EXPECT_EQ(path_of(target).substr(0, 3), "400") << target << " " << path_of(target);
  }
}

TEST(RequestPath, K11_KnowsTheMethodsOfAPath) {
  EXPECT_EQ(methods_of("/"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(methods_of("/v1/embeddings"), "POST, OPTIONS");
  EXPECT_EQ(methods_of("/v1/messages"), "POST, OPTIONS");
  EXPECT_EQ(methods_of("/v1/chat/completions"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(methods_of("/v1/files"), "GET, HEAD, POST, OPTIONS");
  EXPECT_TRUE(allows(methods_of("/v1/files/f_1"), "DELETE"));
  EXPECT_FALSE(allows(methods_of("/v1/files"), "DELETE"));
  EXPECT_FALSE(allows("POST, OPTIONS", "POS"));
  EXPECT_FALSE(allows("POST, OPTIONS", ""));
  EXPECT_EQ(methods_of("/v1/something"), "");
}

}  // namespace
}  // namespace drover::gateway
