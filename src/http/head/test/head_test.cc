#include "http/head/head.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace drover::http {
namespace {

/// The simple comparison that iequals must agree with.
bool equal_plainly(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t at = 0; at < a.size(); ++at) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (low(a[at]) != low(b[at])) return false;
  }
  return true;
}

TEST(Iequals, IgnoresTheCaseOfAsciiLettersOnly) {
  EXPECT_TRUE(iequals("Content-Length", "content-LENGTH"));
  EXPECT_FALSE(iequals("content-length", "content_length"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_TRUE(iequals("", ""));
}

TEST(Iequals, TellsEveryPairOfBytesApartAtEveryPlace) {
  for (const std::size_t size : {1u, 7u, 8u, 9u, 16u, 17u}) {
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
          std::string left(size, 'Q'), right(size, 'q');
          left[at] = static_cast<char>(a);
          right[at] = static_cast<char>(b);
          ASSERT_EQ(iequals(left, right), equal_plainly(left, right)) << size << " " << at << " " << a << " " << b;
        }
      }
    }
  }
}

TEST(Fields, AreFoundByNameInAnyCase) {
  Fields fields;
  ASSERT_TRUE(fields.push_back({"X-A", "1"}));
  ASSERT_TRUE(fields.push_back({"x-a", "2"}));
  EXPECT_EQ(find(fields, "x-A"), "1");
  EXPECT_EQ(find(fields, "x-b"), std::nullopt);
}

}  // namespace
}  // namespace drover::http
