// What is written down about requests: metrics that agree with what the provider saw, one access line each, no secrets.
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// The sum of a metric over all label sets that have this text in them.
double metric(const std::string& text, const std::string& name, const std::string& with = {}) {
  double total = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + "{") && !line.starts_with(name + " ")) continue;
    if (line.find(with) == std::string::npos) continue;
    total += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return total;
}

/// A file of the test's own.
struct LogFile {
  explicit LogFile(const std::string& name)
      : path(::testing::TempDir() + name + "_" + std::to_string(::getpid()) + ".log") {
    std::remove(path.c_str());
  }
  ~LogFile() { std::remove(path.c_str()); }
  [[nodiscard]] std::vector<std::string> lines(Gateway& gateway) const {
    gateway.flush_access_log();
    std::ifstream file(path);
    std::vector<std::string> found;
    for (std::string line; std::getline(file, line);) found.push_back(line);
    return found;
  }
  std::string path;
};

config::Settings logged(const std::string& yaml, const LogFile& file) {
  config::Settings settings = with_admin(load(yaml));
  settings.access_log = file.path;
  settings.threads = 1;  // each thread has lines of its own: only with one are they in the order of the requests
  return settings;
}

/// A record is written when a request has ended, which is a moment after its client has the answer.
std::vector<std::string> lines_when(Gateway& gateway, const LogFile& file, std::size_t count) {
  const auto until = Clock::now() + kPatience;
  std::vector<std::string> lines = file.lines(gateway);
  while (lines.size() < count && Clock::now() < until) lines = file.lines(gateway);
  return lines;
}

std::int64_t tokens_in(const std::string& body, const std::string& name) {
  std::smatch found;
  return std::regex_search(body, found, std::regex("\"" + name + "\":\\s*([0-9]+)")) ? std::stoll(found[1]) : 0;
}

TEST(Metrics, AgreeExactlyWithWhatClientAndProviderSaw) {
  MockProvider mock(mock_settings(3));
  mock.fault("500:p=0.15");
  mock.fault("429:p=0.05:retry-after=0");
  const LogFile file("reconcile");
  std::string yaml = one_provider({mock.url(0), mock.url(1), mock.url(2)}, {kKeyOne}, "retry: { budget: 100% }\n");
  Gateway gateway(logged(yaml, file));
  constexpr std::size_t kRequests = 120;
  std::size_t good = 0;
  std::int64_t output_tokens = 0;
  std::uint64_t bytes_down = 0;
  std::uint64_t bytes_up = 0;
  HttpClient client = gateway.client();
  for (std::size_t request = 0; request < kRequests; ++request) {
    const Answer answer = client.post(kChat, plain_chat());
    good += answer.status == 200 ? 1U : 0U;
    if (answer.status == 200) output_tokens += tokens_in(answer.body, "completion_tokens");
    bytes_down += answer.body.size();
    bytes_up += plain_chat().size();
  }
  ASSERT_GT(good, 0U);
  const std::vector<std::string> lines = lines_when(gateway, file, kRequests);
  EXPECT_EQ(lines.size(), kRequests);

  const std::string text = gateway.admin("/metrics").body;
  std::map<int, std::size_t> by_status;
  const mock::Journal heard = mock->journal();  // a copy; its records die with it
  for (const mock::Record& record : heard.records()) ++by_status[record.status];
  const auto as_double = [](auto value) { return static_cast<double>(value); };
  EXPECT_EQ(metric(text, "drover_requests_total"), as_double(kRequests));
  EXPECT_EQ(metric(text, "drover_requests_total", "status=\"2xx\""), as_double(good));
  EXPECT_EQ(metric(text, "drover_attempts_total"), as_double(mock.requests()));
  EXPECT_EQ(metric(text, "drover_attempts_total", "class=\"ok\""), as_double(by_status[200]));
  EXPECT_EQ(metric(text, "drover_attempts_total", "class=\"server_error\""), as_double(by_status[500]));
  EXPECT_EQ(metric(text, "drover_attempts_total", "class=\"rate_limited\""), as_double(by_status[429]));
  EXPECT_GT(by_status[500] + by_status[429], 0U);
  EXPECT_EQ(metric(text, "drover_failovers_total") + metric(text, "drover_retries_total"),
            as_double(mock.requests() - kRequests));
  EXPECT_EQ(metric(text, "drover_tokens_total", "kind=\"output\""), as_double(output_tokens));
  EXPECT_EQ(metric(text, "drover_answer_body_bytes_total"), as_double(bytes_down));
  EXPECT_EQ(metric(text, "drover_request_body_bytes_total"), as_double(bytes_up));
  EXPECT_EQ(metric(text, "drover_request_duration_seconds_count"), as_double(kRequests));
  EXPECT_EQ(metric(text, "drover_attempt_connections_total"), as_double(mock.requests()));
  EXPECT_EQ(metric(text, "drover_requests_in_flight"), 0);
  // The access log tells the same, attempt by attempt.
  std::size_t attempts_logged = 0;
  for (const std::string& line : lines) {
    for (std::size_t at = line.find("\"class\":"); at != std::string::npos; at = line.find("\"class\":", at + 1))
      ++attempts_logged;
  }
  EXPECT_EQ(attempts_logged, mock.requests());
}

