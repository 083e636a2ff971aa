// The decoded body of every answer equals the upstream's, wherever the upstream cut its writes; and what the upstream
// received equals what the client sent, except the model's name.
#include <map>
#include <random>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string noise(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() & 0xff);
  return bytes;
}

/// Text that is legal in a JSON string, with characters of one to four bytes.
std::string words(std::mt19937_64& random, std::size_t count) {
  static constexpr const char* kWords[] = {"tea ", "กาแฟ", "é", "\\n", "𝄞", "\\u00e9", "[DONE]", "data: "};
  std::string text;
  for (std::size_t word = 0; word < count; ++word) text += kWords[random() % 8];
  return text;
}

struct Shape {
  std::string target;
  std::string request;
  std::string fields;  ///< of the answer
  std::string body;
};

/// A stream with the oddities that the standard allows: comments, mixed line ends, other fields.
std::string odd_stream(std::mt19937_64& random) {
  std::string body = ": hello\n\n" + delta("");
  const std::size_t events = 1 + random() % 12;
  for (std::size_t event = 0; event < events; ++event) {
    std::string text = delta(words(random, random() % 30));
    if (random() % 4 == 0) text.replace(text.size() - 2, 2, "\r\n\r\n");
    if (random() % 5 == 0) text = "id: 7\nretry: 10\n" + text;
    if (random() % 6 == 0) text += ": ping\n\n";
    body += text;
  }
  return body + kFinish + kDone;
}

Shape shape_of(std::size_t kind, std::mt19937_64& random) {
  switch (kind) {
    case 0:
      return {.target = std::string(kChat),
              .request = plain_chat(),
              .fields = "Content-Type: application/json\r\n",
              .body = "{\"object\" : \"chat.completion\",\"choices\":[{\"message\":{\"content\":\"" +
                      words(random, random() % 2000) + "\"}}],\"x\":1.10}\n"};
    case 1:
      return {.target = std::string(kChat),
              .request = streamed_chat(),
              .fields = "Content-Type: text/event-stream\r\n",
              .body = odd_stream(random)};
    case 2:
      return {.target = "/v1/embeddings",
              .request = R"({"model":"gpt-4o","input":"x"})",
              .fields = "Content-Type: application/json\r\n",
              .body = "{\"object\":\"list\",\"data\":[{\"embedding\":[0.10,-1e-7" +
                      std::string(random() % 100000, '0') + "]}]}"};
    default:
      return {.target = "/v1/audio/speech",
              .request = R"({"model":"gpt-4o","input":"x","voice":"v"})",
              .fields = "Content-Type: audio/mpeg\r\n",
              .body = noise(random, random() % 150000)};
  }
}

/// The answer in one of the three framings; with extensions and trailers, which end at the gateway.
Say said(const Shape& shape, std::size_t framing, std::mt19937_64& random) {
  std::string bytes = "HTTP/1.1 200 OK\r\n" + shape.fields;
  const bool until_close = framing == 2;
  if (framing == 0) {
    bytes += "Content-Length: " + std::to_string(shape.body.size()) + "\r\n\r\n" + shape.body;
  } else if (until_close) {
    bytes += "Connection: close\r\n\r\n" + shape.body;
  } else {
    bytes += "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < shape.body.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 700, shape.body.size() - at);
      std::string piece = chunk(std::string_view(shape.body).substr(at, size));
      if (random() % 8 == 0) piece.insert(piece.find("\r\n"), ";name=\"value\"");
      bytes += piece;
      at += size;
    }
    bytes += random() % 2 == 0 ? "0\r\n\r\n" : "0\r\nX-Trailer: gone\r\n\r\n";
  }
  Say say;
  say.bytes_cut_at_random(std::move(bytes), random(), shape.body.size() > 4000 ? 3000 : 60);
  if (until_close) say.close();
  return say;
}

TEST(Bytes, OfThreeHundredAnswersEqualTheUpstreamsWhereverItCutItsWrites) {
  constexpr std::size_t kAnswers = 300;
  std::mt19937_64 random(20260101);
  RawUpstream upstream;
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  for (std::size_t answer_at = 0; answer_at < kAnswers; ++answer_at) {
    const Shape shape = shape_of(answer_at % 4, random);
    upstream.next(said(shape, answer_at / 4 % 3, random));
    const Answer answer = client.post(shape.target, shape.request);
    ASSERT_EQ(answer.status, 200) << answer_at << answer.body;
    ASSERT_TRUE(answer.whole()) << answer_at;
    ASSERT_TRUE(answer.body == shape.body) << "answer " << answer_at << " of " << shape.body.size() << " bytes";
  }
  EXPECT_EQ(upstream.heard().size(), kAnswers);
}

TEST(Bytes, AreTheSameForAClientOfHttp10) {
  std::mt19937_64 random(7);
  RawUpstream upstream;
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  for (std::size_t kind = 0; kind < 4; ++kind) {
    const Shape shape = shape_of(kind, random);
    upstream.next(said(shape, 1, random));
    HttpClient client = gateway.client();
    client.send_raw("POST " + shape.target +
                    " HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(shape.request.size()) + "\r\n\r\n" + shape.request);
    const Answer answer = client.read_answer();
    EXPECT_TRUE(answer.whole());
    EXPECT_EQ(answer.count("Transfer-Encoding"), 0U);
    EXPECT_TRUE(answer.body == shape.body) << kind;
  }
}

TEST(Bytes, C15_AnEventOfEightMegabytesPassesWhole) {
  const std::string body = delta("first") + delta(std::string(8 << 20, 'e')) + delta("last") + kFinish + kDone;
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(body) + "0\r\n\r\n"));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const Answer answer = gateway.post(kChat, streamed_chat());
  EXPECT_TRUE(answer.whole());
  EXPECT_TRUE(answer.body == body) << answer.body.size();
}

