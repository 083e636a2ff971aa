// The heap of a test program: operator new counts, and fails where a test asks for it. One file of a program includes
// it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>

// ThreadSanitizer has an operator new of its own, which a program may not replace: tests of the heap are left out
// there.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DROVER_HEAP_IS_FIXED 1
#endif
#endif

#ifndef DROVER_HEAP_IS_FIXED
namespace drover::heap {

/// Allocations of this thread.
inline thread_local std::int64_t allocations = 0;
/// Allocations of this thread until one fails; negative: none fails.
inline thread_local std::int64_t allocations_left = -1;

}  // namespace drover::heap

// Not inlined: the compiler would warn about the pair of new and free.
[[gnu::noinline]] void* operator new(std::size_t size) {
  using namespace drover::heap;
  ++allocations;
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
#endif
