// The admin pages and `drover status`: what they show while keys are sick, and to whom.
#include <sys/wait.h>

#include <cstdio>
#include <thread>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kFive = "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}";

/// Two keys at one upstream, in this order of preference; one failure takes a key out.
std::string two_keys(const RawUpstream& upstream) {
  const std::string provider = "{ base_url: \"" + url_of(upstream) + "\", keys: [ { value: ";
  return "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nthreads: 2\nhealth: { probe: off, eject_after: 1, eject_for: 1s }\n"
         "providers:\n  first: " +
         provider + kKeyOne + " } ] }\n  second: " + provider + kKeyTwo +
         " } ] }\nmodels:\n  gpt-4o: { targets: [ first, { provider: second, priority: 1 } ] }\n";
}

/// The part of the status page about one target.
std::string row(const Gateway& gateway, const std::string& name) {
  const std::string page = gateway.admin("/status").body;
  const std::size_t begin = page.find("{\"name\":\"" + name + "\"");
  return begin == std::string::npos ? page : page.substr(begin, page.find("\"failures\"", begin) - begin + 14);
}

/// Looks again and again until the page says so, or patience ends.
bool comes_to_say(const Gateway& gateway, const std::string& name, const std::string& text) {
  const auto until = Clock::now() + kPatience;
  while (Clock::now() < until) {
    if (row(gateway, name).find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(Status, ShowsAKeyThatFallsIllAndRecovers) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(load(two_keys(upstream)));
  EXPECT_THAT(row(gateway, "first/1"), HasSubstr("\"mark\":\"green\",\"state\":\"ok\",\"until\":null,\"why\":null"));
  EXPECT_THAT(row(gateway, "first/1"), HasSubstr("\"last_used\":null"));

  upstream.next(Say{}.bytes(kFive));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  const std::string sick = row(gateway, "first/1");
  EXPECT_THAT(sick, HasSubstr("\"mark\":\"red\",\"state\":\"ejected\",\"until\":{\"seconds\":"));
  EXPECT_THAT(sick, ContainsRegex("\"why\":\"ejected until [0-9:]+Z: 500 server_error, request req_"));
  EXPECT_THAT(sick, HasSubstr("\"requests\":1,\"failures\":1"));
  EXPECT_THAT(row(gateway, "second/1"), HasSubstr("\"mark\":\"green\""));
  EXPECT_THAT(gateway.admin("/status").body, HasSubstr("\"green\":1,\"yellow\":0,\"red\":1"));

  ASSERT_TRUE(comes_to_say(gateway, "first/1", "\"mark\":\"yellow\",\"state\":\"half_open\""));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_TRUE(comes_to_say(gateway, "first/1", "\"mark\":\"green\",\"state\":\"ok\",\"until\":null,\"why\":null"));
  EXPECT_THAT(row(gateway, "first/1"), Not(HasSubstr("\"last_used\":null")));
}

TEST(Status, ShowsHowLongARateLimitLasts) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  upstream.next(Say{}.bytes(sized("{}", "Retry-After: 40\r\n", "429 Slow")));
  Gateway gateway(load(two_keys(upstream)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_THAT(row(gateway, "first/1"), HasSubstr("\"mark\":\"yellow\",\"state\":\"cooling\",\"until\":{\"seconds\":4"));
  EXPECT_THAT(row(gateway, "first/1"),
              ContainsRegex("\"why\":\"cooling until [0-9:]+Z: 429 rate_limited, retry-after 40 s, request req_"));
}

TEST(Status, TellsOfTheProcessAndItsConfiguration) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(load(two_keys(upstream)));
  const Answer answer = gateway.admin("/status");
  EXPECT_EQ(answer.field("Content-Type"), "application/json");
  EXPECT_EQ(answer.field("Cache-Control"), "no-store");
  EXPECT_THAT(answer.body, HasSubstr("\"version\":\"0."));
  EXPECT_THAT(answer.body, HasSubstr("\"state\":\"ready\""));
  EXPECT_THAT(answer.body, HasSubstr("\"uptime_seconds\":0"));
  EXPECT_THAT(answer.body, ::testing::ContainsRegex("\"config\":.\"fingerprint\":\"[0-9a-f]*\",\"loaded_at\":\"2"));
  EXPECT_THAT(answer.body, HasSubstr("\"model\":\"gpt-4o\",\"fallback\":[]"));
  EXPECT_THAT(answer.body, HasSubstr("\"requests_in_flight\":0"));
}

TEST(Status, WarnsOfAModelThatIsShutDownSoonAndSoDoTheMetrics) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"data":[{"id":"gpt-4o","shutdown_date":"2020-01-14"},{"id":"b"}]})")));
  std::string yaml = providers({url_of(upstream)}, "in_order");
  const std::string off = "health: { probe: off }";
  yaml.replace(yaml.find(off), off.size(), "health: { interval: 1s, timeout: 500ms }");
  Gateway gateway(with_admin(load(yaml)));
  const std::string warning = "provider p1 has shut down model gpt-4o on 2020-01-14";
  const auto until = Clock::now() + kPatience;
  while (gateway.admin("/status").body.find(warning) == std::string::npos && Clock::now() < until) {
  }
  EXPECT_THAT(gateway.admin("/status").body, HasSubstr(warning));
  EXPECT_THAT(gateway.admin("/metrics").body,
              HasSubstr("drover_model_shutdown_time_seconds{provider=\"p1\",model=\"gpt-4o\"} 1578960000\n"));
}

