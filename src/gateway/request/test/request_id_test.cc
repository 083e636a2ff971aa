#include "gateway/request/request_id.h"

#include <gtest/gtest.h>

namespace drover::gateway {
namespace {

TEST(RequestId, TakesWhatTheClientOffersWhenItIsSafeToRepeat) {
  Random random(1);
  EXPECT_EQ(request_id("trace-1:a/b.c_d+e=", random), "trace-1:a/b.c_d+e=");
}

TEST(RequestId, H16_ReplacesWhatCouldBreakALogLineOrHeader) {
  Random random(1);
  for (const std::string_view offered : {"a b", "a\r\nb", "a\"b", "\x1b[31m", "ключ", ""}) {
    EXPECT_TRUE(request_id(offered, random).starts_with("req_")) << offered;
  }
  EXPECT_TRUE(request_id(std::string(129, 'a'), random).starts_with("req_"));
  EXPECT_EQ(request_id(std::string(128, 'a'), random).size(), 128U);
}

TEST(RequestId, MakesIdsThatDiffer) {
  Random random(1);
  EXPECT_NE(request_id("", random), request_id("", random));
  EXPECT_EQ(request_id("", random).size(), 28U);
}

}  // namespace
}  // namespace drover::gateway
