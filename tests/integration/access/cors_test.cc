// Pages in a browser: who may ask, who may read, and what a browser asks before.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kOrigin = "Access-Control-Allow-Origin";

Fields preflight(const char* origin, const char* method = "POST") {
  return {{"Origin", origin},
          {"Access-Control-Request-Method", method},
          {"Access-Control-Request-Headers", "authorization, content-type, x-stainless-os"}};
}

Answer options(const Gateway& gateway, std::string_view target, const Fields& fields) {
  HttpClient client = gateway.client();
  client.send_request("OPTIONS", target, {}, fields);
  return client.read_answer("OPTIONS");
}

TEST(Cors, K7_APreflightIsAnsweredHereWithoutAKey) {
  Front front("origins: [ app://obsidian.md ]\nclients: [ { name: web, key: { value: client-key-0123456789 } } ]\n");
  for (const char* path : {"/v1/chat/completions", "/v1/files", "/v1/anything", "/chat/completions", "/nothing"}) {
    const Answer answer = options(front.gateway, path, preflight("app://obsidian.md"));
    if (std::string_view(path) != "/nothing") {
      EXPECT_EQ(answer.status, 204) << path;
      EXPECT_EQ(answer.field("Access-Control-Allow-Headers"), "authorization, content-type, x-stainless-os");
      EXPECT_THAT(answer.field("Access-Control-Allow-Methods").value_or(""), HasSubstr("POST"));
      EXPECT_TRUE(answer.field("Access-Control-Max-Age").has_value());
    }
    EXPECT_EQ(answer.field(kOrigin), "app://obsidian.md") << path;
    EXPECT_THAT(answer.field("Vary").value_or(""), HasSubstr("Origin")) << path;
  }
  Fields local = preflight("app://obsidian.md");
  local.emplace_back("Access-Control-Request-Private-Network", "true");
  EXPECT_EQ(options(front.gateway, kChat, local).field("Access-Control-Allow-Private-Network"), "true");
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Cors, K7_AFloodOfPreflightsCostsTheOthersNothing) {
  Front front("origins: [ app://obsidian.md ]\n");
  HttpClient flood = front.gateway.client();
  for (int round = 0; round < 20; ++round) {
    for (int asked = 0; asked < 50; ++asked) flood.send_request("OPTIONS", kChat, {}, preflight("app://obsidian.md"));
    EXPECT_EQ(front.gateway.post(kChat, plain_chat()).status, 200) << "beside the flood";
    for (int answered = 0; answered < 50; ++answered) ASSERT_EQ(flood.read_answer("OPTIONS").status, 204);
  }
  EXPECT_EQ(front.upstream.heard().size(), 20U) << "the chats alone";
}

TEST(Cors, K7_APreflightOfAStrangerIsRefusedAndNotSentOn) {
  Front front("origins: [ app://obsidian.md ]\n");
  for (const char* origin : {"https://evil.example", "null", "http://localhost:3000", "app://obsidian.md.evil"}) {
    const Answer answer = options(front.gateway, kChat, preflight(origin));
    EXPECT_EQ(answer.status, 403) << origin;
    EXPECT_THAT(answer.body, HasSubstr("'origins'"));
    EXPECT_EQ(answer.count(kOrigin), 0U) << origin;
  }
  const Answer plain = options(front.gateway, kChat, {});
  EXPECT_EQ(plain.status, 204);
  EXPECT_EQ(plain.field("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Cors, K7_AListedPageMayReadAnswersAndErrors) {
  Front front("origins: [ \"https://app.example.com\" ]\n");
  const Fields page = {{"Origin", "https://app.example.com"}, {"Sec-Fetch-Site", "cross-site"}};
  const auto readable = [&](const Answer& answer, int status) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.count(kOrigin), 1U) << status;
    EXPECT_EQ(answer.field(kOrigin), "https://app.example.com") << status;
    EXPECT_THAT(answer.field("Access-Control-Expose-Headers").value_or(""), HasSubstr("x-request-id")) << status;
  };
  readable(front.gateway.post(kChat, plain_chat(), page), 200);
  readable(front.gateway.post(kChat, "{", page), 400);
  readable(front.gateway.post("/nothing", "{}", page), 404);
  front.upstream.always(
      Say{}.bytes(sized(R"({"error":{"message":"x"}})",
                        "Access-Control-Allow-Origin: *\r\nContent-Type: application/json\r\n", "422 Unprocessable")));
  readable(front.gateway.post(kChat, plain_chat(), page), 422);
  Fields rebound = page;
  rebound.emplace_back("Host", "evil.example");
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), rebound).status, 403);
  const Answer own = front.gateway.post(kChat, "{");
  EXPECT_EQ(own.count(kOrigin), 0U);
  EXPECT_EQ(own.field("Vary"), "Origin");
}

TEST(Cors, K7_AMissingKeyIsReadableAndAnyOriginIsEchoed) {
  Front front("origins: [ \"*\" ]\nclients: [ { name: web, key: { value: client-key-0123456789 } } ]\n");
  const Answer refused = front.gateway.post(kChat, plain_chat(), {{"Origin", "null"}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.field(kOrigin), "null");
  EXPECT_EQ(refused.count("Access-Control-Allow-Credentials"), 0U);
  const Answer good = front.gateway.post(
      kChat, plain_chat(), {{"Origin", "https://a.example"}, {"Authorization", "Bearer client-key-0123456789"}});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.field(kOrigin), "https://a.example");
}

TEST(Cors, K7_AFloodOfPreflightsTakesNoPlaceOfRequests) {
  Front front("origins: [ app://x ]\nlimits: { in_flight: 1 }\n");
  HttpClient client = front.gateway.client();
  for (int at = 0; at < 200; ++at) ASSERT_TRUE(client.send_request("OPTIONS", kChat, {}, preflight("app://x")));
  for (int at = 0; at < 200; ++at) ASSERT_EQ(client.read_answer("OPTIONS").status, 204);
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 200);
}

}  // namespace
}  // namespace drover::test
