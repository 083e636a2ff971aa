// LiteLLM's calls for keys, as scripts make them.
#include <gmock/gmock.h>

#include "gateway/admin/api/litellm/litellm_fields.h"
#include "gateway/admin/api/test/memory_records.h"

namespace drover::gateway::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LitellmCalls, AKeyIsGeneratedWithItsLimits) {
  Office office;
  const auto made = office.post("/key/generate", R"({"key_alias":"web","duration":"30d","models":["gpt-4o"],
    "max_budget":12.5,"soft_budget":10,"budget_duration":"30d","tpm_limit":1000,"rpm_limit":10,"max_parallel_requests":3,
    "team_id":"acme","user_id":"ann","metadata":{"a":1},"tags":["t"],"allowed_routes":[],"aliases":{},"auto_rotate":false,
    "key_type":"default"})");
  ASSERT_EQ(made.status, 200) << made.text;
  EXPECT_THAT(made.at("/key"), HasSubstr("dk_"));
  EXPECT_EQ(made.at("/expires"), "2026-10-01T12:00:00Z");
  EXPECT_EQ(made.at("/max_budget"), "1.25E1");
  EXPECT_EQ(made.at("/budget_duration"), "30d");
  const auto own = office.get("/admin/v1/keys/" + made.at("/token"));
  EXPECT_EQ(own.at("/principal"), "acme");
  EXPECT_EQ(own.json.at("limits").as_array().size(), 5U);
  EXPECT_EQ(own.at("/limits/0"), R"({"unit":"requests","amount":10,"window":"1m","action":"refuse","models":[]})");
  EXPECT_EQ(own.at("/limits/3"), R"({"unit":"usd","amount":"12.50","window":"month","action":"refuse","models":[]})");
  EXPECT_EQ(own.at("/limits/4/action"), "tell");
}

TEST(LitellmCalls, AnEmptyBodyMakesAKey) {
  Office office;
  EXPECT_EQ(office.post("/key/generate").status, 200);
  EXPECT_EQ(office.post("/key/generate", "{}").at("/models"), "[]");
}

TEST(LitellmCalls, WhatWouldRestrictAKeyIsNeverIgnored) {
  Office office;
  for (const char* body :
       {R"({"allowed_routes":["/chat"]})", R"({"auto_rotate":true})", R"({"guardrails":["x"]})", R"({"max_budgett":1})",
        R"({"models":["no-default-models"]})", R"({"key_type":"management"})", R"({"organization_id":"o"})",
        R"({"temp_budget_increase":5})"}) {
    const auto answer = office.post("/key/generate", body);
    EXPECT_EQ(answer.status, 400) << body << answer.text;
    EXPECT_NE(answer.at("/error/param"), "null") << body;
    EXPECT_EQ(answer.at("/error/code"), "400");
  }
  EXPECT_TRUE(office.records.all_keys.empty());
}

TEST(LitellmCalls, AnUpdateChangesWhatItNames) {
  Office office;
  const auto made =
      office.post("/key/generate", R"({"key_alias":"web","max_budget":5,"budget_duration":"1d","rpm_limit":7})");
  const auto update = [&](const std::string& more) {
    return office.post("/key/update", "{\"key\":\"" + made.at("/key") + "\"," + more + "}");
  };
  const auto more = update(R"("max_budget":9)");
  EXPECT_EQ(more.at("/max_budget"), "9E0");
  EXPECT_EQ(more.at("/budget_duration"), "1d");
  EXPECT_EQ(more.at("/rpm_limit"), "7");
  EXPECT_EQ(update(R"("budget_duration":"7d")").at("/budget_duration"), "7d");
  EXPECT_EQ(update(R"("rpm_limit":null)").at("/rpm_limit"), "null");
  EXPECT_EQ(update(R"("max_budget":null)").at("/max_budget"), "null");
  EXPECT_EQ(update(R"("duration":"-1")").at("/expires"), "null");
  EXPECT_EQ(update(R"("temp_budget_increase":3,"temp_budget_expiry":"7d")").at("/temp_budget_increase"), "3.00");
  EXPECT_EQ(update(R"("temp_budget_increase":3,"temp_budget_expiry":"2027-01-01T00:00:00Z")").status, 200);
}

