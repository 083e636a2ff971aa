// Answers with a good status that are none, and good answers under a wrong label, through the whole gateway: what the
// first of two providers says, and whether the second is asked.
#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kJson = "Content-Type: application/json\r\n";
constexpr const char* kText = "Content-Type: text/plain\r\n";

std::string streamed(const std::string& events, const std::string& type = "text/event-stream") {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n" +
         (events.empty() ? "" : chunk(events)) + "0\r\n\r\n";
}
/// A piece of text in a stream of /responses.
constexpr const char* kWord =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n";

std::string event(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}

/// Two providers in this order; what a request of `path` gets when the first says these bytes.
struct Pair {
  explicit Pair(const std::string& bytes) {
    first.always(Say{}.bytes(bytes));
    second.always(Say{}.bytes(sized(kPlainAnswer)));
  }
  RawUpstream first;
  RawUpstream second;
  Gateway gateway{providers({url_of(first), url_of(second)}, "in_order", "retry: { same_target: 0 }\n")};
};

/// Of a plain answer.
const std::vector<std::string> kBodies = {"",
                                          " \n",
                                          "<html>login</html>",
                                          "upstream error",
                                          "{}",
                                          "[]",
                                          "null",
                                          "17",
                                          "\"text\"",
                                          R"({"choices":[{"message":{"content":"cu)",
                                          R"({"detail":"Not authenticated"})",
                                          R"({"code":"E1","message":"boom"})",
                                          R"({"error_code":336501,"error_msg":"boom"})",
                                          R"({"success":false,"errors":[{"code":7,"message":"boom"}]})",
                                          R"([{"error":{"code":500,"message":"boom"}}])",
                                          R"({"object":"error","message":"boom","code":500})",
                                          R"({"error":"boom"})",
                                          R"({"error":17})",
                                          R"({"error":["boom"]})",
                                          R"({"choices":null})",
                                          R"({"choices":[]})",
                                          R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0}})",
                                          R"({"choices":null,"base_resp":{"status_code":1013,"status_msg":"boom"}})",
                                          R"({"choices":[{"message":{"content":""},"finish_reason":"error"}]})"};

TEST(BadAnswer, K3_OfAnyShapeIsAskedForElsewhere) {
  for (const std::string& body : kBodies) {
    for (const char* type : {kJson, kText}) {
      Pair pair(sized(body, type));
      const Answer answer = pair.gateway.post(kChat, plain_chat());
      EXPECT_EQ(answer.status, 200) << body;
      EXPECT_EQ(answer.body, kPlainAnswer) << body;
      EXPECT_EQ(attempts(answer), 2) << body;
    }
  }
}

TEST(BadAnswer, K3_WithoutABodyIsAskedForElsewhere) {
  for (const char* head :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"}) {
    for (const std::string& request : {plain_chat(), chat_body("gpt-4o", ",\"input\":\"x\"")}) {
      Pair pair(head);
      EXPECT_EQ(pair.gateway.post(kChat, request).body, kPlainAnswer) << head;
    }
  }
}

TEST(BadAnswer, K3_OfAStreamIsAskedForElsewhere) {
  const std::string beat = event(R"({"status":"queued"})") + event(R"({"type":"ping"})");
  std::vector<std::string> streams = {
      "", ": hello\n\n", beat, beat + kDone, kDone, event(R"({"choices":[],"usage":{"prompt_tokens":1}})") + kDone};
  for (const std::string& body : kBodies) {
    if (body.find_first_not_of(" \n") != std::string::npos) streams.push_back(event(body) + kDone);
    if (body.starts_with('{')) streams.push_back(beat + event(body) + kDone);
  }
  for (const std::string& stream : streams) {
    if (stream.find("content\":\"cu") != std::string::npos) continue;  // a piece of an answer, though no whole JSON
    Pair pair(streamed(stream));
    pair.second.always(Say{}.bytes(streamed(delta("hi") + kFinish + kDone)));
    const Answer answer = pair.gateway.post(kChat, streamed_chat());
    EXPECT_EQ(answer.body, delta("hi") + kFinish + kDone) << stream;
    EXPECT_EQ(attempts(answer), 2) << stream;
  }
}

