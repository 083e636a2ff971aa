// Keys by the admin API: made, read, changed, rotated, blocked, deleted; what is refused, and how it is told.
#include <gmock/gmock.h>

#include "gateway/admin/api/test/memory_records.h"

namespace drover::gateway::admin {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr std::string_view kFull = R"({"name":"web","principal":"acme/search","owner":"ann@example.com",
  "limits":[{"unit":"usd","amount":"5.25","window":"month Asia/Bangkok"},{"unit":"requests","amount":60,"window":"1m",
  "action":"tell","models":["gpt-*"]},{"unit":"concurrent","amount":4}],
  "models":["gpt-4o"],"apis":["chat"],"providers":["openai"],"networks":["10.0.0.0/8","2001:db8::/32"],
  "tags":["blue"],"metadata":{"cost_center":7},"expires_in":"30d","increase":{"amount":2,"for":"7d"}})";

TEST(AdminKeys, AKeyComesBackAsItWasMade) {
  Office office;
  const auto made = office.post("/admin/v1/keys", kFull);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.at("/limits/0/amount"), "5.25");
  EXPECT_EQ(made.at("/limits/0/window"), "month Asia/Bangkok");
  EXPECT_EQ(made.at("/limits/1/action"), "tell");
  EXPECT_EQ(made.at("/limits/2/window"), "null");
  EXPECT_EQ(made.at("/expires"), "2026-10-01T12:00:00Z");
  EXPECT_EQ(made.at("/increase/until"), "2026-09-08T12:00:00Z");
  EXPECT_EQ(made.at("/metadata/cost_center"), "7");
  const auto read = office.get("/admin/v1/keys/" + made.at("/id"));
  EXPECT_EQ(read.status, 200);
  boost::json::object same = made.json.as_object();
  same.erase("secret");
  EXPECT_EQ(boost::json::serialize(read.json), boost::json::serialize(same));
}

TEST(AdminKeys, TheSecretIsInTheAnswersOfCreateAndRotateOnly) {
  Office office;
  const auto made = office.post("/admin/v1/keys", R"({"name":"web"})");
  const std::string secret = made.at("/secret");
  EXPECT_THAT(secret, HasSubstr("dk_"));
  const std::string id = made.at("/id");
  const auto rotated = office.post("/admin/v1/keys/" + id + "/rotate");
  const std::string next = rotated.at("/secret");
  EXPECT_NE(next, secret);
  std::string seen = office.get("/admin/v1/keys").text + office.get("/admin/v1/keys/" + id).text +
                     office.get("/admin/v1/audit").text + office.patch("/admin/v1/keys/" + id, "{}").text +
                     office.get("/key/info?key=" + id).text + office.remove("/admin/v1/keys/" + id).text;
  for (const auto& each : office.records.entries) seen += each.entry.before + each.entry.after;
  EXPECT_THAT(seen, Not(HasSubstr(secret)));
  EXPECT_THAT(seen, Not(HasSubstr(next)));
  EXPECT_THAT(seen, Not(HasSubstr(hex(sha256(secret)))));
}

TEST(AdminKeys, APatchChangesWhatItNamesAndNullClears) {
  Office office;
  const std::string id = office.key(kFull);
  const auto patched = office.patch("/admin/v1/keys/" + id, R"({"owner":null,"models":["a","b"],"expires":null})");
  ASSERT_EQ(patched.status, 200) << patched.text;
  EXPECT_EQ(patched.at("/owner"), "");
  EXPECT_EQ(patched.at("/models"), R"(["a","b"])");
  EXPECT_EQ(patched.at("/expires"), "null");
  EXPECT_EQ(patched.at("/limits/0/amount"), "5.25");
  EXPECT_EQ(patched.at("/tags"), R"(["blue"])");
  EXPECT_EQ(patched.at("/version"), "2");
}

struct Wrong {
  std::string_view body;
  std::string_view field;
};

