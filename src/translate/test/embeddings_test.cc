#include "translate/embeddings.h"

#include <gtest/gtest.h>

namespace drover::translate {
namespace {

std::string sent(std::string_view body, std::string_view model = "e") {
  const auto made = embeddings_request(body, model, Policy::Lenient);
  return made ? made->body : made.error().code;
}

TEST(Embeddings, EachTextIsARequestOfItsOwn) {
  EXPECT_EQ(sent(R"({"model":"x","input":"a \"b\""})"),
            R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a \"b\""}]}}]})");
  EXPECT_EQ(sent(R"({"input":["a","ä"],"dimensions":3})", "models/e"),
            R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},"outputDimensionality":3},)"
            R"({"model":"models/e","content":{"parts":[{"text":"ä"}]},"outputDimensionality":3}]})");
}

TEST(Embeddings, TokensAndNothingAreRefused) {
  for (const std::string_view body : {R"({"input":[1,2]})", R"({"input":[[1],[2]]})", R"({"input":["a",1]})", R"({})",
                                      R"({"input":[]})", R"({"input":{}})", R"({"input":null})"}) {
    EXPECT_EQ(sent(body), "unsupported_by_target") << body;
  }
  std::string many = R"({"input":["a")";
  for (int text = 0; text < 2048; ++text) many += ",\"a\"";
  EXPECT_EQ(sent(many + "]}"), "unsupported_by_target");
}

TEST(Embeddings, TheUserIsDroppedOrRefused) {
  EXPECT_EQ(embeddings_request(R"({"input":"a","user":"u"})", "e", Policy::Lenient)->losses.head_value(), "user");
  EXPECT_FALSE(embeddings_request(R"({"input":"a","user":"u"})", "e", Policy::Strict));
  EXPECT_FALSE(embeddings_request(R"({"input":"a"})", "e", Policy::Off));
}

TEST(Embeddings, AnswersKeepTheirNumbersToTheByte) {
  EXPECT_EQ(
      *embeddings_answer(R"({"embeddings":[{"values":[0.10,-2e-3]},{"values":[1]}]})",
                         {.model = "asked", .input_tokens = 7}),
      R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10,-2e-3]},)"
      R"({"object":"embedding","index":1,"embedding":[1]}],"model":"asked","usage":{"prompt_tokens":7,"total_tokens":7}})");
}

TEST(Embeddings, AnswersInBase64AreFloatsOf32Bits) {
  EXPECT_NE(embeddings_answer(R"({"embeddings":[{"values":[1, -0.5]}]})", {.as_bytes = true})
                ->find(R"("embedding":"AACAPwAAAL8=")"),
            std::string::npos);
}

TEST(Embeddings, AnAnswerWithoutEmbeddingsIsBad) {
  for (const std::string_view body :
       {"{}", "", R"({"embeddings":[]})", R"({"embeddings":[{}]})", R"({"embeddings":[{"values":{}}]})", "<html>"}) {
    EXPECT_FALSE(embeddings_answer(body, {})) << body;
  }
  EXPECT_FALSE(embeddings_answer(R"({"embeddings":[{"values":[1,"x"]}]})", {.as_bytes = true}));
}

}  // namespace
}  // namespace drover::translate
