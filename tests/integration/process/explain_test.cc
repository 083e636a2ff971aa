// Asking why: /explain, `drover explain` and the reasons in /status, about requests that went through the whole
// gateway.
#include <sys/wait.h>

#include <cstdio>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// "first" is preferred, "second" stands in; one failure takes a key out.
std::string two_providers(const RawUpstream& upstream, const std::string& more = {}) {
  const std::string provider = "{ base_url: \"" + url_of(upstream) + "\", keys: [ { value: ";
  return "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nthreads: 2\nhealth: { probe: off, eject_after: 1 }\n"
         "providers:\n  first: " +
         provider + kKeyOne + " } ] }\n  second: " + provider + kKeyTwo +
         " } ] }\nmodels:\n  gpt-4o: { targets: [ first, { provider: second, priority: 1 } ] }\n" + more;
}

constexpr const char* kTooMany = R"({"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}})";

std::string too_many(const std::string& retry_after = "30") {
  return sized(kTooMany, "Content-Type: application/json\r\nRetry-After: " + retry_after + "\r\n", "429 Slow");
}

Fields named(const std::string& id) {
  return {{"x-request-id", id}};
}

/// A gateway whose upstream answers well, but for what a test scripts.
struct World {
  explicit World(const std::string& more = {}) : gateway(load(two_providers(upstream, more))) {
    upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  }
  [[nodiscard]] std::string explained(const std::string& name) const { return gateway.explained(name); }
  RawUpstream upstream;
  Gateway gateway;
};

TEST(Explain, TellsEveryAttemptOfARequestThatWasSaved) {
  World world;
  world.upstream.next(Say{}.bytes(too_many()));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-saved")).status, 200);
  const std::string page = world.explained("req-saved");
  EXPECT_THAT(page, HasSubstr("\"id\":\"req-saved\""));
  EXPECT_THAT(page,
              HasSubstr("\"model\":\"gpt-4o\",\"route\":\"gpt-4o\",\"stream\":false,\"status\":200,\"error\":null,"
                        "\"ended_by\":\"answered\""));
  EXPECT_THAT(page,
              ContainsRegex(
                  "\"number\":1,\"target\":\"first/1\",\"at_ms\":[0-9.E+-]+,\"ms\":[0-9.E+-]+,\"head_ms\":"
                  "[0-9.E+-]+,\"class\":\"rate_limited\",\"status\":429,\"code\":\"rate_limit_exceeded\","
                  "\"retry_after_seconds\":3E1,\"stage\":\"refused\",\"last_resort\":false,\"connection\":\"fresh\""));
  EXPECT_THAT(page, ContainsRegex("\"number\":2,\"target\":\"second/1\".*\"class\":\"ok\",\"status\":200"));
  EXPECT_THAT(page, HasSubstr("\"candidates\":[]"));  // only of failures
}

TEST(Explain, TellsWhatASuccessPassedOver) {
  World world;
  world.upstream.next(Say{}.bytes(too_many()));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat()).status, 200);
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-next")).status, 200);
  EXPECT_THAT(world.explained("req-next"),
              ContainsRegex("\"skipped\":.\\{\"target\":\"first/1\",\"before_attempt\":1,\"bar\":\"cooling\",\"class\":"
                            "\"rate_limited\",\"status\":429,\"until\":\"20"));
}

TEST(Explain, TellsAFailureWithEveryTargetAndWhyItEnded) {
  World world("retry: { same_target: 0 }\n");
  world.upstream.always(Say{}.bytes("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-lost")).status, 500);
  const std::string page = world.explained("req-lost");
  EXPECT_THAT(page, HasSubstr("\"status\":500,\"error\":\"server_error\",\"ended_by\":\"nothing_left\""));
  EXPECT_THAT(page, HasSubstr("\"candidates\":[{\"target\":\"first/1\",\"bar\":\"tried\""));
  EXPECT_THAT(page, HasSubstr("{\"target\":\"second/1\",\"bar\":\"tried\""));
}

TEST(Explain, DoesNotSayPassedOverOfWhatWasTriedAsALastResort) {
  World world("retry: { backoff: 1ms }\n");
  world.upstream.always(Say{}.bytes("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-out")).status, 500);
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-resort")).status, 500);
  const std::string page = world.explained("req-resort");
  EXPECT_THAT(page, ContainsRegex("\"number\":2,.*\"last_resort\":true"));
  EXPECT_THAT(page, HasSubstr("\"skipped\":[]"));
}

TEST(Explain, TellsOfAWaitToBackOff) {
  World world("retry: { backoff: 20ms, jitter: none }\n");
  world.upstream.next(Say{}.bytes("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"));
  world.upstream.next(Say{}.bytes("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-waited")).status, 200);
  EXPECT_THAT(world.explained("req-waited"), HasSubstr("\"waits\":[{\"before_attempt\":3,\"for\":\"backoff\""));
}

