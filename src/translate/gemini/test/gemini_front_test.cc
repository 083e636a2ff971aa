// Clients that speak Gemini: their requests for other vendors' models, and the answers that they get.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

std::string from_gemini(Form back, std::string_view contents, std::string_view rest = "") {
  const std::string_view model = back == Form::Messages ? kClaude : back == Form::Chat ? kGpt : kGpt5;
  return request(Form::Gemini, back, model, R"({"contents":)" + std::string(contents) + std::string(rest) + "}");
}
constexpr std::string_view kHi = R"([{"role":"user","parts":[{"text":"Hi"}]}])";

std::string told_from_gemini(std::string_view rest) {
  return told(Form::Gemini, Form::Chat, kGpt, R"({"contents":)" + std::string(kHi) + std::string(rest) + "}");
}
std::string refused_from_gemini(std::string_view rest) {
  return refusal(Form::Gemini, Form::Chat, kGpt, R"({"contents":)" + std::string(kHi) + std::string(rest) + "}");
}

TEST(GeminiFront, ThePathSaysTheModelAndTheStream) {
  const auto made = translate_request(
      R"({"contents":[{"parts":[{"text":"Hi"}]}]})",
      {.front = Form::Gemini, .back = Form::Chat, .model = kGpt, .asked_model = "my-model", .asked_stream = true});
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(made->stream);
  EXPECT_EQ(at(made->body, "stream"), "true");
  EXPECT_EQ(made->context.model, "my-model");
}

TEST(GeminiFront, BothSpellingsOfANameAreTheSame) {
  const std::string joint = from_gemini(
      Form::Chat, kHi,
      R"(,"systemInstruction":{"parts":[{"text":"S"}]},"generationConfig":{"maxOutputTokens":5,"topP":0.5,"stopSequences":["x"]})");
  const std::string apart = from_gemini(
      Form::Chat, kHi,
      R"(,"system_instruction":{"parts":[{"text":"S"}]},"generation_config":{"max_output_tokens":5,"top_p":0.5,"stop_sequences":["x"]})");
  EXPECT_EQ(joint, apart);
  EXPECT_EQ(at(joint, "max_completion_tokens"), "5");
  EXPECT_EQ(at(joint, "messages", "0", "content"), R"("S")");
  EXPECT_EQ(refused_from_gemini(R"(,"generationConfig":{},"generation_config":{})"), "ambiguous_key");
}

TEST(GeminiFront, CallsAndResultsWithoutIdsFindEachOtherByNameAndOrder) {
  const std::string made = from_gemini(
      Form::Chat,
      R"([{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}},{"functionCall":{"name":"g","args":{}}},{"functionCall":{"name":"f","args":{"n":2}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"one"}}},{"functionResponse":{"name":"f","response":{"result":"two"}}},{"functionResponse":{"name":"g","response":{"a":{"b":1}}}}]}])");
  EXPECT_EQ(at(made, "messages", "1", "tool_calls", "0", "id"), R"("gemini_call_1")");
  EXPECT_EQ(at(made, "messages", "1", "tool_calls", "2", "function", "arguments"), R"("{\"n\":2}")");
  EXPECT_EQ(at(made, "messages", "2"), R"({"role":"tool","tool_call_id":"gemini_call_1","content":"one"})");
  EXPECT_EQ(at(made, "messages", "3"), R"({"role":"tool","tool_call_id":"gemini_call_3","content":"two"})");
  EXPECT_EQ(at(made, "messages", "4"),
            R"({"role":"tool","tool_call_id":"gemini_call_2","content":"{\"a\":{\"b\":1}}"})");
}

TEST(GeminiFront, IdsOfCallsAreKept) {
  const std::string made = from_gemini(
      Form::Messages,
      R"([{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"functionCall":{"id":"a","name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"a","name":"f","response":{"error":"no"}}}]}])");
  EXPECT_EQ(at(made, "messages", "1", "content", "0", "id"), R"("a")");
  EXPECT_EQ(at(made, "messages", "2", "content", "0", "is_error"), "true");
}

TEST(GeminiFront, GooglesOlderSchemasBecomeJsonSchemas) {
  const std::string made = from_gemini(
      Form::Chat, kHi,
      R"(,"tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true,"format":"enum","enum":["x"],"maxLength":"5"},"b":{"type":"ARRAY","items":{"type":"INTEGER"},"minItems":1}},"propertyOrdering":["a"],"required":["a"]}}]}])");
  EXPECT_EQ(
      at(made, "tools", "0", "function", "parameters"),
      R"({"type":"object","properties":{"a":{"type":["string","null"],"enum":["x"],"maxLength":5},"b":{"type":"array","items":{"type":"integer"},"minItems":1}},"required":["a"]})");
  const std::string raw = from_gemini(
      Form::Chat, kHi,
      R"(,"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object","not":{}}}]}])");
  EXPECT_EQ(at(raw, "tools", "0", "function", "parameters"), R"({"type":"object","not":{}})");
}

