#include "telemetry/access_log/byte_ring.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace drover::telemetry {
namespace {

std::string all(const ByteRing& ring) {
  const auto pieces = ring.peek();
  return std::string(pieces[0]) + std::string(pieces[1]);
}

TEST(ByteRing, GivesBackWhatWasPushedAlsoAcrossItsEnd) {
  ByteRing ring(16);
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(ring.push("0123456"));
    ASSERT_TRUE(ring.push("789"));
    EXPECT_EQ(all(ring), "0123456789");
    ring.consume(10);
    EXPECT_EQ(all(ring), "");
  }
}

TEST(ByteRing, RefusesWhatDoesNotFitAndTakesNoneOfIt) {
  ByteRing ring(8);
  EXPECT_TRUE(ring.push("12345678"));
  EXPECT_FALSE(ring.push("9"));
  EXPECT_EQ(all(ring), "12345678");
  ring.consume(3);
  EXPECT_FALSE(ring.push("abcd"));
  EXPECT_TRUE(ring.push("abc"));
  EXPECT_EQ(all(ring), "45678abc");
  EXPECT_EQ(ring.waiting(), 8U);
}

TEST(ByteRing, LosesNothingBetweenTwoThreads) {
  constexpr int kLines = 20000;
  ByteRing ring(4096);
  std::thread writer([&ring] {
    for (int line = 0; line < kLines; ++line) {
      const std::string text = std::to_string(line) + "\n";
      while (!ring.push(text)) std::this_thread::yield();
    }
  });
  std::string read;
  int next = 0;
  while (next < kLines) {
    const std::string some = all(ring);
    ring.consume(some.size());
    read += some;
    std::size_t from = 0;
    for (std::size_t end = read.find('\n'); end != std::string::npos; end = read.find('\n', from)) {
      ASSERT_EQ(read.substr(from, end - from), std::to_string(next));
      ++next;
      from = end + 1;
    }
    read.erase(0, from);
    if (some.empty()) std::this_thread::yield();
  }
  writer.join();
}

}  // namespace
}  // namespace drover::telemetry
