#include "mock/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock/control.h"

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Now at(Duration span) {
  return {Instant{} + 1h + span, 784'111'777};
}

constexpr std::string_view kPlain = R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view kStreamed =
    R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}})";

Heard request(std::string_view body, std::string_view target = "/v1/chat/completions",
              std::string_view key = "Bearer sk-a") {
  Heard heard{.method = "POST", .target = target};
  heard.fields = {{"Content-Type", "application/json"}, {"Authorization", key}, {"X-Request-Id", "abc"}};
  heard.body = body;
  return heard;
}

Settings short_answers() {
  Settings settings;
  settings.answer_tokens = Distribution::fixed(3.0);
  return settings;
}

std::string wire(const Script& script) {
  std::string bytes;
  for (const Step& step : script.steps) bytes += step.bytes;
  return bytes;
}

Script ask(Provider& provider, const Heard& heard, Duration when = 0s) {
  std::uint64_t ordinal = 0;
  Script script = provider.heard(heard, at(when), ordinal);
  provider.ended(ordinal, {}, script.body, at(when).at);
  return script;
}

Script ask_with_fault(std::string_view fault, std::string_view body) {
  Provider provider(short_answers(), at(0s));
  provider.add_faults({*parse_fault(fault)}, at(0s).at);
  return ask(provider, request(body));
}

TEST(Provider, AnswersAChatPlain) {
  Provider provider(short_answers(), at(0s));
  const Script script = ask(provider, request(kPlain));
  EXPECT_THAT(wire(script), StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(script.body, HasSubstr(R"("object":"chat.completion")"));
  EXPECT_THAT(script.body, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_EQ(script.ending, Ending::KeepAlive);
}

TEST(Provider, StreamsAChatInTheOrderOfARealOne) {
  Provider provider(short_answers(), at(0s));
  const std::string body = ask(provider, request(kStreamed)).body;
  const std::size_t role = body.find(R"("role":"assistant")");
  const std::size_t finish = body.find(R"("finish_reason":"stop")");
  const std::size_t usage = body.find(R"("choices":[],"usage":{)");
  const std::size_t done = body.find("data: [DONE]\n\n");
  EXPECT_LT(role, finish);
  EXPECT_LT(finish, usage);
  EXPECT_LT(usage, done);
  EXPECT_EQ(done + 14, body.size());
}

TEST(Provider, SameSeedAndQuestionSameBytes) {
  Provider first(short_answers(), at(0s));
  Provider second(short_answers(), at(5s));
  ask(second, request(R"({"model":"gpt-4o","messages":[]})"));
  EXPECT_EQ(ask(first, request(kStreamed)).body, ask(second, request(kStreamed)).body);
  Settings other = short_answers();
  other.seed = 2;
  Provider third(other, at(0s));
  EXPECT_NE(ask(third, request(kStreamed)).body, ask(first, request(kStreamed)).body);
}

TEST(Provider, HonoursMaxTokens) {
  Provider provider(Settings{}, at(0s));
  const Script script = ask(provider, request(R"({"model":"gpt-4o","messages":[],"max_tokens":2})"));
  EXPECT_THAT(script.body, HasSubstr(R"("finish_reason":"length")"));
  EXPECT_THAT(script.body, HasSubstr(R"("completion_tokens":2)"));
}

TEST(Provider, GivesAsManyChoicesAsAsked) {
  Provider provider(short_answers(), at(0s));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","messages":[],"n":2})")).body, HasSubstr(R"("index":1)"));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","messages":[],"n":2,"stream":true})")).body,
              HasSubstr(R"("index":1)"));
}

