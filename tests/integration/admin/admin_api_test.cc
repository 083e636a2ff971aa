// The admin API over sockets, with a store of its own in a folder of the test.
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/sha256.h"
#include "gateway/admin/admin_door.h"
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kToken = "canary-admin-token-0123456789";

/// A thread that owns a store and does jobs, as the ledger does.
class StoreThread {
 public:
  StoreThread() : folder_(std::filesystem::temp_directory_path() / ("drover-admin-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    thread_ = std::thread([this] { work(); });
  }
  ~StoreThread() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    thread_.join();
    std::filesystem::remove_all(folder_);
  }
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  bool post(std::function<void(store::Store&)> job, std::function<void()> done) {
    if (full) return false;
    const std::lock_guard lock(mutex_);
    jobs_.push_back([doing = std::move(job), ended = std::move(done)](store::Store& store) {
      doing(store);
      ended();
    });
    wake_.notify_all();
    return true;
  }
  std::atomic<bool> full = false;

  gateway::StoreDoor door() {
    gateway::StoreDoor door;
    door.post = [this](std::function<void(store::Store&)> job, std::function<void()> done) {
      return post(std::move(job), std::move(done));
    };
    door.makers.secret = [this] {
      gateway::admin::NewSecret made{
          .text = "dk_" + std::string(30, 'a') + std::to_string(10000000 + ++made_), .digest = {}, .shown = {}};
      made.digest = sha256(made.text);
      made.shown = "dk_aaaa…" + made.text.substr(made.text.size() - 4);
      return made;
    };
    door.makers.key_id = [this] { return "key_" + std::to_string(1000000000000000 + ++made_); };
    return door;
  }

 private:
  void work() {
    store::Store store(store::Place{.path = (folder_ / "store.db").string()});
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return ended_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job(store);
      lock.lock();
    }
  }

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void(store::Store&)>> jobs_;
  bool ended_ = false;
  std::atomic<std::uint64_t> made_ = 0;
  std::thread thread_;
};

std::string with_token() {
  return one_provider({refusing_url()}, {kKeyOne},
                      "admin_tokens: [ { name: ops, role: all, value: " + std::string(kToken) + " } ]\n");
}

/// A gateway, its store, and a client of the API.
struct Desk {
  Gateway gateway{with_admin(load(with_token()))};
  StoreThread store;

  Desk() { gateway.serve_admin_api(store.door()); }
  ~Desk() { gateway.stop(); }

  Answer ask(std::string_view method, std::string_view target, std::string_view body = {}, Fields fields = {}) {
    HttpClient client("127.0.0.1", gateway.admin_port());
    fields.emplace_back("Authorization", "Bearer " + std::string(kToken));
    EXPECT_TRUE(client.send_request(method, target, body, fields));
    return client.read_answer(method);
  }
  static std::string value(const Answer& answer, const std::string& name) {
    const std::string before = "\"" + name + "\":\"";
    const std::size_t begin = answer.body.find(before);
    if (begin == std::string::npos) return {};
    return answer.body.substr(begin + before.size(),
                              answer.body.find('"', begin + before.size()) - begin - before.size());
  }
};

