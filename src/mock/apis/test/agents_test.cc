// The mock for agents and SDKs: tools and their results, structured answers, stored objects, pictures and sound, in
// both dialects, plain and streamed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "mock/test/test_kit.h"

namespace drover::mock {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Settings echoing() {
  Settings settings;
  settings.speech = Speech::Echo;
  return settings;
}

boost::json::value parsed(const Script& script) {
  EXPECT_EQ(script.status, 200) << script.body;
  return boost::json::parse(script.body);
}

std::string text_at(const boost::json::value& value, const char* pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

/// The values of all "key" members of a stream's events, joined.
std::string joined_deltas(std::string_view events, std::string_view pointer) {
  std::string text;
  for (std::size_t at = events.find("data: {"); at != std::string_view::npos; at = events.find("data: {", at + 1)) {
    const std::string_view line = events.substr(at + 6, events.find('\n', at) - at - 6);
    boost::system::error_code none;
    const boost::json::value event = boost::json::parse(line);
    const boost::json::value* piece = event.find_pointer(pointer, none);
    if (piece != nullptr && piece->is_string()) text += piece->get_string();
  }
  return text;
}

std::string chat(std::string_view messages, std::string_view more = {}) {
  return R"({"model":"gpt-4o","messages":[)" + std::string(messages) + "]" + std::string(more) + "}";
}
constexpr std::string_view kAsk = R"({"role":"user","content":"What is the weather in Paris?"})";
constexpr std::string_view kChatTools =
    R"(,"tools":[{"type":"function","function":{"name":"other","parameters":{}}},{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["c","f"]}},"required":["unit"]}}}])";
constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":100}},"required":["name","age"],"additionalProperties":false})";

TEST(Agents, F11_TheMockSaysAgainWhatItWasTold) {
  Provider provider(echoing(), at(0s));
  const auto plain = parsed(ask(
      provider, request(chat(R"({"role":"system","content":"be brief"},{"role":"user","content":"Hello  there"})"))));
  EXPECT_EQ(text_at(plain, "/choices/0/message/content"), "Hello  there");
  const std::string events =
      ask(provider,
          request(chat(R"({"role":"user","content":[{"type":"text","text":"Hello there"}]})", ",\"stream\":true")))
          .body;
  EXPECT_EQ(joined_deltas(events, "/choices/0/delta/content"), "Hello there");
  const auto message = parsed(
      ask(provider,
          request(R"({"model":"claude-opus-4-8","max_tokens":50,"messages":[{"role":"user","content":"hi you"}]})",
                  "/v1/messages")));
  EXPECT_EQ(text_at(message, "/content/0/text"), "hi you");
  const auto response = parsed(ask(provider, request(R"({"model":"gpt-4o","input":"hi you"})", "/v1/responses")));
  EXPECT_EQ(text_at(response, "/output/0/content/0/text"), "hi you");
  const auto cut =
      parsed(ask(provider, request(chat(R"({"role":"user","content":"one two three"})", ",\"max_tokens\":2"))));
  EXPECT_EQ(text_at(cut, "/choices/0/message/content"), "one two");
  EXPECT_EQ(text_at(cut, "/choices/0/finish_reason"), "length");
}

TEST(Agents, AnInstructionBehindThePromptIsNotWhatIsAnswered) {
  Provider provider(echoing(), at(0s));
  const auto message = parsed(ask(
      provider,
      request(
          R"({"model":"claude-opus-4-8","max_tokens":50,"messages":[{"role":"user","content":"hi you"},{"role":"system","content":[{"type":"text","text":"a tool called weather"}]}],"tools":[{"name":"get_weather","input_schema":{"type":"object"}}]})",
          "/v1/messages")));
  EXPECT_EQ(text_at(message, "/content/0/text"), "hi you");
  const auto only = parsed(ask(provider, request(chat(R"({"role":"system","content":"be brief"})"))));
  EXPECT_EQ(text_at(only, "/choices/0/message/content"), "be brief");
}

TEST(Agents, F11_AChatCallsTheToolThatTheQuestionIsAboutAndThenAnswers) {
  Provider provider(echoing(), at(0s));
  const auto call = parsed(ask(provider, request(chat(kAsk, kChatTools))));
  EXPECT_EQ(text_at(call, "/choices/0/finish_reason"), "tool_calls");
  EXPECT_EQ(text_at(call, "/choices/0/message/tool_calls/0/function/name"), "get_weather");
  EXPECT_EQ(text_at(call, "/choices/0/message/tool_calls/0/function/arguments"), R"({"unit":"c"})");
  const std::string round =
      std::string(kAsk) +
      R"(,{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"21 degrees"})";
  for (const char* choice : {"", R"(,"tool_choice":"auto")", R"(,"tool_choice":"required")"}) {
    const auto said = parsed(ask(provider, request(chat(round, std::string(kChatTools) + choice))));
    EXPECT_EQ(text_at(said, "/choices/0/message/content"), "The tool answered: 21 degrees") << choice;
  }
}

TEST(Agents, F11_ToolChoiceIsHonoured) {
  Provider provider(echoing(), at(0s));
  constexpr std::string_view kHi = R"({"role":"user","content":"hi"})";
  const auto name = [&](std::string_view choice) {
    const auto said =
        parsed(ask(provider, request(chat(kHi, std::string(kChatTools) + ",\"tool_choice\":" + std::string(choice)))));
    boost::system::error_code none;
    const auto* found = said.find_pointer("/choices/0/message/tool_calls/0/function/name", none);
    return found == nullptr ? std::string() : std::string(found->as_string());
  };
  EXPECT_EQ(name(R"("auto")"), "");
  EXPECT_EQ(name(R"("none")"), "");
  EXPECT_EQ(name(R"("required")"), "other");
  EXPECT_EQ(name(R"({"type":"function","function":{"name":"get_weather"}})"), "get_weather");
  EXPECT_EQ(
      name(
          R"({"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"get_weather"}}]}})"),
      "get_weather");
  EXPECT_EQ(
      name(
          R"({"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"get_weather"}}]}})"),
      "");
}

