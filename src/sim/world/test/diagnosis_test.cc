// A sick target is noticed, whatever its answers: every class of failure, in every topology, under every policy.
#include "sim/world/diagnosis.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

constexpr core::Balance kPolicies[] = {core::Balance::P2c,          core::Balance::RoundRobin,
                                       core::Balance::Random,       core::Balance::LeastRequests,
                                       core::Balance::LeastLatency, core::Balance::Sticky};

struct Case {
  std::string name;
  Sickness sickness;
};

Case refusal(std::string name, int status, ErrorKind kind, ErrorScope scope, RetryClass retry,
             std::optional<Duration> retry_after = std::nullopt) {
  return {std::move(name),
          {.error = {.kind = kind, .scope = scope, .retry = retry, .status = status, .retry_after = retry_after},
           .stage = core::Stage::Refused}};
}
Case failure(std::string name, int status, ErrorKind kind, ErrorScope scope) {
  return {std::move(name),
          {.error = {.kind = kind, .scope = scope, .retry = RetryClass::OtherKey, .status = status},
           .stage = core::Stage::FailedAnswer}};
}

std::vector<Case> all_sicknesses() {
  using K = ErrorKind;
  using S = ErrorScope;
  using R = RetryClass;
  return {
      refusal("400 user error", 400, K::UserError, S::Request, R::Never),
      refusal("404 sure", 404, K::NotFound, S::Request, R::Never),
      refusal("405 unsure", 405, K::Unsupported, S::Target, R::OtherProvider),
      refusal("413 unsure", 413, K::TooLarge, S::Request, R::OtherProvider),
      refusal("context too long", 400, K::ContextTooLong, S::Request, R::Never),
      refusal("403", 403, K::Forbidden, S::Request, R::OtherKey),
      refusal("409", 409, K::UserError, S::Request, R::SameTarget),
      refusal("model missing", 404, K::ModelMissing, S::Target, R::OtherKey),
      refusal("401", 401, K::KeyRejected, S::Key, R::OtherKey),
      refusal("402", 402, K::QuotaExhausted, S::Quota, R::OtherKey),
      refusal("429", 429, K::RateLimited, S::Key, R::OtherKey),
      refusal("429 retry-after 0", 429, K::RateLimited, S::Key, R::OtherKey, 0s),
      refusal("429 retry-after 1", 429, K::RateLimited, S::Key, R::OtherKey, 1s),
      refusal("429 of the provider", 429, K::RateLimited, S::Provider, R::OtherProvider),
      refusal("429 of the provider, 20 s", 429, K::RateLimited, S::Provider, R::OtherKey, 20s),
      refusal("529", 529, K::Overloaded, S::Provider, R::OtherKey),
      refusal("529 retry-after 1", 529, K::Overloaded, S::Provider, R::OtherKey, 1s),
      refusal("503 retry-after 20", 503, K::Overloaded, S::Server, R::OtherKey, 20s),
      failure("302", 302, K::BadResponse, S::Server),
      failure("500", 500, K::ServerError, S::Target),
      failure("502", 502, K::ServerError, S::Server),
      failure("page", 404, K::WrongContentType, S::Server),
      failure("bad 200", 200, K::ServerError, S::Target),
      failure("says nothing", 200, K::ServerError, S::Request),
      {"reset",
       {.error = {.kind = K::ConnectionLost, .scope = S::Target, .retry = R::OtherKey},
        .stage = core::Stage::FreshNoAnswer}},
      {"refused",
       {.error = {.kind = K::Connect, .scope = S::Server, .retry = R::OtherKey}, .stage = core::Stage::NotConnected}},
  };
}

class Diagnosis : public ::testing::TestWithParam<Topology> {};
INSTANTIATE_TEST_SUITE_P(Topologies, Diagnosis, ::testing::ValuesIn(kTopologies));

/// With one key at one server, a refused connection takes all three targets out.
bool takes_all_out(Topology topology, const Case& of) {
  return topology == Topology::KeysOfOneServer && of.name == "refused";
}

TEST_P(Diagnosis, ASickTargetLosesItsTrafficWhateverItSays) {
  for (const Case& of : all_sicknesses()) {
    if (takes_all_out(GetParam(), of)) continue;
    for (const core::Balance balance : kPolicies) {
      for (const Duration answer : {5ms, 800ms}) {
        DiagnosisReport sum;
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
          const DiagnosisReport one = run(
              {.topology = GetParam(), .balance = balance, .sickness = of.sickness, .answer = answer, .seed = seed});
          sum.late_requests += one.late_requests;
          sum.late_first_at_sick += one.late_first_at_sick;
          sum.late_failures += one.late_failures;
          sum.early_failures += one.early_failures;
          sum.charged_well += one.charged_well;
        }
        const std::string where = of.name + ", policy " + std::to_string(static_cast<int>(balance)) +
                                  ", answers take " + std::to_string(answer / 1ms) + " ms";
        EXPECT_LE(sum.sick_share(), 0.05) << where;
        EXPECT_LE(sum.late_failures, 5U) << where;
        EXPECT_LE(sum.early_failures, 15U) << where;
        EXPECT_EQ(sum.charged_well, 0U) << where;
      }
    }
  }
}