TEST(AdminKeys, AWrongFieldIsNamedByItsPath) {
  const std::vector<Wrong> all = {
      {R"({"nmae":"x"})", "nmae"},
      {R"({"name":null})", "name"},
      {R"({"name":7})", "name"},
      {R"({"name":""})", "name"},
      {R"({"name":"dk_abc"})", "name"},
      {R"({"name":"a\u0000b"})", "name"},
      {R"({"id":"key_1"})", "id"},
      {R"({"version":4})", "version"},
      {R"({"principal":"a//b"})", "principal"},
      {R"({"principal":"a/../b"})", "principal"},
      {R"({"principal":"1/2/3/4/5/6/7/8/9"})", "principal"},
      {R"({"limits":{}})", "limits"},
      {R"({"limits":[{"unit":"euro","amount":1,"window":"day"}]})", "limits[0].unit"},
      {R"({"limits":[{"unit":"usd","amount":-1,"window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"usd","amount":"nan","window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"usd","amount":1e300,"window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"usd","amount":"0.0000000001","window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"tokens","amount":1.5,"window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"tokens","amount":1e18,"window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"tokens","window":"day"}]})", "limits[0].amount"},
      {R"({"limits":[{"unit":"tokens","amount":1}]})", "limits[0].window"},
      {R"({"limits":[{"unit":"tokens","amount":1,"window":"fortnight"}]})", "limits[0].window"},
      {R"({"limits":[{"unit":"tokens","amount":1,"window":"day Mars/Olympus"}]})", "limits[0].window"},
      {R"({"limits":[{"unit":"tokens","amount":1,"window":"36500d"}]})", "limits[0].window"},
      {R"({"limits":[{"unit":"concurrent","amount":1,"window":"day"}]})", "limits[0].window"},
      {R"({"limits":[{"unit":"tokens","amount":1,"window":"day","hard":true}]})", "limits[0].hard"},
      {R"({"limits":[{"unit":"tokens","amount":1,"window":"day"},{"unit":"tokens","amount":2,"window":"day"}]})",
       "limits[1]"},
      {R"({"limits":[{"unit":"tokens","amount":1,"window":"day","models":["a*b"]}]})", "limits[0].models[0]"},
      {R"({"models":"gpt"})", "models"},
      {R"({"models":["a","a"]})", "models[1]"},
      {R"({"apis":["chatt"]})", "apis[0]"},
      {R"({"networks":["10.0.0.0/33"]})", "networks[0]"},
      {R"({"networks":["example.com"]})", "networks[0]"},
      {R"({"metadata":[1]})", "metadata"},
      {R"({"blocked":"yes"})", "blocked"},
      {R"({"expires":"tomorrow"})", "expires"},
      {R"({"expires":"2026-02-30T00:00:00Z"})", "expires"},
      {R"({"expires":"2020-01-01T00:00:00Z"})", "expires"},
      {R"({"expires_in":"0s"})", "expires_in"},
      {R"({"expires_in":"500d"})", "expires_in"},
      {R"({"expires":null,"expires_in":"1d"})", "expires_in"},
      {R"({"increase":{"amount":1}})", "increase.until"},
      {R"({"increase":{"amount":1,"until":"2020-01-01T00:00:00Z"}})", "increase.until"},
      {R"({"increase":{"amount":1,"for":"1d","until":"2027-01-01T00:00:00Z"}})", "increase.for"},
  };
  for (const Wrong& each : all) {
    Office office;
    const auto answer = office.post("/admin/v1/keys", each.body);
    EXPECT_EQ(answer.status, 400) << each.body << answer.text;
    EXPECT_EQ(answer.at("/error/field"), each.field) << each.body << answer.text;
    EXPECT_TRUE(office.records.all_keys.empty()) << each.body;
  }
}

TEST(AdminKeys, AnAmountOfMoneyIsExactToTheBillionth) {
  Office office;
  for (const auto& [given, told] :
       std::vector<std::pair<std::string, std::string>>{{"\"0.000000001\"", "0.000000001"},
                                                        {"0.1", "0.10"},
                                                        {"12345.678901234", "12345.678901234"},
                                                        {"0", "0.00"}}) {
    const std::string body = R"({"limits":[{"unit":"usd","window":"total","amount":)" + given + "}]}";
    EXPECT_EQ(office.post("/admin/v1/keys", body).at("/limits/0/amount"), told);
  }
}

TEST(AdminKeys, ManyLimitsAndLongListsAreRefused) {
  Office office;
  std::string limits;
  for (int at = 0; at < 10'000; ++at) {
    limits += (at > 0 ? "," : "") + std::string(R"({"unit":"usd","window":"day","amount":)") + std::to_string(at) + "}";
  }
  EXPECT_EQ(office.post("/admin/v1/keys", "{\"limits\":[" + limits + "]}").at("/error/field"), "limits");
  const std::string metadata = "{\"metadata\":{\"x\":\"" + std::string(9000, 'x') + "\"}}";
  EXPECT_EQ(office.post("/admin/v1/keys", metadata).at("/error/field"), "metadata");
}

TEST(AdminKeys, ABodyThatIsNoObjectIsRefused) {
  Office office;
  std::string deep;
  for (int level = 0; level < 10'000; ++level) deep += "[";
  for (const std::string& body :
       {std::string("[]"), std::string("{"), std::string(), std::string("{\"name\":\"\xff\"}"), deep}) {
    EXPECT_EQ(office.post("/admin/v1/keys", body).status, 400) << body.substr(0, 20);
  }
  EXPECT_EQ(office.post("/admin/v1/keys", std::string(kMaxAdminBody + 1, ' ')).status, 413);
}

TEST(AdminKeys, TwoKeysDoNotHaveTheSameName) {
  Office office;
  const std::string id = office.key();
  const auto second = office.post("/admin/v1/keys", R"({"name":"web"})");
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.at("/error/type"), "name_taken");
  office.remove("/admin/v1/keys/" + id);
  EXPECT_EQ(office.post("/admin/v1/keys", R"({"name":"web"})").status, 201);
}

TEST(AdminKeys, IfMatchKeepsTwoAdministratorsApart) {
  Office office;
  const std::string path = "/admin/v1/keys/" + office.key();
  EXPECT_THAT(office.get(path).fields, HasSubstr("ETag: \"v1\"\r\n"));
  EXPECT_EQ(office.patch(path, R"({"owner":"a"})", "\"v1\"").status, 200);
  const auto late = office.patch(path, R"({"owner":"b"})", "\"v1\"");
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(office.get(path).at("/owner"), "a");
  EXPECT_EQ(office.patch(path, R"({"owner":"c"})", "\"v9\", \"v2\"").status, 200);
  EXPECT_EQ(office.patch(path, R"({"owner":"d"})", "*").status, 200);
  EXPECT_EQ(office.ask({.method = "GET", .target = path, .if_none_match = "\"v4\""}).status, 304);
}

TEST(AdminKeys, AChangeThatCameBetweenIsKept) {
  Office office;
  const std::string id = office.key();
  int left = 1;
  office.records.before_commit = [&] {
    if (left-- <= 0) return;
    office.records.all_keys[id].tags = {"theirs"};
    office.records.all_keys[id].version += 1;
  };
  const auto patched = office.patch("/admin/v1/keys/" + id, R"({"owner":"mine"})");
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.at("/tags"), R"(["theirs"])");
  EXPECT_EQ(patched.at("/owner"), "mine");
  left = 100;
  EXPECT_EQ(office.patch("/admin/v1/keys/" + id, R"({"owner":"again"})").status, 409);
}