TEST(Agents, F11_AMessageCallsAToolAndThenAnswers) {
  Provider provider(echoing(), at(0s));
  constexpr std::string_view kTools =
      R"(,"tools":[{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}])";
  const auto body = [&](std::string_view messages, std::string_view more) {
    return R"({"model":"claude-opus-4-8","max_tokens":99,"messages":[)" + std::string(messages) + "]" +
           std::string(kTools) + std::string(more) + "}";
  };
  const auto call = parsed(ask(provider, request(body(kAsk, {}), "/v1/messages")));
  EXPECT_EQ(text_at(call, "/stop_reason"), "tool_use");
  EXPECT_EQ(text_at(call, "/content/0/input/city"), "mock");
  const std::string events = ask(provider, request(body(kAsk, ",\"stream\":true"), "/v1/messages")).body;
  EXPECT_EQ(joined_deltas(events, "/delta/partial_json"), R"({"city":"mock"})");
  const std::string round =
      std::string(kAsk) +
      R"(,{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"get_weather","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"21 degrees"}]}]})";
  for (const char* choice : {"", R"(,"tool_choice":{"type":"any"})"}) {
    const auto said = parsed(ask(provider, request(body(round, choice), "/v1/messages")));
    EXPECT_EQ(text_at(said, "/content/0/text"), "The tool answered: 21 degrees");
    EXPECT_EQ(text_at(said, "/stop_reason"), "end_turn");
  }
}

