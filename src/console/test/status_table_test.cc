#include "console/status_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "console/display_width.h"

namespace drover::console {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPage = R"({"version":"0.1.0","state":"ready","uptime_seconds":65,"requests_in_flight":2,
 "summary":{"targets":2,"green":1,"yellow":0,"red":1},"targets_left_out":0,"targets":[
 {"name":"holysheep/1","model":"gpt-4o","mark":"green","state":"ok","until":null,"why":null,
  "latency":{"first_content_ms":312.4,"output_token_ms":null},"in_flight":2,"consecutive_failures":0,"score":0,
  "last_check":{"seconds_ago":3.2,"result":"ok"},"last_used":{"seconds_ago":0.1},"requests":100,"failures":1},
 {"name":"holysheep/2","model":null,"mark":"red","state":"ejected","until":{"seconds":29.9},"why":"connect",
  "latency":{"first_content_ms":null,"output_token_ms":4.21},"in_flight":0,"consecutive_failures":3,"score":0,
  "last_check":null,"last_used":null,"requests":7,"failures":3}]})";

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) found.push_back(line);
  return found;
}

TEST(StatusTable, HasOneRowPerTarget) {
  const auto table = status_table(kPage, Language::English, Colour::No);
  ASSERT_TRUE(table);
  EXPECT_EQ(lines(table->text),
            (std::vector<std::string>{
                "MARK   TARGET       MODEL   STATE  UNTIL  FIRST  TOKEN  IN FLIGHT  SCORE  CHECKED  USED  REQUESTS  "
                "FAILED  WHY",
                "green  holysheep/1  gpt-4o  ok         -  312ms      -          2      0  3.2s ok  0.1s       100  "
                "     1",
                "red    holysheep/2  *       out      30s      -  4.2ms          0      3  -           -         7  "
                "     3  connect",
                "",
                "2 targets: 1 green, 0 yellow, 1 red; 2 requests in flight; up 65s; drover 0.1.0",
            }));
  EXPECT_TRUE(table->any_red);
}

TEST(StatusTable, WarnsUnderItOfModelsThatAreShutDownSoon) {
  std::string page = kPage;
  page.replace(page.rfind("]}"), 2,
               R"(],"retiring_models":[{"warning":"w1"},{"warning":null},{"warning":"w2"},{"warning":"w3\u001b"},)"
               R"({"warning":"w4"},{"warning":"w5"},7]})");
  const auto table = status_table(page, Language::English, Colour::No);
  ASSERT_TRUE(table);
  const std::vector<std::string> rows = lines(table->text);
  ASSERT_GE(rows.size(), 4U);
  EXPECT_EQ((std::vector<std::string>(rows.end() - 4, rows.end())),
            (std::vector<std::string>{"! w1", "! w2", "! w3?", "! and 2 models more"}));
}

TEST(StatusTable, InThaiKeepsItsColumnsStraight) {
  const auto table = status_table(kPage, Language::Thai, Colour::No);
  ASSERT_TRUE(table);
  const std::vector<std::string> rows = lines(table->text);
  EXPECT_THAT(rows.at(0), HasSubstr("เป้าหมาย"));
  EXPECT_THAT(rows.at(2), HasSubstr("แดง"));
  // What stands under a heading begins in its column, however many bytes and marks the words before it have.
  const auto column = [](const std::string& row, std::string_view word) {
    return display_width(std::string_view(row).substr(0, row.find(word)));
  };
  EXPECT_EQ(column(rows.at(0), "เป้าหมาย"), column(rows.at(1), "holysheep/1"));
  EXPECT_EQ(column(rows.at(0), "โมเดล"), column(rows.at(1), "gpt-4o"));
  EXPECT_EQ(column(rows.at(0), "เพราะ"), column(rows.at(2), "connect"));
}

