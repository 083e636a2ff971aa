#include "mock/answers/ask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::mock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kJson = "application/json";

Ask ask(Call call, std::string_view body) {
  Result<Ask> read = read_ask(call, kJson, body);
  EXPECT_TRUE(read.has_value()) << body << (read ? "" : read.error().message);
  return read.value_or(Ask{});
}

std::string refusal(Call call, std::string_view body) {
  const Result<Ask> read = read_ask(call, kJson, body);
  EXPECT_FALSE(read.has_value()) << body;
  return read ? "" : read.error().code + ": " + read.error().message;
}

TEST(CallOf, KnowsTheCalls) {
  EXPECT_EQ(call_of("POST", "/v1/chat/completions"), Call::Chat);
  EXPECT_EQ(call_of("POST", "/v1/responses"), Call::Responses);
  EXPECT_EQ(call_of("GET", "/v1/models"), Call::Models);
  EXPECT_EQ(call_of("GET", "/v1/models/org/name:1"), Call::Model);
  EXPECT_EQ(call_of("POST", "/v1/files"), Call::Files);
  EXPECT_EQ(call_of("GET", "/v1/chat/completions"), Call::Unknown);
  EXPECT_EQ(call_of("POST", "/v2/x"), Call::Unknown);
  EXPECT_EQ(call_of("DELETE", "/v1/models/x"), Call::Unknown);
}

TEST(ReadAsk, ReadsWhatChangesAnAnswer) {
  const Ask read = ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":"12345678"}],"stream":true,
    "stream_options":{"include_usage":true},"n":2,"max_completion_tokens":7})");
  EXPECT_EQ(read.model, "m");
  EXPECT_TRUE(read.stream);
  EXPECT_TRUE(read.include_usage);
  EXPECT_EQ(read.choices, 2U);
  EXPECT_EQ(read.most_tokens, 7);
  EXPECT_EQ(read.input_tokens, 3);
}

TEST(ReadAsk, TheSameQuestionHasOneFingerprint) {
  const Ask plain = ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":"a"}]})");
  const Ask streamed = ask(Call::Chat, R"({"messages":[{"role":"user","content":"a"}],"stream":true,"model":"other"})");
  const Ask other = ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":"b"}]})");
  EXPECT_EQ(plain.fingerprint, streamed.fingerprint);
  EXPECT_NE(plain.fingerprint, other.fingerprint);
}

constexpr std::string_view kTools = R"("tools":[{"type":"function","function":{"name":"get_weather","parameters":
  {"type":"object","properties":{"city":{"type":"string","enum":["Bangkok"]},"days":{"type":"integer"},"wet":{"type":"boolean"},
   "scale":{"type":"number"},"more":{"type":"array"},"inner":{"type":"object","properties":{"a":{}}}}}}}])";

Ask with_tools(std::string_view text, std::string_view more) {
  return ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":")" + std::string(text) + R"("}],)" +
                             std::string(kTools) + std::string(more) + "}");
}

TEST(ReadAsk, CallsAToolWhenForcedOrAskedTo) {
  EXPECT_FALSE(with_tools("hello", R"(,"tool_choice":"required")").calls.empty());
  EXPECT_FALSE(
      with_tools("hello", R"(,"tool_choice":{"type":"function","function":{"name":"get_weather"}})").calls.empty());
  EXPECT_FALSE(with_tools("use get_weather please", "").calls.empty());
  EXPECT_TRUE(with_tools("hello", "").calls.empty());
  EXPECT_TRUE(with_tools("use get_weather please", R"(,"tool_choice":"none")").calls.empty());
  EXPECT_TRUE(with_tools("hello", R"(,"tool_choice":{"type":"function","function":{"name":"other"}})").calls.empty());
}

constexpr std::string_view kTwoTools =
    R"("tools":[{"type":"function","function":{"name":"get_time"}},{"type":"function","function":{"name":"get_weather"}}])";

std::vector<std::string> called(std::string_view text, std::string_view more) {
  const Ask read = ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":")" + std::string(text) +
                                       R"("}],)" + std::string(kTwoTools) + std::string(more) + "}");
  std::vector<std::string> names;
  for (const Tool& tool : read.calls) names.push_back(tool.name);
  return names;
}

