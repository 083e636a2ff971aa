// Counts every allocation of the program: it has its own malloc, calloc, realloc, aligned_alloc and posix_memalign,
// which call glibc's. For tests of the hot path. A program with a sanitizer, which has such functions of its own,
// cannot use it.
#pragma once

#include <cstddef>
#include <string>

namespace drover::test {

/// Does not count this thread's allocations from here on.
void ignore_this_thread();
/// Begins to count; reading the count ends it.
void count_allocations();
[[nodiscard]] std::size_t allocations_counted();
/// Bytes of heap that the whole program uses, by malloc_usable_size().
[[nodiscard]] std::size_t heap_in_use();
/// The call stacks of the first allocations, one line for each call, for a person who looks for them.
[[nodiscard]] std::string first_allocations();

}  // namespace drover::test