TEST(Bytes, C16_EventsThatMakeNoSensePassUnchanged) {
  const std::string body =
      delta("a") + "data: {\"broken\n\n" + "data: \xff\xfe not utf-8\n\n" + delta("b") + kFinish + kDone;
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(body) + "0\r\n\r\n"));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(gateway.post(kChat, streamed_chat()).body, body);
}

TEST(Bytes, OfTheMocksOwnAnswersEqualWhatItSent) {
  mock::Settings settings = mock_settings();
  settings.cuts = mock::Cuts::Random;
  settings.answer_tokens = mock::Distribution::fixed(200.0);
  MockProvider mock(settings);
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  HttpClient client = gateway.client();
  const std::map<std::string, std::string> requests = {
      {std::string(kChat), streamed_chat()},
      {std::string(kResponses), R"({"model":"gpt-4o","input":"x","stream":true})"},
      {"/v1/embeddings", R"({"model":"gpt-4o","input":["a","b"]})"},
      {"/v1/completions", R"({"model":"gpt-4o","prompt":"x","stream":true})"}};
  for (const auto& [target, request] : requests) {
    const Answer answer = client.post(target, request);
    ASSERT_TRUE(answer.whole()) << target;
    EXPECT_EQ(answer.body, mock.last().body) << target;
    EXPECT_EQ(mock::fnv1a(answer.body), mock.last().body_hash);
  }
}

constexpr const char* kAlias = "models:\n  \"fast\": { targets: [ { provider: one, model: the-real-name } ] }\n";

std::string aliased(const RawUpstream& upstream) {
  return std::string(kBase) + "providers:\n  one: { base_url: \"" + url_of(upstream) +
         "\", keys: [ { value: " + kKeyOne + " } ] }\n" + kAlias;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(Bytes, G7_OfTheRequestArriveAsTheyWereSentButForTheModelsName) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(aliased(upstream));
  const std::vector<std::string> bodies = {
      R"({ "temperature":0.10, "big":1e400,"n":-0 ,"model" :  "fast", "messages":[{"content":"\u00e9 é 𝄞\/"}]})",
      R"({"x":{"model":"not this"},"messages":[],"mod\u0065l":"fast","large":92233720368547758089})",
      "\t{\n\"messages\":[],\"model\":\"fa\\u0073t\"\r\n}  "};
  for (const std::string& body : bodies) ASSERT_EQ(gateway.post(kChat, body).status, 200) << body;
  const std::vector<HeardRequest> heard = upstream.heard();
  EXPECT_EQ(heard.at(0).body, replaced(bodies[0], "\"fast\"", "\"the-real-name\""));
  EXPECT_EQ(heard.at(1).body, replaced(bodies[1], "\"fast\"", "\"the-real-name\""));
  EXPECT_EQ(heard.at(2).body, replaced(bodies[2], "\"fa\\u0073t\"", "\"the-real-name\""));
}

TEST(Bytes, OfARequestThatKeepsItsModelArriveExactly) {
  std::mt19937_64 random(11);
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  for (const std::size_t size : {0UZ, 1UZ, 1000UZ, 70000UZ, 600000UZ}) {
    const std::string body = chat_body("gpt-4o", ",\"user\":\"" + words(random, size) + "\"");
    ASSERT_EQ(client.post(kChat, body).status, 200);
    EXPECT_TRUE(upstream.heard().back().body == body) << size;
  }
}

TEST(Bytes, OfAChunkedRequestArriveUnderALength) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const std::string body = plain_chat();
  std::string coded;
  for (const char byte : body) coded += "1;x=y\r\n" + std::string(1, byte) + "\r\n";
  const Answer answer = gateway.post(kChat, coded + "0\r\nX-Trailer: t\r\n\r\n", {{"Transfer-Encoding", "chunked"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(upstream.heard().at(0).body, body);
  EXPECT_EQ(upstream.heard().at(0).field("Content-Length"), std::to_string(body.size()));
}

TEST(Bytes, OfAFormArriveButForTheModelsName) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"text":"hi"})")));
  Gateway gateway(aliased(upstream));
  std::mt19937_64 random(3);
  const std::string file = noise(random, 50000);
  const std::string before = "--b0undary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n" +
                             file + "\r\n--b0undary\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n";
  const Answer answer = gateway.post("/v1/audio/transcriptions", before + "fast\r\n--b0undary--\r\n",
                                     {{"Content-Type", "multipart/form-data; boundary=b0undary"}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(upstream.heard().at(0).body == before + "the-real-name\r\n--b0undary--\r\n");
}

TEST(Bytes, OfARepeatedRequestAreTheSameOnEveryAttempt) {
  RawUpstream upstream;
  upstream.next(Say{}.reset());
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  const std::string body = chat_body("gpt-4o", ",\"user\":\"" + std::string(300000, 'u') + "\"");
  EXPECT_EQ(gateway.post(kChat, body).status, 200);
  ASSERT_EQ(upstream.heard().size(), 2U);
  EXPECT_TRUE(upstream.heard()[0].body == body);
  EXPECT_TRUE(upstream.heard()[1].body == body);
}

}  // namespace
}  // namespace drover::test
