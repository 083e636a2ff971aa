// Google's API at the mock: what it reads in requests, and that the plain answer, the events and the list say the same.
#include "mock/apis/gemini.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "mock/answers/gemini_ask.h"
#include "mock/answers/reply.h"
#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPlainPath = "/v1beta/models/gemini-2.5-pro:generateContent";
constexpr std::string_view kEventsPath = "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse";
constexpr std::string_view kListPath = "/v1beta/models/gemini-2.5-pro:streamGenerateContent";

std::string asked(std::string_view text, std::string_view more = {}) {
  return R"({"contents":[{"role":"user","parts":[{"text":")" + std::string(text) + "\"}]}]" + std::string(more) + "}";
}
constexpr std::string_view kTools =
    R"(,"tools":[{"functionDeclarations":[{"name":"get_time"},{"name":"get_weather","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}}]}])";

Settings echoing() {
  Settings settings;
  settings.models = {"*"};
  settings.speech = Speech::Echo;
  return settings;
}

std::string said(std::string_view target, const std::string& body) {
  Provider provider(echoing(), at(0s));
  return ask(provider, request(body, target)).body;
}

/// The text of all parts, and the calls in angle brackets.
std::string told(const json::array& chunks) {
  std::string text;
  for (const json::value& chunk : chunks) {
    for (const json::value& part : chunk.at("candidates").at(0).at("content").at("parts").as_array()) {
      const json::object& object = part.as_object();
      if (object.contains("text") && !object.contains("thought")) text += object.at("text").as_string();
      if (object.contains("functionCall")) text += "<" + json::serialize(object.at("functionCall")) + ">";
    }
  }
  return text;
}

json::array events_of(const std::string& body) {
  json::array events;
  for (std::size_t at = body.find("data: "); at != std::string::npos; at = body.find("data: ", at + 1)) {
    events.push_back(json::parse(body.substr(at + 6, body.find('\r', at) - at - 6)));
  }
  return events;
}

TEST(MockGemini, SaysTheSamePlainAsEventsAndAsAList) {
  for (const std::string& body : {asked("hello there"), asked("use get_time and get_weather", kTools)}) {
    const json::value plain = json::parse(said(kPlainPath, body));
    const json::array events = events_of(said(kEventsPath, body));
    const json::array list = json::parse(said(kListPath, body)).as_array();
    EXPECT_EQ(told({plain}), told(events)) << body;
    EXPECT_EQ(told(list), told(events)) << body;
    EXPECT_EQ(list.back().at("usageMetadata"), plain.at("usageMetadata"));
    EXPECT_EQ(events.back().at("candidates").at(0).at("finishReason"), "STOP");
  }
}

TEST(MockGemini, CallsWhatThePromptNamesWithArgumentsThatFit) {
  EXPECT_EQ(told({json::parse(said(kPlainPath, asked("use get_time and get_weather", kTools)))}),
            R"(<{"name":"get_time","args":{}}><{"name":"get_weather","args":{"city":"mock"}}>)");
  const std::string none =
      asked("use get_time", std::string(kTools) + R"(,"toolConfig":{"functionCallingConfig":{"mode":"NONE"}})");
  EXPECT_EQ(told({json::parse(said(kPlainPath, none))}), "use get_time");
  const std::string one = asked(
      "hello", std::string(kTools) +
                   R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["get_weather"]}})");
  EXPECT_THAT(told({json::parse(said(kPlainPath, one))}), HasSubstr("get_weather"));
}

TEST(MockGemini, AnswersWithWhatTheFunctionsSaid) {
  const std::string body =
      R"({"contents":[{"role":"user","parts":[{"text":"use get_time"}]},
         {"role":"model","parts":[{"functionCall":{"name":"get_time","args":{}},"thoughtSignature":"x"}]},
         {"role":"user","parts":[{"functionResponse":{"name":"get_time","response":{"result":"noon"}}}]}])" +
      std::string(kTools) + "}";
  EXPECT_EQ(told({json::parse(said(kPlainPath, body))}), "The tool answered: noon");
}

TEST(MockGemini, WantsTheSignaturesOfGemini3Back) {
  constexpr std::string_view kThree = "/v1beta/models/gemini-3-pro:generateContent";
  const std::string first = said(kThree, asked("use get_time and get_weather", kTools));
  EXPECT_THAT(first, HasSubstr(kThoughtSignature));
  EXPECT_EQ(first.find(kThoughtSignature), first.rfind(kThoughtSignature)) << "only the first call has one";
  const std::string unsigned_call =
      R"({"contents":[{"role":"user","parts":[{"text":"use get_time"}]},
         {"role":"model","parts":[{"functionCall":{"name":"get_time","args":{}}}]},
         {"role":"user","parts":[{"functionResponse":{"name":"get_time","response":{"result":"noon"}}}]}]})";
  EXPECT_THAT(said(kThree, unsigned_call), AllOf(HasSubstr("INVALID_ARGUMENT"), HasSubstr("thought_signature")));
  EXPECT_THAT(said(kPlainPath, unsigned_call), HasSubstr("noon")) << "older models do not";
}