TEST(BadAnswer, K3_WhereAStreamIsDueIsAskedForElsewhereWhateverItsLabel) {
  for (const std::string& body : kBodies) {
    Pair pair(sized(body, "Content-Type: text/event-stream\r\n"));
    pair.second.always(Say{}.bytes(streamed(delta("hi") + kFinish + kDone)));
    EXPECT_EQ(pair.gateway.post(kChat, streamed_chat()).body, delta("hi") + kFinish + kDone) << body;
  }
}

TEST(BadAnswer, K3_BehindContentEndsTheStreamWithAnErrorThatClientsKnow) {
  Pair pair(streamed(delta("hi") + event(R"({"object":"error","message":"boom","code":500})") + kDone));
  const Answer answer = pair.gateway.post(kChat, streamed_chat());
  EXPECT_THAT(answer.body, HasSubstr("data: {\"error\":"));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
}

TEST(BadAnswer, K3_OfAMessageIsAskedForElsewhere) {
  RawUpstream first;
  RawUpstream second;
  const std::string yaml = std::string(kBase) + "providers:\n  a: { dialect: anthropic, base_url: \"" +
                           root_of(url_of(first)) + "\", keys: [ { value: " + kKeyOne +
                           " } ] }\n  b: { dialect: anthropic, base_url: \"" + root_of(url_of(second)) +
                           "\", keys: [ { value: " + kKeyTwo +
                           " } ] }\nmodels:\n  claude: { targets: [ a, { provider: b, priority: 1 } ] }\n"
                           "retry: { same_target: 0 }\n";
  for (const std::string& body : kBodies) {
    Gateway gateway(yaml);
    first.next(Say{}.bytes(sized(body)));
    second.next(Say{}.bytes(sized(kPlainMessage)));
    EXPECT_EQ(gateway.post(kMessages, plain_message(), kVersioned).body, kPlainMessage) << body;
    if (body.find_first_not_of(" \n") == std::string::npos) continue;
    const std::string good = message_start() + text_delta("hi") + message_end();
    first.next(Say{}.bytes(streamed(event(body))));
    second.next(Say{}.bytes(streamed(good)));
    EXPECT_EQ(gateway.post(kMessages, streamed_message(), kVersioned).body, good) << body;
  }
}

TEST(GoodAnswer, K12_UnderAWrongLabelIsGood) {
  const std::string events = delta("hi") + kFinish + kDone;
  for (const char* type : {"text/plain", "application/octet-stream", "application/json", "text/html",
                           "application/json, text/event-stream"}) {
    Pair pair(streamed("\n" + events, type));
    const Answer stream = pair.gateway.post(kChat, streamed_chat());
    EXPECT_THAT(stream.body, HasSubstr(events)) << type;
    EXPECT_EQ(stream.field("content-type"), "text/event-stream") << type;
    EXPECT_EQ(stream.count("content-type"), 1U);
    EXPECT_EQ(attempts(stream), 1) << type;
    pair.first.always(
        Say{}.bytes(sized(std::string("\xEF\xBB\xBF") + kPlainAnswer, "Content-Type: " + std::string(type) + "\r\n")));
    const Answer plain = pair.gateway.post(kChat, plain_chat());
    EXPECT_THAT(plain.body, HasSubstr(kPlainAnswer)) << type;
    EXPECT_THAT(plain.field("content-type").value_or(""), HasSubstr("application/json"));
    EXPECT_EQ(attempts(plain), 1) << type;
  }
}

