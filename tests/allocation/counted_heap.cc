#include "allocation/counted_heap.h"

#include <execinfo.h>
#include <malloc.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

extern "C" {
// glibc's own functions behind the names that this file takes over.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace drover::test {
namespace {

constexpr int kDepth = 12;
constexpr std::size_t kKept = 12;

struct Trace {
  std::array<void*, kDepth> frames{};
  int depth = 0;
  std::size_t bytes = 0;
};

std::atomic<bool> g_counting{false};
std::atomic<std::size_t> g_count{0};
std::atomic<std::size_t> g_in_use{0};
std::array<Trace, kKept> g_traces;
thread_local bool t_ignored = false;

void note(std::size_t bytes) {
  if (!g_counting.load(std::memory_order_relaxed) || t_ignored) return;
  const std::size_t index = g_count.fetch_add(1);
  if (index >= kKept) return;
  t_ignored = true;  // backtrace() may allocate
  g_traces[index].depth = backtrace(g_traces[index].frames.data(), kDepth);
  g_traces[index].bytes = bytes;
  t_ignored = false;
}

void* taken(void* memory) {
  g_in_use += malloc_usable_size(memory);
  return memory;
}

void given(void* memory) {
  g_in_use -= malloc_usable_size(memory);
}

}  // namespace

void ignore_this_thread() {
  t_ignored = true;
}

void count_allocations() {
  g_count = 0;
  g_counting = true;
}

std::size_t allocations_counted() {
  g_counting = false;
  return g_count;
}

std::size_t heap_in_use() {
  return g_in_use;
}

std::string first_allocations() {
  std::string text;
  for (std::size_t index = 0; index < std::min(kKept, g_count.load()); ++index) {
    const Trace& trace = g_traces[index];
    text.append(std::to_string(trace.bytes)).append(" bytes\n");
    char** lines = backtrace_symbols(trace.frames.data(), trace.depth);
    for (int frame = 2; lines != nullptr && frame < trace.depth; ++frame)
      text.append("  ").append(lines[frame]).append("\n");
    std::free(lines);
  }
  return text;
}

}  // namespace drover::test

extern "C" {

void* malloc(std::size_t size) {
  drover::test::note(size);
  return drover::test::taken(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) {
  drover::test::note(count * size);
  return drover::test::taken(__libc_calloc(count, size));
}
void* realloc(void* memory, std::size_t size) {
  drover::test::note(size);
  drover::test::given(memory);
  return drover::test::taken(__libc_realloc(memory, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  drover::test::note(size);
  return drover::test::taken(__libc_memalign(alignment, size));
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  drover::test::note(size);
  *memory = drover::test::taken(__libc_memalign(alignment, size));
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  drover::test::given(memory);
  __libc_free(memory);
}
}
