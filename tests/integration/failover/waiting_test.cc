// Requests that wait for capacity: in order, in turns, and told at once when waiting is in vain.
#include <future>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Fields bearer(const std::string& key) {
  return {{"Authorization", "Bearer " + key}};
}

/// One key that takes one request at a time, two clients, and an upstream that answers when it is told to.
class OneAtATime {
 public:
  explicit OneAtATime(const std::string& more = {})
      : yaml_(std::string(kBase) + "providers:\n  one:\n    base_url: " + url_of(upstream_) +
              "\n    keys: [ { value: " + kKeyOne + ", limits: { concurrent: 1 } } ]\n" +
              "models:\n  \"*\": { targets: [ one ] }\n"
              "clients:\n"
              "  - { name: x, key: { value: client-key-x-000001 } }\n"
              "  - { name: y, key: { value: client-key-y-000002 } }\n" +
              more),
        gateway_(with_admin(load(yaml_))) {
    upstream_.always(Say{}.wait_for_go_on().bytes(sized(kPlainAnswer)));
  }
  ~OneAtATime() {
    for (std::size_t request = 0; request < answers_.size() + 2; ++request) upstream_.go_on();
  }

  /// Sends a request on a thread of its own and returns when it is with the upstream, or waits.
  void send(const std::string& client, const std::string& name) {
    const std::string key = client == "x" ? "client-key-x-000001" : "client-key-y-000002";
    const std::size_t ahead = answers_.size();
    answers_.push_back(std::async(std::launch::async, [this, key, name] {
      return gateway_.post(kChat, chat_body("gpt-4o", ",\"user\":\"" + name + "\""), bearer(key));
    }));
    if (ahead == 0) {
      EXPECT_TRUE(upstream_.wait_for_requests(1));
    } else {
      EXPECT_TRUE(shows("drover_requests_waiting " + std::to_string(ahead)));
    }
  }
  Answer post(const std::string& client) {
    return gateway_.post(kChat, plain_chat(), bearer(client == "x" ? "client-key-x-000001" : "client-key-y-000002"));
  }
  /// Answers one after the other and tells in which order they came to the upstream.
  std::vector<std::string> answer_all() {
    for (std::size_t request = 0; request < answers_.size(); ++request) {
      EXPECT_TRUE(upstream_.wait_for_requests(request + 1));
      upstream_.go_on();
    }
    for (std::future<Answer>& answer : answers_) EXPECT_EQ(answer.get().status, 200);
    std::vector<std::string> order;
    for (const HeardRequest& heard : upstream_.heard()) {
      const std::size_t at = heard.body.find("\"user\":\"") + 8;
      order.push_back(heard.body.substr(at, heard.body.find('"', at) - at));
    }
    return order;
  }
  /// Whether the metrics come to say so: a request is counted a little after its client has the answer.
  bool shows(const std::string& line) {
    const auto patience = Clock::now() + kPatience;
    while (Clock::now() < patience) {
      if (gateway_.admin("/metrics").body.find(line + "\n") != std::string::npos) return true;
    }
    return false;
  }
  bool reload() { return gateway_.reload(with_admin(load(yaml_ + "retry: { walk: 2 }\n"))).has_value(); }

 private:
  RawUpstream upstream_;
  std::string yaml_;
  Gateway gateway_;
  std::vector<std::future<Answer>> answers_;
};

TEST(Waiting, AClientsRequestsAreServedInTheOrderOfTheirArrival) {
  OneAtATime scene;
  for (const char* name : {"1", "2", "3", "4", "5"}) scene.send("x", name);
  EXPECT_THAT(scene.answer_all(), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_TRUE(scene.shows("drover_requests_waiting 0"));
  EXPECT_TRUE(scene.shows("drover_waited_seconds_count 4"));
}

TEST(Waiting, TwoClientsTakeTurnsHoweverManyOneHasWaiting) {
  OneAtATime scene;
  for (const char* name : {"x1", "x2", "x3", "x4", "x5"}) scene.send("x", name);
  for (const char* name : {"y1", "y2"}) scene.send("y", name);
  const std::vector<std::string> order = scene.answer_all();
  const auto place = [&](const char* name) { return std::ranges::find(order, name) - order.begin(); };
  EXPECT_LE(place("y1"), 2);  // behind x1, which is with the upstream, and one more
  EXPECT_LE(place("y2"), 4);
  EXPECT_LT(place("x2"), place("x3"));
}

TEST(Waiting, AReloadLeavesThoseWhoWaitInTheirTurn) {
  OneAtATime scene;
  for (const char* name : {"1", "2", "3"}) scene.send("x", name);
  ASSERT_TRUE(scene.reload());
  EXPECT_THAT(scene.answer_all(), ElementsAre("1", "2", "3"));
}

TEST(Waiting, J1_WhoCannotBeServedInTimeIsToldAtOnceWhenToComeBack) {
  MockProvider mock;
  Gateway gateway(std::string(kBase) + "providers:\n  one:\n    base_url: " + mock.url() +
                  "\n    keys: [ { value: " + kKeyOne + ", limits: { requests_per_minute: 1 } } ]\n" +
                  "models:\n  \"*\": { targets: [ one ], timeouts: { queue: 5s } }\n");
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  const auto before = Clock::now();
  const Answer refused = gateway.post(kChat, plain_chat());
  EXPECT_LT(Clock::now() - before, 4s);
  EXPECT_EQ(refused.status, 429);
  EXPECT_GE(std::stoi(refused.field("Retry-After").value_or("0")), 50);
  EXPECT_LE(std::stoi(refused.field("Retry-After").value_or("0")), 62);
}

TEST(Waiting, EndsAtTheQueueDeadlineOfItsModel) {
  OneAtATime scene("timeouts: { queue: 200ms }\n");
  scene.send("x", "1");
  const Answer refused = scene.post("y");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(refused.field("Retry-After").has_value());
  EXPECT_TRUE(scene.shows("drover_wait_refusals_total{reason=\"timed_out\"} 1"));
  EXPECT_THAT(scene.answer_all(), ElementsAre("1"));
}

TEST(Waiting, IsBoundedForEachClientAndAltogether) {
  OneAtATime scene("limits: { waiting: 2, waiting_per_client: 1 }\n");
  scene.send("x", "1");
  scene.send("x", "2");
  const Answer many = scene.post("x");
  EXPECT_EQ(many.status, 429);
  EXPECT_THAT(many.body, HasSubstr("too_many_waiting"));
  scene.send("y", "3");
  const Answer full = scene.post("y");
  EXPECT_EQ(full.status, 429);  // of its client, before the room is looked at
  EXPECT_TRUE(full.field("Retry-After").has_value());
  EXPECT_TRUE(scene.shows("drover_wait_refusals_total{reason=\"client_full\"} 2"));
  EXPECT_THAT(scene.answer_all(), ElementsAre("1", "2", "3"));
}

}  // namespace
}  // namespace drover::test
