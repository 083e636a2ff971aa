// What the gateway itself says to a client.
#include "gateway/answers/replies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "dialect/dialect.h"

namespace drover::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string fields_for(std::optional<Duration> retry_after) {
  Error error{.kind = ErrorKind::RateLimited, .status = 429};
  error.retry_after = retry_after;
  return error_reply(dialect::openai(), error, "").fields;
}

TEST(Replies, NeverTellAClientToComeBackTooEarly) {
  EXPECT_THAT(fields_for(300ms), HasSubstr("Retry-After: 1\r\nretry-after-ms: 300\r\n"));
  EXPECT_THAT(fields_for(1100ms), HasSubstr("Retry-After: 2\r\nretry-after-ms: 1100\r\n"));
  EXPECT_THAT(fields_for(Duration::zero()), HasSubstr("Retry-After: 1\r\nretry-after-ms: 1\r\n"));
  EXPECT_THAT(fields_for(std::nullopt), Not(HasSubstr("etry-")));
}

}  // namespace
}  // namespace drover::gateway