TEST(Explain, KnowsRequestsThatWereRefusedBeforeTheyWereRouted) {
  World world;
  ASSERT_EQ(world.gateway.post(kChat, chat_body("no-such-model"), named("req-refused")).status, 404);
  EXPECT_THAT(world.explained("req-refused"),
              HasSubstr("\"status\":404,\"error\":\"model_not_found\",\"ended_by\":\"refused\""));
}

TEST(Explain, DoesNotCallAListOfModelsARefusal) {
  World world;
  ASSERT_EQ(world.gateway.client().get("/v1/models", named("req-models")).status, 200);
  EXPECT_THAT(world.explained("req-models"), HasSubstr("\"error\":null,\"ended_by\":\"answered\""));
}

TEST(Explain, ShowsEachRequestOfAnIdThatWasUsedTwice) {
  World world;
  for (const char* model : {"gpt-4o", "no-such-model"}) world.gateway.post(kChat, chat_body(model), named("again"));
  const auto until = Clock::now() + kPatience;
  for (const char* model : {"gpt-4o", "no-such-model"}) {  // two threads wrote them, each in its own time
    while (world.explained("again").find(model) == std::string::npos && Clock::now() < until) {
    }
    EXPECT_THAT(world.explained("again"), HasSubstr(model));
  }
}

TEST(Explain, OutlivesAReload) {
  World world;
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-before")).status, 200);
  ASSERT_TRUE(world.gateway.reload(load(two_providers(world.upstream))));
  EXPECT_THAT(world.explained("req-before"), HasSubstr("\"target\":\"first/1\""));
}

TEST(Explain, HoldsNeitherKeyNorPrompt) {
  World world;
  world.upstream.next(
      Say{}.bytes(sized(std::string(R"({"error":{"message":"bad key )") + kKeyOne + R"(","code":")" + kKeyOne + "\"}}",
                        "Content-Type: application/json\r\n", "401 No")));
  const std::string body = R"({"model":"gpt-4o","messages":[{"role":"user","content":"the secret of the prompt"}]})";
  ASSERT_EQ(world.gateway.post(kChat, body, named("req-secret")).status, 200);
  for (const char* page : {"/explain/req-secret", "/explain/first/1", "/status"}) {
    (void)world.explained("req-secret");
    const Answer answer = world.gateway.admin(page);
    ASSERT_EQ(answer.status, 200) << page;
    EXPECT_THAT(answer.body, Not(HasSubstr(kKeyOne))) << page;
    EXPECT_THAT(answer.body, Not(HasSubstr("secret of the prompt"))) << page;
  }
}

TEST(Explain, AnswersForTargetsAndKeysByName) {
  World world;
  for (const char* name : {"first/1", "1"}) {
    EXPECT_THAT(world.explained(name), HasSubstr("{\"targets\":[{\"name\":\"first/1\"")) << name;
  }
  EXPECT_THAT(world.explained("1"), HasSubstr("\"name\":\"second/1\""));
  EXPECT_THAT(world.explained("second%2F1"), Not(HasSubstr("first/1")));
}

TEST(Explain, WhatIsNotKnownIsAClearAnswer) {
  World world;
  const Answer unknown = world.gateway.admin("/explain/req_nobody");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("Nothing is kept under this name"));
}

TEST(Explain, H9_AHostileNameIsRefusedAndNotRepeated) {
  World world;
  for (const std::string& name : {std::string("%00"), std::string("a%0d%0ab"), std::string("%1b[2J"), std::string("%"),
                                  std::string("%zz"), std::string(), std::string(600, 'x'), std::string(7000, 'y')}) {
    const Answer answer = world.gateway.admin("/explain/" + name);
    EXPECT_EQ(answer.status, 400) << name;
    EXPECT_THAT(answer.body, Not(HasSubstr("\x1b"))) << name;
    EXPECT_THAT(answer.body, Not(HasSubstr("xxx"))) << name;
  }
  EXPECT_EQ(world.gateway.admin("/explain/../status").status, 404);
  EXPECT_EQ(world.gateway.admin("/explain").status, 404);
  EXPECT_EQ(world.gateway.admin("/explain/1", {{"Origin", "https://evil.example"}}).status, 403);
  HttpClient client("127.0.0.1", world.gateway.admin_port());
  EXPECT_EQ(client.post("/explain/1", "{}").status, 405);
}

