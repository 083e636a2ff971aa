// The n-th allocation of a request fails, for every n: whatever it was for, the request ends and leaves nothing behind.
#include <cstdint>
#include <new>

#include "base/test/heap_test_kit.h"
#include "upstream/test/run_test_kit.h"

#ifndef DROVER_HEAP_IS_FIXED
namespace drover::upstream {
namespace {

using namespace testing;
using heap::allocations_left;

/// A request whose first target fails and whose second answers, in one go. False: it had all the memory it wanted.
bool short_of_allocation(std::int64_t number) {
  MemoryWorld world;
  world.begin([&] {
    world.upstream(0).says_head("HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\n\r\n");
    world.upstream(0).says(R"({"error":{"message":"down"}})");
    world.upstream(0).ends();
    world.upstream(1).says_head(kStreamHead);
    world.upstream(1).says(std::string(kContent) + kDone);
    world.upstream(1).ends();
  });
  allocations_left = number;
  try {
    world.settle();
  } catch (const std::bad_alloc&) {
    EXPECT_LT(allocations_left, 0) << "from a handler that is none of ours";
  }
  const bool failed = allocations_left < 0;
  allocations_left = -1;
  EXPECT_TRUE(world.ends()) << "allocation " << number;
  world.forget();
  EXPECT_EQ(world.leases(), 0U) << "allocation " << number;
  EXPECT_EQ(world.busy(0), 0U) << "allocation " << number;
  EXPECT_EQ(world.busy(1), 0U) << "allocation " << number;
  return failed;
}

TEST(NoMemory, E15_WhicheverAllocationFailsNoPlaceIsLost) {
  std::int64_t number = 0;
  while (short_of_allocation(number) && !HasFailure()) ++number;
  EXPECT_GT(number, 10) << "a request allocates more than that";
}

TEST(NoMemory, AnOwnerThatCannotBeKeptIsForgottenAndNothingElse) {
  constexpr std::size_t kMost = 3;
  OwnerMap owners(kMost);
  for (std::uint64_t id = 1; id <= 10 * kMost; ++id) {
    for (std::int64_t number = 0; number < 3; ++number) {
      allocations_left = number;
      owners.learn(id, id);  // may not throw: an attempt's destructor calls it
      allocations_left = -1;
    }
    owners.learn(id, id);
    EXPECT_EQ(owners.owner_of(id), id);
    if (id > kMost) {
      EXPECT_EQ(owners.owner_of(id - kMost), std::nullopt) << "what came first goes first";
    }
  }
}

}  // namespace
}  // namespace drover::upstream
#endif