TEST_P(Diagnosis, ASickTargetIsSeenBySeveralClientsAndByOneBodyToo) {
  for (const Case& of : all_sicknesses()) {
    if (takes_all_out(GetParam(), of)) continue;
    for (const bool one_body : {false, true}) {
      const DiagnosisReport report =
          run({.topology = GetParam(), .sickness = of.sickness, .one_body = one_body, .clients = one_body ? 0U : 4U});
      EXPECT_LE(report.sick_share(), 0.05) << of.name << (one_body ? ", one body" : ", four clients");
      EXPECT_LE(report.late_failures, 1U) << of.name << (one_body ? ", one body" : ", four clients");
    }
  }
}

TEST_P(Diagnosis, ASickTargetIsSeenBesideAClientThatIsWrong) {
  for (const Case& of : all_sicknesses()) {
    if (takes_all_out(GetParam(), of)) continue;
    const DiagnosisReport report = run({.topology = GetParam(), .sickness = of.sickness, .wrong = 0.2});
    EXPECT_LE(report.sick_share(), 0.05) << of.name;
    EXPECT_LE(report.late_failures, 1U) << of.name;
    EXPECT_EQ(report.charged_well, 0U) << of.name;
  }
}

/// One request at a time, far apart: no request is in flight when the next one comes.
TEST(Equals, ShareAnIdlePoolEvenlyAlthoughTheirLatenciesDifferByChance) {
  for (const core::Balance balance :
       {core::Balance::P2c, core::Balance::RoundRobin, core::Balance::Random, core::Balance::LeastRequests}) {
    const DiagnosisReport report = run({.topology = Topology::ProvidersAbreast,
                                        .balance = balance,
                                        .sick_targets = 0,
                                        .requests = 3000,
                                        .every = 100ms,
                                        .answer = 1ms,
                                        .answer_varies = 20ms});
    for (const std::uint32_t first : report.first_attempts) {
      EXPECT_NEAR(first, 1000, 200) << static_cast<int>(balance);
    }
  }
}

TEST_P(Diagnosis, ATargetThatFailsAtRandomDoesNotAttract) {
  for (const Case& of : all_sicknesses()) {
    if (takes_all_out(GetParam(), of)) continue;
    for (const core::Balance balance :
         {core::Balance::P2c, core::Balance::LeastRequests, core::Balance::LeastLatency}) {
      DiagnosisWorld world{.topology = GetParam(), .balance = balance, .sickness = of.sickness, .answer = 200ms};
      world.sickness.share = 0.6;
      const DiagnosisReport report = run(world);
      const bool prefers = GetParam() == Topology::Fallbacks || balance == core::Balance::LeastLatency;
      EXPECT_LE(report.sick_share(), prefers ? 1.0 : 0.34) << of.name << ", policy " << static_cast<int>(balance);
    }
  }
}

TEST_P(Diagnosis, NobodyIsChargedForWhatAClientDoesWrong) {
  for (const core::Balance balance : kPolicies) {
    for (const std::uint32_t clients : {0U, 4U}) {
      const DiagnosisReport report = run({.topology = GetParam(),
                                          .balance = balance,
                                          .sick_targets = 0,
                                          .requests = 2000,
                                          .wrong = 0.2,
                                          .clients = clients});
      EXPECT_EQ(report.early_failures + report.late_failures, 0U) << static_cast<int>(balance);
      EXPECT_EQ(report.charged_well, 0U) << static_cast<int>(balance);
      EXPECT_LE(report.attempts, 2000U * 112 / 100) << static_cast<int>(balance);
    }
  }
}

/// Every class of 4xx that a client's requests can meet. (Except 429, which is about a limit, whichever request meets
/// it. A request that is too large for any limit has a class of its own.)
TEST_P(Diagnosis, NobodyIsChargedForWhatAClientDoesWrongWhateverItIsTold) {
  for (const Case& of : all_sicknesses()) {
    const Error& told = of.sickness.error;
    if (told.status < 400 || told.status > 499 || told.status == 429 || told.kind == ErrorKind::WrongContentType)
      continue;
    const DiagnosisReport report = run({.topology = GetParam(),
                                        .sick_targets = 0,
                                        .requests = 2000,
                                        .wrong = 0.2,
                                        .wrong_answer = told,
                                        .clients = 4});
    EXPECT_EQ(report.early_failures + report.late_failures, 0U) << of.name;
    EXPECT_EQ(report.charged_well, 0U) << of.name;
    EXPECT_LE(report.attempts, 2000U * 145 / 100) << of.name;  // each other key is tried after a refused one
  }
}

TEST_P(Diagnosis, AnOutageCostsFewAttemptsWithOneBodyAndWithMany) {
  for (const Case& of : all_sicknesses()) {
    for (const bool one_body : {false, true}) {
      const DiagnosisReport report = run(
          {.topology = GetParam(), .sickness = of.sickness, .sick_targets = 3, .requests = 2000, .one_body = one_body});
      EXPECT_LE(report.attempts, 2000U * 12 / 10) << of.name << (one_body ? ", one body" : ", many bodies");
    }
  }
}

}  // namespace
}  // namespace drover::sim