TEST(GoodAnswer, K12_OfPicturesUnderAWrongLabelIsAStream) {
  const std::string events =
      "event: image_generation.partial_image\ndata: "
      "{\"type\":\"image_generation.partial_image\",\"b64_json\":\"AA\"}\n\n"
      "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"}\n\n";
  for (const char* type : {"application/json", "text/plain", "application/octet-stream"}) {
    Pair pair(streamed(events, type));
    const Answer answer =
        pair.gateway.post("/v1/images/generations", R"({"model":"gpt-4o","prompt":"a cat","stream":true})");
    EXPECT_EQ(answer.body, events) << type;
    EXPECT_EQ(answer.field("content-type"), "text/event-stream") << type;
    EXPECT_EQ(attempts(answer), 1) << type;
    pair.first.always(Say{}.bytes(streamed(events.substr(0, events.find("\n\n") + 2), type)));
    const Answer cut =
        pair.gateway.post("/v1/images/generations", R"({"model":"gpt-4o","prompt":"a cat","stream":true})");
    EXPECT_THAT(cut.body, HasSubstr("stream_incomplete")) << "K9: a partial picture is none";
  }
}

TEST(GoodAnswer, K12_OfPicturesInOnePieceIsGoodThoughAStreamWasAskedFor) {
  constexpr const char* kPictures =
      R"({"created":1,"data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":5,"output_tokens":6}})";
  for (const char* type : {kJson, kText}) {
    Pair pair(sized(kPictures, type));
    const Answer answer =
        pair.gateway.post("/v1/images/generations", R"({"model":"gpt-4o","prompt":"a cat","stream":true})");
    EXPECT_EQ(answer.body, kPictures);
    EXPECT_EQ(attempts(answer), 1);
  }
}

TEST(CutStream, K9_OfATranscriptIsSeen) {
  const std::string word =
      "event: transcript.text.delta\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\"a\"}\n\n";
  const std::string end = "event: transcript.text.done\ndata: {\"type\":\"transcript.text.done\",\"text\":\"a\"}\n\n";
  Pair pair(streamed(word));
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-4o\r\n--b\r\n"
      "Content-Disposition: form-data; name=\"stream\"\r\n\r\ntrue\r\n--b--\r\n";
  const Fields type{{"Content-Type", "multipart/form-data; boundary=b"}};
  EXPECT_THAT(pair.gateway.post("/v1/audio/transcriptions", form, type).body, HasSubstr("stream_incomplete"));
  pair.first.always(Say{}.bytes(streamed(word + end)));
  EXPECT_EQ(pair.gateway.post("/v1/audio/transcriptions", form, type).body, word + end);
}

TEST(CutStream, K9_OfMoreChoicesThanCameIsSeen) {
  const std::string three = event(R"({"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})") +
                            event(R"({"choices":[{"index":1,"text":"b","finish_reason":"stop"}]})");
  Pair pair(streamed(three));
  for (const char* path : {"/v1/chat/completions", "/v1/completions"}) {
    const std::string body = chat_body("gpt-4o", R"(,"prompt":"x","stream":true,"n":3)");
    EXPECT_THAT(pair.gateway.post(path, body).body, HasSubstr("stream_incomplete")) << path;
    EXPECT_EQ(pair.gateway.post(path, chat_body("gpt-4o", R"(,"prompt":"x","stream":true,"n":2)")).body, three) << path;
  }
}

TEST(GoodAnswer, K12_InACodingThatIsNoneIsGood) {
  for (const char* coding : {"utf-8", "none", "identity", "aws-chunked", "UTF-8", "binary"}) {
    Pair pair(sized(kPlainAnswer, std::string(kJson) + "Content-Encoding: " + coding + "\r\n"));
    const Answer answer = pair.gateway.post(kChat, plain_chat());
    EXPECT_EQ(answer.body, kPlainAnswer) << coding;
    EXPECT_EQ(attempts(answer), 1) << coding;
    EXPECT_FALSE(answer.field("content-encoding").has_value());
  }
}

TEST(GoodAnswer, K5_OfAPathWithoutStreamsIsJsonWhateverTheFlagSays) {
  constexpr const char* kVectors =
      R"({"object":"list","data":[{"index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":1}})";
  Pair pair(sized(kVectors));
  const Answer answer = pair.gateway.post("/v1/embeddings", R"({"model":"gpt-4o","input":"hello","stream":true})");
  EXPECT_EQ(answer.body, kVectors);
  EXPECT_EQ(attempts(answer), 1);
}

