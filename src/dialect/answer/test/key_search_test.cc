#include "dialect/answer/key_search.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace drover::dialect {
namespace {

constexpr std::string_view kKey = "sk-test/one-0a1b2c3dZ";

std::string escaped(std::string_view text, bool upper) {
  std::string out;
  for (const char c : text) {
    char escape[8];
    std::snprintf(escape, sizeof escape, upper ? "\\u%04X" : "\\u%04x", static_cast<unsigned>(c));
    out += escape;
  }
  return out;
}

/// The key as writers of JSON spell it.
std::vector<std::string> spellings() {
  return {std::string(kKey), "sk-test\\/one-0a1b2c3dZ", "sk\\u002dtest/one\\u002D0a1b2c3dZ", escaped(kKey, false),
          escaped(kKey, true)};
}

/// What goes down of a text that arrives in two pieces, cut at `cut`.
std::string shown(std::string_view text, std::size_t cut) {
  const KeySearch search(kKey);
  KeyGuard guard;
  std::string out;
  const std::array<std::string_view, 2> pieces{text.substr(0, cut), text.substr(cut)};
  for (std::size_t at = 0; at < pieces.size(); ++at) {
    const auto held = guard.held_to(search, {&pieces[at], 1}, at + 1 == pieces.size());
    out += held ? *held : pieces[at];
  }
  return out;
}

TEST(KeySearch, X5_MasksEverySpellingWhereverItIsCutAndChangesNoLength) {
  for (const std::string& spelt : spellings()) {
    const std::string text = R"({"content":"it is )" + spelt + R"( \n indeed"})";
    const std::string wanted = R"({"content":"it is )" + std::string(spelt.size(), '*') + R"( \n indeed"})";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) ASSERT_EQ(shown(text, cut), wanted) << cut;
  }
}

TEST(KeySearch, X5_FindsItRightBehindABeginningOfItself) {
  EXPECT_EQ(shown("sk-tsk-test/one-0a1b2c3dZ sk-test", 7), "sk-t********************* sk-test");
}

TEST(KeySearch, LeavesEverythingElseAlone) {
  const KeySearch search(kKey);
  for (const std::string_view text :
       {"", "hello", R"({"a":"\u00e9\n\"\\"})", "sk-test/one-0a1b2c3d-", "\\\\u002d", "ends in \"quotes\""}) {
    EXPECT_TRUE(search.clean(std::string(text) + "\n")) << text;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) EXPECT_EQ(shown(text, cut), text);
  }
}

TEST(KeySearch, NeverLooksForWordsThatAnswersUse) {
  for (const std::string_view word : {"", "none", "ollama", "EMPTY", "not-needed", "sk-1234"}) {
    EXPECT_TRUE(KeySearch(word).clean("none ollama EMPTY not-needed sk-1234")) << word;
  }
}

TEST(KeySearch, KeepsBackNoMoreThanOneSpellingOfTheKey) {
  const KeySearch search(kKey);
  const std::string text = std::string(1000, 's') + escaped(kKey.substr(0, kKey.size() - 1), false);
  EXPECT_EQ(search.open_end(text), 6 * (kKey.size() - 1));
  EXPECT_EQ(search.open_end(std::string(1000, 's')), 1U);
}

}  // namespace
}  // namespace drover::dialect
