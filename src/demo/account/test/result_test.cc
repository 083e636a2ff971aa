#include "demo/account/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace drover::demo {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Four requests, each of which met one illness of key-5 and was then answered by key-1, or by the spare target.
demo::Run good_run() {
  demo::Run run{.course = make_course({}).value(), .lasted = 1s};
  const std::vector<std::pair<std::string, std::string>> met = {
      {"connect", ""}, {"head_timeout", "key=*1005:hang"}, {"rate_limited", "key=*1005:429"}, {"ok", "key=*1005:slow"}};
  for (std::uint64_t request = 0; request < met.size(); ++request) {
    const auto& [outcome, fault] = met[request];
    GatewayLine line{.request = request};
    if (!fault.empty())
      run.books.upstream.push_back({.request = request,
                                    .key = 4,
                                    .status = outcome == "ok" ? 200 : (outcome == "rate_limited" ? 429 : 0),
                                    .whole = outcome == "ok",
                                    .fault = fault});
    line.attempts.push_back({.key = 4, .outcome = outcome, .status = outcome == "rate_limited" ? 429 : 0});
    if (outcome != "ok") {
      const std::size_t other = outcome == "connect" ? kClaude : 0;
      line.attempts.push_back({.key = other, .outcome = "ok", .status = 200});
      run.books.upstream.push_back({.request = request, .key = other, .status = 200, .whole = true});
    }
    run.books.client.push_back({.request = request,
                                .flaw = Flaw::None,
                                .status = 200,
                                .attempts = static_cast<int>(line.attempts.size()),
                                .took = 1s});
    run.books.gateway.push_back(line);
  }
  run.stretches = {{.ill = Ill::No}, {.ill = Ill::Hangs, .left_after = 5s}, {.ill = Ill::No, .back_after = 8s}};
  return run;
}

TEST(Result, PassesWhenEveryIllnessWasMetAndNobodySawIt) {
  const Summary summary = summarize(good_run());
  EXPECT_THAT(summary.complaints, IsEmpty());
  EXPECT_EQ(summary.failed_over, 3U);
  EXPECT_EQ(summary.plain.half, 1s);
  EXPECT_THAT(summary_text(good_run(), summary), HasSubstr("passed: "));
}

TEST(Result, FailsWhenTheOtherDialectAnsweredNobody) {
  demo::Run run = good_run();
  run.books.gateway[0].attempts[1].key = 0;
  run.books.upstream.front().key = 0;
  EXPECT_THAT(summarize(run).complaints, ElementsAre(HasSubstr("no request was answered by the target of the other")));
}

TEST(Result, FailsWhenAClientSawAFailure) {
  demo::Run run = good_run();
  run.books.client[3].flaw = Flaw::Cut;
  run.books.gateway[3].attempts[0].outcome = "truncated";
  run.books.upstream.back().whole = false;
  const Summary summary = summarize(run);
  EXPECT_THAT(summary.complaints, ElementsAre(HasSubstr("1 clients saw a failure: a cut answer (1)")));
}

TEST(Result, FailsWhenTheLoadWasNotSentInTimeAndSaysByHowMuch) {
  demo::Run run = good_run();
  run.books.client[1].lag = 1500ms;
  const Summary summary = summarize(run);
  EXPECT_THAT(summary.complaints, ElementsAre(HasSubstr("not truly 1000 requests/s: only 75.0 % were sent within 1s")));
  EXPECT_THAT(summary.complaints[0], HasSubstr("too slow or too busy"));
}

TEST(Result, FailsWhenAnIllnessWasNotMet) {
  demo::Run run = good_run();
  for (UpstreamLine& line : run.books.upstream) line.fault.clear();
  run.books.gateway[0].attempts[0].outcome = "tls";
  EXPECT_THAT(summarize(run).complaints,
              ElementsAre("the gateway did not go on after a refused connection", "no upstream gave a hang",
                          "no upstream gave a 429", "no upstream gave a slow answer"));
}

TEST(Result, FailsWhenTheTrafficDidNotLeaveOrDidNotComeBack) {
  demo::Run run = good_run();
  run.stretches[1].left_after.reset();
  run.stretches[2].back_after.reset();
  EXPECT_THAT(summarize(run).complaints,
              ElementsAre("traffic did not leave the key although it hangs",
                          "traffic did not come back when the key was well again after 'hangs'"));
}

TEST(Result, FailsWhenTheBooksDiffer) {
  demo::Run run = good_run();
  run.books.upstream.push_back({.request = 0, .key = 2, .status = 200, .whole = true});
  const Summary summary = summarize(run);
  EXPECT_THAT(summary.complaints, ElementsAre("the three books differ in 1 places"));
  EXPECT_THAT(summary_text(run, summary), HasSubstr("demo-000000 key-3 heard a request"));
}

TEST(Result, IsWrittenAsJsonToo) {
  const demo::Run run = good_run();
  const auto value = boost::json::parse(summary_json(run, summarize(run)));
  EXPECT_TRUE(value.at("passed").as_bool());
  EXPECT_EQ(value.at("requests").to_number<int>(), 4);
  EXPECT_EQ(value.at("failovers").at("head_timeout").to_number<int>(), 1);
  EXPECT_EQ(value.at("phases").at(1).at("traffic_left_after_seconds").to_number<double>(), 5.0);
}

}  // namespace
}  // namespace drover::demo
