// What the gateway itself cannot do or was told not to do is nobody else's fault: another target is used, and the one
// that was passed over stays well. Limits and lists of APIs take effect while it runs.
#include <sys/resource.h>
#include <unistd.h>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

/// Providers p1 and p2 on one thread; `traits` are further settings of p1.
std::string pair(const RawUpstream& first, const RawUpstream& second, const std::string& traits,
                 std::string_view balance = "in_order") {
  const std::string priority = balance == "in_order" ? ", priority: 1" : "";
  const std::string how(balance == "in_order" ? "p2c" : balance);
  return "listen: 127.0.0.1:0\nadmin: off\nthreads: 1\nhealth: { probe: off }\nproviders:\n  p1: { base_url: \"" +
         url_of(first) + "\", keys: [ { value: " + kKeyOne + " } ]" + traits + " }\n  p2: { base_url: \"" +
         url_of(second) + "\", keys: [ { value: " + kKeyTwo + " } ] }\nmodels:\n  gpt-4o: { balance: " + how +
         ", targets: [ { provider: p1 }, { provider: p2" + priority + " } ] }\n";
}

std::string target(const Answer& answer) {
  return answer.field("x-drover-target").value_or("");
}

/// p1 holds its first request open; all else is answered at once.
struct Holding {
  explicit Holding(const std::string& traits) : gateway(pair(first, second, traits)) {
    first.next(Say{}.bytes(kStreamHead + chunk(delta("held"))).wait_for_end());
    first.always(Say{}.bytes(sized(kPlainAnswer)));
    second.always(Say{}.bytes(sized(kPlainAnswer)));
    EXPECT_TRUE(holder.send_request("POST", kChat, streamed_chat()));
    EXPECT_EQ(holder.read_head().status, 200);
  }
  RawUpstream first;
  RawUpstream second;
  Gateway gateway;
  HttpClient holder = gateway.client();
};

TEST(LocalRefusal, S0_AtTheConnectionLimitAnotherTargetIsUsedAndNobodyIsBlamed) {
  Holding world(", connections: { max: 1 }");
  for (int request = 0; request < 6; ++request) {  // twice what ejects
    const Answer answer = world.gateway.post(kChat, plain_chat());
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(target(answer), "p2/1");
    EXPECT_EQ(attempts(answer), 2);
  }
  world.holder.socket().close();
  ASSERT_NE(world.first.ended_at(0), Clock::time_point{});
  const Answer answer = world.gateway.post(kChat, plain_chat());
  EXPECT_EQ(target(answer), "p1/1");
  EXPECT_EQ(attempts(answer), 1);
}

TEST(LocalRefusal, S0_WithoutAnotherTargetItIsA503OfOurs) {
  RawUpstream upstream;
  upstream.next(Say{}.bytes(kStreamHead + chunk(delta("held"))).wait_for_end());
  Gateway gateway(
      "listen: 127.0.0.1:0\nadmin: off\nthreads: 1\nhealth: { probe: off }\nproviders:\n  p1: { base_url: \"" +
      url_of(upstream) + "\", connections: { max: 1 }, keys: [ { value: " + kKeyOne +
      " } ] }\nmodels: { gpt-4o: { targets: [ p1 ] } }\nretry: { same_target: 0 }\n");
  HttpClient holder = gateway.client();
  ASSERT_TRUE(holder.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(holder.read_head().status, 200);
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("connection_limit"));
}

/// Takes every descriptor the process may still open, until it is destroyed.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest = ::dup(0);
    const rlimit none{static_cast<rlim_t>(lowest) + 1, before_.rlim_max};
    taken_.push_back(lowest);
    ::setrlimit(RLIMIT_NOFILE, &none);
    take_all();
  }
  ~NoDescriptors() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
    for (const int descriptor : taken_) ::close(descriptor);
  }
  /// Also those that others have closed meanwhile.
  void take_all() {
    for (int more = ::dup(0); more >= 0; more = ::dup(0)) taken_.push_back(more);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST(LocalRefusal, A13_OutOfDescriptorsATargetWithAnIdleConnectionIsUsedAndNobodyIsBlamed) {
  RawUpstream closing;
  RawUpstream keeping;
  closing.always(Say{}.bytes(sized(kPlainAnswer, "Content-Type: application/json\r\nConnection: close\r\n")).close());
  keeping.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(pair(closing, keeping, "", "round_robin"));
  HttpClient client = gateway.client();
  for (int request = 0; request < 4; ++request) ASSERT_EQ(client.post(kChat, plain_chat()).status, 200);
  ASSERT_EQ(keeping.connections(), 1U);
  int refused = 0;
  {
    NoDescriptors none;
    for (int request = 0; request < 12; ++request) {
      none.take_all();
      const Answer answer = client.post(kChat, plain_chat());
      ASSERT_EQ(answer.status, 200) << answer.body;
      refused += attempts(answer) - 1;
    }
  }
  EXPECT_GE(refused, 4);
  bool used_again = false;
  for (int request = 0; request < 2; ++request) used_again |= target(client.post(kChat, plain_chat())) == "p1/1";
  EXPECT_TRUE(used_again);
}

TEST(Reload, NewConnectionLimitsReachPoolsThatAreInUse) {
  Holding world("");
  EXPECT_EQ(target(world.gateway.post(kChat, plain_chat())), "p1/1");
  ASSERT_TRUE(world.gateway.reload(load(pair(world.first, world.second, ", connections: { keep: 1, max: 1 }"))));
  const auto until = Clock::now() + kPatience;
  // The connection that is kept may still serve one at a time; two at once need a second one, which is over the limit.
  Answer answer;
  do {
    HttpClient other = world.gateway.client();
    world.first.next(
        Say{}.bytes(sized(kPlainAnswer, "Content-Type: application/json\r\nConnection: close\r\n")).close());
    answer = other.post(kChat, plain_chat());
    ASSERT_EQ(answer.status, 200);
  } while (target(answer) != "p2/1" && Clock::now() < until);
  EXPECT_EQ(target(answer), "p2/1");
}

TEST(Apis, ARequestSkipsTheProvidersThatDoNotOfferItsApi) {
  RawUpstream chat;
  RawUpstream all;
  chat.always(Say{}.bytes(sized(kPlainAnswer)));
  for (int request = 0; request < 4; ++request) {
    all.next(Say{}.bytes(sized(R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1]}]})")));
  }
  all.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(pair(chat, all, ", apis: [ chat ]", "round_robin"));
  for (int request = 0; request < 4; ++request) {
    const Answer answer = gateway.post("/v1/embeddings", R"({"model":"gpt-4o","input":"a"})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(target(answer), "p2/1");
  }
  for (int request = 0; request < 4; ++request) EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(chat.heard().size(), 2U);
  EXPECT_EQ(all.heard().size(), 6U);
}

TEST(Apis, WhenNoProviderOffersItTheAnswerSaysSo) {
  RawUpstream upstream;
  Gateway gateway(std::string(kBase) + "providers:\n  p1: { base_url: \"" + url_of(upstream) +
                  "\", apis: [ embeddings ], keys: [ { value: " + kKeyOne +
                  " } ] }\nmodels: { gpt-4o: { targets: [ p1 ] } }\n");
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("api_not_offered"));
  EXPECT_EQ(upstream.heard().size(), 0U);
}

}  // namespace
}  // namespace drover::test