TEST(GeminiFront, EachModeOfCallingHasItsChoice) {
  const auto choice = [](std::string_view calling) {
    return at(
        from_gemini(
            Form::Chat, kHi,
            R"(,"tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"}]}],"toolConfig":{"functionCallingConfig":)" +
                std::string(calling) + "}"),
        "tool_choice");
  };
  EXPECT_EQ(choice(R"({"mode":"AUTO"})"), R"("auto")");
  EXPECT_EQ(choice(R"({"mode":"none"})"), R"("none")");
  EXPECT_EQ(choice(R"({"mode":"ANY"})"), R"("required")");
  EXPECT_EQ(choice(R"({"mode":"ANY","allowedFunctionNames":["g"]})"), R"({"type":"function","function":{"name":"g"}})");
}

TEST(GeminiFront, ThinkingIsAnEffortOrABudget) {
  const auto effort = [](std::string_view config) {
    return at(
        from_gemini(Form::Responses, kHi, R"(,"generationConfig":{"thinkingConfig":)" + std::string(config) + "}"),
        "reasoning", "effort");
  };
  EXPECT_EQ(effort(R"({"thinkingLevel":"HIGH"})"), R"("high")");
  EXPECT_EQ(effort(R"({"thinkingLevel":"low"})"), R"("low")");
  EXPECT_EQ(effort(R"({"thinkingBudget":5000})"), R"("medium")");
  EXPECT_EQ(at(from_gemini(Form::Messages, kHi, R"(,"generationConfig":{"thinkingConfig":{"thinkingBudget":5000}})"),
               "thinking", "type"),
            R"("enabled")");
}

TEST(GeminiFront, AFormOfTheOutputIsKept) {
  EXPECT_EQ(
      at(from_gemini(
             Form::Chat, kHi,
             R"(,"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{}}})"),
         "response_format", "json_schema", "schema"),
      R"({"type":"object","properties":{}})");
  EXPECT_EQ(at(from_gemini(Form::Chat, kHi, R"(,"generationConfig":{"responseMimeType":"application/json"})"),
               "response_format", "type"),
            R"("json_object")");
}

TEST(GeminiFront, PicturesAndFilesAreCarriedWhereOthersCanReadThem) {
  const std::string made = from_gemini(
      Form::Chat,
      R"([{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"file_data":{"mime_type":"image/jpeg","file_uri":"https://x.test/a.jpg"}},{"inlineData":{"mimeType":"application/pdf","data":"BBBB","displayName":"a.pdf"}},{"inlineData":{"mimeType":"audio/mpeg","data":"CCCC"}}]}])");
  EXPECT_EQ(at(made, "messages", "0", "content", "0", "image_url", "url"), R"("data:image/png;base64,AAAA")");
  EXPECT_EQ(at(made, "messages", "0", "content", "1", "image_url", "url"), R"("https://x.test/a.jpg")");
  EXPECT_EQ(at(made, "messages", "0", "content", "2", "file", "filename"), R"("a.pdf")");
  EXPECT_EQ(at(made, "messages", "0", "content", "3", "input_audio", "format"), R"("mp3")");
}

TEST(GeminiFront, WhatOnlyGoogleCanDoIsRefusedOrTold) {
  EXPECT_EQ(refused_from_gemini(R"(,"cachedContent":"cachedContents/1")"), "unsupported_by_target");
  EXPECT_EQ(refused_from_gemini(R"(,"generationConfig":{"candidateCount":2})"), "unsupported_by_target");
  EXPECT_EQ(refused_from_gemini(R"(,"generationConfig":{"responseModalities":["AUDIO"]})"), "unsupported_by_target");
  EXPECT_EQ(refused_from_gemini(R"(,"generationConfig":{"response_logprobs":true})"), "unsupported_by_target");
  EXPECT_EQ(told_from_gemini(R"(,"safetySettings":[{"category":"X"}])"), "safetySettings");
  EXPECT_EQ(told_from_gemini(R"(,"tools":[{"urlContext":{}}])"), "tools.hosted");
  EXPECT_EQ(told_from_gemini(R"(,"generationConfig":{"seed":7})"), "");
  EXPECT_EQ(
      refusal(
          Form::Gemini, Form::Chat, kGpt,
          R"({"contents":[{"parts":[{"fileData":{"mimeType":"image/png","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/a"}}]}]})"),
      "unsupported_by_target");
}

TEST(GeminiFront, AnAnswerIsGooglesWholeObject) {
  const std::string made = plain_answer(
      Form::Gemini, Form::Chat,
      R"({"id":"chatcmpl-7","model":"up","choices":[{"index":0,"message":{"content":"Yo","reasoning_content":"hm","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"q\":1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":6,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}})");
  EXPECT_EQ(
      made,
      R"({"candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Yo"},{"functionCall":{"id":"a","name":"f","args":{"q":1}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"thoughtsTokenCount":2,"cachedContentTokenCount":4,"totalTokenCount":15},"modelVersion":"asked","responseId":"7"})");
}

