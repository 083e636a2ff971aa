// The n-th allocation of a request fails, for every n: whatever it was for, the request ends and leaves nothing behind.
#include <cstdint>
#include <cstdlib>
#include <new>

#include "upstream/run_test_kit.h"

// ThreadSanitizer brings an operator new that a program may not replace; one thread is all that is tested here.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DROVER_HEAP_IS_FIXED 1
#endif
#endif
#ifndef DROVER_HEAP_IS_FIXED

namespace {

/// Counts down to the allocation that fails; negative: none does.
thread_local std::int64_t allocations_left = -1;

}  // namespace

// Not inlined: the compiler would take the pair below for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace drover::upstream {
namespace {

using namespace testing;

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

}  // namespace
}  // namespace drover::upstream
#endif
