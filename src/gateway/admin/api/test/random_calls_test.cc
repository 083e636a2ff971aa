// Calls at random, sensible and absurd: each is answered as the document says, and no answer but those of create and
// rotate has a secret.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "base/random.h"
#include "gateway/admin/api/fields.h"
#include "gateway/admin/api/litellm/litellm_fields.h"
#include "gateway/admin/api/openapi.h"
#include "gateway/admin/api/routes.h"
#include "gateway/admin/api/test/memory_records.h"

namespace drover::gateway::admin {
namespace {

namespace json = boost::json;

class Caller {
 public:
  explicit Caller(std::uint64_t seed) : random_(seed) {}

  /// A call of this route; many of its values are wrong in some way.
  void call(Office& office, const Route& route) {
    const std::string target = path_of(office, route) + query_of(route);
    const std::string body = route.body == BodyKind::None || one_in(20) ? junk() : json::serialize(object(route, 0));
    const std::string key = one_in(4) ? "id-" + std::to_string(random_.below(50)) : "";
    const std::string if_match = one_in(8) ? "\"v" + std::to_string(random_.below(4)) + "\"" : "";
    const auto answer = office.ask(
        {.method = route.method, .target = target, .if_match = if_match, .idempotency_key = key, .body = body});
    const bool told = std::ranges::find(kTold, answer.status) != kTold.end() || answer.status == route.success;
    EXPECT_TRUE(told) << route.method << " " << target << "\n" << body << "\n" << answer.status << answer.text;
    if (answer.status >= 400) {
      EXPECT_TRUE(answer.json.at("error").at("message").is_string()) << answer.text;
    } else {
      ++good;
    }
    const bool may_tell = route.answer_schema == "KeyWithSecret" || route.answer_schema == "LitellmKey";
    if (!may_tell) {
      EXPECT_EQ(answer.text.find("dk_000000"), std::string::npos) << target << answer.text;
    }
  }

  int good = 0;

 private:
  static constexpr std::array<int, 8> kTold = {400, 403, 404, 409, 412, 413, 422, 304};

  bool one_in(std::uint64_t count) { return random_.below(count) == 0; }
  template <class List>
  auto pick(const List& list) {
    return *(list.begin() + static_cast<std::ptrdiff_t>(random_.below(static_cast<std::uint64_t>(list.size()))));
  }
  std::string junk() {
    return pick(std::array<std::string, 7>{"", "null", "[]", "{", "\xff", "{\"a\":{\"a\":{}}}", "\"x\""});
  }

  std::string path_of(const Office& office, const Route& route) {
    std::string target(route.pattern);
    const std::size_t brace = target.find('{');
    if (brace == std::string::npos) return target;
    std::string with =
        pick(std::array<std::string, 6>{"acme", "acme/search", "%2e%2e", "k%00", "a%20b", "'; DROP TABLE keys"});
    if (!office.records.all_keys.empty() && !one_in(4)) with = pick(office.records.ids());
    return target.replace(brace, target.find('}') - brace + 1, with);
  }

  std::string query_of(const Route& route) {
    std::string out;
    for (const Parameter& each : route.query) {
      if (!one_in(3)) continue;
      out += (out.empty() ? "?" : "&") + std::string(each.name) + "=" +
             pick(std::array<std::string, 8>{"1", "0", "acme", "web", "all", "%", "99999999999999999999", "-1"});
    }
    return out;
  }

  json::value scalar() {
    switch (random_.below(12)) {
      case 0: return nullptr;
      case 1: return true;
      case 2: return static_cast<std::int64_t>(random_.below(100));
      case 3: return -5;
      case 4: return 1e308;
      case 5: return 0.1;
      case 6: return json::string(pick(std::array<std::string, 4>{"usd", "requests", "month", "refuse"}));
      case 7: return json::string(pick(std::array<std::string, 4>{"30d", "1m", "2027-01-01T00:00:00Z", "12.5"}));
      case 8: return json::string(std::string(300, 'x'));
      case 9: return json::string("' OR 1=1; --");
      case 10: return json::string(pick(std::array<std::string, 3>{"acme/search", "10.0.0.0/8", "chat"}));
      default: return json::string("web" + std::to_string(random_.below(5)));
    }
  }

  json::value value(const Route& route, int depth) {
    if (depth > 3 || !one_in(3)) return scalar();
    if (one_in(2)) return object(route, depth + 1);
    json::array list;
    for (std::uint64_t count = random_.below(4); count > 0; --count) list.push_back(value(route, depth + 1));
    return list;
  }

  json::object object(const Route& route, int depth) {
    constexpr auto kInner = std::to_array<std::string_view>(
        {"unit", "amount", "window", "action", "models", "until", "for", "grace", "max_budget", "budget_duration"});
    json::object out;
    for (std::uint64_t count = random_.below(5); count > 0; --count) {
      std::string name(pick(kInner));
      if (depth == 0 && route.form == Form::Own) name = std::string(pick(key_fields()).name);
      if (depth == 0 && route.form == Form::Litellm) name = std::string(pick(litellm_field_names()));
      if (one_in(20)) name = "nobody";
      out[name] = value(route, depth + 1);
    }
    if (depth == 0 && route.form == Form::Litellm && one_in(2)) out["key"] = "web" + std::to_string(random_.below(5));
    return out;
  }

  Random random_;
};

TEST(AdminApi, AnswersEveryCallAsItsDocumentSays) {
  Caller caller(20260902);
  for (int world = 0; world < 20; ++world) {
    Office office;
    office.key(R"({"name":"web0","principal":"acme","limits":[{"unit":"usd","amount":5,"window":"month"}]})");
    for (int round = 0; round < 30; ++round) {
      for (const Route& route : routes()) caller.call(office, route);
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(caller.good, 1000);
}

}  // namespace
}  // namespace drover::gateway::admin
