#include "gateway/unserved.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

config::Settings settings(core::Plan plan) {
  config::Settings made;
  made.plan = std::make_shared<const core::Plan>(std::move(plan));
  return made;
}

TEST(Unserved, IsSilentAboutWhatIsNotAskedFor) {
  core::Plan plan;
  plan.health.probe.clear();
  EXPECT_THAT(unserved(settings(plan)), IsEmpty());
}

TEST(Unserved, NamesEachSettingThatHasNoEffectYet) {
  config::Settings asked = settings(core::Plan{});
  asked.admin.emplace();
  EXPECT_THAT(unserved(asked), ElementsAre(HasSubstr("'admin'")));
}

}  // namespace
}  // namespace drover::gateway
