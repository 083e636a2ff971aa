#include "gateway/request/client_deadline.h"

#include <gtest/gtest.h>

namespace drover::gateway {
namespace {

using namespace std::chrono_literals;

http::Fields fields(std::initializer_list<http::Field> list) {
  http::Fields made;
  for (const http::Field& field : list) EXPECT_TRUE(made.push_back(field));
  return made;
}

TEST(ClientDeadline, IsOffWithoutAHeader) {
  EXPECT_EQ(client_timeout(fields({})), kNoLimit);
}

TEST(ClientDeadline, ReadsSecondsWithAFraction) {
  EXPECT_EQ(client_timeout(fields({{"X-Drover-Timeout", "2.5"}})), 2500ms);
  EXPECT_EQ(client_timeout(fields({{"x-stainless-timeout", "600"}})), 600s);
}

TEST(ClientDeadline, TakesTheShortestWhenThereAreSeveral) {
  EXPECT_EQ(client_timeout(fields({{"x-stainless-timeout", "600"}, {"x-drover-timeout", "3"}})), 3s);
}

TEST(ClientDeadline, IgnoresWhatMakesNoSense) {
  for (const std::string_view value : {"", "soon", "0", "-1", "1e9", "nan", "inf", "99999999", "5s"}) {
    EXPECT_EQ(client_timeout(fields({{"x-drover-timeout", value}})), kNoLimit) << value;
  }
}

}  // namespace
}  // namespace drover::gateway
