#include "telemetry/access_log/json_line.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace drover::telemetry {
namespace {

std::string text_of(std::string_view value) {
  std::array<char, 4096> memory{};
  JsonLine line(memory);
  line.text(value);
  return std::string(line.line());
}

TEST(JsonLine, WritesAnObjectWithItsCommas) {
  std::array<char, 256> memory{};
  JsonLine line(memory);
  line.open('{');
  line.key("a");
  line.number(-1);
  line.key("b");
  line.open('[');
  line.word("x");
  line.open('{');
  line.key("c");
  line.boolean(true);
  line.close('}');
  line.close(']');
  line.key("d");
  line.null();
  line.close('}');
  EXPECT_EQ(line.line(), "{\"a\":-1,\"b\":[\"x\",{\"c\":true}],\"d\":null}\n");
}

TEST(JsonLine, H5_EscapesWhatCouldBreakTheLineOrMoveTheTerminal) {
  EXPECT_EQ(text_of("a\r\nb"), "\"a\\u000d\\u000ab\"\n");
  EXPECT_EQ(text_of("\x1b[31m\x7f"), "\"\\u001b[31m\\u007f\"\n");
  EXPECT_EQ(text_of("say \"\\\""), "\"say \\\"\\\\\\\"\"\n");
  EXPECT_EQ(text_of("\xc2\x9b"
                    "2J"),
            "\"\\u009b2J\"\n");
  EXPECT_EQ(text_of("ไทย"), "\"ไทย\"\n");
}

TEST(JsonLine, H5_ReplacesBrokenUtf8) {
  for (const char* broken : {"\xff", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    const std::string written = text_of(broken);
    EXPECT_EQ(written.find_first_of("\xff\xc3\xe0\xed\xf4\x80"), std::string::npos) << broken;
    EXPECT_NE(written.find("\\ufffd"), std::string::npos);
  }
}

TEST(JsonLine, H5_CutsLongTextAtACharacter) {
  EXPECT_EQ(text_of(std::string(1000000, 'a')).size(), kMaxTextBytes + 3);
  std::string thai;
  for (int at = 0; at < 1000; ++at) thai += "ก";
  const std::string cut = text_of(thai);
  EXPECT_EQ((cut.size() - 3) % 3, 0U);
  EXPECT_LE(cut.size(), kMaxTextBytes + 3);
  EXPECT_LE(text_of(std::string(1000, '\x01')).size(), kMaxTextBytes + 3);
}

TEST(JsonLine, IsEmptyRatherThanCut) {
  for (std::size_t size = 0; size < 20; ++size) {
    std::array<char, 20> memory{};
    JsonLine line(std::span<char>(memory).first(size));
    line.open('{');
    line.key("a");
    line.number(1234567);
    line.key("b");
    line.text("x");
    line.close('}');
    const std::string_view written = line.line();
    EXPECT_TRUE(written.empty()) << size;
  }
}

}  // namespace
}  // namespace drover::telemetry
