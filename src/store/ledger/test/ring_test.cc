#include "store/ledger/ring.h"

#include <gtest/gtest.h>

#include <thread>

#include "store/test/store_test_kit.h"

namespace drover::store {
namespace {

TEST(Ring, GivesRowsInTheirOrder) {
  Ring ring(8);
  for (int each = 0; each < 5; ++each) EXPECT_TRUE(ring.push(row_of(std::to_string(each))));
  std::string order;
  EXPECT_EQ(ring.drain(3, [&](LedgerRow&& row) { order += row.id; }), 3U);
  EXPECT_EQ(ring.drain(100, [&](LedgerRow&& row) { order += row.id; }), 2U);
  EXPECT_EQ(order, "01234");
}

TEST(Ring, TakesNothingWhenItIsFullAndCountsWhatIsLost) {
  Ring ring(4);
  for (int each = 0; each < 7; ++each) EXPECT_EQ(ring.push(row_of(std::to_string(each))), each < 4);
  EXPECT_EQ(ring.lost(), 3U);
  EXPECT_EQ(ring.waiting(), 4U);
  ring.drain(1, [](LedgerRow&&) {});
  EXPECT_TRUE(ring.push(row_of("next")));
}

TEST(Ring, WakesItsReaderWhenAQuarterIsFull) {
  Ring ring(16);
  int woken = 0;
  ring.wake_with([&] { ++woken; });
  for (int each = 0; each < 4; ++each) ring.push(row_of("x"));
  EXPECT_EQ(woken, 0);
  for (int each = 0; each < 8; ++each) ring.push(row_of("x"));
  EXPECT_EQ(woken, 1);
}

TEST(Ring, LosesNothingUncountedBetweenTwoThreads) {
  constexpr std::uint64_t kRows = 200'000;
  Ring ring(64);
  std::atomic<bool> done{false};
  std::thread worker([&] {
    for (std::uint64_t each = 0; each < kRows; ++each) {
      LedgerRow row;
      row.tokens.output = static_cast<std::int64_t>(each);
      ring.push(std::move(row));
    }
    done = true;
  });
  std::uint64_t got = 0;
  std::int64_t last = -1;
  for (bool ended = false; !ended;) {
    ended = done;
    ring.drain(100, [&](LedgerRow&& row) {
      EXPECT_GT(row.tokens.output, last);
      last = row.tokens.output;
      ++got;
    });
    ended = ended && ring.waiting() == 0;
  }
  worker.join();
  EXPECT_EQ(got + ring.lost(), kRows);
}

}  // namespace
}  // namespace drover::store
