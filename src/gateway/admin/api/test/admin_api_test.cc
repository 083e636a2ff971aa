// Who may use the admin API, which calls there are, and what is written down about a change.
#include <gmock/gmock.h>

#include <set>

#include "directory/principal_path.h"
#include "gateway/admin/api/openapi.h"
#include "gateway/admin/api/routes.h"
#include "gateway/admin/api/test/memory_records.h"
#include "gateway/admin/api/times.h"
#include "gateway/admin/api/values.h"

namespace drover::gateway::admin {
namespace {

using testing::HasSubstr;

TEST(AdminApi, AWrongOrMissingTokenIs401) {
  Office office;
  for (const char* field : {"Bearer wrong", "Basic all-token", "Bearer", "Bearer all-token x", "all-token"}) {
    const auto answer = office.ask({.method = "GET", .target = "/admin/v1/keys", .authorization = field});
    EXPECT_EQ(answer.status, 401) << field;
    EXPECT_THAT(answer.fields, HasSubstr("WWW-Authenticate: Bearer"));
  }
  EXPECT_EQ(office.ask({.method = "GET", .target = "/admin/v1/keys", .authorization = "bearer  all-token "}).status,
            200);
  const AdminApi nobody({}, {});
  const auto answer = nobody.handle({.method = "GET", .target = "/admin/v1/keys", .authorization = "Bearer x"}, kNoon);
  EXPECT_THAT(std::get<Reply>(answer).body, HasSubstr("has no admin_tokens"));
}

TEST(AdminApi, AnUnknownPathTellsNobodyWithoutATokenThatItIsUnknown) {
  Office office;
  EXPECT_EQ(office.get("/admin/v1/nothing", "wrong").status, 401);
  EXPECT_EQ(office.get("/admin/v1/nothing").status, 404);
  EXPECT_EQ(office.get("/admin/v1/keys/").status, 404);
  const auto wrong = office.ask({.method = "PUT", .target = "/admin/v1/keys"});
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.fields, HasSubstr("Allow: GET, POST\r\n"));
}

TEST(AdminApi, ARoleMayDoWhatItIsForAndNoMore) {
  Office office;
  const std::string key = office.key();
  for (const Route& route : routes()) {
    std::string target(route.pattern);
    if (const std::size_t brace = target.find('{'); brace != std::string::npos) {
      target.replace(brace, target.find('}') - brace + 1,
                     route.pattern.find("path") != std::string::npos ? "acme" : key);
    }
    for (const auto& [token, role] :
         {std::pair{"read-token", Role::Read}, {"keys-token", Role::Keys}, {"all-token", Role::All}}) {
      const auto answer = office.ask({.method = route.method, .target = target, .body = "{}"}, token);
      EXPECT_EQ(answer.status == 403, role < route.role) << route.method << " " << target << " as " << token;
      EXPECT_NE(answer.status, 401) << target;
    }
  }
}

TEST(AdminApi, PrincipalsAreMadeByTheFirstPatch) {
  Office office;
  const std::string path = "/admin/v1/principals/acme/search";
  EXPECT_EQ(office.get(path).status, 404);
  const auto made = office.patch(path, R"({"limits":[{"unit":"usd","amount":100,"window":"month"}]})");
  EXPECT_EQ(made.status, 200) << made.text;
  EXPECT_EQ(made.at("/path"), "acme/search");
  EXPECT_EQ(office.get("/admin/v1/principals/acme%2Fsearch").at("/limits/0/amount"), "100.00");
  EXPECT_EQ(office.patch(path, R"({"blocked":true})").at("/limits/0/unit"), "usd");
  EXPECT_EQ(office.patch(path, R"({"blocked":true})", "\"v1\"").status, 412);
  EXPECT_EQ(office.patch("/admin/v1/principals/a/../b", "{}").status, 400);
  EXPECT_EQ(office.patch(path, R"({"path":"x"})").at("/error/field"), "path");
}

TEST(AdminApi, ADeletedPrincipalIsMadeAnewWithANewVersion) {
  Office office;
  const std::string path = "/admin/v1/principals/acme";
  office.patch(path, R"({"blocked":true})");
  EXPECT_EQ(office.remove(path).status, 200);
  EXPECT_EQ(office.remove(path).status, 404);
  EXPECT_EQ(office.get("/admin/v1/principals").at("/data"), "[]");
  EXPECT_EQ(office.patch(path, "{}", "\"v1\"").status, 412);
  const auto again = office.patch(path, "{}");
  EXPECT_EQ(again.at("/blocked"), "false");
  EXPECT_EQ(again.at("/version"), "3");
}

TEST(AdminApi, EachChangeIsWrittenDown) {
  Office office;
  const std::string id = office.post("/admin/v1/keys", R"({"name":"web"})", "keys-token").at("/id");
  office.patch("/admin/v1/keys/" + id, R"({"owner":"ann"})");
  office.get("/admin/v1/keys/" + id);
  office.patch("/admin/v1/keys/" + id, R"({"owner":1})");
  const auto audit = office.get("/admin/v1/audit?object=" + id);
  ASSERT_EQ(audit.json.at("data").as_array().size(), 2U);
  EXPECT_EQ(audit.at("/data/0/what"), "key.update");
  EXPECT_EQ(audit.at("/data/0/who"), "owner");
  EXPECT_EQ(audit.at("/data/0/before/owner"), "");
  EXPECT_EQ(audit.at("/data/0/after/owner"), "ann");
  EXPECT_EQ(audit.at("/data/1/what"), "key.create");
  EXPECT_EQ(audit.at("/data/1/who"), "maker");
  EXPECT_EQ(audit.at("/data/1/before"), "null");
  EXPECT_EQ(office.get("/admin/v1/audit?limit=1").at("/next"), "2");
  EXPECT_EQ(office.get("/admin/v1/audit?limit=1&before=2").at("/data/0/number"), "1");
}

TEST(AdminApi, TheDocumentHasEachCallAndNoOther) {
  const Office::Answer document =
      Office().ask({.method = "GET", .target = "/admin/v1/openapi.json", .authorization = "none"});
  ASSERT_EQ(document.status, 200);
  std::set<std::string> described;
  for (const auto& path : document.json.at("paths").as_object()) {
    for (const auto& method : path.value().as_object()) {
      described.insert(std::string(method.key()) + " " + std::string(path.key()));
      EXPECT_TRUE(method.value().at("responses").as_object().contains("401"));
    }
  }
  std::set<std::string> served;
  for (const Route& route : routes()) {
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    std::string path(route.pattern);
    if (const std::size_t dots = path.find("..."); dots != std::string::npos) path.erase(dots, 3);
    served.insert(method + " " + path);
  }
  EXPECT_EQ(described, served);
}

/// Every "$ref" of a value.
void references(const boost::json::value& value, std::set<std::string>& out) {
  if (const auto* list = value.if_array()) {
    for (const auto& each : *list) references(each, out);
  }
  const auto* object = value.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) {
    if (member.key() == "$ref") out.insert(std::string(member.value().as_string()));
    references(member.value(), out);
  }
}

