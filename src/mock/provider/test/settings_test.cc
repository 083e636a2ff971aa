#include "mock/provider/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

Settings settings(std::string_view text) {
  Result<Settings> read = settings_from_json(text);
  EXPECT_TRUE(read.has_value()) << text << ": " << (read ? "" : read.error().message);
  return read.value_or(Settings{});
}

std::string refusal(std::string_view text) {
  const Result<Settings> read = settings_from_json(text);
  EXPECT_FALSE(read.has_value()) << text;
  return read ? "" : read.error().message;
}

TEST(MockSettings, ReadsAWholeFile) {
  const Settings read = settings(R"({"listen": ["127.0.0.1:9001", "[::1]:9002"], "seed": 7, "models": ["m*"],
    "keys": ["sk-a", {"key": "sk-b", "requests_per_minute": 60, "requests_per_second": 2, "tokens_per_minute": 1000, "concurrent": 4}],
    "first_token": "uniform:1s-3s", "tokens_per_second": 50, "answer_tokens": "fixed:40", "cuts": "random",
    "tell_limits": "nothing", "record": {"fields": true, "body_bytes": 4096}, "keep_alive": "5s",
    "faults": ["cut:after=5", {"kind": 429, "key": "sk-b", "retry_after": 7, "p": 0.5}]})");
  ASSERT_EQ(read.listen.size(), 2U);
  EXPECT_EQ(read.listen[1], (ListenAt{.host = "::1", .port = 9002}));
  EXPECT_EQ(read.seed, 7U);
  ASSERT_EQ(read.keys.size(), 2U);
  EXPECT_EQ(read.keys[1].concurrent, 4U);
  EXPECT_EQ(read.keys[1].tokens_per_minute, 1000);
  EXPECT_EQ(read.keys[1].requests_per_second, 2);
  EXPECT_EQ(read.cuts, Cuts::Random);
  EXPECT_EQ(read.tell_limits, TellLimits::Nothing);
  EXPECT_EQ(read.record.body_bytes, 4096U);
  EXPECT_EQ(read.keep_alive, Duration(5s));
  EXPECT_EQ(read.tokens_per_second, Distribution::fixed(50.0));
}

TEST(MockSettings, AFaultMeansTheSameInBothForms) {
  const Settings read = settings(R"({"faults": ["key=sk-b:429:retry-after=7:p=0.5",
    {"kind": "429", "key": "sk-b", "retry_after": "7", "p": 0.5}]})");
  ASSERT_EQ(read.faults.size(), 2U);
  EXPECT_EQ(read.faults[0], read.faults[1]);
}

TEST(MockSettings, AChangeKeepsTheRest) {
  Settings before;
  before.seed = 9;
  const Result<Settings> changed = changed_settings(before, R"({"answer_tokens": 3})");
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->seed, 9U);
  EXPECT_EQ(changed->answer_tokens, Distribution::fixed(3.0));
}

TEST(MockSettings, H3_ShowsOnlyTheEndsOfKeys) {
  Settings shown;
  shown.keys = {KeySettings{.key = "sk-very-secret-1234", .requests_per_minute = 5}};
  const std::string text = settings_to_json(shown);
  EXPECT_THAT(text, HasSubstr("*1234"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST(MockSettings, TheDemoHasThreeKeys) {
  EXPECT_EQ(demo_settings().keys.size(), 3U);
}

TEST(MockSettings, RefusesWhatItCannotMeanAndNamesTheMember) {
  EXPECT_THAT(refusal("{"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("a JSON object"));
  EXPECT_THAT(refusal(R"({"speed": 1})"), HasSubstr("'speed' is not a setting"));
  EXPECT_THAT(refusal(R"({"seed": "x"})"), HasSubstr("'seed'"));
  EXPECT_THAT(refusal(R"({"keys": 1})"), HasSubstr("'keys'"));
  EXPECT_THAT(refusal(R"({"keys": [1]})"), HasSubstr("a key is"));
  EXPECT_THAT(refusal(R"({"keys": [""]})"), HasSubstr("empty"));
  EXPECT_THAT(refusal(R"({"keys": [{"concurrent": 1}]})"), HasSubstr("needs 'key'"));
  EXPECT_THAT(refusal(R"({"keys": [{"key": "a", "rpm": 1}]})"), HasSubstr("'rpm' is not a limit"));
  EXPECT_THAT(refusal(R"({"keys": [{"key": "a", "concurrent": 0}]})"), HasSubstr("above zero"));
  EXPECT_THAT(refusal(R"({"models": [1]})"), HasSubstr("'models'"));
  EXPECT_THAT(refusal(R"({"first_token": "fast"})"), HasSubstr("'first_token'"));
  EXPECT_THAT(refusal(R"({"first_token": []})"), HasSubstr("'first_token'"));
  EXPECT_THAT(refusal(R"({"cuts": "some"})"), HasSubstr("'cuts'"));
  EXPECT_THAT(refusal(R"({"tell_limits": "some"})"), HasSubstr("'tell_limits' is headers, retry_after or nothing"));
  EXPECT_THAT(refusal(R"({"record": 1})"), HasSubstr("'record'"));
  EXPECT_THAT(refusal(R"({"record": {"body_bytes": -1}})"), HasSubstr("'record'"));
  EXPECT_THAT(refusal(R"({"keep_alive": "-1s"})"), HasSubstr("'keep_alive'"));
  EXPECT_THAT(refusal(R"({"keep_alive": "soon"})"), HasSubstr("not a time"));
  EXPECT_THAT(refusal(R"({"listen": []})"), HasSubstr("'listen'"));
  EXPECT_THAT(refusal(R"({"listen": "x"})"), HasSubstr("not an address"));
  EXPECT_THAT(refusal(R"({"faults": 3})"), HasSubstr("a text or an object"));
  EXPECT_THAT(refusal(R"({"faults": [{}]})"), HasSubstr("'kind'"));
  EXPECT_THAT(refusal(R"({"faults": [{"kind": []}]})"), HasSubstr("'kind'"));
  EXPECT_THAT(refusal(R"({"faults": [{"kind": "cut", "after": []}]})"), HasSubstr("'after'"));
  EXPECT_THAT(refusal(std::string(2 * 1024 * 1024, ' ')), HasSubstr("1 MiB"));
}

TEST(MockSettings, PatternsEndInAStar) {
  EXPECT_TRUE(matches("gpt-4o*", "gpt-4o-mini"));
  EXPECT_TRUE(matches("*", "anything"));
  EXPECT_FALSE(matches("gpt-4o", "gpt-4o-mini"));
}

}  // namespace
}  // namespace drover::mock
