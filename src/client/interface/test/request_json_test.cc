#include "client/interface/request_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "dialect/dialect.h"

namespace drover::client {
namespace {

std::string json_of(const v0::ChatRequest& request, Streaming streaming = Streaming::No) {
  return chat_json(request, "m", streaming).value();
}

/// Whether the dialect accepts the text.
bool is_good(std::string json) {
  json.reserve(json.size() + dialect::kPadding);
  return dialect::openai().inspect(dialect::Api::Chat, "application/json", json).has_value();
}

TEST(RequestJson, OfATextIsOneUserMessage) {
  EXPECT_EQ(json_of("hi"), R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
}

TEST(RequestJson, AsksForAStream) {
  EXPECT_EQ(json_of("hi", Streaming::Yes),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true})");
}

TEST(RequestJson, EscapesWhatIsText) {
  EXPECT_EQ(json_of("a\"b\\\n\x01"), R"({"model":"m","messages":[{"role":"user","content":"a\"b\\\n\u0001"}]})");
}

TEST(RequestJson, ShowsImagesBehindTheText) {
  v0::ChatRequest request("what is it?");
  request.messages[0].images = {"https://a/1.png", "https://a/2.png"};
  EXPECT_EQ(json_of(request),
            R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"what is it?"},)"
            R"({"type":"image_url","image_url":{"url":"https://a/1.png"}},)"
            R"({"type":"image_url","image_url":{"url":"https://a/2.png"}}]}]})");
}

TEST(RequestJson, CarriesToolsCallsAndTheirResults) {
  v0::ChatRequest request("weather?");
  v0::Message call = v0::Message::assistant("");
  call.tool_calls.push_back({"c1", "weather", R"({"city":"Bangkok"})"});
  request.messages.push_back(call);
  request.messages.push_back(v0::Message::tool("c1", "hot"));
  request.tools.push_back({"weather", "of a city", R"({"type":"object"})"});
  request.tool_choice = "weather";
  const std::string json = json_of(request);
  EXPECT_EQ(
      json,
      R"({"model":"m","messages":[{"role":"user","content":"weather?"},{"role":"assistant","content":null,)"
      R"("tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bangkok\"}"}}]},)"
      R"({"role":"tool","content":"hot","tool_call_id":"c1"}],)"
      R"("tools":[{"type":"function","function":{"name":"weather","description":"of a city","parameters":{"type":"object"}}}],)"
      R"("tool_choice":{"type":"function","function":{"name":"weather"}}})");
  EXPECT_TRUE(is_good(json));
}

TEST(RequestJson, CarriesSettingsAndFormats) {
  v0::ChatRequest request("hi");
  request.temperature = 0.5;
  request.top_p = 1;
  request.max_tokens = 64;
  request.seed = -7;
  request.stop = {"a", "b"};
  request.user = "u";
  request.tool_choice = "auto";
  request.format = v0::Format::Json;
  EXPECT_EQ(json_of(request),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"top_p":1,"max_tokens":64,)"
            R"("seed":-7,"stop":["a","b"],"user":"u","tool_choice":"auto","response_format":{"type":"json_object"}})");
  request.format = v0::Format::JsonSchema;
  request.schema = R"({"type":"object"})";
  EXPECT_TRUE(is_good(json_of(request)));
}

TEST(RequestJson, PutsInWhatIsJsonUntouched) {
  v0::ChatRequest request("hi");
  v0::Message odd;
  odd.json = R"({"role":"user","content":[{"type":"new"}]})";
  request.messages.push_back(odd);
  request.extra.push_back({"logit_bias", R"({"50256": -100})"});
  EXPECT_EQ(json_of(request), R"({"model":"m","messages":[{"role":"user","content":"hi"},)"
                              R"({"role":"user","content":[{"type":"new"}]}],"logit_bias":{"50256": -100}})");
}

TEST(RequestJson, RefusesWhatJsonCannotHold) {
  v0::ChatRequest request("hi");
  request.temperature = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(chat_json(request, "m", Streaming::No).error().code, "not_a_number");
  request.temperature.reset();
  request.format = v0::Format::JsonSchema;
  EXPECT_EQ(chat_json(request, "m", Streaming::No).error().code, "no_schema");
}

TEST(RequestJson, OfEmbeddingsIsAListOfTexts) {
  v0::EmbeddingsRequest request({"a", "b"});
  EXPECT_EQ(embeddings_json(request).error().code, "missing_model");
  request.model = "e";
  request.dimensions = 8;
  EXPECT_EQ(embeddings_json(request).value(), R"({"model":"e","input":["a","b"],"dimensions":8})");
  request.input.clear();
  EXPECT_EQ(embeddings_json(request).error().code, "no_input");
}

}  // namespace
}  // namespace drover::client
