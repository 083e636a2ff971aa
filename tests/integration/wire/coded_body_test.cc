// Request bodies in a content coding: read here, within limits, and sent on as they are.
#include "http/body/test/folded_test_kit.h"
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using namespace http::testing;

using ::testing::AnyOf;
using ::testing::HasSubstr;

Fields coded_as(std::string coding) {
  return {{"Content-Encoding", std::move(coding)}, {"Content-Type", "application/json"}};
}

/// A prompt that folds to a tenth or so.
std::string long_chat(std::size_t words) {
  std::string text;
  for (std::size_t at = 0; at < words; ++at) text += "word" + std::to_string(at * 7919 % 10007) + " ";
  return R"({"model":"gpt-4o","messages":[{"role":"user","content":")" + text + "\"}]}";
}

TEST(CodedBody, K6_IsReadAndSentOnUncoded) {
  Front front;
  const std::string chat = plain_chat();
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"zstd", zstd_folded(chat)},          {"gzip", folded(chat, kGzip)},   {"x-gzip", folded(chat, kGzip)},
      {"deflate", folded(chat, kZlib)},     {"deflate", folded(chat, kRaw)}, {"identity", chat},
      {"identity, ZSTD", zstd_folded(chat)}};
  for (const auto& [coding, body] : forms) {
    EXPECT_EQ(front.gateway.post(kChat, body, coded_as(coding)).status, 200) << coding;
    const HeardRequest heard = front.upstream.heard().back();
    EXPECT_EQ(heard.body, chat) << coding;
    EXPECT_EQ(heard.field("Content-Length"), std::to_string(chat.size())) << coding;
    EXPECT_EQ(heard.field("Content-Encoding"), "") << coding;
  }
}

TEST(CodedBody, K6_IsRoutedFencedAndRepeatedLikeAnyOther) {
  MockProvider mock(mock_settings(2));
  mock.fault("key=" + std::string(kKeyOne) + ":500");
  const Gateway gateway(providers({mock.url(0), mock.url(1)}, "in_order"));
  const std::string chat = long_chat(200000);  // inspected in slices, unfolded in turns
  EXPECT_EQ(gateway.post(kChat, zstd_folded(chat), coded_as("zstd")).status, 200);
  EXPECT_EQ(mock.requests(), 2U);
  EXPECT_TRUE(mock.last().request_body == chat);
  EXPECT_EQ(gateway.post(kChat, zstd_folded(chat_body("unknown")), coded_as("zstd")).status, 404);
}

TEST(CodedBody, K6_ComesInPiecesAndInChunks) {
  Front front;
  const std::string coded = zstd_folded(long_chat(2000));
  HttpClient client = front.gateway.client();
  ASSERT_TRUE(
      client.send_raw("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      "Content-Encoding: zstd\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (std::size_t at = 0; at < coded.size(); at += 997) {
    ASSERT_TRUE(client.send_raw(chunk(std::string_view(coded).substr(at, 997))));
  }
  ASSERT_TRUE(client.send_raw("0\r\n\r\n"));
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(front.upstream.heard().at(0).body, long_chat(2000));
}

TEST(CodedBody, K6_BrokenOrCutIsA400) {
  Front front;
  const std::string good = zstd_folded(plain_chat());
  std::string zip = folded(plain_chat(), kGzip);
  const std::vector<std::pair<std::string, std::string>> bad = {{"zstd", plain_chat()},
                                                                {"zstd", good.substr(0, good.size() - 1)},
                                                                {"zstd", good + "x"},
                                                                {"gzip", zip.substr(0, 20)},
                                                                {"gzip", zip + "tail"},
                                                                {"gzip", good},
                                                                {"deflate", "\xff\xff\xff\xff"},
                                                                {"zstd", ""},
                                                                {"gzip", ""}};
  for (const auto& [coding, body] : bad) {
    const Answer answer = front.gateway.post(kChat, body, coded_as(coding));
    EXPECT_EQ(answer.status, 400) << coding << body.size();
    EXPECT_THAT(answer.body, HasSubstr("content_coding_broken")) << coding << body.size();
  }
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(CodedBody, K6_AnotherCodingOrTwoOfThemIsA415ThatSaysWhichAreRead) {
  Front front;
  for (const char* coding : {"br", "gzip, gzip", "zstd, gzip", "compress", "gzip;q=1"}) {
    for (const std::string_view path : {kChat, std::string_view("/v1/files"), std::string_view("/v1/anything")}) {
      const Answer answer = front.gateway.post(path, plain_chat(), coded_as(coding));
      EXPECT_EQ(answer.status, 415) << coding;
      EXPECT_EQ(answer.field("Accept-Encoding"), "zstd, gzip, deflate") << coding;
    }
  }
  const Answer twice = front.gateway.post(
      kChat, zstd_folded(plain_chat()),
      {{"Content-Encoding", "zstd"}, {"Content-Encoding", "gzip"}, {"Content-Type", "application/json"}});
  EXPECT_EQ(twice.status, 415);
  HttpClient waiting = front.gateway.client();
  waiting.send_request("POST", kChat, "",
                       {{"Content-Length", "5"}, {"Expect", "100-continue"}, {"Content-Encoding", "br"}});
  EXPECT_EQ(waiting.read_head().status, 415);  // before it is asked for its body
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(CodedBody, K6_ABombIsA413AndGivesItsMemoryBack) {
  Front front("limits: { body: 1MiB, replay_memory: 8MiB }\n");
  const std::string zeros(8 * 1024 * 1024, '0');
  for (const auto& [coding, body] :
       {std::pair(std::string("zstd"), zstd_folded(zeros)), std::pair(std::string("gzip"), folded(zeros, kGzip))}) {
    for (int at = 0; at < 4; ++at) {
      // The memory of the one before comes back a moment after its client has the answer.
      Answer answer = front.gateway.post(kChat, body, coded_as(coding));
      for (const auto until = Clock::now() + kPatience; answer.status == 503 && Clock::now() < until;) {
        answer = front.gateway.post(kChat, body, coded_as(coding));
      }
      EXPECT_EQ(answer.status, 413) << coding;
      EXPECT_THAT(answer.body, AnyOf(HasSubstr("body_too_large"), HasSubstr("content_coding_bomb"))) << coding;
    }
  }
  EXPECT_EQ(front.gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(front.gateway.post(kChat, zstd_folded(long_chat(20000)), coded_as("zstd")).status, 200);
}

TEST(CodedBody, K6_TheRatioIsBoundedUnderAnyLimit) {
  Front front("limits: { body: 64MiB }\n");
  const Answer answer = front.gateway.post(kChat, zstd_folded(std::string(32 * 1024 * 1024, '0')), coded_as("zstd"));
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("content_coding_bomb"));
}

TEST(CodedBody, K6_AFilesBodyIsReadToo) {
  Front front;
  front.upstream.always(Say{}.bytes(sized(R"({"id":"file-1","object":"file"})")));
  const std::string form = "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--B--\r\n";
  EXPECT_EQ(front.gateway
                .post("/v1/files", folded(form, kGzip),
                      {{"Content-Encoding", "gzip"}, {"Content-Type", "multipart/form-data; boundary=B"}})
                .status,
            200);
  EXPECT_EQ(front.upstream.heard().at(0).body, form);
}

}  // namespace
}  // namespace drover::test