TEST(MockGemini, ThinksWhereItMayAndIsAskedTo) {
  const std::string config = R"(,"generationConfig":{"thinkingConfig":{"includeThoughts":true}})";
  EXPECT_THAT(said(kPlainPath, asked("think hard", config)),
              AllOf(HasSubstr(kThought), HasSubstr("thoughtsTokenCount"), HasSubstr(kThoughtSignature)));
  EXPECT_THAT(said(kPlainPath, asked("think hard")), Not(HasSubstr(kThought)));
}

TEST(MockGemini, FillsASchemaInEitherSpelling) {
  const std::string open =
      asked("hi", R"(,"generationConfig":{"responseSchema":{"type":"OBJECT","properties":{"a":{"type":"INTEGER"}}}})");
  EXPECT_THAT(told({json::parse(said(kPlainPath, open))}), HasSubstr("\"a\":"));
  const std::string plain = asked(
      "hi", R"(,"generation_config":{"response_json_schema":{"type":"object","properties":{"a":{"type":"integer"}}}})");
  EXPECT_EQ(told({json::parse(said(kPlainPath, plain))}), told({json::parse(said(kPlainPath, open))}));
}

TEST(MockGemini, CountsEmbedsAndListsItsModels) {
  EXPECT_THAT(said("/v1beta/models/g:countTokens", asked("hello")), HasSubstr("\"totalTokens\":"));
  EXPECT_THAT(said("/v1beta/models/g:embedContent", R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":3})"),
              HasSubstr("\"embedding\":{\"values\":["));
  const json::value two = json::parse(
      said("/v1beta/models/g:batchEmbedContents", R"({"requests":[{"outputDimensionality":3},{"content":{}}]})"));
  ASSERT_EQ(two.at("embeddings").as_array().size(), 2U);
  EXPECT_EQ(two.at("embeddings").at(0).at("values").as_array().size(), 3U);
  EXPECT_EQ(gemini_call_of("GET", "/v1beta/models"), Call::GeminiModels);
  EXPECT_EQ(gemini_call_of("GET", "/v1beta/models/gemini-2.5-pro"), Call::GeminiModel);
  EXPECT_EQ(gemini_call_of("GET", "/v1/models"), Call::Unknown);
}

TEST(MockGemini, RefusesAnUnknownKeyAsGoogleDoes) {
  Settings settings = echoing();
  settings.keys = {{.key = "sk-known"}};
  Provider provider(settings, at(0s));
  Heard heard = request(asked("hi"), kPlainPath);
  heard.fields = {{"Content-Type", "application/json"}, {"X-Goog-Api-Key", "sk-other"}};
  const std::string body = asked("hi");
  heard.body = body;
  const Script refused = ask(provider, heard);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("API_KEY_INVALID"));
  heard.fields[1].second = "sk-known";
  EXPECT_EQ(ask(provider, heard).status, 200);
}

TEST(MockGemini, HasTheFaultsOfTheOtherApis) {
  const auto with_fault = [](std::string_view fault, std::string_view target) {
    Provider provider(echoing(), at(0s));
    provider.add_faults({*parse_fault(fault)}, at(0s).at);
    const std::string body = asked("one two three");
    return ask(provider, request(body, target));
  };
  const Script limited = with_fault("429:retry-after=7", kPlainPath);
  EXPECT_EQ(limited.status, 429);
  EXPECT_THAT(limited.body, HasSubstr("RESOURCE_EXHAUSTED"));
  EXPECT_THAT(with_fault("error-mid:after=1", kEventsPath).body,
              AllOf(HasSubstr("\"text\":\"one\""), HasSubstr("\"error\":"), Not(HasSubstr("three"))));
  EXPECT_EQ(json::parse(with_fault("error-mid:after=1", kListPath).body).as_array().size(), 2U);
  EXPECT_EQ(json::parse(with_fault("error-first", kListPath).body).as_array().size(), 1U);
  EXPECT_THAT(with_fault("incomplete", kEventsPath).body, Not(HasSubstr("finishReason")));
  EXPECT_THAT(with_fault("empty-choices", kPlainPath).body, Not(HasSubstr("\"text\"")));
  EXPECT_THAT(with_fault("429:code=insufficient_quota", kPlainPath).body, HasSubstr("PerDay"));
}

}  // namespace
}  // namespace drover::mock
