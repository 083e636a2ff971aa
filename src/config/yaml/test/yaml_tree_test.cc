#include "config/yaml/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

std::vector<std::string> refusals(std::string_view text) {
  Report report("f");
  (void)parse_yaml(text, report);
  std::vector<std::string> out;
  for (const Problem& problem : report.take_problems()) out.push_back(problem.to_string());
  return out;
}

Node tree(std::string_view text) {
  Report report("f");
  auto node = parse_yaml(text, report);
  EXPECT_TRUE(report.clean());
  return node.value_or(Node{});
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + "a" + std::string(depth, ']');
}

TEST(YamlTree, KeepsTextQuotesAndPlaces) {
  const Node root = tree("a: 1\nb:\n  - \"x\"\n  - y: ~\n");
  ASSERT_EQ(root.kind, Node::Kind::Map);
  ASSERT_EQ(root.items.size(), 2U);
  EXPECT_EQ(root.names[1].text, "b");
  EXPECT_EQ(root.names[1].place.line, 2);
  EXPECT_FALSE(root.items[0].quoted);
  const Node& list = root.items[1];
  ASSERT_EQ(list.kind, Node::Kind::List);
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[0].place.line, 3);
  EXPECT_EQ(list.items[0].place.column, 5);
  EXPECT_EQ(list.items[1].items[0].kind, Node::Kind::Null);
}

TEST(YamlTree, PutsAnEmptyValueAtItsKey) {
  const Node root = tree("a:\nb: 1\n");
  EXPECT_EQ(root.items[0].kind, Node::Kind::Null);
  EXPECT_EQ(root.items[0].place.line, 1);
}

TEST(YamlTree, ReadsTheMarkAndLineEndsOfOtherSystems) {
  const Node root = tree(
      "\xef\xbb\xbf"
      "a: 1\r\nb: 2\r\n");
  EXPECT_EQ(root.names[0].text, "a");
  EXPECT_EQ(root.items[1].text, "2");
}

TEST(YamlTree, H13_RefusesDuplicateKeys) {
  EXPECT_THAT(refusals("a: 1\nb: { c: 1, c: 2 }\na: 3\n"),
              ElementsAre("f:2:12: duplicate key 'c'; keep one of them", "f:3:1: duplicate key 'a'; keep one of them"));
}

TEST(YamlTree, H13_RefusesAnchorsAndAliases) {
  EXPECT_THAT(refusals("a: &x 1\nb: *x\n"),
              ElementsAre("f:1:4: anchors (&name) are not supported; write the value where it is used",
                          "f:2:4: aliases (*name) are not supported; write the value out"));
}

TEST(YamlTree, H13_RefusesAnAliasOfNothing) {
  EXPECT_THAT(refusals("b: *x\n"), ElementsAre(StartsWith("f:1:4: this is not valid YAML: ")));
}

TEST(YamlTree, H13_RefusesTagsOfEveryForm) {
  for (const char* text :
       {"a: !!str b", "a: ! b", "a: !x b", "a: !<x> b", "a: !!map { b: c }", "a: ! [ b ]", "a: !x \"b\""}) {
    EXPECT_THAT(refusals(text), ElementsAre("f:1:4: tags (!name) are not supported; remove the tag")) << text;
  }
  EXPECT_THAT(refusals("!x a: b"), ElementsAre("f:1:1: tags (!name) are not supported; remove the tag"));
}

TEST(YamlTree, DoesNotTakeAQuotedExclamationMarkForATag) {
  EXPECT_EQ(tree("a: \"!x\"").items[0].text, "!x");
  EXPECT_EQ(tree("a: '! b'").items[0].text, "! b");
}

TEST(YamlTree, H13_RefusesMergeKeysButNotQuotedOnes) {
  EXPECT_THAT(refusals("a: 1\n<<: { b: 2 }\n"),
              ElementsAre("f:2:1: merge keys (<<) are not supported; write the values out"));
  EXPECT_THAT(refusals("\"<<\": 1"), ElementsAre());
}

TEST(YamlTree, H13_RefusesKeysThatAreNotText) {
  EXPECT_THAT(refusals("? [ a ]\n: b\nc: d"), ElementsAre("f:1:3: a key must be text; write  name: value"));
  EXPECT_THAT(refusals("~: b"), ElementsAre("f:1:1: a key must be text; write  name: value"));
}

