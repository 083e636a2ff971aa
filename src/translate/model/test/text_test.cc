#include "translate/model/text.h"

#include <gtest/gtest.h>

#include "translate/read/argument_progress.h"
#include "translate/write/json_out.h"

namespace drover::translate {
namespace {

TEST(Text, ItsSizeIsThatOfWhatItStandsFor) {
  for (const std::string_view text : {"", "plain", "\\n", "\\\"\\\\", "\\u0041", "\\u00e9", "\\u20ac", "\\ud83d\\ude00",
                                      "a\\u007fb\\u0080c\\u07ffd\\u0800", "é€"}) {
    EXPECT_EQ(plain_size({text}), plain({text}).size()) << text;
  }
}

TEST(Text, WhiteSpaceAtItsEndIsCutAlsoWhereItIsEscaped) {
  EXPECT_EQ(trimmed_end({"a \\n\\t "}).escaped, "a");
  EXPECT_EQ(trimmed_end({"a\\\\n"}).escaped, "a\\\\n");  // an escaped backslash and a letter
  EXPECT_TRUE(is_blank({" \\r\\n"}));
  EXPECT_FALSE(is_blank({"\\\\"}));
}

TEST(Text, EscapesAreThoseThatJsonNeeds) {
  std::string out;
  append_escaped("a\"b\\c\n\x01é", out);
  EXPECT_EQ(out, "a\\\"b\\\\c\\n\\u0001é");
  EXPECT_EQ(plain({out}), "a\"b\\c\n\x01é");
}

TEST(Arguments, AreAnObjectOrNothing) {
  const auto as_object = [](std::string_view text) {
    std::string out;
    return append_as_object({Arguments::Written::AsText, text}, out) ? out : std::string("none");
  };
  EXPECT_EQ(as_object(""), "{}");
  EXPECT_EQ(as_object(" \\n"), "{}");
  EXPECT_EQ(as_object(" {\\\"a\\\":1} "), "{\"a\":1}");
  EXPECT_EQ(as_object("[1]"), "none");
  EXPECT_EQ(as_object("{oops"), "none");
}

TEST(ArgumentProgress, BracketsInsideStringsDoNotCount) {
  ArgumentProgress progress;
  for (const std::string_view piece : {"{\\\"a", "\\\":\\\"}", "\\\\\\\"}\\\"", ",\\\"b\\\":[{}]"}) {
    progress.feed({piece});
    EXPECT_FALSE(progress.complete()) << piece;
  }
  progress.feed({"\\u007d"});  // a bracket all the same
  EXPECT_TRUE(progress.complete());
}

TEST(JsonOut, PutsTheCommasIn) {
  std::string out = "before:";
  JsonOut json(out);
  json.open('{').key("a").open('[').number(1).word("x").open('{').close('}').close(']').key("b").boolean(true).close(
      '}');
  EXPECT_EQ(out, R"(before:{"a":[1,"x",{}],"b":true})");
}

}  // namespace
}  // namespace drover::translate
