#include "upstream/run/dispatch_request.h"

#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

TEST(DispatchRequest, CarriesWhatWasReadInTheRequest) {
  const core::Plan plan;
  const core::Route route;
  MemoryBudget budget(1'000'000);
  UpstreamRequest asked;
  asked.inspection.stream = true;
  asked.inspection.repeat = dialect::Repeat::NotExecuted;
  asked.inspection.affinity = 7;
  asked.inspection.input_tokens_estimate = 11;
  asked.inspection.output_tokens_estimate = 13;
  asked.body.begin(budget, nullptr, 0);
  ASSERT_TRUE(asked.body.append("{}"));
  const core::DispatchRequest request = dispatch_request(plan, route, asked);
  EXPECT_EQ(request.plan, &plan);
  EXPECT_EQ(request.route, &route);
  EXPECT_EQ(request.answer, core::AnswerKind::Stream);
  EXPECT_EQ(request.replay, core::Replay::NotExecuted);
  EXPECT_EQ(request.affinity, 7U);
  EXPECT_NE(request.body, 0U);
  EXPECT_EQ(request.estimate.input_tokens, Tokens{11});
  EXPECT_EQ(request.estimate.output_tokens, Tokens{13});
}

TEST(DispatchRequest, IsPlainAndNeverRepeatedUnlessTheRequestSaysSo) {
  const core::Plan plan;
  const core::Route route;
  const core::DispatchRequest request = dispatch_request(plan, route, UpstreamRequest{});
  EXPECT_EQ(request.answer, core::AnswerKind::Plain);
  EXPECT_EQ(request.replay, core::Replay::Never);
  EXPECT_EQ(request.body, 0U);
}

TEST(DispatchRequest, E11_KnowsTheMethodsThatChangeNothing) {
  const core::Plan plan;
  const core::Route route;
  const auto safe = [&](const char* method) {
    UpstreamRequest asked;
    asked.method = method;
    return dispatch_request(plan, route, asked).safe;
  };
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) EXPECT_TRUE(safe(method)) << method;
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) EXPECT_FALSE(safe(method)) << method;
}

TEST(DispatchRequest, KnowsABodyAgainByItsFrontEndAndLength) {
  const core::Plan plan;
  const core::Route route;
  MemoryBudget budget(1'000'000);
  const auto mark = [&](const std::string& body) {
    UpstreamRequest asked;
    asked.body.begin(budget, nullptr, 0);
    EXPECT_TRUE(asked.body.append(body));
    return dispatch_request(plan, route, asked).body;
  };
  const std::string middle(100'000, 'x');
  EXPECT_EQ(mark("a" + middle + "z"), mark("a" + middle + "z"));
  EXPECT_NE(mark("a" + middle + "z"), mark("b" + middle + "z"));
  EXPECT_NE(mark("a" + middle + "z"), mark("a" + middle + "y"));
  EXPECT_NE(mark("a" + middle + "z"), mark("a" + middle + "xz"));
  EXPECT_NE(mark("{\"n\":1}"), mark("{\"n\":2}"));
}

}  // namespace
}  // namespace drover::upstream
