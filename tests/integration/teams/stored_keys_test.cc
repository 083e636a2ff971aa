// Keys that are made while the gateway runs: what they may do, what they may spend, and what is left of that after a
// restart. With a store of the test's own.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "base/sha256.h"
#include "integration/gateway_fixture.h"
#include "store/store.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kToken = "canary-admin-token-0123456789";

/// What stands behind a name in a flat JSON answer.
std::string value(const Answer& answer, const std::string& name) {
  const std::string before = "\"" + name + "\":\"";
  const std::size_t begin = answer.body.find(before);
  if (begin == std::string::npos) return {};
  const std::size_t from = begin + before.size();
  return answer.body.substr(from, answer.body.find('"', from) - from);
}

class StoredKeys : public ::testing::Test {
 protected:
  StoredKeys()
      : folder_(std::filesystem::temp_directory_path() /
                ("drover-keys-" + std::to_string(::getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
    std::string body(kPlainAnswer);
    body.pop_back();
    body += R"(,"usage":{"prompt_tokens":100,"completion_tokens":100}})";
    upstream_.always(Say{}.bytes(sized(body)));
  }
  ~StoredKeys() override {
    if (gateway_) gateway_->stop();
    std::filesystem::remove_all(folder_);
  }

  /// gpt-4o costs one dollar for a million tokens of either kind: 200 micro-dollars for each answer.
  void start(const std::string& more = {}) {
    config::Settings settings = load(one_provider(
        {url_of(upstream_)}, {kKeyOne},
        "prices: { models: { gpt-4o: { input: 1, output: 1 } } }\nadmin_tokens: [ { name: ops, role: all, value: " +
            std::string(kToken) + " } ]\n" + more));
    settings.accounts.state_folder = folder_.string();
    gateway_ = std::make_unique<Gateway>(with_admin(std::move(settings)));
  }
  void restart() {
    gateway_->stop();
    gateway_.reset();
    start();
  }
  Answer manage(std::string_view method, std::string_view target, std::string_view body = {}) {
    HttpClient client("127.0.0.1", gateway_->admin_port());
    EXPECT_TRUE(client.send_request(method, target, body, {{"Authorization", "Bearer " + std::string(kToken)}}));
    return client.read_answer(method);
  }
  struct Made {
    std::string id;
    std::string secret;
  };
  Made make(const std::string& fields) {
    const Answer made =
        manage("POST", "/admin/v1/keys", "{\"name\":\"k" + std::to_string(++made_) + "\"," + fields + "}");
    EXPECT_EQ(made.status, 201) << made.body;
    return {value(made, "id"), value(made, "secret")};
  }
  Answer ask(const std::string& secret, std::string_view body = R"({"model":"gpt-4o","messages":[]})") {
    return gateway_->post(kChat, body, {{"Authorization", "Bearer " + secret}});
  }
  std::filesystem::path folder_;
  RawUpstream upstream_;
  std::unique_ptr<Gateway> gateway_;
  int made_ = 0;
};

TEST_F(StoredKeys, AreWantedOnceThereAreAny) {
  start();
  EXPECT_EQ(gateway_->post(kChat, plain_chat()).status, 200) << "nobody needs a key yet";
  EXPECT_FALSE(std::filesystem::exists(folder_ / "drover.db")) << "nor a store";
  const Made key = make(R"("owner":"ann")");
  EXPECT_EQ(ask(key.secret).status, 200);
  EXPECT_EQ(gateway_->post(kChat, plain_chat()).status, 401);
}

TEST_F(StoredKeys, SpendTheirBudgetAndNoMore) {
  start();
  const Made key = make(R"("limits":[{"unit":"usd","amount":"0.001","window":"month"}])");
  int served = 0;
  Answer last = ask(key.secret);
  for (; last.status == 200 && served < 20; ++served) last = ask(key.secret);
  EXPECT_EQ(served, 5) << "of 200 micro-dollars each";
  EXPECT_EQ(last.status, 429);
  EXPECT_THAT(last.body, HasSubstr("budget_exhausted"));
  EXPECT_EQ(last.field("x-should-retry"), "false");
  EXPECT_EQ(gateway_->open_leases(), 0);
}

TEST_F(StoredKeys, AreToldWhatAnAnswerCost) {
  start();
  const Made key = make(R"("owner":"ann")");
  EXPECT_EQ(ask(key.secret).field("x-drover-cost"), "0.0002");
  EXPECT_FALSE(ask(key.secret, R"({"model":"nobody-knows-this","messages":[]})").field("x-drover-cost"));
}

TEST_F(StoredKeys, RememberWhatTheySpentOverARestart) {
  start();
  const Made key = make(R"("limits":[{"unit":"usd","amount":"0.001","window":"month"}])");
  for (int request = 0; request < 4; ++request) ASSERT_EQ(ask(key.secret).status, 200);
  restart();
  int served = 0;
  while (ask(key.secret).status == 200 && served < 20) ++served;
  EXPECT_EQ(served, 1) << "four of five were spent before";
}

TEST_F(StoredKeys, AreBlockedAtOnce) {
  start();
  const Made key = make(R"("owner":"ann")");
  ASSERT_EQ(ask(key.secret).status, 200);
  ASSERT_EQ(manage("POST", "/admin/v1/keys/" + key.id + "/block").status, 200);
  EXPECT_THAT(ask(key.secret).body, HasSubstr("client_key_blocked"));
  ASSERT_EQ(manage("DELETE", "/admin/v1/keys/" + key.id).status, 200);
  EXPECT_THAT(ask(key.secret).body, HasSubstr("unknown_client_key")) << "the last key closes the door behind it";
}

TEST_F(StoredKeys, MayUseWhatTheyWereMadeFor) {
  start();
  const Made key = make(R"("models":["gpt-4o"],"apis":["chat"])");
  EXPECT_EQ(ask(key.secret).status, 200);
  const Answer other = ask(key.secret, R"({"model":"o9","messages":[]})");
  EXPECT_NE(other.status, 200);
  EXPECT_THAT(other.body, HasSubstr("model"));
  const Answer api = gateway_->post("/v1/embeddings", R"({"model":"gpt-4o","input":"x"})",
                                    {{"Authorization", "Bearer " + key.secret}});
  EXPECT_EQ(api.status, 403);
  EXPECT_THAT(api.body, HasSubstr("api_not_allowed"));
  const Made fenced = make(R"("providers":["nowhere"])");
  EXPECT_NE(ask(fenced.secret).status, 200) << "a provider that is not there is no way in";
  const Made far = make(R"("networks":["10.9.0.0/16"])");
  EXPECT_THAT(ask(far.secret).body, HasSubstr("client_network"));
}

TEST_F(StoredKeys, WorkTwiceWhileTheyAreRotated) {
  start();
  const Made key = make(R"("owner":"ann")");
  const Answer rotated = manage("POST", "/admin/v1/keys/" + key.id + "/rotate", R"({"grace":"1h"})");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  EXPECT_EQ(ask(value(rotated, "secret")).status, 200);
  EXPECT_EQ(ask(key.secret).status, 200) << "for an hour";
  const Answer at_once = manage("POST", "/admin/v1/keys/" + key.id + "/rotate", R"({"grace":"0s"})");
  ASSERT_EQ(at_once.status, 200) << at_once.body;
  EXPECT_EQ(ask(value(rotated, "secret")).status, 401);
}

TEST_F(StoredKeys, AreCountedForTheirTeam) {
  start("teams: { acme: { limits: [ { requests: 2, window: day } ] } }\n");
  const Made one = make(R"("principal":"acme/search")");
  const Made two = make(R"("principal":"acme/shop")");
  EXPECT_EQ(ask(one.secret).status, 200);
  EXPECT_EQ(ask(two.secret).status, 200);
  EXPECT_EQ(ask(one.secret).status, 429);
}

TEST_F(StoredKeys, WriteARowForEachRequestIntoTheLedger) {
  start();
  const Made key = make(R"("principal":"acme","tags":["nightly"])");
  for (int request = 0; request < 3; ++request) ASSERT_EQ(ask(key.secret).status, 200);
  EXPECT_EQ(gateway_->post(kChat, plain_chat()).status, 401) << "leaves no row";
  gateway_->stop();
  store::Store store(store::Place{.path = (folder_ / "drover.db").string()});
  const auto lines = store.spend({.by = store::SpendBy::Key});
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(lines->size(), 1U);
  EXPECT_EQ((*lines)[0].name, "acme/" + key.id);
  EXPECT_EQ((*lines)[0].sums.requests, 3);
  EXPECT_EQ((*lines)[0].sums.cost, 3 * 200'000);
  EXPECT_EQ((*lines)[0].sums.output, 300);
  EXPECT_EQ((*lines)[0].sums.unpriced, 0);
  const auto tags = store.spend({.by = store::SpendBy::Tag});
  ASSERT_TRUE(tags);
  ASSERT_EQ(tags->size(), 1U);
  EXPECT_EQ((*tags)[0].name, "nightly");
}

TEST_F(StoredKeys, KeepTheirSecretsToThemselves) {
  start();
  const Made key = make(R"("owner":"ann")");
  ASSERT_EQ(ask(key.secret).status, 200);
  for (const char* const page : {"/status", "/metrics", "/status.json"})
    EXPECT_THAT(gateway_->admin(page).body, Not(HasSubstr(key.secret.substr(8)))) << page;
  gateway_->stop();
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder_)) {
    if (!file.is_regular_file()) continue;
    const auto read = config::real_environment().read_file(file.path().string(), 64 << 20);
    ASSERT_TRUE(read) << read.error();
    EXPECT_THAT(read->text, Not(HasSubstr(key.secret))) << file.path();
    EXPECT_THAT(read->text, Not(HasSubstr(std::string(kToken)))) << file.path();
    EXPECT_THAT(read->text, Not(HasSubstr("hello"))) << "a prompt in " << file.path();
  }
}

}  // namespace
}  // namespace drover::test
