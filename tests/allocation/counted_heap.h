// Every allocation of this program, counted: malloc, calloc, realloc, aligned_alloc and posix_memalign are our own here
// and hand on to glibc. For tests of what the hot path may not do; not for programs under a sanitizer, which bring
// their own.
#pragma once

#include <cstddef>
#include <string>

namespace drover::test {

/// Allocations of this thread are not counted from here on.
void ignore_this_thread();
/// Counts from now on, until the answer is asked for.
void count_allocations();
[[nodiscard]] std::size_t allocations_counted();
/// Bytes of the heap in use by the whole program, as malloc_usable_size() has it.
[[nodiscard]] std::size_t heap_in_use();
/// Where the first of them came from, one line a call, for a person who has to find them.
[[nodiscard]] std::string first_allocations();

}  // namespace drover::test