TEST(Metrics, KeepTheirCountsInAReload) {
  Front front;
  const std::string yaml = one_provider({url_of(front.upstream)}, {kKeyOne});
  Gateway gateway(with_admin(load(yaml)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  ASSERT_TRUE(gateway.reload(with_admin(load(yaml))));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  std::string text = gateway.admin("/metrics").body;
  const auto until = Clock::now() + kPatience;  // a request is counted a moment after its answer has gone out
  while (metric(text, "drover_requests_total") < 2 && Clock::now() < until) text = gateway.admin("/metrics").body;
  EXPECT_EQ(metric(text, "drover_requests_total"), 2);
  EXPECT_EQ(metric(text, "drover_attempts_total", "target=\"one/1\""), 2);
}

TEST(Metrics, H6_AClientsModelNamesAreNoLabels) {
  Front front;
  Gateway gateway(with_admin(load(one_provider({url_of(front.upstream)}, {kKeyOne}))));
  HttpClient client = gateway.client();
  for (int model = 0; model < 300; ++model) client.post(kChat, chat_body("model-" + std::to_string(model)));
  std::string text = gateway.admin("/metrics").body;
  const auto until = Clock::now() + kPatience;
  while (metric(text, "drover_requests_total") < 300 && Clock::now() < until) text = gateway.admin("/metrics").body;
  EXPECT_THAT(text, Not(HasSubstr("model-")));
  EXPECT_EQ(metric(text, "drover_requests_total", "model=\"*\""), 300);
}

TEST(AccessLog, HasALineForEveryRequestThatGoesWell) {
  RawUpstream upstream;
  const LogFile file("well");
  Gateway gateway(logged(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}), file));
  upstream.next(Say{}.bytes(sized("{}", "", "500 Oops")));
  upstream.next(Say{}.bytes(sized(kPlainAnswer)));
  EXPECT_EQ(gateway.post(kChat, plain_chat(), {{"x-request-id", "mine-1"}}).status, 200);
  upstream.next(Say{}.bytes(kStreamHead + chunk(delta("hi")) + chunk(kFinish) + chunk(kDone) + "0\r\n\r\n"));
  EXPECT_EQ(gateway.post(kChat, streamed_chat()).status, 200);
  EXPECT_EQ(gateway.client().get("/v1/models").status, 200);
  const std::vector<std::string> lines = lines_when(gateway, file, 3);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], ::testing::StartsWith("{\"time\":\"2"));
  EXPECT_THAT(lines[0],
              HasSubstr(R"("id":"mine-1","client":null,"method":"POST","api":"chat","model":"gpt-4o",)"
                        R"("route":"*","stream":false,"status":200,"error":null,"attempts":[{"target":"one/)"));
  EXPECT_THAT(lines[0], HasSubstr("\"class\":\"server_error\",\"status\":500"));
  EXPECT_THAT(lines[0], HasSubstr("\"class\":\"ok\",\"status\":200"));
  EXPECT_THAT(lines[0], HasSubstr("\"bytes_up\":" + std::to_string(plain_chat().size()) +
                                  ",\"bytes_down\":" + std::to_string(std::string(kPlainAnswer).size())));
  EXPECT_THAT(lines[0], HasSubstr("\"first_content_ms\":null,\"ms\":"));
  EXPECT_THAT(lines[1], HasSubstr("\"stream\":true,\"status\":200"));
  EXPECT_THAT(lines[1], HasSubstr("\"tokens\":{\"in\":"));
  EXPECT_THAT(lines[1], HasSubstr("\"out\":2,\"cached\":0,\"estimated\":true}"));
  EXPECT_THAT(lines[1], Not(HasSubstr("\"first_content_ms\":null")));
  EXPECT_THAT(lines[2], HasSubstr(R"("method":"GET","api":"models","model":null,"route":null)"));
}

