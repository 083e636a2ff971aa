#include "telemetry/log/status_words.h"

#include <gtest/gtest.h>

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kThreePastNoon = 1'700'049'787'250;  // 2023-11-15T12:03:07.250Z

core::Cause rate_limit() {
  return {.kind = ErrorKind::RateLimited,
          .status = 429,
          .retry_after = 30s,
          .code = FixedText<core::kMaxCauseCode>("rate_limit_exceeded"),
          .request = FixedText<core::kMaxCauseRequest>("req_0a1b")};
}

TEST(StatusWords, TellWhatTheProviderSaidToWhichRequest) {
  EXPECT_EQ(cause_text(rate_limit()), "429 rate_limit_exceeded, retry-after 30 s, request req_0a1b");
  EXPECT_EQ(cause_text({.kind = ErrorKind::KeyRejected, .status = 401, .by_probe = true}),
            "401 key_rejected, found by a probe");
}

TEST(StatusWords, TellUntilWhen) {
  core::TargetView view;
  view.condition = core::TargetCondition::Cooling;
  view.cause = rate_limit();
  EXPECT_EQ(why_text(view, kThreePastNoon),
            "cooling until 12:03:07Z: 429 rate_limit_exceeded, retry-after 30 s, request req_0a1b");
  view.condition = core::TargetCondition::HalfOpen;
  EXPECT_EQ(why_text(view, std::nullopt), "half_open: 429 rate_limit_exceeded, retry-after 30 s, request req_0a1b");
  view.condition = core::TargetCondition::Ok;
  EXPECT_EQ(why_text(view, std::nullopt), "");
}

TEST(StatusWords, TellOfASilenceWithoutInventingAFailure) {
  core::TargetView view;
  view.condition = core::TargetCondition::Suspect;
  EXPECT_EQ(why_text(view, std::nullopt), "suspect: several requests wait for it and nothing comes");
}

TEST(StatusWords, GiveTheUpstreamsStatusOrNoneAtAll) {
  EXPECT_EQ(reason(ErrorKind::ServerError, 500), "500 server_error");
  EXPECT_EQ(reason(ErrorKind::WrongContentType, 200, "unexpected_content_type"),
            "unexpected_content_type in a 200 answer");
  EXPECT_EQ(reason(ErrorKind::Connect, 0, "upstream_connect"), "connect");
  EXPECT_EQ(reason(ErrorKind::Tls, 0, "tls_cert_expired"), "tls (tls_cert_expired)");
}

TEST(StatusWords, WriteSpansAsShortAsTheyAre) {
  EXPECT_EQ(span_text(250ms), "250 ms");
  EXPECT_EQ(span_text(1500ms), "1.5 s");
  EXPECT_EQ(span_text(30s), "30 s");
  EXPECT_EQ(span_text(3600s), "3600 s");
}

}  // namespace
}  // namespace drover::telemetry
