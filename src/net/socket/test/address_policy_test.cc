#include "net/socket/address_policy.h"

#include <gtest/gtest.h>

#include "net/dns/resolver.h"
#include "net/dns/test/dns_kit.h"
#include "net/socket/connector.h"

namespace drover::net {
namespace {

using namespace testing;

bool may_lead_to(const std::string& host, const char* address) {
  return !admitted(host, {asio::ip::make_address(address)}).empty();
}

TEST(AddressPolicy, A6_RefusesNamesThatLeadToWhereNoUpstreamIs) {
  for (const char* address : {"169.254.169.254", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255",
                              "240.0.0.1", "::", "fe80::1", "ff02::1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"}) {
    EXPECT_FALSE(may_lead_to("api.example.test", address)) << address;
  }
}

TEST(AddressPolicy, A6_LetsOnlyNamesOfOurOwnLeadToThisMachine) {
  for (const char* address : {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"}) {
    for (const char* own :
         {"localhost", "LOCALHOST.", "ollama", "a.localhost", "box.local", "llm.internal", "api.test"}) {
      EXPECT_TRUE(may_lead_to(own, address)) << own << " " << address;
    }
    for (const char* other : {"api.example.com", "local.example.com", "mylocalhost.org", "test.ai"}) {
      EXPECT_FALSE(may_lead_to(other, address)) << other << " " << address;
    }
  }
}

TEST(AddressPolicy, LetsAnyNameLeadToPublicAndPrivateAddresses) {
  for (const char* address :
       {"8.8.8.8", "10.0.0.5", "172.17.0.2", "192.168.1.9", "2001:db8::1", "fd00::5", "::ffff:10.0.0.5"}) {
    EXPECT_TRUE(may_lead_to("api.example.com", address)) << address;
  }
}

TEST(AddressPolicy, TakesALiteralAddressAtItsWord) {
  EXPECT_TRUE(may_lead_to("169.254.10.10", "169.254.10.10"));
  EXPECT_TRUE(may_lead_to("fe80::1", "fe80::1"));
}

TEST(AddressPolicy, KeepsTheRestOfAMixedAnswer) {
  const auto left = admitted("h.test", {asio::ip::make_address("169.254.169.254"), asio::ip::make_address("10.0.0.1")});
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].to_string(), "10.0.0.1");
}

TEST(AddressPolicy, A6_IsAskedOnEachConnectBehindResolution) {
  Loop loop(1);
  FakeDns dns;
  dns.v4 = {"169.254.169.254"};
  Resolver resolver(loop, dns.servers);
  Connecting connecting(loop, resolver);
  const Origin origin{"rebound.example.test", 80, nullptr};
  std::optional<Result<std::unique_ptr<ClientConnection>>> made;
  begin(loop, connecting.run(origin, loop.now() + 10s), made);
  EXPECT_TRUE(drive(loop, [&] {
    dns.serve();
    loop.context().run_one_for(1ms);
    return made.has_value();
  }));
  ASSERT_FALSE(*made);
  EXPECT_EQ(made->error().kind, ErrorKind::Resolve);
  EXPECT_EQ(made->error().code, "address_refused");
}

}  // namespace
}  // namespace drover::net
