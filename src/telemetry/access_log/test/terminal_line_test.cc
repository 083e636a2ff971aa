#include "telemetry/access_log/terminal_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace drover::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string line_of(const AccessRecord& record) {
  std::array<char, kMaxTerminalLine> memory{};
  return std::string(terminal_line(record, memory));
}

AccessRecord chat() {
  AccessRecord record;
  record.unix_milliseconds = 1'700'000'000'123;
  record.client = "web";
  record.method = "POST";
  record.path = "/v1/chat/completions";
  record.model = "gpt-4o";
  record.status = 200;
  record.duration = std::chrono::milliseconds(812);
  return record;
}

TEST(TerminalLine, HasWhoWhatWhereAndHowLong) {
  const std::array<AccessAttempt, 1> attempts{AccessAttempt{.target = "openai/1", .outcome = "ok", .status = 200}};
  AccessRecord record = chat();
  record.attempts = attempts;
  EXPECT_EQ(line_of(record), "22:13:20  web  POST /v1/chat/completions  gpt-4o  openai/1  200  812ms\n");
}

TEST(TerminalLine, SaysHowManyAttemptsThereWereAndWhyItFailed) {
  const std::array<AccessAttempt, 2> attempts{AccessAttempt{.target = "a/1"}, AccessAttempt{.target = "b/1"}};
  AccessRecord record = chat();
  record.attempts = attempts;
  record.status = 502;
  record.error = "connect";
  record.duration = std::chrono::milliseconds(12'340);
  EXPECT_EQ(line_of(record),
            "22:13:20  web  POST /v1/chat/completions  gpt-4o  b/1  502  12.3s  2 attempts  connect\n");
}

TEST(TerminalLine, HasPlacesForWhatIsNotKnown) {
  AccessRecord record;
  record.unix_milliseconds = 1'700'000'000'123;
  EXPECT_EQ(line_of(record), "22:13:20  -  ? -  -  -  -  0ms\n");
}

TEST(TerminalLine, NothingInItIsObeyedByATerminal) {
  AccessRecord record = chat();
  for (const char* hostile : {"a\x1b[2Jb", "a\nb", "a\rb",
                              "a\xc2\x9b"
                              "2Jb",
                              "a\xe2\x80\xae"
                              "b",
                              "a\x80"
                              "b",
                              "a\x7f"
                              "b"}) {
    record.model = hostile;
    record.path = hostile;
    record.client = hostile;
    const std::string line = line_of(record);
    EXPECT_EQ(line.find_first_of("\x1b\r\x7f"), std::string::npos);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_THAT(line, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(line, HasSubstr("  a?"));
  }
}

TEST(TerminalLine, ShowsNoKeyThatAClientPutWhereItDoesNotBelong) {
  AccessRecord record = chat();
  record.model = "sk-live-0123456789";
  record.path = "/v1/models/sk-live-0123456789/x";
  EXPECT_THAT(line_of(record), Not(HasSubstr("0123456789")));
  EXPECT_THAT(line_of(record), HasSubstr("/v1/models/sk-…/x"));
}

TEST(TerminalLine, IsCutWhereAClientChoseALongName) {
  AccessRecord record = chat();
  const std::string name(5000, 'm');
  record.model = name;
  record.path = name;
  const std::string line = line_of(record);
  EXPECT_LT(line.size(), 400U);
  EXPECT_THAT(line, HasSubstr("m…  -  200"));
}

}  // namespace
}  // namespace drover::telemetry
