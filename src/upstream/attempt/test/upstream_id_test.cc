#include "upstream/attempt/upstream_id.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::upstream {
namespace {

std::string id_of(std::initializer_list<http::Field> list) {
  http::Fields fields;
  for (const http::Field& field : list) EXPECT_TRUE(fields.push_back(field));
  return std::string(upstream_id(fields).view());
}

TEST(UpstreamId, PrefersTheProvidersOwnToTheEdges) {
  EXPECT_EQ(id_of({{"CF-RAY", "8f2a-FRA"}, {"X-Request-Id", "req_1"}}), "req_1");
  EXPECT_EQ(id_of({{"cf-ray", "8f2a-FRA"}, {"request-id", "req_011C"}}), "req_011C");
  EXPECT_EQ(id_of({{"cf-ray", "8f2a-FRA"}, {"apim-request-id", "0b5c"}}), "0b5c");
  EXPECT_EQ(id_of({{"cf-ray", "8f2a-FRA"}}), "8f2a-FRA");
  EXPECT_EQ(id_of({{"Server", "x"}}), "");
}

TEST(UpstreamId, TakesNothingThatIsLongOrNotPrintable) {
  for (const std::string& odd : {std::string(kMaxUpstreamId + 1, 'a'), std::string("a b"), std::string("a\"b"),
                                 std::string("a\x1b[0m"), std::string("a\xc3\xa9"), std::string()}) {
    EXPECT_EQ(id_of({{"x-request-id", odd}}), "") << odd;
    EXPECT_EQ(id_of({{"x-request-id", odd}, {"cf-ray", "edge"}}), "edge") << odd;
  }
  EXPECT_EQ(id_of({{"x-request-id", std::string(kMaxUpstreamId, 'a')}}), std::string(kMaxUpstreamId, 'a'));
}

}  // namespace
}  // namespace drover::upstream