TEST(AdminKeys, ARotationKeepsTheFormerSecretForItsGrace) {
  Office office;
  const auto made = office.post("/admin/v1/keys", R"({"name":"web"})");
  const std::string path = "/admin/v1/keys/" + made.at("/id");
  const auto rotated = office.post(path + "/rotate", R"({"grace":"2h"})");
  EXPECT_EQ(rotated.at("/former/until"), "2026-09-01T14:00:00Z");
  const directory::Key& key = office.records.all_keys[made.at("/id")];
  EXPECT_EQ(key.digest, sha256(rotated.at("/secret")));
  EXPECT_EQ(key.former->digest, sha256(made.at("/secret")));
  EXPECT_EQ(office.post(path + "/rotate").at("/former/until"), "2026-09-02T12:00:00Z");
  EXPECT_EQ(office.post(path + "/rotate", R"({"grace":"0s"})").at("/former"), "null");
  EXPECT_EQ(office.post(path + "/rotate", R"({"grace":"91d"})").at("/error/field"), "grace");
  EXPECT_EQ(office.post(path + "/rotate", R"({"garce":"1h"})").at("/error/field"), "garce");
}

TEST(AdminKeys, ADeletedKeyIsKeptAndNeverChangesAgain) {
  Office office;
  const std::string path = "/admin/v1/keys/" + office.key();
  EXPECT_EQ(office.post(path + "/block").at("/blocked"), "true");
  EXPECT_EQ(office.post(path + "/unblock").at("/blocked"), "false");
  EXPECT_EQ(office.remove(path).at("/archived"), "true");
  EXPECT_EQ(office.remove(path).status, 200);
  EXPECT_EQ(office.get(path).at("/archived"), "true");
  for (const char* call : {"/rotate", "/unblock", "/block"}) EXPECT_EQ(office.post(path + call).status, 409) << call;
  EXPECT_EQ(office.patch(path, "{}").at("/error/type"), "key_archived");
  EXPECT_EQ(office.get("/admin/v1/keys").at("/data"), "[]");
  EXPECT_EQ(office.get("/admin/v1/keys/key_0000000000000000").status, 404);
}

TEST(AdminKeys, AnIncreaseEndsByItself) {
  Office office;
  const std::string path = "/admin/v1/keys/" + office.key();
  EXPECT_EQ(office.post(path + "/increase", R"({"amount":"1.5","for":"1h"})").at("/increase/until"),
            "2026-09-01T13:00:00Z");
  EXPECT_EQ(office.patch(path, R"({"increase":null})").at("/increase"), "null");
  EXPECT_EQ(office.post(path + "/increase", R"({"amount":"1.5"})").at("/error/field"), "increase.until");
}