TEST(AdminApiOverSockets, AKeyIsMadeReadChangedAndDeleted) {
  Desk desk;
  const Answer made =
      desk.ask("POST", "/admin/v1/keys", R"({"name":"web","limits":[{"unit":"usd","amount":5,"window":"month"}]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string id = Desk::value(made, "id");
  EXPECT_THAT(Desk::value(made, "secret"), HasSubstr("dk_"));
  const Answer read = desk.ask("GET", "/admin/v1/keys/" + id);
  EXPECT_EQ(read.field("etag"), "\"v1\"");
  EXPECT_THAT(read.body, HasSubstr("\"amount\":\"5.00\""));
  EXPECT_THAT(read.body, Not(HasSubstr("secret")));
  EXPECT_EQ(desk.ask("PATCH", "/admin/v1/keys/" + id, R"({"owner":"ann"})", {{"If-Match", "\"v1\""}}).status, 200);
  EXPECT_EQ(desk.ask("PATCH", "/admin/v1/keys/" + id, R"({"owner":"bob"})", {{"If-Match", "\"v1\""}}).status, 412);
  EXPECT_EQ(desk.ask("POST", "/admin/v1/keys", R"({"name":"web"})").status, 409);
  EXPECT_THAT(desk.ask("GET", "/admin/v1/keys").body, HasSubstr(id));
  EXPECT_EQ(desk.ask("DELETE", "/admin/v1/keys/" + id).status, 200);
  EXPECT_THAT(desk.ask("GET", "/admin/v1/keys").body, HasSubstr("\"data\":[]"));
  EXPECT_THAT(desk.ask("GET", "/admin/v1/audit?object=" + id).body, HasSubstr("key.delete"));
}

TEST(AdminApiOverSockets, LitellmsCallsFindTheKeyByItsSecret) {
  Desk desk;
  const Answer made =
      desk.ask("POST", "/key/generate", R"({"key_alias":"web","max_budget":5,"budget_duration":"30d"})");
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string secret = Desk::value(made, "key");
  EXPECT_THAT(desk.ask("GET", "/key/info?key=" + secret).body, HasSubstr("\"key_alias\":\"web\""));
  EXPECT_EQ(desk.ask("POST", "/key/block", "{\"key\":\"" + secret + "\"}").status, 200);
  EXPECT_THAT(desk.ask("GET", "/admin/v1/keys?state=blocked").body, HasSubstr("\"web\""));
}

TEST(AdminApiOverSockets, PrincipalsAndIdempotencyAreKeptByTheStore) {
  Desk desk;
  EXPECT_EQ(desk.ask("PATCH", "/admin/v1/principals/acme/search", R"({"blocked":true})").status, 200);
  EXPECT_THAT(desk.ask("GET", "/admin/v1/principals?under=acme").body, HasSubstr("acme/search"));
  const Fields once{{"Idempotency-Key", "abc"}};
  const Answer first = desk.ask("POST", "/admin/v1/keys", R"({"name":"web"})", once);
  const Answer second = desk.ask("POST", "/admin/v1/keys", R"({"name":"web"})", once);
  EXPECT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(Desk::value(second, "id"), Desk::value(first, "id"));
  EXPECT_THAT(second.body, HasSubstr("\"secret\":null"));
  EXPECT_EQ(desk.ask("POST", "/admin/v1/keys", R"({"name":"x"})", once).status, 422);
}

TEST(AdminApiOverSockets, AWrongTokenIsAnsweredLateAndEndsTheConnection) {
  Desk desk;
  HttpClient client("127.0.0.1", desk.gateway.admin_port());
  const auto begin = Clock::now();
  client.send_request("GET", "/admin/v1/keys", {}, {{"Authorization", "Bearer wrong"}});
  EXPECT_EQ(client.read_answer("GET").status, 401);
  EXPECT_GE(Clock::now() - begin, gateway::kWrongTokenDelay / 2);
  EXPECT_TRUE(client.closed_by_server());
}

TEST(AdminApiOverSockets, AWebPageIsRefusedWhateverItsToken) {
  Desk desk;
  EXPECT_EQ(desk.ask("GET", "/admin/v1/keys", {}, {{"Origin", "https://evil.example.com"}}).status, 403);
}

TEST(AdminApiOverSockets, ABodyIsBounded) {
  Desk desk;
  EXPECT_EQ(desk.ask("POST", "/admin/v1/keys", std::string((1U << 20U) + 1, ' ')).status, 413);
  EXPECT_EQ(desk.ask("POST", "/admin/v1/keys", "{}", {{"Content-Encoding", "gzip"}}).status, 415);
}

TEST(AdminApiOverSockets, WithoutAStoreTheApiSaysSo) {
  const Gateway gateway(with_admin(load(with_token())));
  const Answer answer = gateway.admin("/admin/v1/keys", {{"Authorization", "Bearer " + std::string(kToken)}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("no_store"));
  EXPECT_EQ(gateway.admin("/admin/v1/openapi.json").status, 200);
}

TEST(AdminApiOverSockets, ATokenThatAReloadRemovesIsUnknown) {
  Desk desk;
  EXPECT_EQ(desk.ask("GET", "/admin/v1/keys").status, 200);
  config::Settings next = with_admin(load(with_token()));
  next.admin_tokens.clear();
  ASSERT_TRUE(desk.gateway.reload(std::move(next)));
  EXPECT_EQ(desk.ask("GET", "/admin/v1/keys").status, 401);
}

TEST(AdminApiOverSockets, AStoreThatTakesNoJobIsToldAs503) {
  Desk desk;
  desk.store.full = true;
  EXPECT_EQ(desk.ask("GET", "/admin/v1/keys").status, 503);
}

}  // namespace
}  // namespace drover::test
