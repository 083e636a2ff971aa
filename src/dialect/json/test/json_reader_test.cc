#include "dialect/json/json_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace drover::dialect {
namespace {

using Kind = JsonReader::Kind;

std::vector<std::string> members(std::string_view text) {
  std::vector<std::string> out;
  JsonReader reader(text);
  std::string_view key;
  if (!reader.enter()) return out;
  while (reader.next_member(key)) out.push_back(std::string(key) + "=" + std::string(reader.take()));
  if (reader.broken()) out.emplace_back("broken");
  return out;
}

TEST(JsonReader, WalksTheMembersOfAnObject) {
  const std::vector<std::string> expected = {"a=1", "b=\"x]}\\\"\"", "c=[1,{\"d\":\"}\"}]", "e=null"};
  EXPECT_EQ(members(R"( { "a" : 1 , "b":"x]}\"", "c":[1,{"d":"}"}],"e":null } )"), expected);
}

TEST(JsonReader, WalksTheElementsOfAnArray) {
  JsonReader reader(R"([1, "two", [3], {"four":4}])");
  std::vector<std::string> seen;
  ASSERT_TRUE(reader.enter());
  while (reader.next_element()) seen.emplace_back(reader.take());
  const std::vector<std::string> expected = {"1", "\"two\"", "[3]", "{\"four\":4}"};
  EXPECT_EQ(seen, expected);
  EXPECT_TRUE(reader.at_end());
}

TEST(JsonReader, TakesEmptyContainers) {
  EXPECT_TRUE(members("{}").empty());
  EXPECT_EQ(members(R"({"a":[],"b":{}})"), (std::vector<std::string>{"a=[]", "b={}"}));
}

TEST(JsonReader, StopsWhereTheTextIsCut) {
  const std::string whole = R"({"a":{"b":[1,"x\"y"]},"c":"d"})";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(members(std::string_view(whole).substr(0, size)).back(), "broken") << size;
  }
}

TEST(JsonReader, IsBrokenByWhatDoesNotFit) {
  EXPECT_EQ(members(R"({"a":1 "b":2})").back(), "broken");
  EXPECT_EQ(members(R"({a:1})").back(), "broken");
  EXPECT_EQ(members(R"({"a" 1})").back(), "broken");
  EXPECT_EQ(members(R"({"a":,"b":1})").back(), "broken");
}

TEST(JsonReader, SeesWhatFollowsTheDocument) {
  JsonReader reader("{} x");
  reader.take();
  EXPECT_FALSE(reader.at_end());
}

TEST(JsonReader, DoesNotRecurseIntoDepth) {
  const std::string deep(1'000'000, '[');
  JsonReader reader(deep);
  EXPECT_TRUE(reader.take().empty());
  EXPECT_TRUE(reader.broken());
}

TEST(RawInteger, ReadsWholeNumbersAndDropsFractions) {
  EXPECT_EQ(raw_integer("0"), 0);
  EXPECT_EQ(raw_integer("-12"), -12);
  EXPECT_EQ(raw_integer("12.9"), 12);
  EXPECT_EQ(raw_integer("99999999999999999999999"), INT64_MAX);
}

TEST(RawInteger, LeavesExponentsAndOtherThingsUnread) {
  EXPECT_FALSE(raw_integer("1e3").has_value());
  EXPECT_FALSE(raw_integer("\"12\"").has_value());
  EXPECT_FALSE(raw_integer("null").has_value());
  EXPECT_FALSE(raw_integer("-").has_value());
  EXPECT_FALSE(raw_integer("").has_value());
}

TEST(RawTruthy, IsWhatTheSdksTakeForAValue) {
  for (const std::string_view yes : {"true", "1", "-0.5", "\"x\"", "{\"a\":1}", "[0]"})
    EXPECT_TRUE(raw_truthy(yes)) << yes;
  for (const std::string_view no : {"", "null", "false", "0", "0.0", "\"\"", "{}", "[ ]"})
    EXPECT_FALSE(raw_truthy(no)) << no;
}

TEST(JsonReader, FindsTheEndOfAContainerWhereverItLies) {
  // Braces in strings, escapes before quotes, depth: behind every number of bytes, so that each falls on each place of
  // a sixteen-byte step.
  for (const std::string_view value :
       {R"({"a":"}]{[","b":[{"c":"\\"},{"d":"\"}"}],"e":{}})", R"([[[[[[["]"]]]]]]])", R"([])",
        R"({"long":"0123456789012345678901234567890123456789\\\"}","n":[1,2,{"x":"{{{{{{{{{{{{{{{{{{{{"}]})"}) {
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string text = "[\"" + std::string(before, 'x') + "\"," + std::string(value) + ",\"end\"]";
      JsonReader reader(text);
      ASSERT_TRUE(reader.enter() && reader.next_element());
      EXPECT_EQ(reader.take().size(), before + 2);
      ASSERT_TRUE(reader.next_element());
      EXPECT_EQ(reader.take(), value) << before;
      ASSERT_TRUE(reader.next_element());
      EXPECT_EQ(reader.take(), "\"end\"");
      for (std::size_t cut = 1; cut < value.size(); ++cut) {
        JsonReader cut_off(value.substr(0, cut));
        EXPECT_EQ(cut_off.take(), "") << cut;
        EXPECT_TRUE(cut_off.broken());
      }
    }
  }
}

}  // namespace
}  // namespace drover::dialect
