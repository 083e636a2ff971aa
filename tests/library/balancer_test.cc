// The balancer alone: no thread, no socket; the test plays the HTTP client.
#include "drover/balancer.h"

#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "library/library_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBaseUrl = "https://llm.example/v1/";

lib::Balancer keys_in_turns() {
  return lib::Balancer::of_keys(kBaseUrl, {kKeyOne, kKeyTwo, kKeyThree}).value();
}

TEST(Balancer, LeasesAKeyWithItsBaseUrl) {
  lib::Balancer balancer = keys_in_turns();
  const lib::Lease lease = balancer.pick("gpt-4o").value();
  EXPECT_EQ(lease.key(), kKeyOne);
  EXPECT_EQ(lease.base_url(), "https://llm.example/v1");
  EXPECT_EQ(lease.model(), "gpt-4o");
  EXPECT_EQ(lease.target(), "keys/1");
  EXPECT_EQ(lease.credential().name, "Authorization");
  EXPECT_EQ(lease.credential().value, "Bearer " + std::string(kKeyOne));
}

TEST(Balancer, GivesEachKeyItsTurn) {
  lib::Balancer balancer = keys_in_turns();
  std::vector<std::string> keys;
  for (int pick = 0; pick < 6; ++pick) keys.push_back(balancer.pick().value().key());
  EXPECT_EQ(keys, (std::vector<std::string>{kKeyOne, kKeyTwo, kKeyThree, kKeyOne, kKeyTwo, kKeyThree}));
}

TEST(Balancer, RestsARateLimitedKeyForTheTimeItWasTold) {
  lib::Balancer balancer = keys_in_turns();
  lib::Lease lease = balancer.pick().value();
  EXPECT_TRUE(lease.failed(429, {{"Retry-After", "30"}}));
  for (int pick = 0; pick < 4; ++pick) EXPECT_NE(balancer.pick().value().key(), kKeyOne);
  EXPECT_EQ(balancer.status().targets[0].state, "cooling");
}

TEST(Balancer, SaysWhenNothingCanBeUsedBeforeATime) {
  lib::Balancer balancer = lib::Balancer::of_keys(kBaseUrl, {kKeyOne}).value();
  EXPECT_TRUE(balancer.pick().value().failed(429, {{"Retry-After", "30"}}));
  const auto none = balancer.pick();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, lib::ErrorKind::RateLimited);
  ASSERT_TRUE(none.error().retry_after);
  EXPECT_LE(*none.error().retry_after, 45s);  // cooldowns are spread a little
  EXPECT_GE(*none.error().retry_after, 20s);
}

TEST(Balancer, DoesNotBlameAKeyForTheCallersMistake) {
  lib::Balancer balancer = keys_in_turns();
  EXPECT_FALSE(balancer.pick().value().failed(400, {}, R"({"error":{"message":"no","type":"invalid_request_error"}})"));
  EXPECT_EQ(balancer.status().targets[0].state, "ok");
}

TEST(Balancer, PicksNoneOfThoseThatWereTried) {
  lib::Balancer balancer = keys_in_turns();
  std::vector<std::string> tried;
  std::set<std::string> keys;
  for (int attempt = 0; attempt < 3; ++attempt) {
    lib::Lease lease = balancer.pick({}, tried).value();
    keys.insert(lease.key());
    tried.push_back(lease.target());
    lease.unreachable();
  }
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_FALSE(balancer.pick({}, tried));
}

TEST(Balancer, ALeaseThatIsDroppedTeachesNothing) {
  lib::Balancer balancer = keys_in_turns();
  {
    const lib::Lease lease = balancer.pick().value();
  }
  const lib::TargetStatus status = balancer.status().targets[0];
  EXPECT_EQ(status.in_flight, 0U);
  EXPECT_EQ(status.failures, 0U);
}

TEST(Balancer, ALeaseCountsOnce) {
  lib::Balancer balancer = keys_in_turns();
  lib::Lease lease = balancer.pick().value();
  lease.succeeded(100ms);
  lease.unreachable();
  EXPECT_EQ(balancer.status().targets[0].failures, 0U);
}

TEST(Balancer, PrefersTheFasterTargetWhenAskedTo) {
  lib::Options options = options_of({kBaseUrl}, {kKeyOne, kKeyTwo});
  options.models[0].balance = "least_latency";
  lib::Balancer balancer = lib::Balancer::create(options).value();
  for (int call = 0; call < 20; ++call) {
    lib::Lease first = balancer.pick().value();
    lib::Lease second = balancer.pick({}, {first.target()}).value();  // so that both are known
    first.succeeded(first.key() == kKeyOne ? 900ms : 30ms);
    second.succeeded(second.key() == kKeyOne ? 900ms : 30ms);
  }
  int fast = 0;
  for (int call = 0; call < 20; ++call) fast += balancer.pick().value().key() == kKeyTwo ? 1 : 0;
  EXPECT_GE(fast, 15);
}

TEST(Balancer, NextKeyAndMarksAreTheSecondMethod) {
  lib::Balancer balancer = keys_in_turns();
  // The second key fails until its score is 5; then it rests, and the others take its turns.
  for (int turn = 0; turn < 15; ++turn) {
    const std::string key = balancer.next_key().value();
    if (key == kKeyTwo) {
      EXPECT_TRUE(balancer.mark_error(key, 500));
    } else {
      EXPECT_TRUE(balancer.mark_success(key, 50ms));
    }
  }
  for (int turn = 0; turn < 6; ++turn) {
    const std::string key = balancer.next_key().value();
    EXPECT_NE(key, kKeyTwo);
    balancer.mark_success(key, 50ms);
  }
}

TEST(Balancer, WhenAllKeysRestAllAreTakenBack) {
  lib::Balancer balancer = keys_in_turns();
  for (int turn = 0; turn < 30; ++turn) {
    const auto key = balancer.next_key();
    ASSERT_TRUE(key) << key.error().to_string();
    EXPECT_TRUE(balancer.mark_error(*key, 500));
  }
}

TEST(Balancer, AMarkWithoutAUseIsRefused) {
  lib::Balancer balancer = keys_in_turns();
  EXPECT_FALSE(balancer.mark_error(kKeyOne));
  EXPECT_FALSE(balancer.mark_success("sk-unknown-1", 1ms));
}

TEST(Balancer, ForgetsTheOldestOfTooManyUnmarkedUses) {
  lib::Balancer balancer = lib::Balancer::of_keys(kBaseUrl, {kKeyOne}).value();
  for (int turn = 0; turn < 1500; ++turn) ASSERT_TRUE(balancer.next_key());
  EXPECT_EQ(balancer.status().in_flight, 1024U);
}

TEST(Balancer, ALeaseMayOutliveIt) {
  auto balancer = std::make_unique<lib::Balancer>(keys_in_turns());
  lib::Lease lease = balancer->pick().value();
  balancer.reset();
  lease.succeeded(1ms);
  EXPECT_EQ(lease.key(), kKeyOne);
}

TEST(Balancer, SaysWhatIsWrongWithItsOptions) {
  const auto made = lib::Balancer::of_keys("ftp://nowhere", {kKeyOne});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, lib::ErrorKind::BadConfig);
  EXPECT_THAT(made.error().message, HasSubstr("https://"));
}

TEST(BalancerFork, TheChildIsTold) {
  lib::Balancer balancer = keys_in_turns();
  auto lease = std::make_unique<lib::Lease>(balancer.pick().value());
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(20);
    const bool told = balancer.pick().error().code == "forked";
    lease->succeeded(1ms);
    lease.reset();
    ::_exit(told ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace drover::test
