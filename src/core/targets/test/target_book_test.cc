// What is known of targets, and what follows from it for a request, without a fleet that picks.
#include "core/targets/target_book.h"

#include <gtest/gtest.h>

#include <array>

#include "core/fleet/soft_affinity.h"
#include "core/targets/evidence.h"
#include "core/targets/survey.h"
#include "core/targets/target_view.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{1h};

/// Two keys of one provider at one server, and a key of another provider, all in one pool.
Plan three_targets() {
  Plan plan;
  plan.providers = {{.name = "p"}, {.name = "q"}};
  plan.servers = {{.base_url = "https://p"}, {.provider = ProviderId{1}, .base_url = "https://q"}};
  plan.keys = {{.name = "a", .fingerprint = "fa"},
               {.name = "b", .fingerprint = "fb"},
               {.provider = ProviderId{1}, .name = "c", .fingerprint = "fc"}};
  for (const std::uint32_t at : {0U, 1U, 2U}) {
    const std::uint32_t provider = at / 2;
    plan.targets.push_back(
        {.provider = {provider}, .server = {provider}, .key = {at}, .model = "m", .name = plan.keys[at].name});
  }
  plan.pools.push_back(
      {.model = "m", .balance = Balance::P2c, .targets = {TargetId{0}, TargetId{1}, TargetId{2}}, .affinity = 1h});
  plan.routes.push_back({.name = "m", .pools = {PoolId{0}}});
  plan.finish();
  return plan;
}

struct Known {
  Plan plan = three_targets();
  CheckPoints checks{plan};
  TargetBook targets{plan, checks};
  Random random{1};
  PickRequest request{.route = &plan.routes[0], .affinity = 7};

  [[nodiscard]] Evidence evidence() { return Evidence(targets, random, kNow); }
  [[nodiscard]] bool usable(std::uint32_t target) { return targets.usable(TargetId{target}, request, kNow); }
  /// A target of the plan that has failed so that it rests.
  void eject(std::uint32_t target) {
    const Error error{.kind = ErrorKind::ServerError, .status = 500};
    const std::uint32_t node = targets[TargetId{target}].node(Level::Target);
    ASSERT_TRUE(targets.nodes()[node].eject_for(1min, error, kNow, random));
  }
};

TEST(TargetBook, LetsARequestGoWhereNothingBarsIt) {
  Known known;
  for (const std::uint32_t target : {0U, 1U, 2U}) {
    EXPECT_TRUE(known.usable(target)) << target;
    EXPECT_EQ(known.targets.bar_of(TargetId{target}, known.request, kNow).bar, Bar::None) << target;
  }
}

TEST(TargetBook, KeepsARequestFromProvidersOutsideItsFenceAndFromWhatItTried) {
  Known known;
  const ProviderSet first{0};
  const std::array<TargetId, 1> tried = {TargetId{0}};
  known.request.fence.within = &first;
  known.request.tried = tried;
  EXPECT_FALSE(known.usable(0));
  EXPECT_TRUE(known.usable(1));
  EXPECT_FALSE(known.usable(2));
  EXPECT_EQ(known.targets.bar_of(TargetId{0}, known.request, kNow).bar, Bar::Tried);
  EXPECT_EQ(known.targets.bar_of(TargetId{2}, known.request, kNow).bar, Bar::Fenced);
}

TEST(TargetBook, KnowsWhetherAnotherTargetIsLeft) {
  Known known;
  EXPECT_TRUE(known.targets.another_usable(TargetId{0}, known.request, kNow));
  known.eject(1);
  known.eject(2);
  EXPECT_FALSE(known.targets.another_usable(TargetId{0}, known.request, kNow));
}