TEST(GoodAnswer, K5_OfTheOtherFormTakesNobodyOut) {
  Pair pair(sized(kPlainAnswer));
  pair.second.always(Say{}.bytes(streamed(delta("hi") + kFinish + kDone)));
  for (int request = 0; request < 10; ++request) EXPECT_EQ(pair.gateway.post(kChat, streamed_chat()).status, 200);
  EXPECT_EQ(pair.first.heard().size(), 10U) << "it is paid and well: still asked first";
}

TEST(LastEvent, K4_IsOneWithoutItsBlankLine) {
  const std::string done = delta("hi") + kFinish + kDone;
  for (const std::size_t cut : {1U, 2U}) {
    Pair pair(streamed(done.substr(0, done.size() - cut)));
    EXPECT_EQ(pair.gateway.post(kChat, streamed_chat()).body, done) << cut;
    const std::string finish = delta("hi") + kFinish;
    pair.first.always(Say{}.bytes(streamed(finish.substr(0, finish.size() - cut))));
    EXPECT_EQ(pair.gateway.post(kChat, streamed_chat()).body, finish) << cut;
  }
}

TEST(LastEvent, K4_IsCompletedWithTheLineEndOfItsStream) {
  for (const std::string end : {"\r\n", "\r"}) {
    std::string events = delta("hi") + kFinish + kDone;
    for (std::size_t at = 0; (at = events.find('\n', at)) != std::string::npos; at += end.size()) {
      events.replace(at, 1, end);
    }
    for (std::size_t cut = 0; cut <= 2 * end.size(); ++cut) {
      Pair pair(streamed(events.substr(0, events.size() - cut)));
      EXPECT_EQ(pair.gateway.post(kChat, streamed_chat()).body, events) << cut;
    }
  }
}

TEST(LastEvent, K4_ThatIsNoWholeJsonIsACut) {
  const std::string events = delta("hi") + kFinish;
  Pair pair(streamed(events.substr(0, events.size() - 5)));
  const Answer answer = pair.gateway.post(kChat, streamed_chat());
  EXPECT_TRUE(answer.body.starts_with(delta("hi")));
  EXPECT_THAT(answer.body, HasSubstr("stream_incomplete"));
  EXPECT_THAT(answer.body, Not(HasSubstr("\"stop\"")));
}

TEST(CutStream, K9_OfTwoChoicesIsSeenThoughOneIsWhole) {
  const std::string events =
      event(R"({"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]})") +
      event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
  Pair pair(streamed(events));
  const Answer answer = pair.gateway.post(kChat, chat_body("gpt-4o", ",\"stream\":true,\"n\":2"));
  EXPECT_THAT(answer.body, HasSubstr("stream_incomplete"));
  const std::string whole = events + event(R"({"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]})");
  pair.first.always(Say{}.bytes(streamed(whole)));
  EXPECT_EQ(pair.gateway.post(kChat, chat_body("gpt-4o", ",\"stream\":true,\"n\":2")).body, whole);
}

TEST(CutStream, K9_OfAResponseIsSeenThoughItSaysDone) {
  Pair pair(streamed(std::string(kWord) + kDone));
  const Answer answer = pair.gateway.post(kResponses, R"({"model":"gpt-4o","input":"x","stream":true,"store":false})");
  EXPECT_THAT(answer.body, HasSubstr("stream_incomplete"));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
}

/// A stream of /responses whose events say again instructions of so many bytes.
std::string response_event(std::string_view name, std::size_t echo, std::string_view more) {
  return "event: " + std::string(name) + "\ndata: {\"type\":\"" + std::string(name) +
         "\",\"response\":{\"id\":\"resp_1\",\"instructions\":\"" + std::string(echo, 'i') + "\"," + std::string(more) +
         "}}\n\n";
}
std::string long_request(std::size_t echo, bool stream) {
  return R"({"model":"gpt-4o","input":"x","store":false,"stream":)" + std::string(stream ? "true" : "false") +
         R"(,"instructions":")" + std::string(echo, 'i') + "\"}";
}
/// As it comes from a network.
std::string in_small_chunks(const std::string& events) {
  std::string bytes = kStreamHead;
  for (std::size_t at = 0; at < events.size(); at += 4096) bytes += chunk(std::string_view(events).substr(at, 4096));
  return bytes + "0\r\n\r\n";
}

