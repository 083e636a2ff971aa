#include "telemetry/access_log/access_line.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;

std::string line_of(const AccessRecord& record) {
  std::vector<char> memory(kMaxAccessLine);
  return std::string(access_line(record, memory));
}

TEST(AccessLine, TellsOneRequestInOneLine) {
  const std::array<AccessAttempt, 2> attempts = {
      AccessAttempt{.target = "holysheep/1", .outcome = "rate_limited", .status = 429, .took = 31ms},
      AccessAttempt{.target = "holysheep/2",
                    .outcome = "ok",
                    .status = 200,
                    .upstream_id = "req_9",
                    .took = 900ms,
                    .reused = true}};
  const AccessRecord record{.unix_milliseconds = 0,
                            .id = "req_1",
                            .client = "web",
                            .method = "POST",
                            .api = "chat",
                            .model = "gpt-4o",
                            .route = "*",
                            .streamed = true,
                            .status = 200,
                            .error = {},
                            .attempts = attempts,
                            .tokens = {.input = 9, .output = 12, .cached = 4, .estimated = false},
                            .has_tokens = true,
                            .cost_nano_usd = 145'000,
                            .bytes_up = 250,
                            .bytes_down = 750,
                            .first_content = 300ms,
                            .duration = 931ms};
  EXPECT_EQ(
      line_of(record),
      "{\"time\":\"1970-01-01T00:00:00.000Z\",\"id\":\"req_1\",\"client\":\"web\",\"method\":\"POST\",\"api\":"
      "\"chat\",\"model\":\"gpt-4o\",\"route\":\"*\",\"stream\":true,\"status\":200,\"error\":null,\"attempts\":["
      "{\"target\":\"holysheep/1\",\"class\":\"rate_limited\",\"status\":429,\"ms\":31,\"reused\":false},"
      "{\"target\":\"holysheep/"
      "2\",\"class\":\"ok\",\"status\":200,\"upstream_request_id\":\"req_9\",\"ms\":900,\"reused\":true}],\"tokens\":{"
      "\"in\":9,\"out\":12,\"cached\":4,\"estimated\":false},\"cost_nano_usd\":145000,\"bytes_up\":250,\"bytes_down\":750,"
      "\"first_content_ms\":300,\"ms\":931}\n");
}

TEST(AccessLine, SaysNullForWhatIsNotKnown) {
  const std::string line = line_of({.id = "req_2", .status = 401, .error = "missing_client_key"});
  EXPECT_NE(line.find("\"client\":null,\"method\":null,\"api\":null,\"model\":null,\"route\":null"), std::string::npos);
  EXPECT_NE(line.find("\"error\":\"missing_client_key\",\"attempts\":[],\"tokens\":null"), std::string::npos);
  EXPECT_NE(line.find("\"first_content_ms\":null"), std::string::npos);
}

TEST(AccessLine, H5_NaughtyNamesStayOneLineOfJson) {
  const std::string line = line_of({.id = "a\"b\n", .model = std::string(1000000, '\x1b')});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_LT(line.size(), 1024U);
}

TEST(AccessLine, TheLongestRequestFits) {
  const std::string name(4096, '"');
  std::vector<AccessAttempt> attempts(
      32, {.target = name, .outcome = "first_content_timeout", .status = 200, .took = 1000000h});
  const std::string line = line_of({.id = name, .client = name, .model = name, .route = name, .attempts = attempts});
  EXPECT_GT(line.size(), 32U * 250U);
  EXPECT_EQ(line.back(), '\n');
}

}  // namespace
}  // namespace drover::telemetry