TEST(YamlTree, H13_RefusesASecondDocument) {
  EXPECT_THAT(refusals("a: 1\n---\nb: 2\n"),
              ElementsAre("f:2:1: a second document; only one is read; remove the '---' or what follows it"));
  EXPECT_THAT(refusals("---\na: 1\n"), ElementsAre());
}

TEST(YamlTree, H13_RefusesWhatFollowsTheDocument) {
  const std::string expected =
      ": text after the end of the configuration; check the indentation and brackets before it";
  EXPECT_THAT(refusals("a: 1\n...\nb: 2\n"), ElementsAre("f:3:1" + expected));
  // yaml-cpp 0.7 reports empty documents without end here.
  EXPECT_THAT(refusals("{a: b}, {a: b}"), ElementsAre("f:1:7" + expected));
}

TEST(YamlTree, H13_RefusesMoreThanThirtyTwoLevels) {
  EXPECT_THAT(refusals(nested(32)), ElementsAre());
  EXPECT_THAT(refusals(nested(33)),
              ElementsAre("f:1:33: nested more than 32 deep; no setting needs more than a few levels"));
}

TEST(YamlTree, H13_EndsQuicklyOnTextsMadeToNest) {
  for (const char* part : {"[", "{", "{a: ", "[a, ", "- ", "? ", "[[],", "a: [\n"}) {
    std::string text;
    while (text.size() < 200'000) text += part;
    EXPECT_EQ(refusals(text).size(), 1U) << part;
  }
}

TEST(YamlTree, H13_RefusesMoreThanOneMebibyte) {
  std::string text = "a: 1\n";
  text.resize(std::size_t{1} << 20, '#');
  text[5] = '#';
  EXPECT_THAT(refusals(text), ElementsAre());
  EXPECT_THAT(refusals(text + "#"),
              ElementsAre("f: larger than 1 MiB; a configuration of that size is probably a mistake"));
}

TEST(YamlTree, RefusesMoreValuesThanItWillHold) {
  std::string text = "[";
  for (int at = 0; at < 200'001; ++at) text += "a,";
  EXPECT_THAT(refusals(text + "]"), ElementsAre(testing::HasSubstr("more than 200000 values")));
}

TEST(YamlTree, RefusesBytesThatAreNotText) {
  const std::string utf8 = "; save the file as plain UTF-8 text";
  EXPECT_THAT(refusals("a: 1\nb: \xff\n"), ElementsAre("f:2:4: not UTF-8 text" + utf8));
  EXPECT_THAT(refusals("a: \xed\xa0\x80"), ElementsAre("f:1:4: not UTF-8 text" + utf8));
  EXPECT_THAT(refusals("a: \xe0\x80\x80"), ElementsAre("f:1:4: not UTF-8 text" + utf8));
  EXPECT_THAT(refusals("a: \xf4\x90\x80\x80"), ElementsAre("f:1:4: not UTF-8 text" + utf8));
  EXPECT_THAT(refusals("a: \xe2\x82"), ElementsAre("f:1:4: not UTF-8 text" + utf8));
  EXPECT_THAT(refusals(std::string_view("a: \0b", 5)), ElementsAre("f:1:4: a control character" + utf8));
  EXPECT_EQ(tree("a: \xe0\xb8\x81 \xf0\x9f\x90\x91").items[0].text, "\xe0\xb8\x81 \xf0\x9f\x90\x91");
}

TEST(YamlTree, TellsWhereTheSyntaxBreaks) {
  EXPECT_THAT(refusals("a: 1\nb: \"open"),
              ElementsAre(StartsWith("f:2:9: this is not valid YAML: illegal EOF in scalar")));
  EXPECT_THAT(refusals("a: b: c"), ElementsAre(StartsWith("f:1:5: this is not valid YAML: illegal map value")));
}

TEST(YamlTree, RefusesAFileThatSaysNothing) {
  for (const char* text : {"", "\n", "# only a comment\n"}) {
    EXPECT_THAT(refusals(text), ElementsAre("f: the file says nothing; start from drover.example.yaml")) << text;
  }
}

}  // namespace
}  // namespace drover::config