TEST(Agents, F11_AResponseCallsAToolAndThenAnswers) {
  Provider provider(echoing(), at(0s));
  constexpr std::string_view kTools =
      R"(,"tools":[{"type":"web_search"},{"type":"custom","name":"weather_patch"},{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{}}}])";
  const auto call = parsed(ask(
      provider, request(R"({"model":"gpt-4o","input":"weather please")" + std::string(kTools) + "}", "/v1/responses")));
  EXPECT_EQ(text_at(call, "/output/0/type"), "function_call");
  EXPECT_EQ(text_at(call, "/output/0/name"), "get_weather");
  const std::string events =
      ask(provider, request(R"({"model":"gpt-4o","stream":true,"input":"weather please")" + std::string(kTools) + "}",
                            "/v1/responses"))
          .body;
  EXPECT_EQ(joined_deltas(events, "/delta"), "{}");
  const auto said = parsed(ask(
      provider,
      request(
          R"({"model":"gpt-4o","tool_choice":"required","input":[{"type":"function_call_output","call_id":"c","output":"21 degrees"}])" +
              std::string(kTools) + "}",
          "/v1/responses")));
  EXPECT_EQ(text_at(said, "/output/0/content/0/text"), "The tool answered: 21 degrees");
}

TEST(Agents, F11_AStructuredAnswerSatisfiesItsSchemaInEveryShape) {
  Provider provider(echoing(), at(0s));
  const std::string format = R"({"type":"json_schema","name":"x","strict":true,"schema":)" + std::string(kSchema) + "}";
  const std::string nested =
      R"({"type":"json_schema","json_schema":{"name":"x","schema":)" + std::string(kSchema) + "}}";
  constexpr std::string_view kWanted = R"({"name":"mock","age":100})";
  const auto said = parsed(ask(provider, request(chat(kAsk, ",\"response_format\":" + nested))));
  EXPECT_EQ(text_at(said, "/choices/0/message/content"), kWanted);
  const std::string events = ask(provider, request(chat(kAsk, ",\"stream\":true,\"response_format\":" + nested))).body;
  EXPECT_EQ(joined_deltas(events, "/choices/0/delta/content"), kWanted);
  const std::string responses = R"({"model":"gpt-4o","input":"x","text":{"format":)" + format + "}";
  EXPECT_EQ(text_at(parsed(ask(provider, request(responses + "}", "/v1/responses"))), "/output/0/content/0/text"),
            kWanted);
  EXPECT_EQ(joined_deltas(ask(provider, request(responses + ",\"stream\":true}", "/v1/responses")).body, "/delta"),
            kWanted);
  for (const std::string& where : {",\"output_format\":" + format, ",\"output_config\":{\"format\":" + format + "}"}) {
    const std::string message =
        R"({"model":"claude-x","max_tokens":99,"messages":[{"role":"user","content":"x"}])" + where;
    EXPECT_EQ(text_at(parsed(ask(provider, request(message + "}", "/v1/messages"))), "/content/0/text"), kWanted);
    EXPECT_EQ(joined_deltas(ask(provider, request(message + ",\"stream\":true}", "/v1/messages")).body, "/delta/text"),
              kWanted);
  }
  const auto object = parsed(ask(provider, request(chat(kAsk, R"(,"response_format":{"type":"json_object"})"))));
  EXPECT_TRUE(boost::json::parse(text_at(object, "/choices/0/message/content")).is_object());
}

Heard with(std::string_view method, std::string_view target, std::string_view body = {}) {
  Heard heard = request(body, target);
  heard.method = method;
  return heard;
}

TEST(Agents, F11_StoredResponsesCanBeAskedForAndGoOn) {
  Provider provider(echoing(), at(0s));
  const auto made = parsed(ask(provider, request(R"({"model":"gpt-4o","input":"remember me"})", "/v1/responses")));
  const std::string id = text_at(made, "/id");
  const std::string path = "/v1/responses/" + id;
  EXPECT_EQ(parsed(ask(provider, with("GET", path))), made);
  const auto items = parsed(ask(provider, with("GET", path + "/input_items")));
  EXPECT_EQ(text_at(items, "/data/0/content/0/text"), "remember me");
  const std::string next = R"({"model":"gpt-4o","input":"go on","previous_response_id":")" + id + "\"}";
  EXPECT_EQ(text_at(parsed(ask(provider, request(next, "/v1/responses"))), "/previous_response_id"), id);
  EXPECT_THAT(ask(provider, with("DELETE", path)).body, HasSubstr("\"deleted\":true"));
  EXPECT_EQ(ask(provider, with("GET", path)).status, 404);
  const Script gone = ask(provider, request(next, "/v1/responses"));
  EXPECT_EQ(gone.status, 400);
  EXPECT_THAT(gone.body, HasSubstr("previous_response_not_found"));
  const auto unkept =
      parsed(ask(provider, request(R"({"model":"gpt-4o","input":"x","store":false})", "/v1/responses")));
  EXPECT_EQ(ask(provider, with("GET", "/v1/responses/" + text_at(unkept, "/id"))).status, 404);
}

