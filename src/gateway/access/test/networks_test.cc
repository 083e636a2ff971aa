#include "gateway/access/networks.h"

#include <gtest/gtest.h>

#include <vector>

namespace drover::gateway {
namespace {

constexpr std::uint64_t kTen = 0x0a010203;          // 10.1.2.3
constexpr std::uint64_t kDoc = 0x20010db800000001;  // 2001:db8:0:1::

bool in(const char* text, std::uint64_t peer) {
  const auto network = parse_network(text);
  return network && network->has(peer);
}

TEST(Networks, HoldTheirAddresses) {
  EXPECT_TRUE(in("10.0.0.0/8", kTen));
  EXPECT_TRUE(in("10.1.2.3", kTen));
  EXPECT_TRUE(in("10.1.2.3/32", kTen));
  EXPECT_TRUE(in("0.0.0.0/0", kTen));
  EXPECT_FALSE(in("10.1.2.4", kTen));
  EXPECT_FALSE(in("11.0.0.0/8", kTen));
  EXPECT_TRUE(in("2001:db8::/32", kDoc));
  EXPECT_TRUE(in("2001:db8:0:1::5", kDoc)) << "a host is its network";
  EXPECT_FALSE(in("2001:db9::/32", kDoc));
}

TEST(Networks, OfOneKindHaveNobodyOfTheOther) {
  EXPECT_FALSE(in("0.0.0.0/0", kDoc));
  EXPECT_FALSE(in("::/0", kTen));
}

TEST(Networks, AreNotGuessed) {
  for (const char* const text : {"", "/8", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                                 "::/129", "localhost", "10.0.0.0/8/8"})
    EXPECT_FALSE(parse_network(text)) << text;
  const std::vector<std::string> broken{"nonsense"};
  EXPECT_FALSE(comes_from(broken, kTen)) << "a block that cannot be read lets nobody in";
}

}  // namespace
}  // namespace drover::gateway
