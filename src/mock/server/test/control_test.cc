#include "mock/server/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Control, FaultsAreSetReadAndRemoved) {
  Provider provider(short_answers(), at(0s));
  const auto call = [&](std::string_view method, std::string_view target, std::string_view body) {
    return control(provider, method, target, body, at(0s).at);
  };
  EXPECT_EQ(call("POST", "/_mock/faults", R"(["500:count=1", {"kind": "cut", "after": 2}])").status, 200);
  EXPECT_THAT(call("GET", "/_mock/faults", "").pieces.front().bytes, HasSubstr(R"("fault":"cut:after=2")"));
  EXPECT_EQ(ask(provider, request(kPlain)).status, 500);
  EXPECT_EQ(call("PUT", "/_mock/faults", R"("401")").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 401);
  EXPECT_EQ(call("DELETE", "/_mock/faults", "").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 200);
  EXPECT_EQ(call("POST", "/_mock/faults", R"("bang")").status, 400);
  EXPECT_EQ(call("PATCH", "/_mock/faults", "").status, 405);
}

TEST(Control, SettingsChangeWhileItRuns) {
  Provider provider(short_answers(), at(0s));
  const auto call = [&](std::string_view method, std::string_view target, std::string_view body) {
    return control(provider, method, target, body, at(0s).at);
  };
  EXPECT_EQ(call("POST", "/_mock/settings", R"({"models": ["only-this"]})").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 404);
  EXPECT_THAT(call("GET", "/_mock/settings", "").pieces.front().bytes, HasSubstr("only-this"));
  EXPECT_EQ(call("POST", "/_mock/settings", R"({"listen": "9999"})").status, 400);
  EXPECT_EQ(call("POST", "/_mock/settings", "{").status, 400);
  EXPECT_EQ(call("DELETE", "/_mock/settings", "").status, 405);
  EXPECT_EQ(call("POST", "/_mock/reset", "").status, 200);
  EXPECT_EQ(ask(provider, request(kPlain)).status, 200);
  EXPECT_EQ(call("GET", "/_mock/reset", "").status, 405);
  EXPECT_EQ(call("GET", "/_mock/other", "").status, 404);
}

TEST(Control, TheLogCanBeReadAndForgotten) {
  Provider provider(short_answers(), at(0s));
  ask(provider, request(kPlain));
  const auto call = [&](std::string_view method) { return control(provider, method, "/_mock/log", "", at(0s).at); };
  EXPECT_THAT(call("GET").pieces.front().bytes, HasSubstr(R"("outcome":"sent")"));
  EXPECT_THAT(call("DELETE").pieces.front().bytes, HasSubstr(R"("total":0)"));
  EXPECT_EQ(call("POST").status, 405);
}

TEST(Journal, KeepsTheNewestAndNeverForgetsCounts) {
  Journal journal;
  for (std::size_t count = 0; count <= kMaxRecords; ++count) {
    Record record;
    record.key_tail = "*k";
    journal.close(journal.open(std::move(record)));
  }
  EXPECT_EQ(journal.records().size(), kMaxRecords);
  EXPECT_EQ(journal.find(1), nullptr);
  EXPECT_NE(journal.find(2), nullptr);
  EXPECT_EQ(journal.counts().at("*k").requests, kMaxRecords + 1);
}

}  // namespace
}  // namespace drover::mock
