// Answers of several parts, thoughts and calls of tools, in the three APIs: the plain answer and the stream say the
// same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "mock/answers/reply.h"
#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

constexpr std::string_view kChatTools =
    R"("tools":[{"type":"function","function":{"name":"get_time"}},{"type":"function","function":{"name":"get_weather"}}])";
constexpr std::string_view kFlatTools =
    R"("tools":[{"type":"function","name":"get_time"},{"type":"function","name":"get_weather"}])";
constexpr std::string_view kMessagesTools =
    R"("tools":[{"name":"get_time","input_schema":{}},{"name":"get_weather","input_schema":{}}])";
constexpr std::string_view kPrompt = R"([{"role":"user","content":"think, use get_time and get_weather"}])";

struct Api {
  std::string target;
  std::string body;  ///< without its end
};

Api chat() {
  return {"/v1/chat/completions", R"({"model":"gpt-4o","reasoning_effort":"low","messages":)" + std::string(kPrompt) +
                                      "," + std::string(kChatTools)};
}
Api responses() {
  return {"/v1/responses", R"({"model":"gpt-4o","reasoning":{"effort":"low"},"input":)" + std::string(kPrompt) + "," +
                               std::string(kFlatTools)};
}
Api messages() {
  return {"/v1/messages", R"({"model":"claude-sonnet-5-5","max_tokens":99,"thinking":{"type":"adaptive"},"messages":)" +
                              std::string(kPrompt) + "," + std::string(kMessagesTools)};
}

std::string body_of(const Api& api, std::string_view end) {
  Provider provider(short_answers(), at(0s));
  const std::string body = api.body + std::string(end);
  return ask(provider, request(body, api.target)).body;
}

json::object plain(const Api& api) {
  return json::parse(body_of(api, "}")).as_object();
}

/// The data of a stream's events, in order.
std::vector<json::object> events(const Api& api) {
  std::vector<json::object> found;
  std::string text = body_of(api, R"(,"stream":true})");
  for (std::size_t at = text.find("data: {"); at != std::string::npos; at = text.find("data: {", at + 1)) {
    found.push_back(json::parse(text.substr(at + 6, text.find('\n', at) - at - 6)).as_object());
  }
  return found;
}

TEST(SeveralCalls, AChatHasThemInOneMessageWithTheThoughtBesideThem) {
  const json::object answer = plain(chat());
  const json::object& message = answer.at("choices").at(0).at("message").as_object();
  EXPECT_EQ(message.at("reasoning_content"), "The mock thinks.");
  ASSERT_EQ(message.at("tool_calls").as_array().size(), 2U);
  EXPECT_EQ(message.at("tool_calls").at(0).at("function").at("name"), "get_time");
  EXPECT_EQ(message.at("tool_calls").at(1).at("function").at("name"), "get_weather");
  EXPECT_NE(message.at("tool_calls").at(0).at("id"), message.at("tool_calls").at(1).at("id"));
}

TEST(SeveralCalls, AChatsStreamNumbersThem) {
  std::vector<std::string> names(2);
  std::string thought;
  for (const json::object& event : events(chat())) {
    const json::object& delta = event.at("choices").at(0).at("delta").as_object();
    if (const json::value* piece = delta.if_contains("reasoning_content")) thought += piece->as_string();
    const json::value* calls = delta.if_contains("tool_calls");
    if (calls == nullptr) continue;
    const json::object& call = calls->at(0).as_object();
    const json::value* name = call.at("function").as_object().if_contains("name");
    if (name != nullptr) names.at(static_cast<std::size_t>(call.at("index").as_int64())) += name->as_string();
  }
  EXPECT_EQ(thought, "The mock thinks.");
  EXPECT_THAT(names, testing::ElementsAre("get_time", "get_weather"));
}

TEST(SeveralCalls, AResponseHasAnItemForEachAndEndsWithWhatItStreamed) {
  const json::array output = plain(responses()).at("output").as_array();
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(output.at(0).at("type"), "reasoning");
  EXPECT_EQ(output.at(1).at("name"), "get_time");
  EXPECT_EQ(output.at(2).at("name"), "get_weather");
  json::array done;
  for (const json::object& event : events(responses())) {
    if (event.at("type") == "response.output_item.done") done.push_back(event.at("item"));
    if (event.at("type") == "response.completed") {
      EXPECT_EQ(event.at("response").at("output"), done);
    }
  }
  EXPECT_EQ(done, output);
}

TEST(SeveralCalls, AMessageHasABlockForEachAndItsStreamNumbersThem) {
  const json::array content = plain(messages()).at("content").as_array();
  ASSERT_EQ(content.size(), 3U);
  EXPECT_EQ(content.at(0).at("type"), "thinking");
  EXPECT_EQ(content.at(1).at("name"), "get_time");
  EXPECT_EQ(content.at(2).at("name"), "get_weather");
  std::vector<std::int64_t> begun;
  std::vector<std::int64_t> ended;
  for (const json::object& event : events(messages())) {
    if (event.at("type") == "content_block_start") begun.push_back(event.at("index").as_int64());
    if (event.at("type") == "content_block_stop") ended.push_back(event.at("index").as_int64());
  }
  EXPECT_THAT(begun, testing::ElementsAre(0, 1, 2));
  EXPECT_EQ(begun, ended);
}

TEST(SeveralCalls, TheLogCountsTheThoughtsThatCameBack) {
  Provider provider(short_answers(), at(0s));
  const std::string back = R"({"model":"claude-sonnet-5-5","max_tokens":9,"messages":[{"role":"assistant","content":[)"
                           R"({"type":"thinking","thinking":"x","signature":")" +
                           std::string(kThoughtSignature) + R"("}]},{"role":"user","content":"hi"}]})";
  ask(provider, request(back, "/v1/messages"));
  ask(provider, request(kPlain));
  EXPECT_EQ(provider.journal().records().front().thoughts, 1U);
  EXPECT_EQ(provider.journal().records().back().thoughts, 0U);
}

}  // namespace
}  // namespace drover::mock
