#include "dialect/answer/model_list.h"

#include <gtest/gtest.h>

namespace drover::dialect {
namespace {

constexpr std::int64_t kDay = 1'797'033'600;  // 2026-12-12T00:00:00Z

std::string list_of(const std::string& entries) {
  return R"({"object":"list","data":[)" + entries + "]}";
}

TEST(RetiringModels, HaveADayInAnyForm) {
  for (const char* date :
       {"\"2026-12-12\"", "\"2026-12-12T00:00:00Z\"", "\"2026-12-12T07:00:00+07:00\"", "1797033600"}) {
    const auto found =
        retiring_models(list_of(R"({"id":"a","shutdown_date":null},{"id":"org\/b","object":"model","shutdown_date":)" +
                                std::string(date) + R"(},{"id":"c"})"),
                        10);
    ASSERT_EQ(found.size(), 1U) << date;
    EXPECT_EQ(found[0].name, "org/b");
    EXPECT_EQ(found[0].shutdown, kDay) << date;
  }
}

TEST(RetiringModels, AreNoneWhereTheListSaysNothingThatCanBeRead) {
  for (const std::string date :
       {"\"soon\"", "\"2026-13-40\"", "0", "-5", "99999999999999", "{}", "[]", "true", "\"\""}) {
    EXPECT_TRUE(retiring_models(list_of(R"({"id":"a","shutdown_date":)" + date + "}"), 10).empty()) << date;
  }
  const std::string whole = list_of(R"({"id":"a","shutdown_date":"2026-12-12"})");
  for (std::size_t size = 0; size < whole.size() - 2; ++size) (void)retiring_models(whole.substr(0, size), 10);
  for (const char* body : {"", "shutdown_date", "[\"shutdown_date\"]", R"({"data":{"shutdown_date":1}})",
                           R"({"data":[1,"shutdown_date",{"id":5,"shutdown_date":5},{"id":"","shutdown_date":5}]})"}) {
    EXPECT_TRUE(retiring_models(body, 10).empty()) << body;
  }
}

TEST(RetiringModels, AreBounded) {
  std::string entries;
  for (int at = 0; at < 50; ++at) entries += R"({"id":"m","shutdown_date":"2026-12-12"},)";
  entries.pop_back();
  EXPECT_EQ(retiring_models(list_of(entries), 10).size(), 10U);
  EXPECT_TRUE(retiring_models(list_of(R"({"id":")" + std::string(300, 'x') + R"(","shutdown_date":"2026-12-12"})"), 10)
                  .empty());
}

}  // namespace
}  // namespace drover::dialect