TEST(Provider, CallsAToolInFragments) {
  Provider provider(short_answers(), at(0s));
  constexpr std::string_view kTool = R"({"model":"gpt-4o","messages":[],"tool_choice":"required","stream":%,
    "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]})";
  std::string plain(kTool);
  plain.replace(plain.find('%'), 1, "false");
  std::string streamed(kTool);
  streamed.replace(streamed.find('%'), 1, "true");
  EXPECT_THAT(ask(provider, request(plain)).body, HasSubstr(R"("arguments":"{\"city\":\"mock\"}")"));
  const std::string events = ask(provider, request(streamed)).body;
  EXPECT_THAT(events, HasSubstr(R"("function":{"name":"f","arguments":""})"));
  EXPECT_THAT(events, HasSubstr(R"({"index":0,"function":{"arguments":"{\"cit"}})"));
  EXPECT_THAT(events, HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(Provider, StreamsResponsesWithEveryEventAndNoDone) {
  Provider provider(short_answers(), at(0s));
  const std::string body =
      ask(provider, request(R"({"model":"gpt-4o","input":"hi","stream":true})", "/v1/responses")).body;
  std::size_t last = 0;
  for (const char* name : {"response.created", "response.in_progress", "response.output_item.added",
                           "response.content_part.added", "response.output_text.delta", "response.output_text.done",
                           "response.content_part.done", "response.output_item.done", "response.completed"}) {
    const std::size_t found = body.find("event: " + std::string(name) + "\n");
    ASSERT_NE(found, std::string::npos) << name;
    EXPECT_GE(found, last) << name;
    last = found;
  }
  EXPECT_THAT(body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(body, HasSubstr(R"("total_tokens")"));
}

TEST(Provider, AnswersTheOtherCalls) {
  Provider provider(short_answers(), at(0s));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","prompt":"a"})", "/v1/completions")).body,
              HasSubstr("text_completion"));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","prompt":"a","stream":true})", "/v1/completions")).body,
              HasSubstr("[DONE]"));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","input":"a"})", "/v1/embeddings")).body,
              HasSubstr(R"("embedding":[)"));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","input":"a","encoding_format":"base64","dimensions":3})",
                                    "/v1/embeddings"))
                  .body,
              ::testing::ContainsRegex(R"("embedding":"[A-Za-z0-9+/]{16}")"));
  EXPECT_THAT(ask(provider, request(R"({"input":"a"})", "/v1/moderations")).body, HasSubstr(R"("flagged":false)"));
  EXPECT_THAT(ask(provider, request(R"({"model":"gpt-4o","input":"a"})", "/v1/responses")).body,
              HasSubstr(R"("status":"completed")"));
  Heard get = request("", "/v1/models");
  get.method = "GET";
  EXPECT_THAT(ask(provider, get).body, HasSubstr("gpt-4o-mini"));
  get.target = "/v1/models/gpt-4o?x=1";
  EXPECT_THAT(ask(provider, get).body, HasSubstr(R"("id":"gpt-4o")"));
  get.target = "/v1/models/other";
  EXPECT_EQ(ask(provider, get).status, 404);
  get.target = "/v1/files";
  EXPECT_THAT(ask(provider, get).body, HasSubstr(R"("object":"list")"));
  EXPECT_EQ(ask(provider, request("{}", "/v1/nothing")).status, 404);
}

TEST(Provider, RefusesUnknownKeysModelsAndJson) {
  Settings settings = short_answers();
  settings.keys = {KeySettings{.key = "sk-a"}};
  Provider provider(settings, at(0s));
  EXPECT_EQ(ask(provider, request(kPlain)).status, 200);
  const Script unknown = ask(provider, request(kPlain, "/v1/chat/completions", "Bearer sk-b"));
  EXPECT_EQ(unknown.status, 401);
  EXPECT_THAT(unknown.body, HasSubstr("invalid_api_key"));
  EXPECT_EQ(ask(provider, request(R"({"model":"nobody","messages":[]})")).status, 404);
  EXPECT_EQ(ask(provider, request("{")).status, 400);
}

TEST(Provider, EnforcesTheLimitsOfEachKey) {
  Settings settings = short_answers();
  settings.keys = {KeySettings{.key = "sk-a", .requests_per_minute = 1},
                   KeySettings{.key = "sk-b", .requests_per_minute = 1}};
  Provider provider(settings, at(0s));
  EXPECT_THAT(wire(ask(provider, request(kPlain))), HasSubstr("x-ratelimit-remaining-requests: 0\r\n"));
  const Script limited = ask(provider, request(kPlain));
  EXPECT_EQ(limited.status, 429);
  EXPECT_THAT(wire(limited), HasSubstr("Retry-After: 60\r\n"));
  EXPECT_EQ(ask(provider, request(kPlain, "/v1/chat/completions", "Bearer sk-b")).status, 200);
  EXPECT_EQ(ask(provider, request(kPlain), 61s).status, 200);
}

TEST(Provider, ReleasesConcurrencyWhenARequestEnds) {
  Settings settings = short_answers();
  settings.keys = {KeySettings{.key = "sk-a", .concurrent = 1}};
  Provider provider(settings, at(0s));
  std::uint64_t running = 0;
  EXPECT_EQ(provider.heard(request(kPlain), at(0s), running).status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 429);
  provider.ended(running, {}, "", at(1s).at);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 200);
}

