#include "http/authority.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::http {
namespace {

TEST(Authority, TakesHostAndPortApart) {
  const auto found = parse_authority("api.example.com:8443");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->host, "api.example.com");
  EXPECT_EQ(found->port, 8443);
  EXPECT_FALSE(found->ipv6);
  EXPECT_EQ(parse_authority("localhost")->port, std::nullopt);
}

TEST(Authority, TakesTheBracketsOffIpv6) {
  const auto found = parse_authority("[::1]:80");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->host, "::1");
  EXPECT_TRUE(found->ipv6);
  EXPECT_EQ(found->port, 80);
}

TEST(Authority, AcceptsEveryFormOfIpv6) {
  for (const char* text : {"[::]", "[::1]", "[1::]", "[1:2:3:4:5:6:7:8]", "[fe80::a:B]", "[::ffff:127.0.0.1]",
                           "[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]"}) {
    EXPECT_TRUE(parse_authority(text)) << text;
  }
}

TEST(Authority, RefusesWhatIsNoIpv6) {
  for (const char* text : {"[]", "[:]", "[:::]", "[1]", "[1::2::3]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]",
                           "[12345::]", "[g::]", "[::1.2.3]", "[::1.2.3.256]", "[::1.2.3.04]", "[1:]", "[:1]",
                           "[fe80::1%25eth0]", "[1:2:3:4:5:6:7:1.2.3.4]", "[::1", "::1]", "[1:2:3:4:5:6:7:8::]"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
}

TEST(Authority, BoundsTheHostAndThePort) {
  EXPECT_TRUE(parse_authority(std::string(kMaxHostBytes, 'a')));
  EXPECT_FALSE(parse_authority(std::string(kMaxHostBytes + 1, 'a')));
  EXPECT_TRUE(parse_authority("a:65535"));
  EXPECT_FALSE(parse_authority("a:65536"));
}

}  // namespace
}  // namespace drover::http
