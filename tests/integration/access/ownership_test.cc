// What lives with one account (stored responses, conversations) through the whole gateway: whoever goes on with it
// reaches the key that made it.
#include <gmock/gmock.h>

#include <set>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using testing::HasSubstr;

constexpr const char* kResponses = "/v1/responses";

std::string three_keys(const std::string& url, const char* pin = "a") {
  return std::string(kBase) + "providers:\n  one: { base_url: \"" + url + "\", pin: " + pin +
         ", keys: [ { name: a, value: " + kKeyOne + " }, { name: b, value: " + kKeyTwo +
         " }, { name: c, value: " + kKeyThree +
         " } ] }\nmodels:\n  \"*\": { balance: round_robin, targets: [ one ] }\n";
}

std::string response_body(const std::string& more = "") {
  return R"({"model":"gpt-4o","input":"hello")" + more + "}";
}

std::string id_in(const std::string& body) {
  const std::size_t at = body.find("\"id\":\"resp_");
  if (at == std::string::npos) return {};
  const std::size_t from = at + 6;
  return body.substr(from, body.find('"', from) - from);
}

/// A response that key "b" or "c" has made, and who.
struct Made {
  std::string id;
  std::string by;
};
Made made_elsewhere(const Gateway& gateway, const std::string& more = "") {
  for (int request = 0; request < 10; ++request) {
    const Answer answer = gateway.post(kResponses, response_body(more));
    EXPECT_EQ(answer.status, 200);
    const std::string by = answer.field("x-drover-target").value_or("");
    if (!by.starts_with("one/a")) return {id_in(answer.body), by};
  }
  ADD_FAILURE() << "no other key was chosen";
  return {};
}

TEST(Ownership, AContinuedResponseGoesBackToTheKeyThatMadeIt) {
  MockProvider mock;
  Gateway gateway(three_keys(mock.url()));
  for (const char* shape : {"", ",\"stream\":true"}) {
    const Made made = made_elsewhere(gateway, shape);
    ASSERT_FALSE(made.id.empty()) << shape;
    for (int request = 0; request < 6; ++request) {
      const Answer next = gateway.post(kResponses, response_body(",\"previous_response_id\":\"" + made.id + "\""));
      EXPECT_EQ(next.status, 200);
      EXPECT_EQ(next.field("x-drover-target"), made.by) << shape;
    }
  }
}

TEST(Ownership, WhereClientsHaveKeysAResponseIsItsMakers) {
  MockProvider mock;
  Gateway gateway(three_keys(mock.url()) +
                  "clients: [ { name: web, key: { value: client-key-of-web-0001 } }, { name: job, key: { value: "
                  "client-key-of-job-0001 } } ]\n");
  const Fields web = {{"Authorization", "Bearer client-key-of-web-0001"}};
  const Fields job = {{"Authorization", "Bearer client-key-of-job-0001"}};
  for (const char* const shape : {"", ",\"stream\":true"}) {
    const std::string id = id_in(gateway.post(kResponses, response_body(shape), web).body);
    ASSERT_FALSE(id.empty());
    const std::string next = response_body(",\"previous_response_id\":\"" + id + "\"");
    EXPECT_EQ(gateway.post(kResponses, next, web).status, 200) << shape;
    EXPECT_EQ(gateway.post(kResponses, next, job).status, 404) << shape;
    EXPECT_EQ(gateway.client().get("/v1/responses/" + id, web).status, 200) << shape;
    EXPECT_EQ(gateway.client().get("/v1/responses/" + id, job).status, 404) << shape;
    EXPECT_EQ(gateway.client().get("/v1/responses/" + id, web).status, 200) << "it is still its maker's";
  }
}

TEST(Ownership, APathAboutAResponseGoesToItsKey) {
  MockProvider mock;
  Gateway gateway(three_keys(mock.url()));
  const Made made = made_elsewhere(gateway);
  HttpClient client = gateway.client();
  EXPECT_EQ(client.get("/v1/responses/" + made.id).field("x-drover-target"), made.by);
  EXPECT_EQ(client.get("/v1/responses/" + made.id + "/input_items").field("x-drover-target"), made.by);
  EXPECT_EQ(client.get("/v1/files").field("x-drover-target"), "one/a");
}

TEST(Ownership, AnUnknownIdGoesToThePin) {
  MockProvider mock;
  Gateway gateway(three_keys(mock.url(), "b"));
  for (int request = 0; request < 6; ++request) {
    EXPECT_EQ(gateway.post(kResponses, response_body(R"(,"previous_response_id":"resp_unheard_of")"))
                  .field("x-drover-target"),
              "one/b");
    EXPECT_EQ(gateway.post(kResponses, response_body(R"(,"conversation":{"id":"conv_1"})")).field("x-drover-target"),
              "one/b");
  }
  EXPECT_EQ(gateway.client().get("/v1/responses/resp_unheard_of").field("x-drover-target"), "one/b");
}