TEST(LongAnswer, K1_OfAStreamFailsOverByItsClassWhateverItEchoes) {
  for (const std::size_t echo : {std::size_t{40'000}, std::size_t{250'000}}) {
    const std::string begin = response_event("response.created", echo, R"("status":"in_progress")") +
                              response_event("response.in_progress", echo, R"("status":"in_progress")");
    const std::string failed =
        response_event("response.failed", echo, R"("status":"failed","error":{"code":"server_error","message":"m"})");
    Pair pair(in_small_chunks(begin + failed));
    const std::string good =
        begin + kWord +
        response_event("response.completed", echo,
                       R"("status":"completed","usage":{"input_tokens":62000,"output_tokens":1300})");
    pair.second.always(Say{}.bytes(in_small_chunks(good)));
    const Answer answer = pair.gateway.post(kResponses, long_request(echo, true));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, good) << echo;
    EXPECT_EQ(attempts(answer), 2) << echo;
    pair.second.always(Say{}.bytes(in_small_chunks(
        begin + response_event("response.failed", echo, R"("error":{"code":"invalid_prompt","message":"m"})"))));
    EXPECT_EQ(pair.gateway.post(kResponses, long_request(echo, true)).status, 400) << "by the code at its end";
  }
}

TEST(LongAnswer, K1_EndsWithItsLastEventThoughTheConnectionStaysOpen) {
  const std::string events = kWord + response_event("response.completed", 600'000, R"("status":"completed")");
  std::string bytes = in_small_chunks(events);
  bytes.resize(bytes.size() - std::string_view("0\r\n\r\n").size());
  Pair pair(kPlainAnswer);
  pair.first.always(Say{}.bytes(bytes).wait_for_end());
  EXPECT_EQ(pair.gateway.post(kResponses, long_request(10, true)).body, events);
}

TEST(LongAnswer, K1_ThatIsPlainAndFailedIsSeenToHaveFailed) {
  const std::string echo = "\"instructions\":\"" + std::string(90'000, 'i') + "\"";
  Pair pair(sized("{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"failed\"," + echo + ",\"output\":[]}"));
  const std::string good =
      "{\"id\":\"resp_2\",\"object\":\"response\",\"status\":\"completed\"," + echo + ",\"output\":[{}]}";
  pair.second.always(Say{}.bytes(sized(good)));
  EXPECT_EQ(pair.gateway.post(kResponses, long_request(90'000, false)).body, good);
}

TEST(LongAnswer, K1_HoldsAClientToItsLimitWhateverItsSize) {
  const std::string usage = R"("usage":{"input_tokens":62000,"output_tokens":1300})";
  const std::string echo = "\"instructions\":\"" + std::string(300'000, 'i') + "\",";
  RawUpstream upstream;
  const std::string plain =
      R"({"id":"resp_1","object":"response","status":"completed",)" + echo + R"("output":[{}],)" + usage + "}";
  const std::string stream =
      in_small_chunks(kWord + response_event("response.completed", 300'000, R"("status":"completed",)" + usage));
  for (const bool streamed : {false, true}) {
    upstream.always(Say{}.bytes(streamed ? stream : sized(plain)));
    Gateway gateway(with_admin(load(one_provider(
        {url_of(upstream)}, {kKeyOne},
        "timeouts: { queue: 100ms }\nclients: [ { name: web, key: { value: client-key-0123456789 }, limits: { "
        "input_tokens_per_minute: 130000 } } ]\n"))));
    int served = 0;
    for (; served < 6; ++served) {
      const std::string id = "request-" + std::to_string(served);
      const Fields fields{{"Authorization", "Bearer client-key-0123456789"}, {"x-request-id", id}};
      if (gateway.post(kResponses, long_request(10, streamed), fields).status != 200) break;
      (void)gateway.explained(id);  // by then its use is counted, on whichever thread
    }
    EXPECT_LE(served, 3) << "each has used 62,000 tokens of 130,000";
  }
}

/// What a refusal by the first provider that is not surely about the request leads to.
struct Refusal {
  const char* status;
  const char* body;
};
constexpr Refusal kUnsure[] = {
    {"400 Bad Request", "<html>400</html>"},
    {"400 Bad Request", ""},
    {"400 Bad Request", R"({"error":{"message":"Model Not Exist","type":"invalid_request_error"}})"},
    {"400 Bad Request", R"({"error":{"message":"Upstream request failed","type":"invalid_request_error"}})"},
    {"400 Bad Request",
     R"({"error":{"message":"This organization has been disabled.","type":"invalid_request_error"}})"},
    {"403 Forbidden", "{}"},
    {"404 Not Found", R"({"detail":"Not Found"})"},
    {"404 Not Found", ""},
    {"404 Not Found", "<html>404</html>"},
    {"405 Method Not Allowed", ""},
    {"413 Content Too Large", "<html>413</html>"},
    {"415 Unsupported Media Type", ""},
    {"421 Misdirected Request", ""},
    {"451 Unavailable For Legal Reasons", "{}"},
    {"501 Not Implemented", R"({"error":{"code":501,"message":"no","type":"not_supported_error"}})"},
    {"302 Found", ""},
};

TEST(Refusal, K8_ThatMayNotBeAboutTheRequestIsAskedElsewhere) {
  for (const Refusal& refusal : kUnsure) {
    Pair pair(sized(refusal.body, "Content-Type: application/json\r\n", refusal.status));
    const Answer answer = pair.gateway.post(kChat, plain_chat());
    EXPECT_EQ(answer.status, 200) << refusal.status << refusal.body;
    EXPECT_EQ(attempts(answer), 2) << refusal.status << refusal.body;
  }
}

TEST(Refusal, K8_ThatNamesAParameterIsTheClientsAtOnce) {
  Pair pair(sized(R"({"error":{"message":"bad","type":"invalid_request_error","param":"temperature","code":null}})",
                  kJson, "400 Bad Request"));
  EXPECT_EQ(pair.gateway.post(kChat, plain_chat()).status, 400);
  EXPECT_EQ(pair.second.heard().size(), 0U);
}

TEST(Refusal, K8_OfTheWishForUsageIsNotTheClients) {
  RawUpstream first;
  RawUpstream second;
  const std::string yaml = providers({url_of(first), url_of(second)}, "in_order");
  Gateway gateway(std::string(yaml).replace(yaml.find("  p1: { "), 8, "  p1: { usage: ask, "));
  first.always(Say{}.bytes(
      sized(R"({"error":{"message":"Unrecognized request argument: stream_options","type":"invalid_request_error"}})",
            kJson, "400 Bad Request")));
  second.always(Say{}.bytes(streamed(delta("hi") + kFinish + kDone)));
  EXPECT_EQ(
      gateway.post(kChat, chat_body("gpt-4o", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")).status,
      400)
      << "there it is the client's own";
  EXPECT_EQ(gateway.post(kChat, streamed_chat()).status, 200);
}

TEST(Refusal, F1_OfAnApiThatIsNotOfferedTakesNobodyOut) {
  RawUpstream upstream;
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 2 }\n"));
  for (int request = 0; request < 8; ++request) {
    upstream.next(Say{}.bytes(sized(
        R"({"error":{"code":501,"message":"This server does not support embeddings","type":"not_supported_error"}})",
        kJson, "501 Not Implemented")));
    const Answer refused = gateway.post("/v1/embeddings", R"({"model":"m","input":"x"})");
    EXPECT_EQ(refused.status, 501);
    EXPECT_EQ(attempts(refused), 1) << "the same target would say the same";
  }
  upstream.next(Say{}.bytes(sized(kPlainAnswer)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
}

}  // namespace
}  // namespace drover::test
