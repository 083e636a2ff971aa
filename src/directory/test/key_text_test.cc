#include "directory/key_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/random.h"
#include "base/sha256.h"

namespace drover::directory {
namespace {

KeyChance chance(Random& random) {
  KeyChance bytes;
  for (std::uint8_t& each : bytes) each = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(KeyText, HasItsFormAndItsDigest) {
  Random random(1);
  const MadeKey made = make_key(chance(random));
  EXPECT_EQ(made.text.reveal().size(), 41U);
  EXPECT_TRUE(made.text.reveal().starts_with("dk_"));
  EXPECT_EQ(judge_key_text(made.text.reveal()), KeyTextVerdict::Good);
  EXPECT_EQ(made.digest, sha256(made.text.reveal()));
  EXPECT_EQ(made.shown.size(), 3 + 4 + 3 + 4U);
  EXPECT_TRUE(made.text.reveal().starts_with(made.shown.substr(0, 7)));
  EXPECT_TRUE(made.text.reveal().ends_with(made.shown.substr(10)));
}

TEST(KeyText, IsTheSameOnEveryMachine) {
  EXPECT_EQ(make_key(KeyChance{}).text.reveal().substr(0, 35), "dk_00000000000000000000000000000000");
  EXPECT_EQ(make_key_id(KeyChance{}), "key_0000000000000000");
  KeyChance one{};
  one.back() = 63;
  EXPECT_EQ(make_key(one).text.reveal().substr(0, 35), "dk_11000000000000000000000000000000");
}

TEST(KeyText, EveryWrongCharacterAndEverySwapIsATypo) {
  Random random(2);
  const MadeKey made = make_key(chance(random));
  const std::string good(made.text.reveal());
  for (std::size_t at = 3; at < good.size(); ++at) {
    std::string wrong = good;
    wrong[at] = wrong[at] == 'x' ? 'y' : 'x';
    EXPECT_EQ(judge_key_text(wrong), KeyTextVerdict::Typo) << at;
    std::string swapped = good;
    if (at + 1 < good.size() && good[at] != good[at + 1]) {
      std::swap(swapped[at], swapped[at + 1]);
      EXPECT_EQ(judge_key_text(swapped), KeyTextVerdict::Typo) << at;
    }
  }
}

TEST(KeyText, OtherTextsAreNotOurs) {
  Random random(3);
  const std::string good(make_key(chance(random)).text.reveal());
  std::string with_zero = good;
  with_zero[10] = '\0';
  for (const std::string& text :
       {std::string(), std::string("dk_"), good + "a", good.substr(1), "DK_" + good.substr(3), "sk-" + good.substr(3),
        std::string(1'000'000, 'a'), with_zero, std::string("dk_") + std::string(38, '\xff')}) {
    EXPECT_EQ(judge_key_text(text), KeyTextVerdict::NotOurs);
  }
  EXPECT_EQ(shown_key("sk-something-of-somebody"), "…");
}

TEST(KeyText, NoTwoKeysAreAlikeAndEveryCharacterIsAsLikely) {
  Random random(4);
  std::set<std::string, std::less<>> seen;
  std::array<int, 256> counts{};
  for (int round = 0; round < 5'000; ++round) {
    const MadeKey made = make_key(chance(random));
    EXPECT_TRUE(seen.emplace(made.text.reveal()).second);
    for (const char c : made.text.reveal().substr(3, kKeyChance)) ++counts[static_cast<std::uint8_t>(c)];
  }
  const double expected = 5'000.0 * kKeyChance / 62;
  for (const char c : std::string_view("09AZaz5Mm")) {
    EXPECT_NEAR(counts[static_cast<std::uint8_t>(c)], expected, expected / 4) << c;
  }
}

}  // namespace
}  // namespace drover::directory
