#include "mock/provider/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

TEST(Provider, KeepsItsLimitsToItselfWhenItShall) {
  Settings settings = short_answers();
  settings.keys = {KeySettings{.key = "sk-a", .requests_per_minute = 1}};
  for (const TellLimits tell : {TellLimits::RetryAfter, TellLimits::Nothing}) {
    settings.tell_limits = tell;
    Provider provider(settings, at(0s));
    EXPECT_THAT(wire(ask(provider, request(kPlain))), Not(HasSubstr("x-ratelimit")));
    const std::string refusal = wire(ask(provider, request(kPlain)));
    EXPECT_THAT(refusal, HasSubstr("429"));
    EXPECT_THAT(refusal, Not(HasSubstr("x-ratelimit")));
    EXPECT_EQ(refusal.find("Retry-After") != std::string::npos, tell == TellLimits::RetryAfter);
  }
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
  provider.reset(at(0s).at);
  EXPECT_EQ(first, statuses());
}

}  // namespace
}  // namespace drover::mock
