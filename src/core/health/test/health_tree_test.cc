#include "core/health/health_tree.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// One target with a server, a key and a lane, and no quota.
struct Tree {
  HealthTree tree;
  Random random{1};
  HealthSettings settings{};
  HealthTree::Path path{tree.add("provider p", "provider p", Level::Provider),
                        tree.add("server s", "server s", Level::Server),
                        tree.add("key fp", "key p/1", Level::Key),
                        HealthTree::kAlwaysOpen,
                        tree.add("lane m", "m at key p/1", Level::Lane),
                        tree.add("target t", "target t", Level::Target)};

  [[nodiscard]] HealthNode& at(Level level) { return tree[path[static_cast<std::size_t>(level)]]; }
  void eject(Level level, Instant now) { (void)at(level).eject_for(30s, server_error(), now, random); }
};

TEST(HealthTree, KnowsItsNodesByNameLabelAndLevel) {
  const Tree world;
  const std::uint32_t key = world.path[static_cast<std::size_t>(Level::Key)];
  EXPECT_EQ(world.tree.names()[key], "key fp");
  EXPECT_EQ(world.tree.label(key), "key p/1");
  EXPECT_EQ(world.tree.level(key), Level::Key);
  EXPECT_EQ(world.tree.next(), 6U);
}

TEST(HealthTree, APathIsAsGoodAsItsWorstNode) {
  for (const Level level : {Level::Provider, Level::Server, Level::Key, Level::Lane, Level::Target}) {
    Tree world;
    EXPECT_TRUE(world.tree.clear(world.path, testing::at(0s)));
    world.eject(level, testing::at(0s));
    EXPECT_FALSE(world.tree.clear(world.path, testing::at(1s)));
    EXPECT_FALSE(world.tree.admits(world.path, testing::at(1s)));
    EXPECT_TRUE(world.tree.ejected(world.path, testing::at(1s)));
    EXPECT_TRUE(world.tree.admits(world.path, testing::at(60s))) << "a trial may begin";
    EXPECT_FALSE(world.tree.clear(world.path, testing::at(60s)));
  }
}

TEST(HealthTree, ACooldownIsNoEjection) {
  Tree world;
  (void)world.at(Level::Lane).cool(10s, rate_limited(), testing::at(0s), world.random);
  EXPECT_FALSE(world.tree.admits(world.path, testing::at(1s)));
  EXPECT_FALSE(world.tree.ejected(world.path, testing::at(1s)));
}

TEST(HealthTree, ARunningTrialAdmitsItsOwnAttemptOnly) {
  Tree world;
  world.eject(Level::Key, testing::at(0s));
  world.at(Level::Key).begin_trial(testing::at(60s));
  EXPECT_FALSE(world.tree.admits(world.path, testing::at(61s)));
  EXPECT_TRUE(world.tree.admits(world.path, level_bit(Level::Key), testing::at(61s)));
  EXPECT_FALSE(world.tree.admits(world.path, level_bit(Level::Server), testing::at(61s)));
  EXPECT_EQ(world.tree.end_trials(world.path, level_bit(Level::Key) | level_bit(Level::Server), testing::at(60s)),
            level_bit(Level::Key));
  EXPECT_EQ(world.tree.end_trials(world.path, level_bit(Level::Key), testing::at(60s)), 0U) << "once";
}

TEST(HealthTree, ANodeThatComesBackBeginsItsSlowStart) {
  Tree world;
  const std::uint32_t key = world.path[static_cast<std::size_t>(Level::Key)];
  EXPECT_FALSE(world.tree.succeed(key, world.settings, testing::at(0s), testing::at(1s))) << "it was never out";
  world.eject(Level::Key, testing::at(2s));
  EXPECT_FALSE(world.tree.succeed(key, world.settings, testing::at(1s), testing::at(3s))) << "sent before it went out";
  world.at(Level::Key).begin_trial(testing::at(60s));
  (void)world.tree.end_trials(world.path, level_bit(Level::Key), testing::at(60s));
  EXPECT_TRUE(world.tree.succeed(key, world.settings, testing::at(60s), testing::at(61s)));
  EXPECT_EQ(world.tree.recovering_until(), testing::at(61s) + kSlowStart);
  EXPECT_LT(world.tree.share(world.path, testing::at(62s)), 1.0);
  EXPECT_EQ(world.tree.comeback(world.path, testing::at(62s)).since, testing::at(61s));
  EXPECT_EQ(world.tree.share(world.path, world.tree.recovering_until()), 1.0);
}

TEST(HealthTree, TellsAChangeWithItsEndAndItsCauseWhereTheNodeIsOut) {
  Tree world;
  const std::uint32_t key = world.path[static_cast<std::size_t>(Level::Key)];
  world.eject(Level::Key, testing::at(0s));
  world.tree.cause(key).status = 500;
  world.tree.tell(StateChange::What::Ejected, key, testing::at(0s));
  world.tree.tell(StateChange::What::Recovered, key, testing::at(60s));
  const std::optional<StateChange> out = world.tree.changes().take();
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->level, Level::Key);
  EXPECT_EQ(out->node, key);
  EXPECT_EQ(out->until, world.at(Level::Key).until(testing::at(0s)));
  EXPECT_EQ(out->cause.status, 500);
  const std::optional<StateChange> back = world.tree.changes().take();
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->until, kNever);
  EXPECT_EQ(back->cause.status, 0);
}

TEST(HealthTree, AWideNodeNeedsAccusersUntilOneOfItsPartsAnswers) {
  Tree world;
  const std::uint32_t key = world.path[static_cast<std::size_t>(Level::Key)];
  EXPECT_TRUE(world.tree.undivided(key));
  world.tree.divide(key, 2);
  EXPECT_FALSE(world.tree.undivided(key));
  EXPECT_FALSE(world.tree.accuse(key, 1));
  (void)world.tree.succeed(key, world.settings, testing::at(0s), testing::at(1s));
  EXPECT_FALSE(world.tree.accuse(key, 2)) << "the first accuser was contradicted";
  EXPECT_TRUE(world.tree.accuse(key, 1));
}

}  // namespace
}  // namespace drover::core
