#include "dialect/failure/redact.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace drover::dialect {
namespace {

constexpr std::string_view kSecret = "sk-proj-Zx81QqLmNopRstUvWx4321";

TEST(Redact, H2_TakesOutTheWholeKey) {
  EXPECT_EQ(
      redact(R"({"error":{"message":"Incorrect API key provided: sk-proj-Zx81QqLmNopRstUvWx4321. You can find"}})",
             kSecret),
      R"({"error":{"message":"Incorrect API key provided: [redacted]. You can find"}})");
}

TEST(Redact, H2_TakesOutAKeyOfAnyShapeThatIsTheSecret) {
  EXPECT_EQ(redact("bad key 'hunter2-hunter2'", "hunter2-hunter2"), "bad key '[redacted]'");
  EXPECT_EQ(redact("aXXXXb XXXX", "XXXX"), "a[redacted]b [redacted]");
}

TEST(Redact, H2_TakesOutPiecesBesideAMask) {
  for (const std::string_view text : {"key sk-proj-Zx81****4321.", "key sk-proj-...4321.", "key ****************4321.",
                                      "key sk-proj-Zx81QqLm****."}) {
    EXPECT_EQ(redact(text, kSecret), "key [redacted].") << text;
  }
}

TEST(Redact, TakesOutKeysOfOthers) {
  EXPECT_EQ(redact("got \"sk-ant-api03-abcdefgh12345678\"", ""), "got \"[redacted]\"");
  EXPECT_EQ(redact("gsk_abcdefghijk123456", kSecret), "[redacted]");
  EXPECT_EQ(redact("AIzaSyA1234567890abcdef", kSecret), "[redacted]");
  EXPECT_EQ(redact("Authorization: Bearer abcdefgh.ijkl", ""), "Authorization: Bearer [redacted]");
}

TEST(Redact, SeesAKeyBehindAnEscape) {
  EXPECT_EQ(redact(R"("line\nsk-abcdefgh12345678")", ""), R"("line\n[redacted]")");
  EXPECT_EQ(redact(R"("\u0022sk-abcdefgh12345678")", ""), R"("\u0022[redacted]")");
}

TEST(Redact, LeavesOrdinaryTextByteForByte) {
  for (const std::string_view text : {"", "no keys here", "use sk-learn and task-oriented-dialogue-systems",
                                      "** bold ** and ... dots", "the bearer of bad news", "\xFF\xFE not utf-8 \\",
                                      "risk-free sk-", R"({"a":"b\\"})", "a version 4.3.2.1 ****"}) {
    EXPECT_EQ(redact(text, kSecret), text);
  }
}

TEST(Redact, ShowsNoPieceOfFourOrMoreForAnyMaskOfTheSecret) {
  for (std::size_t front = 0; front <= 12; ++front) {
    for (std::size_t back = 0; back <= 8; ++back) {
      const std::string masked =
          std::string(kSecret.substr(0, front)) + "*****" + std::string(kSecret.substr(kSecret.size() - back));
      const std::string shown = redact("key: " + masked + " is wrong", kSecret);
      const bool shows_front = front >= 4 && shown.find(kSecret.substr(0, front)) != std::string::npos;
      const bool shows_back = back >= 4 && shown.find(kSecret.substr(kSecret.size() - back)) != std::string::npos;
      EXPECT_FALSE(shows_front || shows_back) << masked;
    }
  }
}

TEST(Redact, X5_TakesOutTheKeyInOtherSpellings) {
  for (const std::string_view text : {"SK-PROJ-ZX81QQLMNOPRSTUVWX4321", "sk\\u002dproj\\u002dZx81QqLmNopRstUvWx4321",
                                      "sk-proj-Zx81QqLmNop", "RstUvWx4321", "LmNopRstUv",
                                      "sk-proj-\xE2\x80\xA6"
                                      "4321",
                                      "sk-proj-\\u20264321", "sk-proxxxxxx4321", "sk-pro####4321", "4321"}) {
    EXPECT_EQ(redact("key '" + std::string(text) + "' is bad", kSecret), "key '[redacted]' is bad") << text;
  }
  EXPECT_EQ(redact(R"({"a":"ab\/cdef\/gh12"})", "ab/cdef/gh12"), R"({"a":"[redacted]"})");
}

TEST(Redact, X5_TakesOutAKeyOfWhichEveryCharacterIsEscaped) {
  std::string escaped;
  for (const char c : kSecret) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    escaped += escape;
  }
  EXPECT_EQ(redact("\"" + escaped + "\"", kSecret), "\"[redacted]\"");
}

}  // namespace
}  // namespace drover::dialect