TEST(ReadAsk, CallsEveryToolThatThePromptNamesUnlessOneIsTheMost) {
  EXPECT_THAT(called("use get_time and get_weather", ""), ElementsAre("get_time", "get_weather"));
  EXPECT_THAT(called("what is the weather?", ""), ElementsAre("get_weather"));
  EXPECT_THAT(called("use a tool", ""), ElementsAre("get_time")) << "the first of those that are not named";
  EXPECT_THAT(called("use get_time and get_weather", R"(,"parallel_tool_calls":false)"), ElementsAre("get_time"));
  EXPECT_THAT(
      called("use get_time and get_weather", R"(,"tool_choice":{"type":"auto","disable_parallel_tool_use":true})"),
      ElementsAre("get_time"));
}

TEST(ReadAsk, ReadsTheResultsOfSeveralToolsInEachApi) {
  const Ask chat = ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":"hi"},
    {"role":"assistant","tool_calls":[]},{"role":"tool","content":"a"},{"role":"tool","content":"b"}]})");
  const Ask responses = ask(Call::Responses, R"({"model":"m","input":[{"type":"function_call","name":"f"},
    {"type":"function_call_output","output":"a"},{"type":"function_call_output","output":"b"}]})");
  const Ask messages = ask(Call::Messages, R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
    {"type":"tool_result","content":"a"},{"type":"tool_result","content":[{"type":"text","text":"b"}]}]}]})");
  for (const Ask& read : {chat, responses, messages}) {
    EXPECT_EQ(read.said, "a, b");
    EXPECT_EQ(read.tools_answered, 2U);
  }
}

TEST(ReadAsk, AResultWithoutContentIsStillAResult) {
  const Ask read = ask(Call::Chat, R"({"model":"m","messages":[{"role":"tool"}],)" + std::string(kTwoTools) +
                                       R"(,"tool_choice":"required"})");
  EXPECT_EQ(read.tools_answered, 1U);
  EXPECT_TRUE(read.calls.empty());
}

TEST(ReadAsk, CountsTheImagesOfTheNewestEntry) {
  EXPECT_EQ(ask(Call::Chat, R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"look"},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]})")
                .images,
            1U);
  EXPECT_EQ(ask(Call::Messages, R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[
    {"type":"tool_result","content":[{"type":"image"}]},{"type":"image"}]}]})")
                .images,
            2U);
  EXPECT_EQ(
      ask(Call::Responses, R"({"model":"m","input":[{"role":"user","content":[{"type":"input_image"}]}]})").images, 1U);
}

TEST(ReadAsk, ThinksWhereTheClientLetsItAndThePromptSaysSo) {
  const auto thinks = [](Call call, std::string_view text, std::string_view more) {
    return ask(call, R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":")" + std::string(text) +
                         R"("}])" + std::string(more) + "}")
        .thinks;
  };
  EXPECT_TRUE(thinks(Call::Chat, "think", R"(,"reasoning_effort":"low")"));
  EXPECT_TRUE(thinks(Call::Messages, "think", R"(,"thinking":{"type":"adaptive"})"));
  EXPECT_TRUE(thinks(Call::Responses, "think", R"(,"reasoning":{"effort":"high"})"));
  EXPECT_FALSE(thinks(Call::Chat, "think", ""));
  EXPECT_FALSE(thinks(Call::Chat, "think", R"(,"reasoning_effort":"none")"));
  EXPECT_FALSE(thinks(Call::Messages, "think", R"(,"thinking":{"type":"disabled"})"));
  EXPECT_FALSE(thinks(Call::Chat, "hello", R"(,"reasoning_effort":"low")"));
}

TEST(ReadAsk, ArgumentsFitTheParameters) {
  EXPECT_EQ(with_tools("hello", R"(,"tool_choice":"required")").calls.at(0).arguments,
            R"({"city":"Bangkok","days":42,"wet":true,"scale":4.25E0,"more":[],"inner":{"a":"mock"}})");
}

TEST(ReadAsk, DoesNotAnswerAToolsAnswerWithAnotherCall) {
  const Ask read = ask(Call::Chat, R"({"model":"m","messages":[{"role":"tool","content":"get_weather tool"}],)" +
                                       std::string(kTools) + "}");
  EXPECT_TRUE(read.calls.empty());
}

TEST(ReadAsk, ReadsFlatToolsOfResponses) {
  const Ask read =
      ask(Call::Responses,
          R"({"model":"m","input":"hi","tools":[{"type":"function","name":"f"}],"tool_choice":"required"})");
  ASSERT_EQ(read.calls.size(), 1U);
  EXPECT_EQ(read.calls[0].name, "f");
  EXPECT_EQ(read.calls.at(0).arguments, "{}");
}

