#include "client/interface/errors.h"

#include <gtest/gtest.h>

namespace drover::client {
namespace {

TEST(PublicErrors, HaveEveryKindUnderTheSameName) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::Internal); ++kind) {
    EXPECT_EQ(v0::to_string(public_kind(static_cast<ErrorKind>(kind))), to_string(static_cast<ErrorKind>(kind)));
  }
  EXPECT_STREQ(v0::to_string(v0::ErrorKind::RateLimited), "rate_limited");
  EXPECT_STREQ(v0::to_string(v0::ErrorKind::ContextTooLong), "context_too_long");
}

TEST(PublicErrors, KeepWhatIsKnown) {
  const v0::Error error = public_error({.kind = ErrorKind::RateLimited,
                                        .status = 429,
                                        .retry_after = std::chrono::microseconds(1500),
                                        .code = "slow_down",
                                        .message = "Slow down."});
  EXPECT_EQ(error.kind, v0::ErrorKind::RateLimited);
  EXPECT_EQ(error.status, 429);
  EXPECT_EQ(error.code, "slow_down");
  EXPECT_EQ(error.retry_after, std::chrono::milliseconds(2));  // rounded up, so that no caller comes back too early
}

TEST(PublicErrors, NameTheirKindWhereThereIsNoCode) {
  EXPECT_EQ(public_error({.kind = ErrorKind::Connect}).code, "connect");
}

TEST(PublicErrors, AreOneLineForALog) {
  v0::Error error;
  error.kind = v0::ErrorKind::RateLimited;
  error.status = 429;
  error.code = "slow_down";
  error.message = "Slow down.";
  error.attempts = 2;
  error.target = "one/2";
  EXPECT_EQ(error.to_string(), "rate_limited (429, slow_down): Slow down. [2 attempts, last at one/2]");
  EXPECT_EQ(cancelled_error().to_string(), "cancelled (cancelled): The call was cancelled.");
}

TEST(PublicErrors, FieldsAreReadFromTheirLines) {
  const std::vector<v0::Field> fields = fields_of("A: 1\r\nB:  two words \r\nnonsense\r\nC:3");
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[1].name, "B");
  EXPECT_EQ(fields[1].value, "two words");
  EXPECT_EQ(fields[2].value, "3");
}

}  // namespace
}  // namespace drover::client
