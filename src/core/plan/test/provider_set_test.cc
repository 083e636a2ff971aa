#include "core/plan/provider_set.h"

#include <gtest/gtest.h>

#include "core/fleet/fleet_port.h"

namespace drover::core {
namespace {

TEST(ProviderSet, E8_HoldsAnyNumberOfProviders) {
  Plan plan;
  plan.providers.resize(200);
  ProviderSet set = ProviderSet::all_of(plan);
  set.remove(ProviderId{64});
  set.remove(ProviderId{1000});
  EXPECT_TRUE(set.has(ProviderId{63}));
  EXPECT_FALSE(set.has(ProviderId{64}));
  EXPECT_TRUE(set.has(ProviderId{199}));
  EXPECT_FALSE(set.has(ProviderId{200}));
  set &= ProviderSet{63, 64, 65};
  EXPECT_TRUE(set.has(ProviderId{65}));
  EXPECT_FALSE(set.has(ProviderId{64}));
  EXPECT_FALSE(set.has(ProviderId{199}));
}

TEST(ProviderSet, IsKnownByWhatItHolds) {
  ProviderSet grown{1, 199};
  grown.remove(ProviderId{199});
  EXPECT_EQ(grown.mark(), ProviderSet{1}.mark());
  EXPECT_NE(ProviderSet{1}.mark(), ProviderSet{2}.mark());
  EXPECT_NE(ProviderSet{1}.mark(), ProviderSet{65}.mark());
}

TEST(ProviderFence, E8_LeavesOneProviderOfAnyNumber) {
  const ProviderFence open;
  const ProviderFence narrower = without(without(open, ProviderId{3}), ProviderId{150});
  EXPECT_TRUE(narrower.admits(ProviderId{2}));
  EXPECT_FALSE(narrower.admits(ProviderId{3}));
  EXPECT_FALSE(narrower.admits(ProviderId{150}));
  EXPECT_NE(narrower.mark(), open.mark());
  const ProviderSet some{150, 151};
  const ProviderFence fenced{.within = &some};
  EXPECT_FALSE(without(fenced, ProviderId{150}).admits(ProviderId{150}));
  EXPECT_TRUE(without(fenced, ProviderId{150}).admits(ProviderId{151}));
  EXPECT_FALSE(fenced.admits(ProviderId{1}));
}

TEST(ProviderFence, E8_OfOneProviderIsNeverTakenForNone) {
  for (std::uint32_t provider = 0; provider < 200; ++provider) {
    const ProviderSet only{provider};
    EXPECT_NE(ProviderFence{.within = &only}.mark(), ProviderFence{}.mark()) << provider;
  }
}

}  // namespace
}  // namespace drover::core
