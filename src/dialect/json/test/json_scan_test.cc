#include "dialect/json/json_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "dialect/json/test/json_reference.h"

namespace drover::dialect {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 3> kNames = {"model", "stream", "n"};
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

Result<bool> judge(std::string_view text) {
  JsonScan scan(text, kNames);
  return scan.step(kAll);
}

bool accepted(std::string_view text) {
  const Result<bool> verdict = judge(text);
  return verdict.has_value() && *verdict;
}

std::string code_of(std::string_view text) {
  const Result<bool> verdict = judge(text);
  return verdict.has_value() ? "accepted" : verdict.error().code;
}

/// The verdict when the text is read `slice` bytes at a time.
bool accepted_in_slices(std::string_view text, std::size_t slice) {
  JsonScan scan(text, kNames);
  for (std::size_t steps = 0; steps <= text.size() + 1; ++steps) {
    const Result<bool> done = scan.step(slice);
    if (!done.has_value()) return false;
    if (*done) return true;
  }
  ADD_FAILURE() << "it never ends: " << text;
  return false;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

const std::vector<std::string> kGood = {
    "{}",
    "[]",
    " {\"a\" : [ 1 , -2.5e+10 , true , false , null , \"x\" ] }\r\n\t ",
    "0",
    "-0",
    "1e400",
    "9223372036854775808",
    "\"\"",
    R"("\"\\\/\b\f\n\r\t\u0041\ud83d\ude00")",
    "\"\xE0\xB8\x81\xF0\x9F\x98\x80\x7F\"",
    R"({"a":{"a":{"a":[]}},"a":1})",
    "[[],{},[[{}]]]",
};

const std::vector<std::string> kBad = {
    "",
    " ",
    "{",
    "[1,2}",
    "{\"a\":1]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,}",
    "{a:1}",
    "{'a':1}",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1]]",
    "}",
    "tru",
    "trueish",
    "nul",
    "NaN",
    "Infinity",
    "-",
    "01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "+1",
    "0x10",
    "--1",
    "\"",
    "\"\\\"",
    R"("\x41")",
    R"("\u12")",
    R"("\u12G4")",
    R"("\ud83d")",
    R"("\ud83d\u0041")",
    R"("\ude00")",
    "\"\n\"",
    "\"\x01\"",
    "\"a",
    "{\"a\":\"b",
    "{\"a",
    "// comment\n{}",
    "{}/* */",
};

TEST(JsonScan, AcceptsWhatTheStandardAllows) {
  for (const std::string& text : kGood) EXPECT_TRUE(accepted(text)) << text;
}

TEST(JsonScan, RefusesWhatTheStandardDoesNotAllow) {
  for (const std::string& text : kBad) EXPECT_EQ(code_of(text), "invalid_json") << text;
}

TEST(JsonScan, SaysTheSameWhereverItPauses) {
  for (const auto* list : {&kGood, &kBad}) {
    for (const std::string& text : *list) {
      for (std::size_t slice = 1; slice <= text.size() + 1; ++slice) {
        EXPECT_EQ(accepted_in_slices(text, slice), accepted(text)) << text << " in slices of " << slice;
      }
    }
  }
}

TEST(JsonScan, AgreesWithBoostOnTheLists) {
  for (const auto* list : {&kGood, &kBad}) {
    for (const std::string& text : *list) {
      EXPECT_EQ(accepted(text), reference_accepts(text, JsonScan::kMaxDepth).value()) << text;
    }
  }
}

TEST(JsonScan, AgreesWithBoostOnTextsWithOneByteChanged) {
  Random random(7);
  constexpr std::string_view kBytes = "{}[]\",:\\u01e+-.tfn \n\x01\x80\xE0\xF4xD";
  for (const std::string& text : kGood) {
    for (int round = 0; round < 400; ++round) {
      std::string changed = text;
      const std::size_t at = random.below(changed.size());
      const char byte = kBytes[random.below(kBytes.size())];
      switch (random.below(3)) {
        case 0: changed[at] = byte; break;
        case 1: changed.insert(at, 1, byte); break;
        default: changed.erase(at, 1); break;
      }
      const auto expected = reference_accepts(changed, JsonScan::kMaxDepth);
      if (!expected.has_value()) continue;
      ASSERT_EQ(accepted(changed), *expected) << changed;
    }
  }
}

TEST(JsonScan, G3_AcceptsDepth256AndRefuses257) {
  EXPECT_TRUE(accepted(nested(256)));
  const Result<bool> verdict = judge(nested(257));
  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error().status, 400);
  EXPECT_THAT(verdict.error().message, HasSubstr("deeper than 256"));
}

