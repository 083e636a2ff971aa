// What failures mean, as the configuration extends it, and what another model takes over, through the whole gateway.
#include <gmock/gmock.h>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using testing::HasSubstr;

/// "gpt-4o" is served by `small`, whose failures follow `errors`; requests that are too long for it go to "gpt-4.1" at
/// `large`.
std::string two_models(const MockProvider& small, const MockProvider& large, const std::string& errors = "") {
  return std::string(kBase) + "providers:\n  small: { base_url: \"" + small.url() + "\", keys: [ { value: " + kKeyOne +
         " }, { value: " + kKeyTwo + " } ]" + errors + " }\n  large: { base_url: \"" + large.url() +
         "\", keys: [ { value: " + kKeyThree +
         " } ] }\nmodels:\n  gpt-4o: { targets: [ small ], fallback: [ { model: gpt-4.1, on: context_too_long } ] }\n"
         "  gpt-4.1: { targets: [ large ] }\n";
}

TEST(ErrorClass, C6_ARequestThatIsTooLongIsServedByTheLargerModel) {
  MockProvider small;
  MockProvider large;
  small.fault("400:code=context_length_exceeded");
  Gateway gateway(two_models(small, large));
  for (const std::string& body : {plain_chat(), streamed_chat()}) {
    const Answer answer = gateway.post(kChat, body);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("x-drover-attempts"), "2");
    EXPECT_THAT(answer.field("x-drover-target").value_or(""), HasSubstr("large"));
    EXPECT_EQ(large.last().model, "gpt-4.1");
  }
  EXPECT_EQ(small.requests(), 2U);  // no second key of the same model was asked
}

TEST(ErrorClass, AnOperatorsRuleDecidesWhatTheTableDoesNotKnow) {
  MockProvider small;
  MockProvider large;
  small.fault("400:code=E77");
  Gateway gateway(two_models(small, large));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 400);
  EXPECT_EQ(large.requests(), 0U);
  ASSERT_TRUE(gateway.reload(load(two_models(small, large, ", errors: [ { code: E77, class: context_too_long } ]")))
                  .has_value());
  const auto until = Clock::now() + kPatience;  // the thread that serves it takes the reload up at its next turn
  while (gateway.post(kChat, plain_chat()).status != 200 && Clock::now() < until) {
  }
  EXPECT_GE(large.requests(), 1U);
}

TEST(ErrorClass, ARuleThatSaysOverloadedGoesToAnotherKeyAndCountsAgainstIt) {
  MockProvider small;
  MockProvider large;
  small.fault("key=" + std::string(kKeyOne) + ":400:code=E78");
  Gateway gateway(two_models(small, large, ", errors: [ { code: E78, class: overloaded, scope: target } ]"));
  for (int request = 0; request < 20; ++request) EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(large.requests(), 0U);
}

}  // namespace
}  // namespace drover::test
