#include "demo/load/load_client.h"

#include <gtest/gtest.h>

namespace drover::demo {
namespace {

TEST(LoadClient, FindsTheRequestAgainInItsId) {
  EXPECT_EQ(request_number(request_id(123)), 123U);
  EXPECT_EQ(request_number(request_id(12'345'678)), 12'345'678U);
  EXPECT_EQ(request_number("req_12"), kNoRequest);
  EXPECT_EQ(request_number("demo-12x"), kNoRequest);
  EXPECT_EQ(request_number("demo-"), kNoRequest);
  EXPECT_EQ(request_number(""), kNoRequest);
}

}  // namespace
}  // namespace drover::demo
