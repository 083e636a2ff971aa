// What is wrong with a request's JSON is told before anything is spent: the rows of G through the whole gateway.
#include <ostream>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Attack {
  const char* name;
  std::string bytes;
};

void PrintTo(const Attack& attack, std::ostream* out) {
  *out << attack.name;
}

class BadBody : public ::testing::TestWithParam<Attack> {};

TEST_P(BadBody, IsAClearErrorInTheProvidersShapeAndLosesNothing) {
  Front front;
  HttpClient client = front.gateway.client();
  const Answer answer = client.post(kChat, GetParam().bytes);
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.whole());
  EXPECT_THAT(answer.body, AllOf(HasSubstr("\"error\""), HasSubstr("\"message\""), HasSubstr("\"code\"")));
  EXPECT_EQ(front.upstream.heard().size(), 0U);
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 200) << "the connection is still good";
}

INSTANTIATE_TEST_SUITE_P(
    G, BadBody,
    ::testing::Values(
        Attack{"G3_Deep", chat_body("gpt-4o", ",\"x\":" + std::string(100'000, '[') + std::string(100'000, ']'))},
        Attack{"G4_TwoModels", R"({"model":"gpt-4o","messages":[],"model":"other"})"},
        Attack{"G4_EscapedModel", R"({"model":"gpt-4o","messages":[],"mod\u0065l":"other"})"},
        Attack{"G4_TwoStreams", R"({"model":"gpt-4o","messages":[],"stream":false,"stream":true})"},
        Attack{"G5_InvalidUtf8", "{\"model\":\"gpt-4o\",\"user\":\"\xff\"}"},
        Attack{"G5_Utf16", std::string("\xff\xfe{\0\"\0", 6)}, Attack{"G6_Trailing", R"({"model":"gpt-4o"} x)"},
        Attack{"G6_TwoDocuments", R"({"model":"gpt-4o"}{"model":"b"})"},
        Attack{"G6_Comment", R"({"model":"gpt-4o"/* */})"},
        Attack{"G6_WrongBracket", R"({"model":"gpt-4o","x":[1,2}})"}, Attack{"G12_Empty", ""},
        Attack{"G12_NotAnObject", "[]"}, Attack{"G12_StreamText", R"({"model":"gpt-4o","stream":"true"})"},
        Attack{"G12_ModelNumber", R"({"model":7})"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(Body, G12_APathOrMediaTypeThatNamesNoModelIsToldWhatIsMissing) {
  Front front;
  const Answer answer = front.gateway.post(kChat, R"({"messages":[]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("missing_model"));
  const Answer form = front.gateway.post("/v1/audio/transcriptions", "--x\r\nbroken",
                                         {{"Content-Type", "multipart/form-data; boundary=x"}});
  EXPECT_EQ(form.status, 400);
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Body, G10_NothingInABodySteersWhereTheKeyIsSent) {
  Front front;
  RawUpstream elsewhere;
  const std::string body =
      chat_body("gpt-4o", ",\"api_base\":\"" + url_of(elsewhere) + "\",\"base_url\":\"" + url_of(elsewhere) +
                              "\",\"extra_headers\":{\"Authorization\":\"Bearer x\"}");
  EXPECT_EQ(front.gateway.post(kChat, body).status, 200);
  EXPECT_EQ(elsewhere.connections(), 0U);
  EXPECT_EQ(front.upstream.heard().at(0).body, body);
  EXPECT_EQ(front.upstream.heard().at(0).field("Authorization"), "Bearer " + std::string(kKeyOne));
}

}  // namespace
}  // namespace drover::test