TEST(AccessLog, HasALineForARequestThatEndsBeforeItIsRouted) {
  RawUpstream upstream;
  const LogFile file("early");
  Gateway gateway(
      logged(one_provider({url_of(upstream)}, {kKeyOne},
                          "limits: { body: 64KiB }\nclients: [ { name: web, key: { value: client-canary-77 } } ]\n"),
             file));
  const Fields key = {{"Authorization", "Bearer client-canary-77"}};
  struct Expected {
    int status;
    std::string text;
  };
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 401);
  EXPECT_EQ(gateway.post("/nothing", plain_chat(), key).status, 404);
  EXPECT_EQ(gateway.post(kChat, chat_body("m", ",\"user\":\"" + std::string(100000, 'u') + "\""), key).status, 413);
  EXPECT_EQ(gateway.post(kChat, "{", key).status, 400);
  HttpClient broken = gateway.client();
  ASSERT_TRUE(broken.send_raw("POST /v1/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
  EXPECT_EQ(broken.read_answer().status, 400);
  const std::vector<std::string> lines = lines_when(gateway, file, 5);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_THAT(lines[0],
              AllOf(HasSubstr("\"client\":null"), HasSubstr("\"status\":401,\"error\":\"missing_client_key\"")));
  EXPECT_THAT(lines[1], HasSubstr("\"status\":404,\"error\":\"unknown_path\""));
  EXPECT_THAT(lines[2],
              AllOf(HasSubstr("\"client\":\"web\""), HasSubstr("\"status\":413,\"error\":\"body_too_large\"")));
  EXPECT_THAT(lines[3], HasSubstr("\"status\":400"));
  EXPECT_THAT(lines[4], AllOf(HasSubstr("\"method\":null"), HasSubstr("\"status\":400")));
  EXPECT_EQ(
      metric(gateway.admin("/metrics").body, "drover_requests_total", "model=\"(none)\",mode=\"plain\",status=\"4xx\""),
      5);
}

TEST(AccessLog, SaysWhenTheClientLeftOrTheAnswerBroke) {
  RawUpstream upstream;
  const LogFile file("left");
  Gateway gateway(logged(one_provider({url_of(upstream)}, {kKeyOne}), file));
  upstream.next(Say{}.bytes(kStreamHead + chunk(delta("first"))).wait_for_end());
  {
    HttpClient client = gateway.client();
    ASSERT_TRUE(client.send_request("POST", kChat, streamed_chat()));
    ASSERT_EQ(client.read_head().status, 200);
    ASSERT_TRUE(client.next_event());
  }
  ASSERT_EQ(lines_when(gateway, file, 1).size(), 1U);
  upstream.next(Say{}.bytes(kStreamHead + chunk(delta("first"))).close());
  gateway.post(kChat, streamed_chat());
  const std::vector<std::string> lines = lines_when(gateway, file, 2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0],
              HasSubstr("\"status\":200,\"error\":\"client_gone\",\"attempts\":[{\"target\":\"one/1\",\"class\":"
                        "\"cancelled\""));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("\"status\":200,\"error\":\""), Not(HasSubstr("\"error\":null"))));
  const std::string text = gateway.admin("/metrics").body;
  EXPECT_EQ(metric(text, "drover_requests_total", "status=\"client_gone\""), 1);
  EXPECT_EQ(metric(text, "drover_requests_total", "status=\"broken\""), 1);
}

TEST(AccessLog, AFileThatCannotBeWrittenStopsTheStart) {
  Front front;
  config::Settings settings = load(one_provider({url_of(front.upstream)}, {kKeyOne}));
  settings.access_log = "/nowhere/access.log";
  try {
    const Gateway gateway(std::move(settings));
    FAIL() << "it started";
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("access_log: /nowhere/access.log cannot be written"));
  }
}

TEST(Secrets, H1_NoKeyAndNoPromptInStatusMetricsOrAccessLog) {
  RawUpstream upstream;
  const LogFile file("secrets");
  Gateway gateway(logged(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo},
                                      "clients: [ { name: web, key: { value: client-canary-77 } } ]\n"
                                      "retry: { same_target: 0 }\n"),
                         file));
  const std::string echo = R"({"error":{"message":"Incorrect API key provided: )" + std::string(kKeyOne) +
                           R"(.","type":"invalid_request_error","code":")" + kKeyOne + "\"}}";
  std::size_t requests = 0;
  for (const char* status : {"200 OK", "400 No", "401 No", "429 Slow", "500 Oops"}) {
    upstream.always(Say{}.bytes(sized(echo, "Content-Type: application/json\r\n", status)));
    for (const std::string& body : {chat_body("gpt-4o", ",\"user\":\"prompt-canary\""), streamed_chat()}) {
      gateway.post(kChat, body, {{"Authorization", "Bearer client-canary-77"}});
      gateway.post("/v1/prompt-canary?key=client-canary-77", body, {{"Authorization", "Bearer client-canary-78"}});
      requests += 2;
    }
  }
  std::string shown;
  for (const std::string& line : lines_when(gateway, file, requests)) shown += line + "\n";
  for (const char* page : {"/status", "/metrics", "/readyz"}) shown += gateway.admin(page).body;
  EXPECT_THAT(shown, HasSubstr("one/2"));
  for (const char* canary : {"0a1b2c3d", "4e5f6a7b", "sk-test", "prompt-canary", "client-canary", "hello"}) {
    EXPECT_THAT(shown, Not(HasSubstr(canary)));
  }
}

}  // namespace
}  // namespace drover::test
