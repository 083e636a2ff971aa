#include "base/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/result.h"

namespace drover {
namespace {

template <class Enum>
std::set<std::string> names_up_to(Enum last) {
  std::set<std::string> names;
  for (int at = 0; at <= static_cast<int>(last); ++at) names.insert(std::string(to_string(static_cast<Enum>(at))));
  return names;
}

TEST(Error, HasOneNameForEachKind) {
  // Internal is the last kind. A kind without a name of its own would be called "internal".
  EXPECT_EQ(names_up_to(ErrorKind::Internal).size(), static_cast<std::size_t>(ErrorKind::Internal) + 1);
}

TEST(Error, HasOneNameForEachScopeAndRetryClass) {
  EXPECT_EQ(names_up_to(ErrorScope::Gateway).size(), static_cast<std::size_t>(ErrorScope::Gateway) + 1);
  EXPECT_EQ(names_up_to(RetryClass::OtherProvider).size(), static_cast<std::size_t>(RetryClass::OtherProvider) + 1);
}

TEST(Error, UsesNamesFitForMetrics) {
  for (const std::string& name : names_up_to(ErrorKind::Internal)) {
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
  }
  EXPECT_EQ(to_string(ErrorKind::FirstContentTimeout), "first_content_timeout");
}

TEST(Result, HoldsAValueOrTheReason) {
  const Result<int> good = 7;
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);

  const Result<int> bad = fail({.kind = ErrorKind::Shed, .status = 503, .code = "shed"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind, ErrorKind::Shed);
  EXPECT_EQ(bad.error().status, 503);
  EXPECT_EQ(bad.error().retry_after, std::nullopt);
}

}  // namespace
}  // namespace drover