TEST(Admin, HealthAndReadinessAreTwoThings) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kFive));
  Gateway gateway(load(two_keys(upstream) + "retry: { walk: 1, same_target: 0 }\n"));
  EXPECT_EQ(gateway.admin("/healthz").status, 200);
  EXPECT_EQ(gateway.admin("/readyz").status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 500);  // the first key is out
  EXPECT_EQ(gateway.admin("/readyz").status, 200);
  EXPECT_EQ(gateway.post(kChat, chat_body("gpt-4o", ",\"seed\":2")).status, 500);  // and by another body the other
  EXPECT_EQ(gateway.admin("/readyz").status, 503);
  EXPECT_THAT(gateway.admin("/readyz").body, HasSubstr("no target is usable"));
  EXPECT_EQ(gateway.admin("/healthz").status, 200);
}

TEST(Admin, I1_SaysThatItIsNotReadyWhileItDrains) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(delta("first"))).wait_for_go_on().bytes(chunk(kDone) + "0\r\n\r\n"));
  Gateway gateway(load(two_keys(upstream)));
  HttpClient client = gateway.client();
  ASSERT_TRUE(client.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(client.read_head().status, 200);
  std::jthread draining([&gateway] { gateway.drain(kPatience); });
  const auto until = Clock::now() + kPatience;
  Answer ready = gateway.admin("/readyz");
  while (ready.status == 200 && Clock::now() < until) ready = gateway.admin("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("draining"));
  EXPECT_EQ(gateway.admin("/healthz").status, 200);
  EXPECT_THAT(gateway.admin("/status").body, HasSubstr("\"state\":\"draining\""));
  upstream.go_on();
}

TEST(Admin, H9_AWebPageMayNotReadIt) {
  RawUpstream upstream;
  Gateway gateway(load(two_keys(upstream)));
  for (const char* page : {"/status", "/metrics", "/healthz", "/readyz"}) {
    EXPECT_EQ(gateway.admin(page, {{"Origin", "https://evil.example"}}).status, 403) << page;
    EXPECT_EQ(gateway.admin(page, {{"Sec-Fetch-Site", "cross-site"}}).status, 403) << page;
    EXPECT_EQ(gateway.admin(page, {{"Host", "evil.example"}}).status, 403) << page;  // DNS rebinding
    EXPECT_EQ(gateway.admin(page, {{"Host", "localhost:8081"}}).status, 200) << page;
    EXPECT_EQ(gateway.admin(page).count("Access-Control-Allow-Origin"), 0U);
  }
}

TEST(Admin, H9_OnlyReadsAndOnlyOnItsOwnPort) {
  RawUpstream upstream;
  Gateway gateway(load(two_keys(upstream)));
  EXPECT_EQ(gateway.admin("/").status, 404);
  EXPECT_THAT(gateway.admin("/v1/models").body, HasSubstr("/status"));
  HttpClient client("127.0.0.1", gateway.admin_port());
  const Answer post = client.post("/status", "{}");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.field("Allow"), "GET, HEAD");
  EXPECT_EQ(client.get("/healthz").status, 200);  // the connection goes on behind the unread body
  for (const char* page : {"/status", "/metrics", "/healthz", "/readyz"}) {
    EXPECT_EQ(gateway.client().get(page).status, 404) << page;
  }
}