TEST(ReadAsk, CountsInputsOfEmbeddings) {
  EXPECT_EQ(
      ask(Call::Embeddings, R"({"model":"m","input":["a","b"],"encoding_format":"base64","dimensions":4})").inputs, 2U);
  EXPECT_EQ(ask(Call::Embeddings, R"({"model":"m","input":[1,2,3]})").inputs, 1U);
  EXPECT_TRUE(ask(Call::Embeddings, R"({"model":"m","input":"a","encoding_format":"base64"})").base64);
}

TEST(ReadAsk, FindsTheModelOfAForm) {
  constexpr std::string_view kForm =
      "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n"
      "--xx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--xx--\r\n";
  EXPECT_EQ(read_ask(Call::Transcriptions, "multipart/form-data; boundary=xx", kForm)->model, "whisper-1");
  EXPECT_EQ(read_ask(Call::Transcriptions, "multipart/form-data; boundary=\"xx\"", kForm)->model, "whisper-1");
  for (const auto& [type, form] : {std::pair<std::string_view, std::string_view>{"multipart/form-data", kForm},
                                   {"multipart/form-data; boundary=xx", "--xx--"},
                                   {"multipart/form-data; boundary=xx", "name=\"model\""},
                                   {"multipart/form-data; boundary=yy", kForm}}) {
    EXPECT_FALSE(read_ask(Call::Transcriptions, type, form).has_value()) << type;
  }
}

TEST(ReadAsk, RefusesAPatternThatItCannotFillOnlyWhereItWouldHaveTo) {
  const std::string schema = R"({"type":"object","properties":{"a":{"type":"string","pattern":"(?=a)b"}}})";
  const std::string tool = R"("tools":[{"type":"function","function":{"name":"find","parameters":)" + schema + "}}]";
  const auto chat = [](const std::string& more) {
    return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + more + "}";
  };
  EXPECT_THAT(
      refusal(Call::Chat, chat(R"("response_format":{"type":"json_schema","json_schema":{"schema":)" + schema + "}}")),
      HasSubstr("invalid_json_schema"));
  EXPECT_THAT(refusal(Call::Chat, chat(tool + R"(,"tool_choice":"required")")), HasSubstr("invalid_json_schema"));
  EXPECT_TRUE(read_ask(Call::Chat, "application/json", chat(tool))) << "nobody calls it";
}

TEST(ReadAsk, RefusesInTheProvidersWords) {
  EXPECT_THAT(refusal(Call::Chat, "{"), HasSubstr("invalid_json"));
  EXPECT_THAT(refusal(Call::Chat, "[]"), HasSubstr("invalid_json"));
  EXPECT_THAT(refusal(Call::Chat, R"({"messages":[]})"), HasSubstr("'model'"));
  EXPECT_THAT(refusal(Call::Chat, R"({"model":"m"})"), HasSubstr("'messages'"));
  EXPECT_THAT(refusal(Call::Chat, R"({"model":"m","messages":[],"stream":1})"), HasSubstr("'stream'"));
  EXPECT_THAT(refusal(Call::Chat, R"({"model":"m","messages":[],"stream_options":{"include_usage":1}})"),
              HasSubstr("'include_usage'"));
  EXPECT_THAT(refusal(Call::Chat, R"({"model":"m","messages":[],"n":0})"), HasSubstr("'n'"));
  EXPECT_THAT(refusal(Call::Chat, R"({"model":"m","messages":[],"max_tokens":"x"})"), HasSubstr("'max_tokens'"));
  EXPECT_THAT(refusal(Call::Embeddings, R"({"model":"m"})"), HasSubstr("'input'"));
  EXPECT_THAT(refusal(Call::Embeddings, R"({"model":"m","input":"a","dimensions":0})"), HasSubstr("'dimensions'"));
  EXPECT_THAT(refusal(Call::Chat, R"({"model":"m","messages":[],"n":"prompt text"})"), Not(HasSubstr("prompt text")));
}

TEST(ReadAsk, RefusesTooManyInputs) {
  std::string body = R"({"model":"m","input":["a")";
  for (std::size_t count = 0; count < kMaxInputs; ++count) body += R"(,"a")";
  EXPECT_THAT(refusal(Call::Embeddings, body + "]}"), HasSubstr("2048"));
}

}  // namespace
}  // namespace drover::mock