TEST(LitellmCalls, BudgetsOfModelsAndSeveralWindowsAreLimits) {
  Office office;
  const auto made = office.post("/key/generate", R"({"budget_limits":[{"budget_duration":"24h","max_budget":1},
    {"budget_duration":"30d","max_budget":20}],"model_max_budget":{"gpt-4o":{"budget_limit":2,"time_period":"1d"},"o3":4},
    "model_rpm_limit":{"gpt-4o":3}})");
  ASSERT_EQ(made.status, 200) << made.text;
  const auto own = office.get("/admin/v1/keys/" + made.at("/token"));
  EXPECT_EQ(own.json.at("limits").as_array().size(), 5U);
  EXPECT_EQ(own.at("/limits/0/window"), "day");
  EXPECT_EQ(own.at("/limits/1/window"), "month");
  EXPECT_EQ(own.at("/limits/2/models"), R"(["gpt-4o"])");
  EXPECT_EQ(own.at("/limits/3/window"), "total");
  EXPECT_EQ(own.at("/limits/4/unit"), "requests");
}

TEST(LitellmCalls, AKeyIsNamedByItsSecretItsIdOrItsAlias) {
  Office office;
  const auto made = office.post("/key/generate", R"({"key_alias":"web"})");
  for (const std::string& name : {made.at("/key"), made.at("/token"), std::string("web")}) {
    const auto info = office.get("/key/info?key=" + name);
    EXPECT_EQ(info.at("/info/key_alias"), "web") << name;
    EXPECT_THAT(info.text, Not(HasSubstr(made.at("/key"))));
  }
  EXPECT_EQ(office.get("/key/info?key=nobody").status, 404);
  EXPECT_EQ(office.get("/key/info").status, 400);
}

TEST(LitellmCalls, KeysAreBlockedListedAndDeleted) {
  Office office;
  for (int at = 0; at < 12; ++at) office.post("/key/generate", "{\"key_alias\":\"k" + std::to_string(at) + "\"}");
  EXPECT_EQ(office.post("/key/block", R"({"key":"k1"})").at("/blocked"), "true");
  EXPECT_EQ(office.post("/key/unblock", R"({"key":"k1"})").at("/blocked"), "false");
  const auto page = office.get("/key/list?page=2&size=5");
  EXPECT_EQ(page.json.at("keys").as_array().size(), 5U);
  EXPECT_EQ(page.at("/total_pages"), "3");
  EXPECT_EQ(office.get("/key/list?key_alias=k3&return_full_object=true").at("/keys/0/key_alias"), "k3");
  EXPECT_EQ(office.post("/key/delete", R"({"key_aliases":["k1","k2"]})").json.at("deleted_keys").as_array().size(), 2U);
  EXPECT_EQ(office.post("/key/delete", R"({"keys":["nobody"]})").status, 404);
  EXPECT_EQ(office.post("/key/delete", R"({"keys":[]})").status, 400);
  EXPECT_EQ(office.get("/key/list").at("/total_count"), "10");
}

TEST(LitellmCalls, ARegeneratedKeyHasANewSecret) {
  Office office;
  const auto made = office.post("/key/generate", R"({"key_alias":"web"})");
  const auto next = office.post("/key/" + made.at("/key") + "/regenerate", R"({"grace_period":"1h","rpm_limit":5})");
  ASSERT_EQ(next.status, 200) << next.text;
  EXPECT_NE(next.at("/key"), made.at("/key"));
  EXPECT_EQ(next.at("/rpm_limit"), "5");
  EXPECT_TRUE(office.records.all_keys[made.at("/token")].former.has_value());
  EXPECT_EQ(office.post("/key/regenerate", R"({"key":"web"})").status, 200);
  EXPECT_FALSE(office.records.all_keys[made.at("/token")].former.has_value());
}

TEST(LitellmCalls, ADurationMayBeMonths) {
  EXPECT_EQ(litellm_span("1mo"), std::chrono::days(30));
  EXPECT_FALSE(litellm_span("mo"));
  EXPECT_FALSE(litellm_span("99mo"));
}

}  // namespace
}  // namespace drover::gateway::admin
