#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string with_errors(const std::string& rules) {
  return "providers:\n  one:\n    base_url: https://one.example.com/v1\n    keys: [ { env: KEY_A } ]\n    errors:\n" +
         rules;
}

TEST(Errors, GiveClassesTheirUsualMeaning) {
  const core::Plan plan = *loaded(with_errors("      - { status: 400, text: input exceeds, class: context_too_long }\n"
                                              "      - { code: E77, class: rate_limited, scope: provider }\n"
                                              "      - { status: 200, front: cuda error, class: server_error }\n"))
                               .plan;
  const std::vector<core::ErrorRule>& rules = plan.providers.front().errors;
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].status, 400);
  EXPECT_EQ(rules[0].text, "input exceeds");
  EXPECT_EQ(rules[0].kind, ErrorKind::ContextTooLong);
  EXPECT_EQ(rules[0].scope, ErrorScope::Request);
  EXPECT_EQ(rules[0].retry, RetryClass::Never);
  EXPECT_EQ(rules[1].code, "E77");
  EXPECT_EQ(rules[1].scope, ErrorScope::Provider);
  EXPECT_EQ(rules[1].retry, RetryClass::OtherKey);
  EXPECT_EQ(rules[2].status, 200);
  EXPECT_EQ(rules[2].front, "cuda error");
}

TEST(Errors, AreToldWhereTheyAreWrong) {
  EXPECT_THAT(
      mistakes(with_errors("      - { status: 400, class: context_to_long }\n"
                           "      - { text: input exceeds, class: context_too_long }\n"
                           "      - { class: overloaded }\n"
                           "      - { status: 204, class: overloaded }\n"
                           "      - { code: E1, clas: overloaded }\n"
                           "      - { code: E1 }\n"
                           "      - { status: 400, text: key, class: key_rejected }\n"
                           "      - { code: E1, class: user_error, scope: key }\n")),
      ElementsAre(
          HasSubstr("f:6:31: providers.one.errors[0].class: expected one of rate_limited, "),
          HasSubstr("f:7:9: providers.one.errors[1]: words alone may stand in a prompt that the provider quotes"),
          HasSubstr("f:8:9: providers.one.errors[2]: this fits every failure"),
          HasSubstr("f:9:19: providers.one.errors[3].status: no answer with this status is a failure"),
          HasSubstr("f:10:9: providers.one.errors[4]: class is missing"), HasSubstr("did you mean 'class'?"),
          HasSubstr("f:11:9: providers.one.errors[5]: class is missing"),
          HasSubstr("f:12:30: providers.one.errors[6].text: a text of 4 to 200 bytes is needed"),
          HasSubstr("f:13:47: providers.one.errors[7].scope: a failure of this class is about the request")));
}

TEST(Errors, MayBeAnswersThatSayNothing) {
  const core::Plan plan = *loaded(with_errors("      - { empty: true, class: empty_answer }\n")).plan;
  ASSERT_EQ(plan.providers.front().errors.size(), 1U);
  const core::ErrorRule& rule = plan.providers.front().errors.front();
  EXPECT_TRUE(rule.empty);
  EXPECT_EQ(rule.scope, ErrorScope::Request);
  EXPECT_EQ(rule.retry, RetryClass::OtherKey);
}

TEST(Errors, TakeAnEmptyAnswerForNothingElse) {
  const std::string together = "empty and the class empty_answer go with each other and with nothing else";
  EXPECT_THAT(mistakes(with_errors("      - { empty: true, class: overloaded }\n"
                                   "      - { status: 200, class: empty_answer }\n"
                                   "      - { empty: true, text: nothing, class: empty_answer }\n"
                                   "      - { empty: no, class: empty_answer }\n"
                                   "      - { empty: true, class: empty_answer, scope: key }\n")),
              ElementsAre(HasSubstr("f:6:9: providers.one.errors[0]: " + together),
                          HasSubstr("f:7:9: providers.one.errors[1]: " + together),
                          HasSubstr("f:8:9: providers.one.errors[2]: " + together),
                          HasSubstr("f:9:18: providers.one.errors[3].empty: expected"),
                          HasSubstr("f:10:52: providers.one.errors[4].scope: a failure of this class")));
}

TEST(Errors, AreAHundredAtMost) {
  std::string rules;
  for (int rule = 0; rule < 101; ++rule)
    rules += "      - { code: E" + std::to_string(rule) + ", class: overloaded }\n";
  EXPECT_THAT(mistakes(with_errors(rules)), ElementsAre(HasSubstr("more than 100 rules")));
}

}  // namespace
}  // namespace drover::config