TEST(TargetBook, CountsTheLoadOfATargetAndOfItsTier) {
  Known known;
  TargetState& target = known.targets[TargetId{1}];
  ++target.in_flight;
  known.targets.count_load(target, 500, 0);
  EXPECT_EQ(target.load, 500U);
  EXPECT_EQ(known.targets.pool(0).tiers[0].load, 500U);
  EXPECT_EQ(known.targets.in_flight(), 1U);
  EXPECT_EQ(known.targets.give_back({.target = TargetId{1}, .load = 500}), 0U);
  EXPECT_EQ(target.load, 0U);
  EXPECT_EQ(known.targets.pool(0).tiers[0].load, 0U);
  EXPECT_EQ(known.targets.in_flight(), 0U);
}

TEST(TargetBook, ResetsWhatIsEjectedAndSaysSo) {
  Known known;
  EXPECT_FALSE(known.targets.reset_ejected(known.request, kNow));
  for (const std::uint32_t target : {0U, 1U, 2U}) known.eject(target);
  EXPECT_TRUE(known.targets.reset_ejected(known.request, kNow));
  for (const std::uint32_t target : {0U, 1U, 2U}) EXPECT_TRUE(known.usable(target)) << target;
}

TEST(Survey, NamesTheLastResortThatIsBackFirst) {
  Known known;
  for (const std::uint32_t target : {0U, 1U, 2U}) known.eject(target);
  known.targets.nodes()[known.targets[TargetId{0}].node(Level::Target)].stay_out_until(kNow + 5min);
  known.targets.nodes()[known.targets[TargetId{1}].node(Level::Target)].stay_out_until(kNow + 5min);
  const Survey found = survey(known.targets, known.request, kNow);
  EXPECT_FALSE(found.open);
  ASSERT_TRUE(found.last_resort);
  EXPECT_EQ(*found.last_resort, TargetId{2});
  EXPECT_FALSE(found.all_limited);
}

TEST(SoftAffinity, SendsAConversationHomeWhileItsHomeIsUsable) {
  Known known;
  AffinityTable table;
  table.open();
  const Tier& tier = known.targets.pool(0).tiers[0];
  const SoftAffinity affinity(table, known.targets, PoolId{0}, known.request, kNow);
  EXPECT_FALSE(affinity.home(tier));
  affinity.remember(TargetId{2});
  EXPECT_EQ(affinity.home(tier), TargetId{2});
  known.eject(2);
  EXPECT_FALSE(affinity.home(tier));
}

TEST(Evidence, TakesATargetOutAndLeavesItsServerWhileOtherKeysThereDoNotFail) {
  Known known;
  const Error error{.kind = ErrorKind::ServerError, .status = 500};
  const TargetState& target = known.targets[TargetId{0}];
  for (int failure = 0; failure < 10; ++failure)
    known.evidence().charge({.target = TargetId{0}, .error = &error}, {Charge::Action::Count, Level::Server});
  EXPECT_FALSE(known.targets.nodes()[target.node(Level::Target)].clear(kNow));
  EXPECT_TRUE(known.targets.nodes()[target.node(Level::Server)].clear(kNow));
  EXPECT_EQ(view_of(known.targets, known.checks, TargetId{0}, kNow).condition, TargetCondition::Ejected);
  EXPECT_TRUE(known.usable(1));
}

TEST(Evidence, SaysWhenAProbeHasBroughtAKeyBack) {
  Known known;
  const Error refused{.kind = ErrorKind::KeyRejected, .scope = ErrorScope::Key, .status = 401};
  EXPECT_FALSE(known.evidence().probed(known.checks, {.key = {0}, .server = {0}, .error = &refused}));
  EXPECT_FALSE(known.usable(0));
  const Instant later = kNow + 24h;
  EXPECT_TRUE(Evidence(known.targets, known.random, later).probed(known.checks, {.key = {0}, .server = {0}}));
  EXPECT_TRUE(known.targets.usable(TargetId{0}, known.request, later));
  EXPECT_FALSE(known.evidence().probed(known.checks, {.key = {0}, .server = {1}}));  // the key is not used there
}

}  // namespace
}  // namespace drover::core