Heard upload(std::string_view form) {
  Heard heard = request(form, "/v1/files");
  heard.fields.front().second = "multipart/form-data; boundary=xx";
  return heard;
}

TEST(Agents, F11_FilesAreKeptAndGivenBack) {
  Provider provider(echoing(), at(0s));
  constexpr std::string_view kForm =
      "--xx\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
      "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\nline one\r\n\r\nline "
      "two\r\n--xx--\r\n";
  const auto made = parsed(ask(provider, upload(kForm)));
  const std::string path = "/v1/files/" + text_at(made, "/id");
  EXPECT_EQ(text_at(made, "/filename"), "in.jsonl");
  EXPECT_EQ(text_at(made, "/purpose"), "batch");
  EXPECT_EQ(parsed(ask(provider, with("GET", path))), made);
  EXPECT_EQ(ask(provider, with("GET", path + "/content")).body, "line one\r\n\r\nline two");
  EXPECT_THAT(ask(provider, with("GET", "/v1/files")).body, HasSubstr("in.jsonl"));
  EXPECT_THAT(ask(provider, with("DELETE", path)).body, HasSubstr("\"deleted\":true"));
  EXPECT_EQ(ask(provider, with("GET", path)).status, 404);
  EXPECT_EQ(ask(provider, with("GET", path + "/content")).status, 404);
}

TEST(Agents, F11_ABatchAnswersEveryLineOfItsFile) {
  Provider provider(echoing(), at(0s));
  const std::string line =
      R"({"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"user","content":"first"}]}})"
      "\n"
      R"({"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"nope","messages":[]}})"
      "\n";
  const std::string form =
      "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + line + "\r\n--xx--\r\n";
  const std::string file = text_at(parsed(ask(provider, upload(form))), "/id");
  const auto batch =
      parsed(ask(provider, request(R"({"input_file_id":")" + file +
                                       R"(","endpoint":"/v1/chat/completions","completion_window":"24h"})",
                                   "/v1/batches")));
  EXPECT_EQ(text_at(batch, "/status"), "completed");
  EXPECT_EQ(batch.at_pointer("/request_counts/total").as_int64(), 2);
  EXPECT_EQ(batch.at_pointer("/request_counts/failed").as_int64(), 1);
  EXPECT_EQ(parsed(ask(provider, with("GET", "/v1/batches/" + text_at(batch, "/id")))), batch);
  const std::string output =
      ask(provider, with("GET", "/v1/files/" + text_at(batch, "/output_file_id") + "/content")).body;
  EXPECT_THAT(output, HasSubstr("\"custom_id\":\"a\""));
  EXPECT_THAT(output, HasSubstr("\"content\":\"first\""));
  EXPECT_THAT(output, HasSubstr("\"status_code\":404"));
  EXPECT_EQ(ask(provider, request(R"({"input_file_id":"file-none"})", "/v1/batches")).status, 400);
}

TEST(Agents, F11_AMessageBatchHasItsResults) {
  Provider provider(echoing(), at(0s));
  const auto batch = parsed(ask(
      provider,
      request(
          R"({"requests":[{"custom_id":"a","params":{"model":"claude-x","max_tokens":9,"messages":[{"role":"user","content":"first"}]}},{"custom_id":"b","params":{"model":"claude-x","messages":[]}}]})",
          "/v1/messages/batches")));
  EXPECT_EQ(text_at(batch, "/processing_status"), "ended");
  const std::string results = ask(provider, with("GET", text_at(batch, "/results_url"))).body;
  EXPECT_THAT(results, HasSubstr(R"("type":"succeeded")"));
  EXPECT_THAT(results, HasSubstr(R"("text":"first")"));
  EXPECT_THAT(results, HasSubstr(R"("type":"errored")"));
}

