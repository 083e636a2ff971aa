#include "mock/faults/http_date.h"

#include <gtest/gtest.h>

namespace drover::mock {
namespace {

// The example of RFC 9110.
constexpr std::int64_t kExample = 784'111'777;

TEST(HttpDate, WritesTheThreeLegalForms) {
  EXPECT_EQ(imf_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(rfc850_date(kExample), "Sunday, 06-Nov-94 08:49:37 GMT");
  EXPECT_EQ(asctime_date(kExample), "Sun Nov  6 08:49:37 1994");
}

TEST(HttpDate, WritesRfc3339) {
  EXPECT_EQ(rfc3339(kExample), "1994-11-06T08:49:37Z");
}

}  // namespace
}  // namespace drover::mock
