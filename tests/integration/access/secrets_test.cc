// No key of ours comes down, no credential of a client goes up, and each provider sees its own key only. The keys are
// canaries: any trace of them outside their own provider fails.
#include "integration/gateway_fixture.h"
#include "telemetry/log/log.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string in_error(std::string_view key, std::string_view code) {
  return R"({"error":{"message":"Incorrect API key provided: )" + std::string(key) +
         R"(. You can find yours on the site.","type":"invalid_request_error","code":")" + std::string(code) + "\"}}";
}

std::string whole_of(const Answer& answer) {
  std::string all;
  for (const auto& [name, value] : answer.fields) all += name + ": " + value + "\n";
  return all + "\n" + answer.body;
}

class EchoedKey : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(EchoedKey, H2_DoesNotReachTheClient) {
  RawUpstream upstream;
  upstream.always(
      Say{}.bytes(sized(in_error(kKeyOne, GetParam().second), "Content-Type: application/json\r\n", GetParam().first)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 0 }\n"));
  for (const std::string& request : {plain_chat(), streamed_chat()}) {
    const Answer answer = gateway.post(kChat, request);
    EXPECT_GE(answer.status, 400);
    EXPECT_THAT(whole_of(answer), Not(HasSubstr("sk-test")));
    EXPECT_THAT(whole_of(answer), Not(HasSubstr("0a1b2c3d")));
  }
}

INSTANTIATE_TEST_SUITE_P(Statuses, EchoedKey,
                         ::testing::Values(std::pair{"401 Unauthorized", "invalid_api_key"},
                                           std::pair{"403 Forbidden", "forbidden"}, std::pair{"400 Bad Request", "bad"},
                                           std::pair{"404 Not Found", "nothing"},
                                           std::pair{"429 Too Many", "rate_limit_exceeded"},
                                           std::pair{"500 Oops", "oops"}, std::pair{"200 OK", "server_error"}));

TEST(Secrets, H2_AKeyEchoedInTheFirstEventOfAStreamDoesNotReachTheClient) {
  RawUpstream upstream;
  upstream.always(
      Say{}.bytes(kStreamHead + chunk("data: " + in_error(kKeyOne, "server_error") + "\n\n") + "0\r\n\r\n"));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 0 }\n"));
  EXPECT_THAT(whole_of(gateway.post(kChat, streamed_chat())), Not(HasSubstr("0a1b2c3d")));
}

TEST(Secrets, H2_AKeyEchoedInAnErrorInMidStreamDoesNotReachTheClient) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(delta("first")) +
                              chunk("data: " + in_error(kKeyOne, "server_error") + "\n\n") + "0\r\n\r\n"));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const Answer answer = gateway.post(kChat, streamed_chat());
  EXPECT_THAT(answer.body, HasSubstr("\"error\""));
  EXPECT_EQ(spoken(answer.body).size(), 2U) << "the first word and the provider's error, which is not told twice";
  EXPECT_THAT(whole_of(answer), Not(HasSubstr("0a1b2c3d")));
}

TEST(Secrets, H3_TheClientsOwnCredentialsEndAtTheGateway) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(
      one_provider({url_of(upstream)}, {kKeyOne}, "clients: [ { name: web, key: { value: client-canary-77 } } ]\n"));
  const Fields fields = {{"Authorization", "Bearer client-canary-77"},
                         {"x-api-key", "client-canary-77"},
                         {"Proxy-Authorization", "Basic client-canary-77"},
                         {"Cookie", "session=client-canary-77"},
                         {"OpenAI-Organization", "org-client-canary-77"},
                         {"OpenAI-Project", "proj-client-canary-77"},
                         {"X-Forwarded-For", "10.9.8.7"},
                         {"X-Harmless", "stays"}};
  EXPECT_EQ(gateway.post(kChat, plain_chat(), fields).status, 200);
  EXPECT_EQ(gateway.client().get("/v1/files", fields).status, 200);
  for (const HeardRequest& heard : upstream.heard()) {
    EXPECT_THAT(heard.head, Not(HasSubstr("client-canary")));
    EXPECT_THAT(heard.head, Not(HasSubstr("10.9.8.7")));
    EXPECT_EQ(heard.field("Authorization"), "Bearer " + std::string(kKeyOne));
    EXPECT_EQ(heard.field("X-Harmless"), "stays");
    EXPECT_EQ(heard.field("Accept-Encoding"), "identity");
  }
}