TEST(Ownership, IsNeverServedByAnotherKeyEvenWhenTheOwnerFails) {
  MockProvider mock;
  Gateway gateway(three_keys(mock.url()));
  const Made made = made_elsewhere(gateway);
  const char* const key = made.by.starts_with("one/b") ? kKeyTwo : kKeyThree;
  mock.fault("key=" + std::string(key) + ":429:retry-after=60");
  const std::uint64_t before = mock.requests();
  const Answer next = gateway.post(kResponses, response_body(",\"previous_response_id\":\"" + made.id + "\""));
  EXPECT_EQ(next.status, 429);
  EXPECT_EQ(mock.requests(), before + 1);
}

TEST(Ownership, ALostOwnerIsAClearError) {
  MockProvider mock;
  Gateway gateway(three_keys(mock.url()));
  const Made made = made_elsewhere(gateway);
  ASSERT_TRUE(gateway.reload(load(one_provider({mock.url()}, {"sk-test-quite-another-1"}))).has_value());
  const auto until = Clock::now() + kPatience;  // the thread that serves it takes the reload up at its next turn
  Answer next = gateway.post(kResponses, response_body(",\"previous_response_id\":\"" + made.id + "\""));
  while (next.status == 200 && Clock::now() < until) {
    next = gateway.post(kResponses, response_body(",\"previous_response_id\":\"" + made.id + "\""));
  }
  EXPECT_EQ(next.status, 404);
  EXPECT_THAT(next.body, HasSubstr("owner_gone"));
  EXPECT_EQ(gateway.client().get("/v1/responses/" + made.id).status, 404);
}

/// After a reload the thread that serves it takes it up at its next turn: waits until the pin is this one.
void wait_for_pin(Gateway& gateway, const std::string& target) {
  const auto until = Clock::now() + kPatience;
  while (gateway.client().get("/v1/files").field("x-drover-target") != target && Clock::now() < until) {
  }
}

TEST(Ownership, AFileIsUsedWithTheKeyThatTookItAlsoWhenThePinHasMoved) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"id":"file-1","object":"file"})")));
  Gateway gateway(three_keys(url_of(upstream), "a"));
  ASSERT_EQ(gateway.post("/v1/files", "{}").field("x-drover-target"), "one/a");
  upstream.always(Say{}.bytes(sized(R"({"object":"list","data":[]})")));
  ASSERT_TRUE(gateway.reload(load(three_keys(url_of(upstream), "b"))).has_value());
  wait_for_pin(gateway, "one/b");
  HttpClient client = gateway.client();
  EXPECT_EQ(client.get("/v1/files/file-1/content").field("x-drover-target"), "one/a");
  EXPECT_EQ(client.get("/v1/files/file-2").field("x-drover-target"), "one/b");
  upstream.next(Say{}.bytes(sized(R"({"id":"batch_1","output_file_id":"file-3"})")));
  EXPECT_EQ(gateway.post("/v1/batches", R"({"input_file_id":"file-1"})").field("x-drover-target"), "one/a");
  EXPECT_EQ(client.get("/v1/batches/batch_1").field("x-drover-target"), "one/a");
  EXPECT_EQ(client.get("/v1/files/file-3/content").field("x-drover-target"), "one/a");
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  for (int request = 0; request < 4; ++request) {
    const auto with = [](const std::string& id) {
      return R"({"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":")" + id +
             "\"}}]}]}";
    };
    EXPECT_EQ(gateway.post(kChat, with("file-1")).field("x-drover-target"), "one/a");
    EXPECT_EQ(gateway.post(kChat, with("file-unheard-of")).field("x-drover-target"), "one/b");
  }
}

TEST(Ownership, SealedReasoningGoesBackToTheKeyThatSealedIt) {
  RawUpstream upstream;
  Gateway gateway(three_keys(url_of(upstream)));
  const std::string item = R"({"type":"reasoning","encrypted_content":"c2VhbGVk"})";
  const std::string done = "data: {\"type\":\"response.output_item.done\",\"item\":" + item + "}\n\n";
  const std::string end = "data: {\"type\":\"response.completed\",\"response\":{}}\n\n";
  const std::string plain = sized(R"({"id":"resp_1","output":[)" + item + "]}");
  upstream.always(Say{}.bytes(plain));
  for (const bool streamed : {false, true}) {
    (void)gateway.post(kResponses, response_body());  // so that the next one's turn is another key's
    upstream.next(Say{}.bytes(streamed ? kStreamHead + chunk(done + end) + "0\r\n\r\n" : plain));
    const std::string maker = gateway.post(kResponses, response_body(streamed ? ",\"stream\":true" : ""))
                                  .field("x-drover-target")
                                  .value_or("");
    const std::string next = R"({"model":"gpt-4o","store":false,"input":[)" + item + "]}";
    for (int request = 0; request < 4; ++request) {
      EXPECT_EQ(gateway.post(kResponses, next).field("x-drover-target"), maker) << streamed;
    }
  }
}

TEST(Ownership, SealedReasoningOfUnknownOriginGoesAnywhere) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"id":"resp_1","output":[{"type":"message"}]})")));
  Gateway gateway(three_keys(url_of(upstream)));
  std::set<std::string> targets;
  for (int request = 0; request < 6; ++request) {
    targets.insert(gateway.post(kResponses, R"({"model":"gpt-4o","input":[{"encrypted_content":"eA"}]})")
                       .field("x-drover-target")
                       .value_or(""));
  }
  EXPECT_EQ(targets.size(), 3U);
}

}  // namespace
}  // namespace drover::test