TEST(Agents, F11_PicturesSoundAndRankingsAreThere) {
  Provider provider(echoing(), at(0s));
  const auto pictures =
      parsed(ask(provider, request(R"({"model":"gpt-image-1","prompt":"a dog","n":2})", "/v1/images/generations")));
  EXPECT_EQ(pictures.at_pointer("/data").as_array().size(), 2U);
  EXPECT_THAT(text_at(pictures, "/data/1/b64_json"), StartsWith("iVBOR"));
  EXPECT_EQ(ask(provider, request(R"({"prompt":"a dog"})", "/v1/images/generations")).status, 200);
  EXPECT_THAT(ask(provider, request(R"({"prompt":"a dog","response_format":"url"})", "/v1/images/generations")).body,
              HasSubstr("\"url\":\"data:image/png"));
  Heard edit = request("--xx\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nmore dog\r\n--xx--\r\n",
                       "/v1/images/edits");
  edit.fields.front().second = "multipart/form-data; boundary=xx";
  EXPECT_THAT(ask(provider, edit).body, HasSubstr("b64_json"));

  const Script wav = ask(
      provider,
      request(R"({"model":"gpt-4o-mini-tts","input":"x","voice":"v","response_format":"wav"})", "/v1/audio/speech"));
  EXPECT_THAT(wav.body, StartsWith("RIFF"));
  EXPECT_THAT(wire(wav), HasSubstr("Content-Type: audio/wav"));
  const Script mp3 =
      ask(provider, request(R"({"model":"gpt-4o-mini-tts","input":"x","voice":"v"})", "/v1/audio/speech"));
  EXPECT_THAT(mp3.body, StartsWith("\xff\xfb"));

  const auto ranked = parsed(ask(
      provider,
      request(
          R"({"model":"rerank-v3.5","query":"blue sky","documents":["red earth",{"text":"the sky is blue"},"a sky"],"top_n":2})",
          "/v1/rerank")));
  EXPECT_EQ(ranked.at_pointer("/results").as_array().size(), 2U);
  EXPECT_EQ(ranked.at_pointer("/results/0/index").to_number<int>(), 1);
  EXPECT_EQ(ranked.at_pointer("/results/0/relevance_score").to_number<double>(), 1.0);
}

TEST(Agents, F11_AClaudeModelIsThereFromTheStart) {
  Provider provider(Settings{}, at(0s));
  EXPECT_EQ(
      ask(provider, request(R"({"model":"claude-opus-4-8","max_tokens":9,"messages":[{"role":"user","content":"x"}]})",
                            "/v1/messages"))
          .status,
      200);
  Heard get = with("GET", "/v1/models");
  get.fields.emplace_back("anthropic-version", "2023-06-01");
  EXPECT_THAT(ask(provider, get).body, HasSubstr("claude-"));
}

TEST(Store, IsBoundedAndForgetsTheOldest) {
  Store store;
  for (std::size_t at = 0; at <= kMostStored; ++at)
    store.put({.kind = Kept::File, .id = std::to_string(at), .json = {}, .content = {}});
  EXPECT_EQ(store.find(Kept::File, "0"), nullptr);
  EXPECT_NE(store.find(Kept::File, "1"), nullptr);
  store.put({.kind = Kept::File, .id = "big", .json = {}, .content = std::string(kMostStoredBytes - 100, 'x')});
  EXPECT_NE(store.find(Kept::File, "big"), nullptr);
  EXPECT_LE(store.list(Kept::File).size(), 100U);
  store.put({.kind = Kept::File, .id = "too-big", .json = {}, .content = std::string(kMostStoredBytes + 1, 'x')});
  EXPECT_EQ(store.find(Kept::File, "too-big"), nullptr);
}

}  // namespace
}  // namespace drover::mock