TEST(StatusTable, ColoursTheMarksOnlyWhenAsked) {
  const auto plain = status_table(kPage, Language::English, Colour::No);
  const auto coloured = status_table(kPage, Language::English, Colour::Yes);
  EXPECT_THAT(plain->text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(coloured->text, HasSubstr("\x1b[32m● green\x1b[0m"));
  EXPECT_THAT(coloured->text, HasSubstr("\x1b[31m● red  \x1b[0m"));
}

TEST(StatusTable, IsNotMadeOfSomethingElse) {
  for (const char* page : {"", "<html>", "{}", "[]", R"({"targets":{},"summary":{}})", R"({"targets":[]})"}) {
    EXPECT_FALSE(status_table(page, Language::English, Colour::No)) << page;
  }
  // Wrong types inside are shown as nothing rather than believed.
  EXPECT_TRUE(
      status_table(R"({"targets":[1,{"name":5,"until":7,"latency":[]}],"summary":{}})", Language::English, Colour::No));
}

TEST(StatusTable, AnEscapeSequenceInANameIsNotObeyed) {
  const auto table =
      status_table(R"({"targets":[{"name":"a\u001b[2Jb"}],"summary":{}})", Language::English, Colour::No);
  EXPECT_THAT(table->text, Not(HasSubstr("\x1b")));
}

/// A page with so many targets of long names, the last of them red for a long reason and the one before yellow.
std::string long_page(std::size_t targets) {
  std::string page =
      R"({"version":"0.1.0","state":"ready","uptime_seconds":65,"requests_in_flight":2,"summary":{"targets":)" +
      std::to_string(targets) + R"(,"green":1,"yellow":1,"red":1},"targets_left_out":0,"targets":[)";
  for (std::size_t at = 0; at < targets; ++at) {
    const std::string mark = at + 1 == targets ? "red" : at + 2 == targets ? "yellow" : "green";
    page +=
        (at > 0 ? "," : "") + std::string(R"({"name":"some-provider-with-a-long-name/)") + std::to_string(at) +
        R"(","model":"gpt-4o-2024-08-06","routes":["gpt-4o","gpt-4o-mini"],"mark":")" + mark +
        R"(","state":"ok","until":{"seconds":29.9},"why":)" +
        (mark == "green" ? "null" : R"("401 invalid_api_key: the key is refused by its provider since noon")") +
        R"(,"latency":{"first_content_ms":312.4,"output_token_ms":4.1},"in_flight":2,"consecutive_failures":0,)"
        R"("score":0,"last_check":{"seconds_ago":3.2,"result":"ok"},"last_used":{"seconds_ago":0.1},"requests":100,"failures":1})";
  }
  return page + "]}";
}

std::string without_colours(std::string text) {
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
    text.erase(at, text.find('m', at) + 1 - at);
  }
  return text;
}

TEST(StatusTable, F9_NoLineIsWiderThanItsTerminal) {
  for (const Language language : {Language::English, Language::Thai}) {
    for (const Colour colour : {Colour::No, Colour::Yes}) {
      for (std::size_t columns = 20; columns <= 250; ++columns) {
        const auto table = status_table(long_page(3), language, colour, {.columns = columns});
        ASSERT_TRUE(table);
        for (const std::string& line : lines(without_colours(table->text))) {
          EXPECT_LE(display_width(line), columns) << line;
        }
      }
    }
  }
}

TEST(StatusTable, F9_KeepsWhoIsSickAndWhyInEightyColumns) {
  const auto table = status_table(long_page(3), Language::English, Colour::No, {.columns = 80});
  ASSERT_TRUE(table);
  const std::vector<std::string> rows = lines(table->text);
  EXPECT_THAT(rows.at(0), HasSubstr("WHY"));
  EXPECT_THAT(rows.at(1), HasSubstr("red "));
  EXPECT_THAT(rows.at(1), HasSubstr("some-provider-with-a-long-name/2"));
  EXPECT_THAT(rows.at(1), HasSubstr("401 invalid"));
}

TEST(StatusTable, F9_HasAllColumnsWhereThereIsRoom) {
  const auto bounded = status_table(kPage, Language::English, Colour::No, {.columns = 300});
  for (const char* heading : {"IN FLIGHT", "USED", "REQUESTS", "FAILED", "WHY"}) {
    EXPECT_THAT(bounded->text, HasSubstr(heading));
  }
}

TEST(StatusTable, F9_FitsTheHeightWithTheSickFirstAndCountsTheRest) {
  for (const std::size_t height : {6U, 10U, 24U}) {
    const auto table = status_table(long_page(40), Language::English, Colour::No, {.columns = 120, .rows = height});
    ASSERT_TRUE(table);
    const std::vector<std::string> rows = lines(table->text);
    EXPECT_EQ(rows.size(), height);
    EXPECT_THAT(rows.at(1), HasSubstr("red "));
    EXPECT_THAT(rows.at(2), HasSubstr("yellow "));
    EXPECT_THAT(table->text, HasSubstr("... and " + std::to_string(40 - (height - 4)) + " more: "));
    EXPECT_THAT(rows.back(), HasSubstr("40 targets: "));
  }
}

TEST(StatusTable, F9_NamesTheRouteAndNotTheNameUpstream) {
  const auto table = status_table(long_page(3), Language::English, Colour::No);
  EXPECT_THAT(table->text, HasSubstr("gpt-4o +1"));
  EXPECT_THAT(table->text, Not(HasSubstr("gpt-4o-2024-08-06")));
  const auto pinned = status_table(R"({"targets":[{"name":"a/1","model":null,"pin":true}],"summary":{}})",
                                   Language::English, Colour::No);
  EXPECT_THAT(pinned->text, HasSubstr("(no model)"));
}

TEST(DisplayWidth, CutsAtAWholeCharacterAndSaysSo) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abcd", 3), "ab…");
  EXPECT_EQ(cut("abcd", 0), "");
  EXPECT_EQ(display_width(cut("เป้าหมายเป้าหมาย", 5)), 5U);
  EXPECT_LE(display_width(cut("漢字漢字", 4)), 4U);
}

}  // namespace
}  // namespace drover::console
