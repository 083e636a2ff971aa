#include "core/health/blame.h"

#include <gtest/gtest.h>

#include "core/dispatch/answer_table.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Action = Charge::Action;

constexpr int kKinds = static_cast<int>(ErrorKind::Internal) + 1;

void expect_charge(const Error& error, Action action, Level level) {
  const Charge due = charge_for(error, /*names_model=*/true);
  EXPECT_EQ(due.action, action) << to_string(error.kind);
  if (action == Action::None) return;
  EXPECT_EQ(due.level, level) << to_string(error.kind);
}

TEST(Blame, A1_FailedConnectionsAreTheServersAndNotTheKeys) {
  for (const ErrorKind kind : {ErrorKind::Resolve, ErrorKind::Connect, ErrorKind::ConnectTimeout, ErrorKind::Tls}) {
    expect_charge(error_of(kind, ErrorScope::Target, RetryClass::OtherKey), Action::Count, Level::Server);
  }
}

TEST(Blame, C4_C5_RefusedKeysAndUsedUpAllowancesRest) {
  expect_charge(key_rejected(), Action::RestKey, Level::Key);
  expect_charge(quota_exhausted(), Action::RestQuota, Level::Quota);
}

TEST(Blame, C1_RateLimitsCoolOneModelAtOneQuota) {
  expect_charge(rate_limited(7s), Action::Cool, Level::Lane);
  expect_charge(error_of(ErrorKind::RateLimited, ErrorScope::Provider, RetryClass::OtherProvider), Action::Cool,
                Level::Provider);
}

TEST(Blame, C7_AMissingModelIsTheTargetsUnlessTheClientChoseIt) {
  expect_charge(model_missing(), Action::Missing, Level::Target);
  EXPECT_EQ(charge_for(model_missing(), /*names_model=*/false).action, Action::None);
}

TEST(Blame, C8_FailedAnswersCountWhereTheErrorSays) {
  expect_charge(server_error(), Action::Count, Level::Target);
  expect_charge(error_of(ErrorKind::ServerError, ErrorScope::Server, RetryClass::OtherKey, 502), Action::Count,
                Level::Server);
  expect_charge(error_of(ErrorKind::ServerError, ErrorScope::Provider, RetryClass::OtherProvider, 500), Action::Count,
                Level::Provider);
}

TEST(Blame, AnOverloadedUpstreamThatSaysForHowLongCoolsDown) {
  Error overloaded = error_of(ErrorKind::Overloaded, ErrorScope::Target, RetryClass::OtherKey, 529);
  expect_charge(overloaded, Action::Count, Level::Target);
  overloaded.retry_after = 3s;
  expect_charge(overloaded, Action::Cool, Level::Lane);
}

TEST(Blame, C6_TheClientsAndOurOwnFaultsAreChargedToNobody) {
  for (int kind = 0; kind < kKinds; ++kind) {
    for (const ErrorScope scope : {ErrorScope::Request, ErrorScope::Gateway}) {
      expect_charge(error_of(static_cast<ErrorKind>(kind), scope, RetryClass::Never), Action::None, Level::Target);
    }
  }
  expect_charge(error_of(ErrorKind::LocalResource, ErrorScope::Server, RetryClass::OtherKey), Action::None,
                Level::Server);
  expect_charge(error_of(ErrorKind::Forbidden, ErrorScope::Key, RetryClass::OtherKey, 403), Action::None, Level::Key);
}

TEST(Blame, AnAnswerShowsThatTheServerIsThere) {
  EXPECT_TRUE(shows_server_well(user_error()));
  EXPECT_TRUE(shows_server_well(server_error()));
  EXPECT_FALSE(shows_server_well(refused()));
  EXPECT_FALSE(shows_server_well(reset()));
}

TEST(Blame, OnlySomeAnswersShowThatTheKeyIsGood) {
  EXPECT_TRUE(shows_key_accepted(rate_limited()));
  EXPECT_TRUE(shows_key_accepted(user_error()));
  EXPECT_FALSE(shows_key_accepted(server_error()));
  EXPECT_FALSE(shows_key_accepted(key_rejected()));
}

// ------------------------------------------------------------------------------------------ what the client is told

TEST(AnswerTable, EveryKindHasAnErrorStatusACodeAndASentence) {
  for (int kind = 0; kind < kKinds; ++kind) {
    const Error told = told_to_client({.kind = static_cast<ErrorKind>(kind)});
    EXPECT_GE(told.status, 400);
    EXPECT_LE(told.status, 599);
    EXPECT_FALSE(told.code.empty());
    EXPECT_FALSE(told.message.empty());
  }
}

TEST(AnswerTable, C5_OurKeysTroubleNeverLooksLikeTheClients) {
  for (const int status : {401, 402, 403, 429}) {
    for (const ErrorKind kind : {ErrorKind::KeyRejected, ErrorKind::QuotaExhausted}) {
      Error error = error_of(kind, ErrorScope::Key, RetryClass::OtherKey, status);
      error.message = "Incorrect API key provided";
      const Error told = told_to_client(error);
      EXPECT_EQ(told.status, 503);
      EXPECT_EQ(told.message.find("Incorrect"), std::string::npos);
      EXPECT_FALSE(answer_may_pass(kind));
    }
  }
}

TEST(AnswerTable, KeepsTheStatusOfAServerErrorAndOfTheClientsMistake) {
  EXPECT_EQ(told_to_client(server_error(504)).status, 504);
  EXPECT_EQ(told_to_client(server_error(0)).status, 502);
  EXPECT_EQ(told_to_client(error_of(ErrorKind::UserError, ErrorScope::Request, RetryClass::Never, 422)).status, 422);
  EXPECT_EQ(told_to_client(error_of(ErrorKind::UserError, ErrorScope::Request, RetryClass::Never, 401)).status, 400);
}

TEST(AnswerTable, KeepsTheCodeThatSaysMore) {
  Error error = error_of(ErrorKind::Tls, ErrorScope::Server, RetryClass::OtherKey);
  error.code = "tls_cert_expired";
  EXPECT_EQ(told_to_client(error).code, "tls_cert_expired");
}

TEST(AnswerTable, AnnouncesNoAbsurdRetryAfter) {
  EXPECT_EQ(no_upstream(true, ErrorKind::RateLimited, 24h * 365).retry_after, kMaxToldRetryAfter);
  EXPECT_EQ(no_upstream(true, ErrorKind::RateLimited, -3s).retry_after, 0s);
  EXPECT_EQ(no_upstream(false, ErrorKind::NoUpstream, std::nullopt).retry_after, std::nullopt);
}

TEST(AnswerTable, SaysWhenRefusedKeysAreWhyNothingIsLeft) {
  EXPECT_EQ(no_upstream(false, ErrorKind::KeyRejected, 20s).code, "upstream_auth");
  EXPECT_EQ(no_upstream(false, ErrorKind::ServerError, 20s).code, "no_upstream");
}

}  // namespace
}  // namespace drover::core