TEST(JsonScan, G3_RefusesADepthOfAHundredThousand) {
  EXPECT_FALSE(accepted(nested(100'000)));
  std::string objects;
  for (int n = 0; n < 100'000; ++n) objects += "{\"a\":";
  EXPECT_FALSE(accepted(objects));
}

TEST(JsonScan, G3_SeesTheDepthInsideValuesNobodyAskedFor) {
  EXPECT_FALSE(accepted("{\"model\":\"a\",\"x\":" + nested(256) + "}"));
  EXPECT_TRUE(accepted("{\"model\":\"a\",\"x\":" + nested(255) + "}"));
}

TEST(JsonScan, G4_RefusesADuplicateOfALookedForKey) {
  EXPECT_EQ(code_of(R"({"model":"a","model":"b"})"), "duplicate_key");
  EXPECT_EQ(code_of(R"({"model":"a","x":{"model":1},"stream":true,"stream":true})"), "duplicate_key");
}

TEST(JsonScan, G4_SeesThroughEscapesInKeys) {
  EXPECT_EQ(code_of(R"({"model":"a","mod\u0065l":"b"})"), "duplicate_key");
  constexpr std::string_view kText = R"({"\u006d\u006f\u0064\u0065\u006c":"b"})";
  JsonScan scan(kText, kNames);
  ASSERT_TRUE(scan.step(kAll).has_value());
  ASSERT_TRUE(scan.member(0).has_value());
  EXPECT_EQ(scan.member(0)->of(kText), "\"b\"");
}

TEST(JsonScan, G4_RefusesALookedForKeyInAnotherCase) {
  EXPECT_EQ(code_of(R"({"model":"cheap","Model":"dear"})"), "ambiguous_key");
  EXPECT_EQ(code_of(R"({"STREAM":true})"), "ambiguous_key");
}

TEST(JsonScan, G4_TakesNoKeyFromANestedObject) {
  constexpr std::string_view kText = R"({"x":{"model":"inner","model":"again"},"model":"outer"})";
  JsonScan scan(kText, kNames);
  ASSERT_TRUE(scan.step(kAll).has_value());
  EXPECT_EQ(scan.member(0)->of(kText), "\"outer\"");
}

TEST(JsonScan, G4_LeavesOtherDuplicatesToTheProvider) {
  EXPECT_TRUE(accepted(R"({"x":1,"x":2})"));
}

TEST(JsonScan, G5_RefusesWhatIsNotUtf8) {
  EXPECT_FALSE(accepted("\"\xFF\""));
  EXPECT_FALSE(accepted("\"\xC0\xAF\""));          // overlong
  EXPECT_FALSE(accepted("\"\xED\xA0\x80\""));      // a surrogate as UTF-8
  EXPECT_FALSE(accepted("\"\xF4\x90\x80\x80\""));  // above U+10FFFF
  EXPECT_FALSE(accepted("\"\xE0\xB8\""));
}

TEST(JsonScan, G5_RefusesAByteOrderMarkAndUtf16) {
  EXPECT_FALSE(accepted("\xEF\xBB\xBF{}"));
  EXPECT_FALSE(accepted(std::string_view("{\0}\0", 4)));
  EXPECT_FALSE(accepted("\xFF\xFE{}"));
}

TEST(JsonScan, G5_RefusesARawNulAndTakesAnEscapedOne) {
  EXPECT_FALSE(accepted(std::string_view("\"\0\"", 3)));
  EXPECT_TRUE(accepted(R"("\u0000")"));
}

TEST(JsonScan, G5_ValidatesACharacterThatTheSliceCuts) {
  const std::string text = "\"\xF0\x9F\x98\x80\xE0\xB8\x81\"";
  for (std::size_t slice = 1; slice < text.size(); ++slice) EXPECT_TRUE(accepted_in_slices(text, slice)) << slice;
  const std::string broken = "\"\xF0\x9F\x98\x80\x80\"";
  for (std::size_t slice = 1; slice < broken.size(); ++slice) EXPECT_FALSE(accepted_in_slices(broken, slice)) << slice;
}

TEST(JsonScan, G6_RefusesASecondDocument) {
  EXPECT_FALSE(accepted("{}{}"));
  EXPECT_FALSE(accepted("{} x"));
  EXPECT_FALSE(accepted("1 2"));
  EXPECT_TRUE(accepted("{} \n"));
}

TEST(JsonScan, G8_TakesAMillionKeys) {
  std::string text = "{";
  for (int n = 0; n < 1'000'000; ++n) text += "\"k" + std::to_string(n) + "\":0,";
  text += "\"model\":\"m\"}";
  JsonScan scan(text, kNames);
  ASSERT_TRUE(scan.step(kAll).has_value());
  EXPECT_EQ(scan.member(0)->of(text), "\"m\"");
  EXPECT_EQ(scan.numbers(), 1'000'000U);
}

TEST(JsonScan, G8_CountsAnEscapedCharacterAsThreeBytes) {
  std::string text = "\"";
  for (int n = 0; n < 100; ++n) text += "\\u0e01";
  text += "\"";
  JsonScan scan(text, {});
  ASSERT_TRUE(scan.step(kAll).has_value());
  EXPECT_EQ(scan.text_bytes(), 300U);
}

TEST(JsonScan, SaysWhereAValueOfEachKindStands) {
  for (const std::string_view value : {"\"s\"", "12.5", "true", "null", "[1,{\"model\":2}]", "{\"a\":[]}"}) {
    const std::string text = " { \"x\":1, \"model\" : " + std::string(value) + " , \"y\":2}";
    for (std::size_t slice = 1; slice <= text.size(); ++slice) {
      JsonScan scan(text, kNames);
      while (!scan.step(slice).value()) {
      }
      ASSERT_TRUE(scan.member(0).has_value());
      EXPECT_EQ(scan.member(0)->of(text), value);
    }
  }
}

TEST(JsonScan, NamesThePlaceOfAMistake) {
  const Result<bool> verdict = judge(R"({"a":1 "b":2})");
  ASSERT_FALSE(verdict.has_value());
  EXPECT_THAT(verdict.error().message, HasSubstr("expected ',' or '}' (byte 7)"));
  EXPECT_EQ(verdict.error().kind, ErrorKind::BadRequest);
}

TEST(JsonScan, PutsNoTextOfTheClientIntoItsMessage) {
  const Result<bool> verdict = judge(R"({"secret prompt" "x"})");
  ASSERT_FALSE(verdict.has_value());
  EXPECT_THAT(verdict.error().message, testing::Not(HasSubstr("secret")));
}

TEST(JsonScan, CountsAPictureAsAFewTokensNotAsItsBytes) {
  const std::string picture = "{\"url\":\"data:image/png;base64," + std::string(1'000'000, 'A') + "\"}";
  JsonScan scan(picture, {});
  ASSERT_TRUE(scan.step(kAll).has_value());
  EXPECT_EQ(scan.text_bytes(), 3 + JsonScan::kOpaqueCountsAs);
}

TEST(JsonScan, CountsALongTextAsItsBytes) {
  std::string prose;
  while (prose.size() < 10'000) prose += "words and words ";
  const std::string text = "\"" + prose + "\"";
  JsonScan scan(text, {});
  ASSERT_TRUE(scan.step(kAll).has_value());
  EXPECT_EQ(scan.text_bytes(), prose.size());
}

TEST(JsonUnescape, TurnsEveryEscapeIntoItsCharacter) {
  EXPECT_EQ(json_unescape(R"(a\"\\\/\b\f\n\r\t\u0041\u00e9\u0e01\ud83d\ude00z)"),
            "a\"\\/\b\f\n\r\tA\xC3\xA9\xE0\xB8\x81\xF0\x9F\x98\x80z");
}

TEST(JsonUnescape, DoesNoHarmOnGarbage) {
  for (const std::string_view text : {"\\", "\\u", "\\u12", "\\ud83d", "\\ud83d\\", "\\uZZZZ"}) {
    EXPECT_LE(json_unescape(text).size(), 8U);
  }
}

TEST(JsonScan, FindsTheLastTextUnderADeepNameWhereverItIsCut) {
  constexpr std::array<std::string_view, 2> kDeep = {"file_id", "sealed"};
  const std::string text =
      R"({"file_id":"top","in":[{"file_id":"f-1"},{"sealed":"s"},{"file_id":"f-2","x":"file_id"},{"file_id":null}],)"
      R"("model":"m","tool":{"file_id":{"type":"string"}},"say":"\"file_id\":\"no\""})";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    JsonScan scan(text, kNames, kDeep);
    if (!*scan.step(cut)) {
      ASSERT_TRUE(*scan.step(text.size()));
    }
    EXPECT_EQ(scan.last_text(0)->of(text), "f-2") << cut;
    EXPECT_EQ(scan.last_text(1)->of(text), "s") << cut;
  }
}

TEST(JsonScan, FindsNoTextWhereNoneIsDeep) {
  constexpr std::array<std::string_view, 1> kDeep = {"file_id"};
  const std::string text = R"({"file_id":"top","a":{"file_id":"","b":7}})";
  JsonScan scan(text, kNames, kDeep);
  ASSERT_TRUE(*scan.step(text.size()));
  EXPECT_FALSE(scan.last_text(0).has_value());
}

}  // namespace
}  // namespace drover::dialect
