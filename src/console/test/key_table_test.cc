#include "console/key_table.h"

#include <gmock/gmock.h>

#include <array>
#include <sstream>

#include "console/display_width.h"
#include "console/key_request.h"

namespace drover::console {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kPage = R"({"data":[{"id":"key_0000000000000001","name":"web","principal":"acme/search",
"blocked":false,"archived":false,"expires":null,"limits":[{"unit":"usd","amount":"5.00","window":"month","action":"refuse",
"models":[]},{"unit":"concurrent","amount":4,"window":null,"action":"tell","models":["gpt-*"]}]},
{"id":"key_0000000000000002","name":"a\u001b[2Jb","principal":"","blocked":true,"archived":false,
"expires":"2026-10-01T00:00:00Z","limits":[]}],"has_more":true,"next":"key_0000000000000002"})";

TEST(KeyTable, HasALineForEachKey) {
  const auto table = key_table(std::array{std::string(kPage)}, 0);
  ASSERT_TRUE(table);
  EXPECT_THAT(*table, HasSubstr("web     key_0000000000000001  active   acme/search  never"));
  EXPECT_THAT(*table, HasSubstr("usd 5.00 a month, concurrent 4 (soft) of [\"gpt-*\"]"));
  EXPECT_THAT(*table, HasSubstr("blocked"));
  EXPECT_THAT(*table, Not(HasSubstr("\x1b")));
}

TEST(KeyTable, FitsTheTerminal) {
  for (const std::size_t columns : {40U, 60U, 80U, 120U}) {
    const auto table = key_table(std::array{std::string(kPage)}, columns);
    ASSERT_TRUE(table);
    std::istringstream lines(*table);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), columns) << line;
  }
}

TEST(KeyTable, AKeyIsShownWithItsSecretOnce) {
  const auto text =
      key_text(R"({"id":"key_1","name":"web","models":[],"metadata":{},"secret":"dk_abc","owner":"ann"})");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("secret     dk_abc\n"));
  EXPECT_THAT(*text, HasSubstr("owner      ann\n"));
  EXPECT_THAT(*text, Not(HasSubstr("models")));
}

TEST(KeyTable, SeveralPagesAreOneArray) {
  const std::string page(kPage);
  const auto all = key_array(std::array{page, page});
  ASSERT_TRUE(all);
  EXPECT_THAT(*all, testing::StartsWith("[{"));
  EXPECT_EQ(next_page(kPage), "key_0000000000000002");
  EXPECT_EQ(next_page("{}"), "");
  EXPECT_EQ(first_id(kPage), "key_0000000000000001");
  EXPECT_EQ(first_id(R"({"data":[]})"), "");
}

TEST(KeyTable, WhatIsNoAnswerOfTheApiIsTold) {
  EXPECT_FALSE(key_table(std::array{std::string("<html>")}, 80));
  EXPECT_FALSE(key_array(std::array{std::string("{\"data\":1}")}));
  EXPECT_FALSE(key_text("[]"));
  EXPECT_EQ(api_error(404, R"({"error":{"type":"x","message":"there is no such key","field":null}})"),
            "there is no such key");
  EXPECT_EQ(api_error(400, R"({"error":{"message":"bad","field":"limits[0]"}})"), "limits[0]: bad");
  EXPECT_EQ(api_error(502, "<html>"), "it answered with status 502");
}

TEST(KeyRequest, NamesWhatIsGivenAndNothingElse) {
  EXPECT_EQ(new_key_json({.name = "web"}), R"({"name":"web"})");
  EXPECT_EQ(new_key_json({.name = "a\"b", .budget = "5", .window = "month", .requests = 60, .models = {"gpt-4o"}}),
            R"({"name":"a\"b","models":["gpt-4o"],"limits":[{"unit":"usd","amount":"5","window":"month"},)"
            R"({"unit":"requests","amount":60,"window":"1m"}]})");
  EXPECT_EQ(rotation_json(""), "");
  EXPECT_EQ(rotation_json("1h"), R"({"grace":"1h"})");
}

}  // namespace
}  // namespace drover::console