TEST(Admin, I13_AThousandSlowScrapersHoldUpNeitherEachOtherForEverNorARequest) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(load(two_keys(upstream)));
  std::vector<HttpClient> scrapers;
  std::size_t refused = 0;
  for (int scraper = 0; scraper < 100; ++scraper) {
    HttpClient& client = scrapers.emplace_back("127.0.0.1", gateway.admin_port());
    (void)client.send_request("GET", "/metrics");
  }
  for (HttpClient& client : scrapers) {
    if (client.read_head().status != 200) ++refused;
  }
  EXPECT_LT(refused, 100U);  // those that have their answer make room for others
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
}

TEST(Admin, APortThatIsTakenIsNamedWithItsKey) {
  RawUpstream upstream;
  config::Settings settings = load(two_keys(upstream));
  settings.admin->port = upstream.port();
  try {
    const Gateway gateway(std::move(settings));
    FAIL() << "it started";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("already in use"));
    EXPECT_THAT(refused.what(), HasSubstr("'admin'"));
  }
}

TEST(Admin, CannotMoveInAReload) {
  RawUpstream upstream;
  Gateway gateway(load(two_keys(upstream)));
  config::Settings settings = load(two_keys(upstream));
  settings.admin.reset();
  const auto refused = gateway.reload(std::move(settings));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("'admin' cannot change"));
}

/// `drover status` as a program.
struct Ran {
  int exit_code = -1;
  std::string output;
};

Ran run_status(const std::string& arguments) {
  const std::string command = std::string(DROVER_PROGRAM) + " status " + arguments + " 2>&1";
  Ran ran;
  FILE* program = ::popen(command.c_str(), "r");
  if (program == nullptr) return ran;
  char piece[4096];
  while (std::fgets(piece, sizeof piece, program) != nullptr) ran.output += piece;
  const int ended = ::pclose(program);
  if (WIFEXITED(ended)) ran.exit_code = WEXITSTATUS(ended);
  return ran;
}

TEST(StatusCommand, ShowsARunningGatewayAndFailsWhenSomethingIsRed) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(load(two_keys(upstream)));
  const std::string url = "--url http://127.0.0.1:" + std::to_string(gateway.admin_port());
  const Ran well = run_status(url);
  EXPECT_EQ(well.exit_code, 0) << well.output;
  EXPECT_THAT(well.output, HasSubstr("green"));
  EXPECT_THAT(well.output, HasSubstr("second/1"));
  EXPECT_THAT(well.output, Not(HasSubstr("\x1b")));  // no colours into a pipe

  upstream.next(Say{}.bytes(kFive));
  gateway.post(kChat, plain_chat());
  const Ran sick = run_status(url + " --lang th");
  EXPECT_EQ(sick.exit_code, 1) << sick.output;
  EXPECT_THAT(sick.output, HasSubstr("สถานะ"));
  EXPECT_THAT(sick.output, HasSubstr("500 server_error, request req_"));
  EXPECT_THAT(run_status(url + " --json").output, HasSubstr("\"summary\":{\"targets\":2"));
}

TEST(StatusCommand, TakesTheAddressFromAConfigurationWithoutItsKeys) {
  const std::string path = ::testing::TempDir() + "status_command_" + std::to_string(::getpid()) + ".yaml";
  std::FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs(
      "admin: 127.0.0.1:9\nproviders: { p: { base_url: \"https://api.example.com/v1\", keys: [ { env: "
      "A_VARIABLE_NOBODY_SET } ] } }\n",
      file);
  std::fclose(file);
  const Ran ran = run_status("--config " + path);
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("http://127.0.0.1:9"));
  std::remove(path.c_str());
}

TEST(StatusCommand, SaysWhenNobodyAnswers) {
  const Ran ran = run_status("--url " + refusing_url().substr(0, refusing_url().rfind('/')));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("is drover running"));
  EXPECT_EQ(run_status("--url nonsense").exit_code, 2);
  EXPECT_EQ(run_status("--config /nowhere.yaml").exit_code, 2);
  RawUpstream other;
  other.always(Say{}.bytes(sized("{}")));
  EXPECT_THAT(run_status("--url http://127.0.0.1:" + std::to_string(other.port())).output,
              HasSubstr("not drover's status"));
}

}  // namespace
}  // namespace drover::test