TEST(Provider, RemembersWhatItSawWithoutKeysOrPrompts) {
  Settings settings = short_answers();
  settings.record.fields = true;
  Provider provider(settings, at(0s));
  const Script script = ask(provider, request(kPlain, "/v1/chat/completions", "Bearer sk-very-secret-cd12"));
  const Record& record = provider.journal().records().back();
  EXPECT_EQ(record.key_tail, "*cd12");
  EXPECT_EQ(record.request_id, "abc");
  EXPECT_EQ(record.outcome, Outcome::Sent);
  EXPECT_EQ(record.body_bytes, script.body.size());
  EXPECT_EQ(record.body_hash, fnv1a(script.body));
  const std::string page = journal_to_json(provider.journal(), at(0s).at, 10);
  EXPECT_THAT(page, HasSubstr(R"("*cd12":{"requests":1,"answered":1)"));
  EXPECT_THAT(page, Not(HasSubstr("very-secret")));
  EXPECT_THAT(page, Not(HasSubstr(R"("hi")")));
}

TEST(Provider, KeepsBodiesOnlyWhenToldTo) {
  Settings settings = short_answers();
  settings.record.body_bytes = 1'000'000;
  Provider provider(settings, at(0s));
  const Script script = ask(provider, request(kPlain));
  EXPECT_EQ(provider.journal().records().back().body, script.body);
  EXPECT_EQ(provider.journal().records().back().request_body, kPlain);
}

TEST(Provider, AResetStartsTheSameSequenceAgain) {
  Settings settings = short_answers();
  settings.faults = {*parse_fault("500:p=0.5")};
  Provider provider(settings, at(0s));
  const auto statuses = [&] {
    std::string seen;
    for (int request_number = 0; request_number < 32; ++request_number)
      seen += ask(provider, request(kPlain)).status == 500 ? 'x' : '.';
    return seen;
  };
  const std::string first = statuses();
  EXPECT_NE(first, statuses());
  provider.reset(at(1s).at);
  EXPECT_EQ(first, statuses());
}

TEST(Fault, C1_ARateLimitBringsItsRetryAfter) {
  const Script script = ask_with_fault("429:retry-after=7", kPlain);
  EXPECT_EQ(script.status, 429);
  EXPECT_THAT(wire(script), HasSubstr("Retry-After: 7\r\n"));
}

TEST(Fault, C2_DatesComeInThreeSpellings) {
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-date=10s", kPlain)),
              HasSubstr("Retry-After: Sun, 06 Nov 1994 08:49:47 GMT\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-rfc850=10s", kPlain)),
              HasSubstr("Retry-After: Sunday, 06-Nov-94 08:49:47 GMT\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-asctime=-7s", kPlain)),
              HasSubstr("Retry-After: Sun Nov  6 08:49:30 1994\r\n"));
}

TEST(Fault, C3_OtherFormsOfComingBack) {
  EXPECT_THAT(wire(ask_with_fault("429:retry-after-ms=1500", kPlain)), HasSubstr("retry-after-ms: 1500\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429:reset=6m0s", kPlain)), HasSubstr("x-ratelimit-reset-requests: 6m0s\r\n"));
  EXPECT_THAT(wire(ask_with_fault("429", kPlain)), Not(HasSubstr("etry-")));
}

TEST(Fault, C4_BillingIsA429WithItsCode) {
  EXPECT_THAT(ask_with_fault("429:code=insufficient_quota", kPlain).body, HasSubstr("exceeded your current quota"));
}

TEST(Fault, C8_ErrorStatusesHaveTheProvidersShape) {
  for (const int status : {401, 403, 404, 408, 500, 502, 503, 504, 529}) {
    const Script script = ask_with_fault(std::to_string(status), kPlain);
    EXPECT_EQ(script.status, status);
    EXPECT_THAT(script.body, StartsWith(R"({"error":{"message":)")) << status;
  }
  EXPECT_THAT(ask_with_fault("503:body=html", kPlain).body, StartsWith("<!DOCTYPE html>"));
  EXPECT_EQ(ask_with_fault("503:body=empty", kPlain).body, "");
}

TEST(Fault, C9_AnErrorInside200) {
  const Script script = ask_with_fault("error-in-200", kPlain);
  EXPECT_EQ(script.status, 200);
  EXPECT_THAT(script.body, StartsWith(R"({"error":)"));
}