TEST(AdminKeys, AListGoesThroughAllPages) {
  Office office;
  for (int at = 0; at < 25; ++at) office.key("{\"principal\":\"acme/t" + std::to_string(at % 2) + "\"}");
  std::size_t seen = 0;
  std::string next;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = office.get("/admin/v1/keys?limit=10" + (next.empty() ? "" : "&after=" + next));
    seen += page.json.at("data").as_array().size();
    next = page.at("/next");
    if (page.at("/has_more") == "false") break;
  }
  EXPECT_EQ(seen, 25U);
  office.records.scan = 100;
  EXPECT_EQ(office.get("/admin/v1/keys?principal=acme").json.at("data").as_array().size(), 25U);
  EXPECT_EQ(office.get("/admin/v1/keys?principal=acme/t1").json.at("data").as_array().size(), 12U);
  EXPECT_EQ(office.get("/admin/v1/keys?principal=acm").json.at("data").as_array().size(), 0U);
}

TEST(AdminKeys, AListIsFiltered) {
  Office office;
  office.key(R"({"name":"one","owner":"ann","tags":["x"]})");
  const std::string two = office.key(R"({"name":"two","expires_in":"1h"})");
  office.post("/admin/v1/keys/" + office.key(R"({"name":"three"})") + "/block");
  office.remove("/admin/v1/keys/" + office.key(R"({"name":"four"})"));
  office.now += 2h;
  const auto names = [&](const std::string& query) {
    std::string out;
    const auto page = office.get("/admin/v1/keys?" + query);
    for (const auto& each : page.json.at("data").as_array()) {
      out += std::string(each.at("name").as_string()) + " ";
    }
    return out;
  };
  EXPECT_EQ(names(""), "one two three ");
  EXPECT_EQ(names("state=active"), "one ");
  EXPECT_EQ(names("state=expired"), "two ");
  EXPECT_EQ(names("state=blocked"), "three ");
  EXPECT_EQ(names("state=archived"), "four ");
  EXPECT_EQ(names("owner=ann&tag=x"), "one ");
  EXPECT_EQ(names("name=two"), "two ");
  for (const char* wrong :
       {"state=x", "limit=0", "limit=1001", "limit=-1", "limit=9x", "colour=red", "name=a&name=b", "name=%zz"}) {
    EXPECT_EQ(office.get("/admin/v1/keys?" + std::string(wrong)).status, 400) << wrong;
  }
}

TEST(AdminKeys, TheSameCallWithAnIdempotencyKeyIsDoneOnce) {
  Office office;
  ApiRequest request{
      .method = "POST", .target = "/admin/v1/keys", .idempotency_key = "abc", .body = R"({"name":"web"})"};
  const auto first = office.ask(request);
  const auto second = office.ask(request);
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.at("/id"), first.at("/id"));
  EXPECT_EQ(second.at("/secret"), "null");
  EXPECT_THAT(second.fields, HasSubstr("Idempotency-Replayed: true"));
  EXPECT_EQ(office.records.all_keys.size(), 1U);
  for (const auto& [key, each] : office.records.memory) EXPECT_THAT(each.body, Not(HasSubstr(first.at("/secret"))));
  request.body = R"({"name":"other"})";
  EXPECT_EQ(office.ask(request).status, 422);
  EXPECT_EQ(office.ask(request, "keys-token").status, 201);  // another administrator's key is another key
  const std::string huge(300, 'k');
  request.idempotency_key = huge;
  EXPECT_EQ(office.ask(request).status, 400);
}

TEST(AdminKeys, AnIdempotentCallThatRacesGetsTheFirstAnswer) {
  Office office;
  ApiRequest request{
      .method = "POST", .target = "/admin/v1/keys", .idempotency_key = "abc", .body = R"({"name":"web"})"};
  bool raced = false;
  office.records.before_commit = [&] {
    if (raced) return;
    raced = true;
    office.ask(request);
  };
  const auto late = office.ask(request);
  EXPECT_EQ(late.status, 201);
  EXPECT_THAT(late.fields, HasSubstr("Idempotency-Replayed"));
  EXPECT_EQ(office.records.all_keys.size(), 1U);
}

TEST(AdminKeys, AStoreThatIsAwayIsToldAs503) {
  Office office;
  const std::string path = "/admin/v1/keys/" + office.key();
  office.records.away = "store_away";
  for (const auto& answer : {office.get(path), office.get("/admin/v1/keys"), office.patch(path, "{}"),
                             office.post("/admin/v1/keys", "{}"), office.remove(path), office.get("/key/list")}) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.at("/error/type"), "store_away");
    EXPECT_THAT(answer.fields, HasSubstr("Retry-After: 1\r\n"));
  }
}

}  // namespace
}  // namespace drover::gateway::admin