TEST(GeminiFront, AStreamHasACallWholeAndTheReasonLast) {
  const std::vector<std::string> data = data_of(stream(
      Form::Gemini, Form::Chat,
      {R"({"id":"c","model":"up","choices":[{"index":0,"delta":{"content":"Y"}}]})",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"q"}}]}}]})",
       R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\":1}"}}]}}]})",
       R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2}})"}));
  ASSERT_EQ(data.size(), 3U);
  EXPECT_EQ(at(data[0], "candidates", "0", "content", "parts"), R"([{"text":"Y"}])");
  EXPECT_EQ(at(data[1], "candidates", "0", "content", "parts"),
            R"([{"functionCall":{"id":"a","name":"f","args":{"q":1}}}])");
  EXPECT_EQ(at(data[2], "candidates", "0", "finishReason"), R"("MAX_TOKENS")");
  EXPECT_EQ(at(data[2], "usageMetadata", "totalTokenCount"), "5");
}

TEST(GeminiFront, AKeepAliveIsAnEmptyTextBecauseItsProgramsReadCommentsAsJson) {
  Answer answer(context(Form::Gemini, Form::Chat));
  std::string out;
  answer.ping(out);
  answer.feed(wire(Form::Chat, {R"({"id":"c","model":"up","choices":[{"index":0,"delta":{"content":"Y"}}]})"}), out);
  answer.ping(out);
  const std::vector<std::string> data = data_of(out);
  ASSERT_EQ(data.size(), 3U);
  EXPECT_EQ(at(data[0], "candidates", "0", "content", "parts"), R"([{"text":""}])");
  EXPECT_EQ(at(data[2], "modelVersion"), R"("asked")");
  EXPECT_EQ(out.find("\n:"), std::string::npos);
}

TEST(GeminiFront, ARefusalIsAFilteredAnswer) {
  const std::string made = plain_answer(
      Form::Gemini, Form::Messages,
      R"({"id":"msg_1","type":"message","model":"up","content":[],"stop_reason":"refusal","usage":{"input_tokens":1,"output_tokens":0}})");
  EXPECT_EQ(at(made, "candidates", "0", "finishReason"), R"("SAFETY")");
}

TEST(GeminiFront, ArgumentsThatAreNoObjectReachTheClientAsTheyAre) {
  const std::string made = plain_answer(
      Form::Gemini, Form::Chat,
      R"({"id":"c","model":"up","choices":[{"index":0,"message":{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{oops"}}]},"finish_reason":"tool_calls"}]})");
  EXPECT_EQ(at(made, "candidates", "0", "content", "parts", "0", "functionCall", "args"),
            R"({"invalid_json":"{oops"})");
}

TEST(GeminiFront, ClaudesSignedThoughtsComeBackToClaudeToTheByte) {
  const std::string made = plain_answer(
      Form::Gemini, Form::Messages,
      R"({"id":"msg_1","type":"message","model":"up","content":[{"type":"thinking","thinking":"hm \"so\"","signature":"SIG/+="},{"type":"redacted_thinking","data":"RED"},{"type":"tool_use","id":"a","name":"f","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}})");
  const std::string content = at(made, "candidates", "0", "content");
  const std::string again = request(
      Form::Gemini, Form::Messages, kClaude,
      R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]},)" + content +
          R"(,{"role":"user","parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"1"}}}]}]})");
  EXPECT_EQ(
      at(again, "messages", "1", "content"),
      R"([{"type":"thinking","thinking":"hm \"so\"","signature":"SIG/+="},{"type":"redacted_thinking","data":"RED"},{"type":"tool_use","id":"a","name":"f","input":{}}])");
}

TEST(GeminiFront, AnErrorHasGooglesShape) {
  const std::string event = stream(Form::Gemini, Form::Chat, {R"({"error":{"message":"Slow","code":429}})"});
  const std::vector<std::string> data = data_of(event);
  ASSERT_EQ(data.size(), 1U);
  EXPECT_EQ(at(data[0], "error", "code"), "429");
  EXPECT_EQ(at(data[0], "error", "status"), R"("RESOURCE_EXHAUSTED")");
}

}  // namespace
}  // namespace drover::translate