TEST(Fault, C10_AWebPageInPlaceOfJson) {
  EXPECT_THAT(wire(ask_with_fault("html", kPlain)), HasSubstr("Content-Type: text/html"));
}

TEST(Fault, C11_AnErrorEventFirstOrAfterTheLifecycle) {
  EXPECT_THAT(ask_with_fault("error-first", kStreamed).body, StartsWith(R"(data: {"error":)"));
  const std::string after = ask_with_fault("error-after-lifecycle", kStreamed).body;
  EXPECT_THAT(after, HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(after, Not(HasSubstr(R"("content":"t)")));
  EXPECT_THAT(after, HasSubstr(R"({"error":)"));
  EXPECT_THAT(after, Not(HasSubstr("[DONE]")));
}

TEST(Fault, C12_AnErrorEventInTheMiddle) {
  const std::string body = ask_with_fault("error-mid:after=2", kStreamed).body;
  EXPECT_THAT(body, HasSubstr(R"({"error":)"));
  EXPECT_THAT(body, Not(HasSubstr(R"("finish_reason":"stop")")));
}

TEST(Fault, C13_AStreamWithoutItsEnd) {
  EXPECT_THAT(ask_with_fault("no-done", kStreamed).body, Not(HasSubstr("[DONE]")));
  EXPECT_THAT(ask_with_fault("no-done", kStreamed).body, HasSubstr(R"("finish_reason":"stop")"));
  EXPECT_THAT(ask_with_fault("incomplete", kStreamed).body, Not(HasSubstr(R"("finish_reason":"stop")")));
}

TEST(Fault, C16_ALineThatIsNotJson) {
  EXPECT_THAT(ask_with_fault("malformed:after=1", kStreamed).body, HasSubstr("no colon here\n\n"));
}

TEST(Fault, C19_AStreamForAPlainQuestionAndTheReverse) {
  EXPECT_THAT(ask_with_fault("other-form", kPlain).body, HasSubstr("[DONE]"));
  EXPECT_THAT(ask_with_fault("other-form", kStreamed).body, HasSubstr(R"("object":"chat.completion")"));
}

TEST(Fault, C21_NoChoicesAtAll) {
  EXPECT_THAT(ask_with_fault("empty-choices", kPlain).body, HasSubstr(R"("choices":[])"));
  EXPECT_THAT(ask_with_fault("empty-choices", kStreamed).body, HasSubstr("[DONE]"));
}

TEST(Fault, B14_ACutStreamEndsInsideAChunk) {
  const Script script = ask_with_fault("cut:after=1", kStreamed);
  EXPECT_EQ(script.ending, Ending::Close);
  EXPECT_THAT(wire(script), Not(HasSubstr("0\r\n\r\n")));
  EXPECT_EQ(ask_with_fault("cut:after=1:how=reset", kStreamed).ending, Ending::Reset);
}

TEST(Fault, B13_ACutPlainAnswerIsShorterThanAnnounced) {
  const Script script = ask_with_fault("cut", kPlain);
  EXPECT_EQ(script.ending, Ending::Close);
  const std::string bytes = wire(script);
  const std::size_t sent = bytes.size() - bytes.find("\r\n\r\n") - 4;
  EXPECT_LT(sent, script.body.size());
}

TEST(Fault, ACleanCutHasGoodFramingAndHalfTheContent) {
  const Script streamed = ask_with_fault("cut:after=1:how=clean", kStreamed);
  EXPECT_THAT(wire(streamed), ::testing::EndsWith("0\r\n\r\n"));
  EXPECT_THAT(wire(streamed), Not(HasSubstr("[DONE]")));
  const Script plain = ask_with_fault("cut:how=clean", kPlain);
  EXPECT_EQ(plain.ending, Ending::KeepAlive);
  EXPECT_THAT(plain.body, Not(::testing::EndsWith("}")));
}

TEST(Fault, A3_Silences) {
  EXPECT_EQ(ask_with_fault("hang", kPlain).ending, Ending::Hang);
  EXPECT_TRUE(ask_with_fault("hang", kPlain).steps.empty());
  const Script head_only = ask_with_fault("hang-after-head", kStreamed);
  EXPECT_THAT(wire(head_only), ::testing::EndsWith("\r\n\r\n"));
  EXPECT_EQ(head_only.ending, Ending::Hang);
  EXPECT_EQ(ask_with_fault("stall:after=2", kStreamed).ending, Ending::Hang);
  EXPECT_EQ(ask_with_fault("reset", kPlain).ending, Ending::Reset);
  EXPECT_EQ(ask_with_fault("close", kPlain).ending, Ending::Close);
}

TEST(Fault, B12_LengthsThatLie) {
  const Script longer = ask_with_fault("wrong-length:by=10", kPlain);
  EXPECT_THAT(wire(longer), HasSubstr("Content-Length: " + std::to_string(longer.body.size() + 10)));
  const Script streamed = ask_with_fault("wrong-length:by=-5", kStreamed);
  EXPECT_THAT(wire(streamed), HasSubstr("Content-Length: " + std::to_string(streamed.body.size() - 5)));
  EXPECT_THAT(wire(ask_with_fault("bad-head:code=two-lengths", kPlain)),
              HasSubstr("Content-Length: 5\r\nContent-Length: 6"));
}

TEST(Fault, B11_B1_B4_B25_HeadsThatAreNotHttp) {
  EXPECT_THAT(wire(ask_with_fault("bad-head", kPlain)), StartsWith("HTTP/1.1 abc\r\n"));
  EXPECT_THAT(wire(ask_with_fault("bad-head:code=te-and-length", kPlain)),
              HasSubstr("Transfer-Encoding: chunked\r\nContent-Length: 5"));
  EXPECT_GT(wire(ask_with_fault("bad-head:code=huge", kPlain)).size(), 128U * 1024U);
  EXPECT_NE(wire(ask_with_fault("bad-head:code=nul", kPlain)).find('\0'), std::string::npos);
}

TEST(Fault, B5_InterimAnswersBeforeTheFinalOne) {
  EXPECT_THAT(wire(ask_with_fault("interim:by=2", kPlain)), StartsWith("HTTP/1.1 103 Early Hints\r\n"));
}

TEST(Fault, A11_BytesNobodyAskedFor) {
  EXPECT_THAT(wire(ask_with_fault("unsolicited", kPlain)), ::testing::EndsWith("worse"));
  EXPECT_EQ(ask_with_fault("close-after", kPlain).ending, Ending::Close);
}

TEST(Fault, C15_OddButLegalStreams) {
  EXPECT_THAT(ask_with_fault("quirks", kStreamed).body, HasSubstr("\r\n\r\n"));
}

TEST(Fault, ADripIsOneByteAStep) {
  const Script script = ask_with_fault("drip:every=2ms", kPlain);
  for (const Step& step : script.steps) {
    ASSERT_EQ(step.bytes.size(), 1U);
    ASSERT_EQ(step.wait, Duration(2ms));
  }
  EXPECT_EQ(script.steps.back().body, script.body.size());
}

TEST(Fault, B22_AnUnaskedContentCodingIsValidGzip) {
  const Script script = ask_with_fault("gzip", kStreamed);
  EXPECT_THAT(wire(script), HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(script.body, StartsWith("\x1f\x8b\x08"));
}

TEST(Fault, JunkHeadersCarryWhatMustNotPass) {
  const std::string bytes = wire(ask_with_fault("junk-headers", kPlain));
  for (const char* name : {"Set-Cookie:", "Alt-Svc:", "openai-organization:"}) EXPECT_THAT(bytes, HasSubstr(name));
}

TEST(Fault, C20_SlowMultipliesEveryWait) {
  Settings settings = short_answers();
  settings.first_token = Distribution::fixed(Duration(100ms));
  settings.tokens_per_second = Distribution::fixed(10.0);
  Provider provider(settings, at(0s));
  const auto total = [](const Script& script) {
    Duration sum{};
    for (const Step& step : script.steps) sum += step.wait;
    return sum;
  };
  EXPECT_EQ(total(ask(provider, request(kStreamed))), Duration(300ms));
  EXPECT_EQ(total(ask(provider, request(kPlain))), Duration(400ms));
  provider.add_faults({*parse_fault("slow:factor=10")}, at(0s).at);
  EXPECT_EQ(total(ask(provider, request(kStreamed))), Duration(3s));
}

TEST(Fault, B20_AnEarly413NeedsNoBody) {
  Provider provider(short_answers(), at(0s));
  std::uint64_t ordinal = 0;
  EXPECT_FALSE(provider.head_heard(request(""), at(0s), ordinal).has_value());
  provider.add_faults({*parse_fault("early-413")}, at(0s).at);
  const std::optional<Script> script = provider.head_heard(request(""), at(0s), ordinal);
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->status, 413);
  EXPECT_EQ(script->ending, Ending::Close);
}

TEST(Script, RandomCutsChangeTheStepsAndNotTheBytes) {
  Provider whole(short_answers(), at(0s));
  Settings settings = short_answers();
  settings.cuts = Cuts::Random;
  Provider cut(settings, at(0s));
  const Script as_one = ask(whole, request(kStreamed));
  const Script in_many = ask(cut, request(kStreamed));
  EXPECT_EQ(wire(as_one), wire(in_many));
  EXPECT_GT(in_many.steps.size(), 10U);
  EXPECT_EQ(in_many.steps.back().body, in_many.body.size());
}

TEST(Script, AnOldClientGetsAnAnswerThatEndsWithTheConnection) {
  Provider provider(short_answers(), at(0s));
  Heard old = request(kStreamed);
  old.asked = Asked{.http10 = true, .head_only = false, .keep_alive = false};
  const Script script = ask(provider, old);
  EXPECT_THAT(wire(script), Not(HasSubstr("chunked")));
  EXPECT_EQ(script.ending, Ending::Close);
}

TEST(Control, FaultsAreSetReadAndRemoved) {
  Provider provider(short_answers(), at(0s));
  const auto call = [&](std::string_view method, std::string_view target, std::string_view body) {
    return control(provider, method, target, body, at(0s).at);
  };
  EXPECT_EQ(call("POST", "/_mock/faults", R"(["500:count=1", {"kind": "cut", "after": 2}])").status, 200);
  EXPECT_THAT(call("GET", "/_mock/faults", "").pieces.front().bytes, HasSubstr(R"("fault":"cut:after=2")"));
  EXPECT_EQ(ask(provider, request(kPlain)).status, 500);
  EXPECT_EQ(call("PUT", "/_mock/faults", R"("401")").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 401);
  EXPECT_EQ(call("DELETE", "/_mock/faults", "").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 200);
  EXPECT_EQ(call("POST", "/_mock/faults", R"("bang")").status, 400);
  EXPECT_EQ(call("PATCH", "/_mock/faults", "").status, 405);
}

TEST(Control, SettingsChangeWhileItRuns) {
  Provider provider(short_answers(), at(0s));
  const auto call = [&](std::string_view method, std::string_view target, std::string_view body) {
    return control(provider, method, target, body, at(0s).at);
  };
  EXPECT_EQ(call("POST", "/_mock/settings", R"({"models": ["only-this"]})").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 404);
  EXPECT_THAT(call("GET", "/_mock/settings", "").pieces.front().bytes, HasSubstr("only-this"));
  EXPECT_EQ(call("POST", "/_mock/settings", R"({"listen": "9999"})").status, 400);
  EXPECT_EQ(call("POST", "/_mock/settings", "{").status, 400);
  EXPECT_EQ(call("DELETE", "/_mock/settings", "").status, 405);
  EXPECT_EQ(call("POST", "/_mock/reset", "").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 200);
  EXPECT_EQ(call("GET", "/_mock/reset", "").status, 405);
  EXPECT_EQ(call("GET", "/_mock/other", "").status, 404);
}

TEST(Control, TheLogCanBeReadAndForgotten) {
  Provider provider(short_answers(), at(0s));
  ask(provider, request(kPlain));
  const auto call = [&](std::string_view method) { return control(provider, method, "/_mock/log", "", at(0s).at); };
  EXPECT_THAT(call("GET").pieces.front().bytes, HasSubstr(R"("outcome":"sent")"));
  EXPECT_THAT(call("DELETE").pieces.front().bytes, HasSubstr(R"("total":0)"));
  EXPECT_EQ(call("POST").status, 405);
}

TEST(Journal, KeepsTheNewestAndNeverForgetsCounts) {
  Journal journal;
  for (std::size_t count = 0; count <= kMaxRecords; ++count) {
    Record record;
    record.key_tail = "*k";
    journal.close(journal.open(std::move(record)));
  }
  EXPECT_EQ(journal.records().size(), kMaxRecords);
  EXPECT_EQ(journal.find(1), nullptr);
  EXPECT_NE(journal.find(2), nullptr);
  EXPECT_EQ(journal.counts().at("*k").requests, kMaxRecords + 1);
}

}  // namespace
}  // namespace drover::mock
