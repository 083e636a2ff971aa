// Reserving and settling allocate nothing on the heap.
#include <gtest/gtest.h>

#include "base/test/heap_test_kit.h"
#include "directory/test/asker_book_kit.h"

namespace drover::directory {
namespace {

#ifndef DROVER_HEAP_IS_FIXED
TEST(AskerBookHeap, ARequestInFiveScopesAllocatesNothing) {
  using namespace std::chrono_literals;
  AskerBook book(1);
  for (const char* path : {"", "acme", "acme/search", "acme/search/key_1"}) {
    limit(book, node(path), {hard(Unit::Usd, kMostLimited, "month"), hard(Unit::Tokens, kMostLimited, "1m")});
  }
  limit(book, {.kind = ScopeKind::Tag, .name = "batch"},
        {hard(Unit::Concurrent, 5, "total"), soft(Unit::Requests, 1, "day")});
  const std::string_view tags[] = {"batch", "other"};
  const Asking asking{.principal = "acme/search/key_1", .tags = tags, .end_user = "u", .model = "m"};
  book.reserve(asking, tokens(1), moment()).value().settle(tokens(1));

  const std::int64_t before = heap::allocations;
  for (int round = 0; round < 100; ++round) {
    const Moment now = moment(round * 1s);
    Lease lease = book.reserve(asking, tokens(10, 20), now).value();
    (void)lease.extend(tokens(0, 20), now);
    lease.settle(tokens(10, 30));
    (void)book.left(asking, now);
  }
  EXPECT_EQ(heap::allocations, before);
}
#endif

}  // namespace
}  // namespace drover::directory
