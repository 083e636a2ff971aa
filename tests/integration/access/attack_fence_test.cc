// Attacks on the fence of a client that is limited to models: another model named in a form, a field, a path or a
// query.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

const Fields kKey = {{"Authorization", "Bearer client-key-m"}};

/// A client that may name m, and one that may use the provider only; the provider says yes to everything.
struct Fenced {
  Fenced() { upstream.always(Say{}.bytes(sized(kPlainAnswer))); }
  RawUpstream upstream;
  Gateway gateway{one_provider({url_of(upstream)}, {kKeyOne},
                               "clients:\n"
                               "  - { name: limited, key: { value: client-key-m }, models: [ m ] }\n"
                               "  - { name: inside, key: { value: client-key-p }, providers: [ one ] }\n"
                               "  - { name: free, key: { value: client-key-f } }\n")};

  Answer post(std::string_view path, std::string_view body, std::string_view type = "application/json",
              const char* key = "client-key-m") const {
    return gateway.post(path, body,
                        {{"Authorization", "Bearer " + std::string(key)}, {"Content-Type", std::string(type)}});
  }
};

std::string form(const std::string& other, bool last) {
  const std::string honest = "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n";
  const std::string head = "--B\r\n" + other + "\r\n\r\nother-m\r\n";
  return (last ? honest + head : head + honest) + "--B--\r\n";
}

class FormFence : public ::testing::TestWithParam<const char*> {};

TEST_P(FormFence, X3_IsNotWalkedRoundByAnotherSpelling) {
  const Fenced fenced;
  for (const char* path : {"/v1/audio/transcriptions", "/v1/images/edits", "/v1/unknown"}) {
    for (const bool last : {true, false}) {
      const Answer answer = fenced.post(path, form(GetParam(), last), "multipart/form-data; boundary=B");
      EXPECT_THAT(answer.status, AnyOf(400, 403)) << path;
    }
  }
  EXPECT_EQ(fenced.upstream.heard().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Spellings, FormFence,
                         ::testing::Values("Content-Disposition: form-data; name= \"model\"",
                                           "Content-Disposition: form-data; name=\"x\"; name*0=\"mod\"; name*1=\"el\"",
                                           "Content-Disposition: form-data; name=\"model \"",
                                           "Content-Disposition: form-data; name=\"Model\"",
                                           "Content-Disposition: form-data; name=\"models\"",
                                           "Content-Disposition : form-data; name=\"model\"",
                                           "Content-Disposition: form-data;\x0cname=\"model\"; name=\"y\"",
                                           "Content-Disposition: form-data; foo=\"; name=model\"; name=\"x\""));

TEST(Fence, X3_TakesAnHonestForm) {
  const Fenced fenced;
  const std::string body = form("Content-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"", true);
  EXPECT_EQ(fenced.post("/v1/audio/transcriptions", body, "multipart/form-data; boundary=B").status, 200);
}

TEST(Fence, X3_OneContentTypeAndOneBoundaryDecide) {
  const Fenced fenced;
  const std::string body = form("Content-Disposition: form-data; name=\"x\"", true);
  for (const char* type :
       {"multipart/form-data; boundary=B; boundary*0=C", "multipart/form-data; boundary*=utf-8''C; boundary=B",
        "multipart/form-data; foo=\"; boundary=C; x=\"; boundary=B",
        "multipart/form-data; boundary=B; charset=utf-7"}) {
    EXPECT_THAT(fenced.post("/v1/audio/transcriptions", body, type).status, AnyOf(400, 415)) << type;
  }
  const Answer doubled = fenced.gateway.post("/v1/audio/transcriptions", body,
                                             {{"Authorization", "Bearer client-key-m"},
                                              {"Content-Type", "multipart/form-data; boundary=B"},
                                              {"Content-Type", "multipart/form-data; boundary=C"}});
  EXPECT_EQ(doubled.status, 400);
  EXPECT_THAT(doubled.body, HasSubstr("duplicate_content_type"));
  EXPECT_EQ(fenced.upstream.heard().size(), 0U);
}

TEST(Fence, X3_LimitedClientsPostToThePathsOfTheApiOnly) {
  const Fenced fenced;
  for (const char* path : {"/v1/engines/other-m/chat/completions", "/v1/openai/deployments/other-m/chat/completions",
                           "/v1/FILES", "/v1/files;x=1", "/v1/batches;", "/v1/fine_tuning;x/jobs", "/v1/files%20",
                           "/v1/Chat/Completions", "/v1/chat/completions;x", "/v1/anything"}) {
    for (const char* key : {"client-key-m", "client-key-p"}) {
      const Answer answer = fenced.post(path, chat_body("m"), "application/json", key);
      EXPECT_EQ(answer.status, 403) << path << " " << key;
      EXPECT_THAT(answer.body, HasSubstr("path_not_allowed"));
    }
  }
  EXPECT_EQ(fenced.upstream.heard().size(), 0U);
  EXPECT_EQ(fenced.post(kChat, chat_body("m")).status, 200);
  EXPECT_EQ(fenced.post("/v1/anything", chat_body("m"), "application/json", "client-key-f").status, 200);
}

TEST(Fence, X3_NoOtherFieldOrQueryNamesAModel) {
  const Fenced fenced;
  for (const char* more :
       {",\"models\":[\"other-m\"]", ",\"route\":\"fallback\"", ",\"fallbacks\":[\"other-m\"]",
        ",\"m\\u006fdels\":[\"other-m\"]", ",\"model_list\":[]", ",\"extra_body\":{\"models\":[\"other-m\"]}"}) {
    EXPECT_EQ(fenced.post(kChat, chat_body("m", more)).status, 403) << more;
    EXPECT_EQ(fenced.post(kChat, chat_body("m", more), "application/json", "client-key-f").status, 200) << more;
  }
  for (const char* query :
       {"?model=other-m", "?Model=other-m", "?a=b&mod%65l=other-m", "?models[]=other-m", "?model"}) {
    EXPECT_EQ(fenced.post(std::string(kChat) + query, chat_body("m")).status, 403) << query;
  }
  EXPECT_EQ(fenced.post(std::string(kChat) + "?api-version=1", chat_body("m")).status, 200);
}

TEST(Fence, X3_FieldsByWhichRoutersChooseAModelEndHere) {
  const Fenced fenced;
  EXPECT_EQ(
      fenced.gateway
          .post(kChat, chat_body("m"), {kKey[0], {"x-portkey-config", "c"}, {"Helicone-Model-Override", "other-m"}})
          .status,
      200);
  EXPECT_EQ(fenced.upstream.heard().at(0).field("x-portkey-config"), "");
  EXPECT_EQ(fenced.upstream.heard().at(0).field("Helicone-Model-Override"), "");
}

TEST(Fence, X3_HoldsForJson) {
  const Fenced fenced;
  for (const char* body :
       {R"({"model":"m","model":"other-m","messages":[]})", R"({"model":"m","mod\u0065l":"other-m","messages":[]})",
        R"({"model":"m","Model":"other-m","messages":[]})", R"({"model":"m","messages":[]}{"model":"other-m"})",
        R"([{"model":"other-m"}])", R"({"model":"other-m","messages":[]})"}) {
    EXPECT_THAT(fenced.post(kChat, body).status, AnyOf(400, 403)) << body;
  }
  EXPECT_EQ(fenced.post(kChat, chat_body("m", ",\"+AG0-odel\":\"other-m\""), "application/json; charset=utf-7").status,
            415);
  EXPECT_EQ(fenced.upstream.heard().size(), 0U);
}

}  // namespace
}  // namespace drover::test
