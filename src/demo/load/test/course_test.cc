#include "demo/load/course.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.h"
#include "mock/faults/fault.h"

namespace drover::demo {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string refusal(const Options& options) {
  const Result<Course> course = make_course(options);
  return course ? "" : course.error().message;
}

TEST(Course, AnswersTakeOneToThreeSecondsByDefault) {
  const Course course = make_course({}).value();
  EXPECT_EQ(course.answer_least(), 1s);
  EXPECT_EQ(course.answer_most(), 3s);
  EXPECT_GT(course.head_timeout, course.answer_most() + 1s);
  EXPECT_DOUBLE_EQ(course.fair(), 200);
}

TEST(Course, ShrinksEverythingWithItsSeconds) {
  const Course course = make_course({.seconds = 7}).value();
  EXPECT_EQ(course.answer_most(), 300ms);
  EXPECT_EQ(course.head_timeout, 500ms);
  EXPECT_EQ(course.phases.front().lasts, 500ms);
}

TEST(Course, RefusesWhatCannotBeShown) {
  EXPECT_THAT(refusal({.rate = 0}), HasSubstr("--rate is 1 to"));
  EXPECT_THAT(refusal({.rate = kMostRate + 1}), HasSubstr("--rate"));
  EXPECT_THAT(refusal({.seconds = 1}), HasSubstr("--seconds is 5 to"));
  EXPECT_THAT(refusal({.seconds = kMostSeconds + 1}), HasSubstr("--seconds"));
  EXPECT_THAT(refusal({.keys = 1}), HasSubstr("--keys is 2 to"));
  EXPECT_THAT(refusal({.keys = kMostKeys + 1}), HasSubstr("--keys"));
}

TEST(Course, HasEachIllnessOnceAndEndsWell) {
  const Course course = make_course({}).value();
  for (const Ill ill : {Ill::Refuses, Ill::Hangs, Ill::RateLimits, Ill::Slow, Ill::AllRefuse})
    EXPECT_EQ(std::ranges::count(course.phases, ill, &Phase::ill), 1) << to_string(ill);
  EXPECT_EQ(course.phases.back().ill, Ill::No);
}

TEST(Course, WritesFaultsThatTheMockUnderstands) {
  const Course course = make_course({}).value();
  for (const Ill ill : {Ill::Refuses, Ill::Hangs, Ill::RateLimits, Ill::Slow, Ill::AllRefuse}) {
    EXPECT_FALSE(faults(course, ill).empty());
    for (const std::string& text : faults(course, ill)) EXPECT_TRUE(mock::parse_fault(text)) << text;
  }
  EXPECT_TRUE(faults(course, Ill::No).empty());
}

TEST(Course, WritesAConfigurationThatTheGatewayTakes) {
  const Course course = make_course({.keys = 2}).value();
  const std::string yaml = gateway_yaml(
      course, {"http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1", "http://127.0.0.1:3/v1"}, "/tmp/access.log");
  const config::Environment environment{
      .variable = [](std::string_view name) { return std::optional<std::string>("sk-test-" + std::string(name)); },
      .read_file = {}};
  const auto settings = config::load_text(yaml, "demo", environment);
  ASSERT_TRUE(settings) << settings.error().front().to_string();
  EXPECT_EQ(settings->plan->targets.size(), 3U);
  EXPECT_EQ(settings->plan->targets[2].name, "claude/1:claude-sonnet-5-5");
  EXPECT_EQ(settings->plan->servers[2].base_url, "http://127.0.0.1:3");
  EXPECT_EQ(settings->plan->retry.walk, 3U);
  EXPECT_EQ(settings->plan->targets[1].name, "key-2/1");
  EXPECT_EQ(settings->plan->pools[0].timeouts.head_plain, 5s);
}

}  // namespace
}  // namespace drover::demo
