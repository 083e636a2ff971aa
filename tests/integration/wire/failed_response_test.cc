// How a stream of the Responses API ends that failed in its middle: with an error event, at which SDKs raise, and with
// response.failed, by which agents decide whether to try again.
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

namespace json = boost::json;

constexpr const char* kDelta =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hel\"}\n\n";

std::string error_of(std::string_view code) {
  return "event: error\ndata: {\"type\":\"error\",\"code\":\"" + std::string(code) +
         "\",\"message\":\"m\",\"param\":null,\"sequence_number\":4}\n\n";
}

/// What a client gets of a stream that begins well and goes on with this, when the upstream then closes.
std::vector<Event> after(const std::string& more) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(kDelta) + (more.empty() ? "" : chunk(more))).close());
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const Answer answer = gateway.post(kResponses, R"({"model":"gpt-4o","input":"hello","stream":true})");
  EXPECT_EQ(answer.status, 200);
  return spoken(answer.body);
}

json::value data_of(const Event& event) {
  return json::parse(event.data());
}

TEST(FailedResponse, FollowsDroversOwnError) {
  const std::vector<Event> events = after({});
  ASSERT_EQ(events.size(), 3U);
  const json::value error = data_of(events[1]);
  EXPECT_EQ(error.at("type").as_string(), "error");
  EXPECT_EQ(error.at("error").at("code"), error.at("code"));
  const json::value failed = data_of(events[2]);
  EXPECT_EQ(failed.at("type").as_string(), "response.failed");
  EXPECT_EQ(failed.at("response").at("status").as_string(), "failed");
  EXPECT_EQ(failed.at("response").at("error").at("code").as_string(), "server_error");
  EXPECT_EQ(failed.at("response").at("error").at("message"), error.at("message"));
}

TEST(FailedResponse, FollowsAProvidersErrorThatIsNotTheLastEvent) {
  const std::vector<Event> events = after(error_of("context_length_exceeded"));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(data_of(events[1]).at("sequence_number").as_int64(), 4) << "the provider's own goes down as it is";
  EXPECT_EQ(data_of(events[2]).at("response").at("error").at("code").as_string(), "context_length_exceeded");
}

TEST(FailedResponse, OfTheProviderIsNotSaidTwice) {
  const std::string failed =
      "event: response.failed\ndata: "
      "{\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\","
      "\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}}\n\n";
  const std::vector<Event> events = after(failed);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(data_of(events[1]).at("response").at("id").as_string(), "resp_1");
  EXPECT_EQ(after(error_of("server_error") + failed).size(), 3U);
}

TEST(FailedResponse, IsNoEventOfAChat) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead + chunk(delta("hel"))).close());
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const std::vector<Event> events = spoken(gateway.post(kChat, streamed_chat()).body);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(data_of(events[1]).as_object().contains("error"));
}

}  // namespace
}  // namespace drover::test