TEST(AdminApi, TheDocumentNamesNoSchemaThatItDoesNotHave) {
  const boost::json::value document = boost::json::parse(openapi_text());
  std::set<std::string> named;
  references(document, named);
  const auto& schemas = document.at("components").at("schemas").as_object();
  EXPECT_GT(named.size(), 10U);
  for (const std::string& each : named) EXPECT_TRUE(schemas.contains(each.substr(each.rfind('/') + 1))) << each;
  for (const auto& schema : schemas) EXPECT_TRUE(schema.value().is_object()) << schema.key();
}

TEST(AdminApi, PathsOfTheApiAreToldFromOthers) {
  for (const char* path : {"/admin/v1/keys", "/key/generate?x=1", "/admin", "/admin/v2"})
    EXPECT_TRUE(is_api_path(path));
  for (const char* path : {"/status", "/administer", "/keys", "/", "", "/explain/admin/v1"})
    EXPECT_FALSE(is_api_path(path));
}

TEST(AdminTimes, AMomentIsReadAsItIsWritten) {
  const WallTime time = kNoon + std::chrono::microseconds(1500);
  EXPECT_EQ(time_text(time), "2026-09-01T12:00:00.001500Z");
  EXPECT_EQ(parse_time(time_text(time)), time);
  EXPECT_EQ(parse_time("2026-09-01T19:00:00+07:00"), kNoon);
  EXPECT_EQ(parse_time("2026-09-01t12:00:00.0000000001z"), kNoon);
  EXPECT_EQ(parse_time("2024-02-29T00:00:00Z"), std::chrono::sys_days(std::chrono::year(2024) / 2 / 29));
  for (const char* wrong :
       {"", "2026-09-01", "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-09-01T24:00:00Z", "2026-09-01T12:00:00",
        "2026-09-01T12:00:00.Z", "2026-09-01T12:00:00Zx", "1969-12-31T23:59:59Z", "2026-09-01T12:00:00+7:00",
        "9999-01-01T00:00:00Z", "-026-09-01T12:00:00Z"}) {
    EXPECT_FALSE(parse_time(wrong)) << wrong;
  }
}

TEST(AdminTimes, ASpanIsReadStrictly) {
  EXPECT_EQ(parse_span("90s"), std::chrono::seconds(90));
  EXPECT_EQ(parse_span("2w"), std::chrono::days(14));
  EXPECT_EQ(parse_span("0s"), std::chrono::seconds(0));
  for (const char* wrong :
       {"", "s", "5", "-1s", "-0s", "+1s", "1.5h", "1 h", "1hh", "401d", "99999999999999999999s", "9999999w"}) {
    EXPECT_FALSE(parse_span(wrong)) << wrong;
  }
}

TEST(AdminValues, APathOfAPrincipalHasPlainSegments) {
  for (const char* good : {"a", "acme/search/prod", "a.b/c_d/e-f/x@y"})
    EXPECT_TRUE(directory::is_principal_path(good)) << good;
  for (const char* wrong : {"", "/", "a/", "/a", "a//b", ".", "a/..", "a b", "a/\xc3\xa9", "a;drop"})
    EXPECT_FALSE(directory::is_principal_path(wrong)) << wrong;
  EXPECT_FALSE(directory::is_principal_path(std::string(201, 'a')));
  EXPECT_TRUE(directory::is_principal_path("1/2/3/4/5/6/7/8"));
  EXPECT_FALSE(directory::is_principal_path("1/2/3/4/5/6/7/8/9"));
}

}  // namespace
}  // namespace drover::gateway::admin