TEST(Status, NamesTheProvidersCodeAndTheRequestThatMetIt) {
  World world;
  world.upstream.next(Say{}.bytes(too_many()));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-met-it")).status, 200);
  const std::string page = world.gateway.admin("/status").body;
  EXPECT_THAT(page, ContainsRegex("\"why\":\"cooling until [0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z: 429 rate_limit_exceeded, "
                                  "retry-after 30 s, request req-met-it\""));
  EXPECT_THAT(page,
              HasSubstr("\"class\":\"rate_limited\",\"status\":429,\"code\":\"rate_limit_exceeded\",\"retry_after_"
                        "seconds\":3E1,\"request\":\"req-met-it\",\"found_by\":\"request\""));
}

/// As a value or in a sentence; the milliseconds of a time may be 502 too.
constexpr const char* kOurStatus = "[: \"]502[, \"]";

TEST(Status, DoesNotPassOffOurOwnStatusForTheUpstreams) {
  World page;  // a web page in a 200
  page.upstream.next(Say{}.bytes(sized("<html></html>", "Content-Type: text/html\r\n")));
  ASSERT_EQ(page.gateway.post(kChat, plain_chat(), named("req-page")).status, 200);
  EXPECT_THAT(page.gateway.admin("/status").body,
              HasSubstr("unexpected_content_type in a 200 answer, request req-page\""));
  EXPECT_THAT(page.gateway.admin("/status").body, Not(ContainsRegex(kOurStatus)));

  World noise;  // no HTTP at all
  noise.upstream.next(Say{}.bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  ASSERT_EQ(noise.gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_THAT(noise.gateway.admin("/status").body, HasSubstr("\"class\":\"bad_response\",\"status\":null"));
  EXPECT_THAT(noise.gateway.admin("/status").body, Not(ContainsRegex(kOurStatus)));
}

struct Ran {
  int exit_code = -1;
  std::string output;
};

Ran run_explain(const std::string& arguments) {
  const std::string command = std::string(DROVER_PROGRAM) + " explain " + arguments + " 2>&1";
  Ran ran;
  FILE* program = ::popen(command.c_str(), "r");
  if (program == nullptr) return ran;
  char piece[4096];
  while (std::fgets(piece, sizeof piece, program) != nullptr) ran.output += piece;
  const int ended = ::pclose(program);
  if (WIFEXITED(ended)) ran.exit_code = WEXITSTATUS(ended);
  return ran;
}

TEST(ExplainCommand, TellsAPersonWhatHappened) {
  World world;
  world.upstream.next(Say{}.bytes(too_many()));
  ASSERT_EQ(world.gateway.post(kChat, plain_chat(), named("req-told")).status, 200);
  EXPECT_THAT(world.explained("req-told"), HasSubstr("req-told"));
  const std::string url = " --url http://127.0.0.1:" + std::to_string(world.gateway.admin_port());
  const Ran request = run_explain("req-told" + url);
  EXPECT_EQ(request.exit_code, 0) << request.output;
  EXPECT_THAT(request.output, HasSubstr("ended: the answer came to its end"));
  EXPECT_THAT(request.output, HasSubstr("rate_limited (rate_limit_exceeded), retry-after 30 s"));
  const Ran key = run_explain("first/1" + url);
  EXPECT_EQ(key.exit_code, 0) << key.output;
  EXPECT_THAT(key.output, HasSubstr("429 rate_limit_exceeded, retry-after 30 s, request req-told"));
  EXPECT_THAT(run_explain("--json req-told" + url).output, HasSubstr("{\"requests\":[{\"id\":\"req-told\""));
}

TEST(ExplainCommand, HasAnExitCodeForWhatIsNotKeptAndOneForNobodyThere) {
  World world;
  const std::string url = " --url http://127.0.0.1:" + std::to_string(world.gateway.admin_port());
  for (const char* name : {"req_nobody", "'../status'", "$'\\e[2J'", "''", "'a b?c#d'"}) {
    const Ran ran = run_explain(name + url);
    EXPECT_EQ(ran.exit_code, 1) << name << ran.output;
    EXPECT_THAT(ran.output, Not(HasSubstr("\x1b"))) << name;
  }
  EXPECT_EQ(run_explain("x --url " + refusing_url().substr(0, refusing_url().rfind('/'))).exit_code, 2);
  EXPECT_EQ(run_explain("x --config /nowhere.yaml").exit_code, 2);
  EXPECT_EQ(run_explain(url).exit_code, 2);  // no name
}

TEST(ExplainCommand, SaysWhenTheAdminPagesAreOff) {
  const std::string path = ::testing::TempDir() + "explain_command_" + std::to_string(::getpid()) + ".yaml";
  std::FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs("admin: off\nproviders: { p: { base_url: \"https://api.example.com/v1\", keys: [ { env: NO_SUCH } ] } }\n",
             file);
  std::fclose(file);
  const Ran ran = run_explain("req_1 --config " + path);
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("admin: off"));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace drover::test