TEST(Secrets, H3_EachProviderHearsItsOwnKeyOnly) {
  RawUpstream first;
  RawUpstream second;
  first.always(Say{}.bytes(sized("{}", "", "500 Oops")));
  second.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(providers({url_of(first), url_of(second)}, "in_order"));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(attempts(answer), 2);
  EXPECT_EQ(first.heard().at(0).field("Authorization"), "Bearer " + std::string(kKeyOne));
  EXPECT_EQ(second.heard().at(0).field("Authorization"), "Bearer " + std::string(kKeyTwo));
  EXPECT_THAT(second.heard().at(0).head, Not(HasSubstr(kKeyOne)));
}

TEST(Secrets, AProviderWithItsOwnHeaderOrWithoutAuthGetsJustThat) {
  RawUpstream named;
  RawUpstream open;
  for (RawUpstream* upstream : {&named, &open}) upstream->always(Say{}.bytes(sized(kPlainAnswer)));
  const std::string yaml = std::string(kBase) + "providers:\n  named: { base_url: \"" + url_of(named) +
                           "\", auth: { header: x-api-key }, keys: [ { value: " + kKeyOne +
                           " } ] }\n  open: { base_url: \"" + url_of(open) +
                           "\", auth: none }\nmodels:\n  a: { targets: [ named ] }\n  b: { targets: [ open ] }\n";
  Gateway gateway(yaml);
  EXPECT_EQ(gateway.post(kChat, chat_body("a")).status, 200);
  EXPECT_EQ(gateway.post(kChat, chat_body("b"), {{"Authorization", "Bearer mine"}}).status, 200);
  EXPECT_EQ(named.heard().at(0).field("x-api-key"), kKeyOne);
  EXPECT_EQ(named.heard().at(0).field("Authorization"), "");
  EXPECT_EQ(open.heard().at(0).field("Authorization"), "");
}

TEST(Secrets, CookiesAndAccountNamesDoNotComeDown) {
  MockProvider mock;
  mock.fault("junk-headers");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  for (const std::string& request : {plain_chat(), streamed_chat()}) {
    const Answer answer = gateway.post(kChat, request);
    EXPECT_EQ(answer.status, 200);
    for (const char* name : {"Set-Cookie", "Alt-Svc", "openai-organization", "openai-project"})
      EXPECT_EQ(answer.count(name), 0U) << name;
    EXPECT_EQ(answer.field("openai-processing-ms"), "12");
  }
}

TEST(Secrets, E16_AClientCannotNominateAwayWhatTheGatewayAdds) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const Answer answer = gateway.post(kChat, plain_chat(),
                                     {{"Connection", "authorization, x-mine, content-length, host, x-request-id"},
                                      {"X-Mine", "1"},
                                      {"x-request-id", "abc-1"}});
  EXPECT_EQ(answer.status, 200);
  const HeardRequest heard = upstream.heard().at(0);
  EXPECT_EQ(heard.field("Authorization"), "Bearer " + std::string(kKeyOne));
  EXPECT_EQ(heard.field("X-Mine"), "");
  EXPECT_EQ(heard.body, plain_chat());
}

TEST(Secrets, H1_NoKeyAndNoPromptIsLogged) {
  ::testing::internal::CaptureStderr();
  telemetry::start_log();
  for (const char* status : {"401 No", "429 Slow", "500 Oops", "200 OK"}) {
    RawUpstream upstream;
    upstream.always(
        Say{}.bytes(sized(in_error(kKeyOne, "server_error"), "Content-Type: application/json\r\n", status)));
    Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 0 }\n"));
    gateway.post(kChat, chat_body("gpt-4o", ",\"user\":\"prompt-canary\""),
                 {{"Authorization", "Bearer client-canary"}});
  }
  telemetry::stop_log();
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, HasSubstr("failed after"));
  for (const char* canary : {"0a1b2c3d", "sk-test", "prompt-canary", "client-canary", "hello"})
    EXPECT_THAT(logged, Not(HasSubstr(canary)));
}

}  // namespace
}  // namespace drover::test
