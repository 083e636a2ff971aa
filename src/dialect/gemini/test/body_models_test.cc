#include "dialect/gemini/body_models.h"

#include <gtest/gtest.h>

namespace drover::dialect {
namespace {

TEST(GeminiBodyModels, ABodyMayRepeatThePathsModel) {
  for (const std::string_view body :
       {R"({})", R"({"content":{"model":"x"}})", R"({"model":"models/a"})", R"({"model":"a"})",
        R"({"requests":[{"model":"models/a"},{"content":{}}]})", R"({"generateContentRequest":{"model":"models/a"}})",
        "", "[", R"([{"model":"x"}])"}) {
    EXPECT_FALSE(names_other_model(body, "a")) << body;
    EXPECT_EQ(with_body_models(body, "a"), std::nullopt) << body;
  }
}

TEST(GeminiBodyModels, AnotherModelIsFoundWhereverGoogleWouldReadIt) {
  for (const std::string_view body :
       {R"({"model":"models/b"})", R"({"m\u006fdel":"models/b"})", R"({"model":"models/a","model":"b"})",
        R"({"requests":[{"model":"models/a"},{"model":"models/b"}]})", R"({"model":"models/\u0061"})", R"({"model":7})",
        R"({"generate_content_request":{"model":"models/b"}})", R"({"requests":[],"requests":[{"model":"b"}]})"}) {
    EXPECT_TRUE(names_other_model(body, "a")) << body;
  }
}

TEST(GeminiBodyModels, EveryOneIsReplacedAndNothingElse) {
  EXPECT_EQ(with_body_models(R"( {"requests" : [{"model": "models/a", "x":1},{"model":"a"}],"model":null } )", "b\"c"),
            R"( {"requests" : [{"model": "models/b\"c", "x":1},{"model":"models/b\"c"}],"model":"models/b\"c" } )");
  EXPECT_EQ(with_body_models(R"({"model":"models/a"})", "tunedModels/t"), R"({"model":"tunedModels/t"})");
}

}  // namespace
}  // namespace drover::dialect
