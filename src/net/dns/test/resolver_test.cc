#include "net/dns/resolver.h"

#include <gtest/gtest.h>

#include "net/dns/inquiry.h"
#include "net/dns/test/dns_kit.h"

namespace drover::net {
namespace {

using namespace testing;

using Answer = Result<std::vector<asio::ip::address>>;

struct Names {
  Loop loop{1};
  FakeDns dns;
  Resolver resolver{loop, dns.servers};

  Answer resolve(const std::string& host) {
    std::optional<Answer> answer;
    begin(loop, resolver.resolve(host), answer);
    EXPECT_TRUE(drive(loop, [&] {
      dns.serve();
      loop.context().poll();
      return answer.has_value();
    }));
    return *answer;
  }
};

std::vector<std::string> texts(const Answer& answer) {
  std::vector<std::string> all;
  if (!answer) return {"error: " + answer.error().message};
  for (const asio::ip::address& address : *answer) all.push_back(address.to_string());
  return all;
}

using Texts = std::vector<std::string>;

TEST(Resolver, AnswersLiteralsAtOnce) {
  Names names;
  EXPECT_EQ(texts(names.resolve("10.1.2.3")), (Texts{"10.1.2.3"}));
  EXPECT_EQ(texts(names.resolve("fd00::1")), (Texts{"fd00::1"}));
  EXPECT_EQ(names.dns.questions, 0);
}

TEST(Resolver, KnowsLocalhostWithoutAsking) {
  Names names;
  Answer answer = names.resolve("localhost");
  ASSERT_TRUE(answer) << answer.error().message;
  for (const asio::ip::address& address : *answer) EXPECT_TRUE(address.is_loopback());
  EXPECT_EQ(names.dns.questions, 0);
}

TEST(Resolver, ReturnsBothFamiliesAlternating) {
  Names names;
  names.dns.v4 = {"10.0.0.1", "10.0.0.2"};
  names.dns.v6 = {"fd00::1"};
  EXPECT_EQ(texts(names.resolve("api.example.test")), (Texts{"fd00::1", "10.0.0.1", "10.0.0.2"}));
  names.resolver.worked("api.example.test", asio::ip::make_address("10.0.0.1"));
  EXPECT_EQ(texts(names.resolve("api.example.test")), (Texts{"10.0.0.1", "fd00::1", "10.0.0.2"}));
}

TEST(Resolver, AsksOnceWithinTheTtl) {
  Names names;
  names.dns.v4 = {"10.0.0.1"};
  names.resolve("api.example.test");
  int asked = names.dns.questions;
  names.resolve("api.example.test");
  EXPECT_EQ(names.dns.questions, asked);
}

TEST(Resolver, AsksOnceForManyWhoWait) {
  Names names;
  names.dns.v4 = {"10.0.0.1"};
  std::vector<std::optional<Answer>> answers(50);
  for (std::optional<Answer>& answer : answers) begin(names.loop, names.resolver.resolve("api.example.test"), answer);
  ASSERT_TRUE(drive(names.loop, [&] {
    names.dns.serve();
    names.loop.context().poll();
    return std::ranges::all_of(answers, [](const auto& answer) { return answer.has_value(); });
  }));
  for (const std::optional<Answer>& answer : answers) EXPECT_EQ(texts(*answer), (Texts{"10.0.0.1"}));
  EXPECT_LE(names.dns.questions, 2);  // A and AAAA
}

TEST(Resolver, A4_SaysThatANameDoesNotExistAndRemembersIt) {
  Names names;
  names.dns.mood = FakeDns::Mood::SaysNoSuchName;
  Answer answer = names.resolve("nowhere.example.test");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Resolve);
  EXPECT_NE(answer.error().message.find("nowhere.example.test"), std::string::npos);
  int asked = names.dns.questions;
  EXPECT_FALSE(names.resolve("nowhere.example.test"));
  EXPECT_EQ(names.dns.questions, asked);
}

TEST(Resolver, A4_GivesUpOnASilentServer) {
  Names names;
  names.dns.mood = FakeDns::Mood::IsSilent;
  Instant start = monotonic_now();
  Answer answer = names.resolve("silent.example.test");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Resolve);
  EXPECT_LT(monotonic_now() - start, Resolver::kTimeout + 2s);
}

TEST(Resolver, A4_ServesTheLastAddressesWhenTheServerFails) {
  Names names;
  names.dns.v4 = {"10.0.0.1"};
  names.dns.ttl = 0;  // kept for a second, the least
  EXPECT_EQ(texts(names.resolve("api.example.test")), (Texts{"10.0.0.1"}));
  Instant later = monotonic_now() + 1100ms;
  names.dns.mood = FakeDns::Mood::SaysNoSuchName;
  ASSERT_TRUE(drive(names.loop, [&] { return monotonic_now() > later; }));
  int asked = names.dns.questions;
  EXPECT_EQ(texts(names.resolve("api.example.test")), (Texts{"10.0.0.1"}));
  EXPECT_GT(names.dns.questions, asked);
}

TEST(Resolver, EndsAnInquiryThatIsCancelled) {
  Names names;
  names.dns.mood = FakeDns::Mood::IsSilent;
  Inquiry inquiry(names.loop);
  std::optional<Answer> answer;
  begin(names.loop, names.resolver.resolve("silent.example.test", inquiry), answer);
  names.loop.context().poll();
  inquiry.cancel();
  ASSERT_TRUE(drive(names.loop, [&] { return answer.has_value(); }, 1s));
  EXPECT_EQ(answer->error().kind, ErrorKind::Cancelled);
}

TEST(Resolver, RefusesWhatCannotBeAName) {
  Names names;
  EXPECT_FALSE(names.resolve(""));
  EXPECT_FALSE(names.resolve(std::string(300, 'a')));
}

}  // namespace
}  // namespace drover::net
