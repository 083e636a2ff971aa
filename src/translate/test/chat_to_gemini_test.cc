// Requests for Google's models: what becomes of each wish.
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

constexpr std::string_view kPro = "gemini-3-pro";
constexpr std::string_view kFlash = "gemini-3-flash";
constexpr std::string_view kGemini25 = "gemini-2.5-flash";

std::string to_gemini(std::string_view rest, std::string_view model = kFlash) {
  return request(Form::Chat, Form::Gemini, model,
                 R"({"model":"m","messages":[{"role":"user","content":"Hi"}])" + std::string(rest) + "}");
}
std::string messages_to_gemini(std::string_view messages, std::string_view model = kFlash) {
  return request(Form::Chat, Form::Gemini, model, R"({"model":"m","messages":)" + std::string(messages) + "}");
}
std::string told_to_gemini(std::string_view rest, std::string_view model = kFlash) {
  return told(Form::Chat, Form::Gemini, model,
              R"({"model":"m","messages":[{"role":"user","content":"Hi"}])" + std::string(rest) + "}");
}

constexpr std::string_view kTool =
    R"(,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"q":{"$ref":"#/x"}}}}}])";

constexpr std::string_view kLoop =
    R"([{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"q\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},{"role":"tool","tool_call_id":"b","content":"two"},{"role":"tool","tool_call_id":"a","content":"one"},{"role":"user","content":"So?"}])";

TEST(ChatToGemini, TheModelAndTheStreamStandInThePathAndNotInTheBody) {
  const std::string made = to_gemini(R"(,"stream":true)");
  EXPECT_EQ(made, R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})");
  const auto whole = try_request(Form::Chat, Form::Gemini, kFlash,
                                 R"({"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]})");
  ASSERT_TRUE(whole.has_value());
  EXPECT_TRUE(whole->stream);
}

TEST(ChatToGemini, WhatTheSystemSaysStandsInAPlaceOfItsOwn) {
  const std::string made = messages_to_gemini(
      R"([{"role":"system","content":"A"},{"role":"developer","content":"B"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"},{"role":"user","content":"So?"}])");
  EXPECT_EQ(at(made, "systemInstruction"), R"({"parts":[{"text":"A"},{"text":"B"}]})");
  EXPECT_EQ(at(made, "contents", "1"), R"({"role":"model","parts":[{"text":"Yo"}]})");
  EXPECT_EQ(count(at(made, "contents")), 3U);
}

TEST(ChatToGemini, ASystemMessageFurtherOnIsMovedToTheFrontAndTold) {
  constexpr std::string_view kBody =
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"system","content":"Mind"},{"role":"user","content":"So?"}]})";
  EXPECT_EQ(at(request(Form::Chat, Form::Gemini, kPro, kBody), "systemInstruction", "parts", "0", "text"), R"("Mind")");
  EXPECT_EQ(told(Form::Chat, Form::Gemini, kPro, kBody), "system.position");
}

TEST(ChatToGemini, AModelWithoutASystemInstructionHearsItFromTheUser) {
  const std::string made =
      messages_to_gemini(R"([{"role":"system","content":"Brief"},{"role":"user","content":"Hi"}])", "gemma-3-27b-it");
  EXPECT_EQ(at(made, "systemInstruction"), "");
  EXPECT_EQ(at(made, "contents", "0"), R"({"role":"user","parts":[{"text":"Brief"}]})");
}

TEST(ChatToGemini, ResultsStandAloneInTheOrderOfTheirCallsUnderTheNameOfTheTool) {
  const std::string made = messages_to_gemini(kLoop, kGemini25);
  EXPECT_EQ(
      at(made, "contents", "1", "parts"),
      R"([{"functionCall":{"id":"a","name":"f","args":{"q":1}}},{"functionCall":{"id":"b","name":"g","args":{}}}])");
  EXPECT_EQ(
      at(made, "contents", "2"),
      R"({"role":"user","parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"one"}}},{"functionResponse":{"id":"b","name":"g","response":{"output":"two"}}}]})");
  EXPECT_EQ(at(made, "contents", "3"), R"({"role":"user","parts":[{"text":"So?"}]})");
}

TEST(ChatToGemini, AToolThatFailedIsAnError) {
  const std::string made = request(
      Form::Messages, Form::Gemini, kFlash,
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","is_error":true,"content":"no"}]}]})");
  EXPECT_EQ(at(made, "contents", "2", "parts", "0", "functionResponse", "response"), R"({"error":"no"})");
}

TEST(ChatToGemini, ToolsKeepTheirSchemasToTheByte) {
  const std::string made = to_gemini(kTool);
  EXPECT_EQ(
      at(made, "tools"),
      R"([{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{"type":"object","properties":{"q":{"$ref":"#/x"}}}}]}])");
  const std::string bare = to_gemini(R"(,"tools":[{"type":"function","function":{"name":"f"}}])");
  EXPECT_EQ(at(bare, "tools", "0", "functionDeclarations", "0", "parametersJsonSchema"),
            R"({"type":"object","properties":{}})");
}

TEST(ChatToGemini, EachChoiceOfAToolHasItsMode) {
  const auto calling = [](std::string_view choice) {
    return at(to_gemini(std::string(kTool) + R"(,"tool_choice":)" + std::string(choice)), "toolConfig",
              "functionCallingConfig");
  };
  EXPECT_EQ(calling(R"("auto")"), R"({"mode":"AUTO"})");
  EXPECT_EQ(calling(R"("none")"), R"({"mode":"NONE"})");
  EXPECT_EQ(calling(R"("required")"), R"({"mode":"ANY"})");
  EXPECT_EQ(calling(R"({"type":"function","function":{"name":"f"}})"),
            R"({"mode":"ANY","allowedFunctionNames":["f"]})");
  EXPECT_EQ(at(to_gemini(kTool), "toolConfig"), "");
}

TEST(ChatToGemini, WhereOneOfSomeMustBeCalledAllToolsStay) {
  constexpr std::string_view kTools =
      R"(,"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"MODE","tools":[{"type":"function","function":{"name":"g"}}]}})";
  std::string must(kTools);
  must.replace(must.find("MODE"), 4, "required");
  const std::string made = to_gemini(must);
  EXPECT_EQ(count(at(made, "tools", "0", "functionDeclarations")), 2U);
  EXPECT_EQ(at(made, "toolConfig", "functionCallingConfig"), R"({"mode":"ANY","allowedFunctionNames":["g"]})");
  std::string may(kTools);
  may.replace(may.find("MODE"), 4, "auto");
  EXPECT_EQ(count(at(to_gemini(may), "tools", "0", "functionDeclarations")), 1U);
}

TEST(ChatToGemini, TheSettingsHaveGooglesNames) {
  const std::string made = to_gemini(
      R"(,"max_tokens":50,"temperature":1.5,"top_p":0.9,"stop":["a","b"],"seed":7,"frequency_penalty":0.5,"presence_penalty":0)");
  EXPECT_EQ(
      at(made, "generationConfig"),
      R"({"maxOutputTokens":50,"temperature":1.5,"topP":0.9,"stopSequences":["a","b"],"seed":7,"frequencyPenalty":0.5})");
  EXPECT_EQ(told_to_gemini(R"(,"seed":7)"), "");
}

TEST(ChatToGemini, TheMessagesStandLastSoThatPrefixesStayTheSame) {
  const std::string one = to_gemini(std::string(kTool) + R"(,"max_tokens":50,"temperature":1)");
  const std::string two = request(
      Form::Chat, Form::Gemini, kFlash,
      R"({"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yo"},{"role":"user","content":"So?"}],"model":"m","max_tokens":50,"temperature":1)" +
          std::string(kTool) + "}");
  const std::string_view front = std::string_view(one).substr(0, one.size() - 2);
  EXPECT_TRUE(two.starts_with(front)) << one << "\n" << two;
}

TEST(ChatToGemini, ASchemaForTheOutputIsGivenRaw) {
  constexpr std::string_view kFormat =
      R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","not":{}}}})";
  EXPECT_EQ(at(to_gemini(kFormat), "generationConfig"),
            R"({"responseMimeType":"application/json","responseJsonSchema":{"type":"object","not":{}}})");
  EXPECT_EQ(at(to_gemini(R"(,"response_format":{"type":"json_object"})"), "generationConfig"),
            R"({"responseMimeType":"application/json"})");
}

TEST(ChatToGemini, ModelsThatTakeNoSchemaBesideToolsAreGivenItAsATool) {
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})" +
      std::string(kTool) + "}";
  const auto made = try_request(Form::Chat, Form::Gemini, kGemini25, body);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(at(made->body, "generationConfig"), "");
  EXPECT_EQ(at(made->body, "tools", "0", "functionDeclarations", "1", "name"), R"("json")");
  EXPECT_EQ(at(made->body, "toolConfig", "functionCallingConfig", "mode"), R"("ANY")");
  EXPECT_EQ(made->context.json_tool, "json");
  EXPECT_NE(at(to_gemini(kTool, kFlash), "tools"), "");
}

TEST(ChatToGemini, NewModelsAreToldHowHardToThinkByALevel) {
  const auto level = [](std::string_view effort, std::string_view model) {
    return at(to_gemini(R"(,"reasoning_effort":")" + std::string(effort) + "\"", model), "generationConfig",
              "thinkingConfig", "thinkingLevel");
  };
  EXPECT_EQ(level("none", kFlash), R"("MINIMAL")");
  EXPECT_EQ(level("low", kFlash), R"("LOW")");
  EXPECT_EQ(level("medium", kFlash), R"("MEDIUM")");
  EXPECT_EQ(level("xhigh", kFlash), R"("HIGH")");
  EXPECT_EQ(level("minimal", kPro), R"("LOW")");
  EXPECT_EQ(level("medium", kPro), R"("HIGH")");
  EXPECT_EQ(told_to_gemini(R"(,"reasoning_effort":"medium")", kPro), "reasoning_effort");
  EXPECT_EQ(told_to_gemini(R"(,"reasoning_effort":"high")", kPro), "");
}

TEST(ChatToGemini, OlderModelsAreToldByABudget) {
  const auto budget = [](std::string_view rest, std::string_view model) {
    return at(to_gemini(rest, model), "generationConfig", "thinkingConfig", "thinkingBudget");
  };
  EXPECT_EQ(budget(R"(,"reasoning_effort":"none")", kGemini25), "0");
  EXPECT_EQ(budget(R"(,"reasoning_effort":"none")", "gemini-2.5-pro"), "128");
  EXPECT_EQ(budget(R"(,"reasoning_effort":"medium")", kGemini25), "8192");
  EXPECT_EQ(budget(R"(,"reasoning_effort":"max")", kGemini25), "24576");
  EXPECT_EQ(budget(R"(,"reasoning_effort":"high","max_tokens":4096)", kGemini25), "4095");
  EXPECT_EQ(budget(R"(,"reasoning_effort":"high","max_tokens":800)", kGemini25), "");
  EXPECT_EQ(told_to_gemini(R"(,"reasoning_effort":"high","max_tokens":800)", kGemini25), "reasoning_effort");
}

TEST(ChatToGemini, ABudgetOfClaudesIsKeptAndItsThoughtsAreShown) {
  constexpr std::string_view kBody =
      R"({"model":"m","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":5000},"messages":[{"role":"user","content":"Hi"}]})";
  EXPECT_EQ(at(request(Form::Messages, Form::Gemini, kGemini25, kBody), "generationConfig", "thinkingConfig"),
            R"({"includeThoughts":true,"thinkingBudget":5000})");
  EXPECT_EQ(at(request(Form::Messages, Form::Gemini, kFlash, kBody), "generationConfig", "thinkingConfig"),
            R"({"includeThoughts":true,"thinkingLevel":"MEDIUM"})");
}

TEST(ChatToGemini, PicturesFilesAndSoundsAreData) {
  const std::string made = messages_to_gemini(
      R"([{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,BBBB","filename":"a.pdf"}},{"type":"input_audio","input_audio":{"data":"CCCC","format":"wav"}},{"type":"image_url","image_url":{"url":"https://x.test/a.PNG?y=1"}}]}])");
  EXPECT_EQ(
      at(made, "contents", "0", "parts"),
      R"([{"inlineData":{"mimeType":"image/jpeg","data":"AAAA"}},{"inlineData":{"mimeType":"application/pdf","data":"BBBB"}},{"inlineData":{"mimeType":"audio/wav","data":"CCCC"}},{"fileData":{"mimeType":"image/png","fileUri":"https://x.test/a.PNG?y=1"}}])");
}

TEST(ChatToGemini, WhatGoogleCannotReadIsRefused) {
  const auto refused = [](std::string_view part) {
    return refusal(Form::Chat, Form::Gemini, kFlash,
                   R"({"model":"m","messages":[{"role":"user","content":[)" + std::string(part) + "]}]}");
  };
  EXPECT_EQ(refused(R"({"type":"image_url","image_url":{"url":"data:image/bmp;base64,AAAA"}})"),
            "unsupported_by_target");
  EXPECT_EQ(refused(R"({"type":"file","file":{"file_id":"file-1"}})"), "unsupported_by_target");
  EXPECT_EQ(refused(R"({"type":"file","file":{"file_data":"data:application/zip;base64,AAAA"}})"),
            "unsupported_by_target");
}

TEST(ChatToGemini, APictureInAResultStaysInItWhereTheModelTakesIt) {
  constexpr std::string_view kBody =
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]}]})";
  const std::string inside = request(Form::Messages, Form::Gemini, kFlash, kBody);
  EXPECT_EQ(at(inside, "contents", "2", "parts", "0", "functionResponse", "parts"),
            R"([{"inlineData":{"mimeType":"image/png","data":"AAAA"}}])");
  const std::string beside = request(Form::Messages, Form::Gemini, kGemini25, kBody);
  EXPECT_EQ(at(beside, "contents", "2", "parts", "0", "functionResponse", "parts"), "");
  EXPECT_EQ(at(beside, "contents", "3", "parts", "0", "inlineData", "data"), R"("AAAA")");
  EXPECT_EQ(told(Form::Messages, Form::Gemini, kGemini25, kBody), "tool_result.media");
}

TEST(ChatToGemini, HintsWithoutAPlaceAreTold) {
  EXPECT_EQ(told_to_gemini(std::string(kTool) + R"(,"parallel_tool_calls":false)"), "parallel_tool_calls");
  EXPECT_EQ(told_to_gemini(R"(,"verbosity":"low")"), "verbosity");
  EXPECT_EQ(told_to_gemini(R"(,"logit_bias":{"1":2})"), "logit_bias");
  EXPECT_EQ(told_to_gemini(R"(,"prompt_cache_key":"k")"), "prompt_cache_key");
  EXPECT_EQ(told_to_gemini(R"(,"stop":["a","b","c","d","e","f"])"), "stop");
  EXPECT_EQ(told_to_gemini(R"(,"user":"u")"), "");
}

TEST(ChatToGemini, TiersHaveGooglesWords) {
  EXPECT_EQ(at(to_gemini(R"(,"service_tier":"flex")"), "serviceTier"), R"("flex")");
  EXPECT_EQ(at(to_gemini(R"(,"service_tier":"default")"), "serviceTier"), R"("standard")");
  EXPECT_EQ(at(to_gemini(R"(,"service_tier":"auto")"), "serviceTier"), "");
  EXPECT_EQ(told_to_gemini(R"(,"service_tier":"fast")"), "service_tier");
}

TEST(ChatToGemini, WhatChangesTheMeaningIsRefused) {
  const auto refused = [](std::string_view rest) {
    return refusal(Form::Chat, Form::Gemini, kFlash,
                   R"({"model":"m","messages":[{"role":"user","content":"Hi"}])" + std::string(rest) + "}");
  };
  EXPECT_EQ(refused(R"(,"n":2)"), "unsupported_by_target");
  EXPECT_EQ(refused(R"(,"logprobs":true)"), "unsupported_by_target");
  EXPECT_EQ(refused(R"(,"tools":[{"type":"custom","custom":{"name":"c"}}])"), "unsupported_by_target");
}

TEST(ChatToGemini, NamesBeginWithALetterAndComeBackAsTheyWere) {
  const auto made = try_request(
      Form::Chat, Form::Gemini, kFlash,
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function","function":{"name":"3d-find"}}]})");
  ASSERT_TRUE(made.has_value());
  const std::string sent = at(made->body, "tools", "0", "functionDeclarations", "0", "name");
  EXPECT_EQ(sent.substr(0, 3), "\"_3");
  const std::string name = sent.substr(1, sent.size() - 2);
  EXPECT_EQ(made->context.names.original({name}).escaped, "3d-find");
}

TEST(ChatToGemini, AConversationThatTheModelBeginsIsBegunByTheUser) {
  const std::string made =
      messages_to_gemini(R"([{"role":"assistant","content":"Hello"},{"role":"user","content":"Hi"}])");
  EXPECT_EQ(at(made, "contents", "0", "role"), R"("user")");
  EXPECT_EQ(at(made, "contents", "1", "parts", "0", "text"), R"("Hello")");
}

TEST(ChatToGemini, ACallThatNobodyHasSignedIsSentWithGooglesWordForThat) {
  const std::string made = messages_to_gemini(kLoop, kPro);
  EXPECT_EQ(at(made, "contents", "1", "parts", "0", "thoughtSignature"), R"("skip_thought_signature_validator")");
  EXPECT_EQ(at(made, "contents", "1", "parts", "1", "thoughtSignature"), "");
  EXPECT_EQ(at(messages_to_gemini(kLoop, kGemini25), "contents", "1", "parts", "0", "thoughtSignature"), "");
}

TEST(ChatToGemini, SignaturesThatTheClientSendsBackStandOnTheirParts) {
  const std::string made = messages_to_gemini(
      R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"Let me see","reasoning_details":[{"type":"reasoning.encrypted","data":"TEXT","format":"google-gemini-v1","index":0},{"type":"reasoning.encrypted","data":"CALL","id":"b","format":"google-gemini-v1","index":1}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"}])",
      kPro);
  EXPECT_EQ(at(made, "contents", "1", "parts", "0"), R"({"text":"Let me see","thoughtSignature":"TEXT"})");
  EXPECT_EQ(at(made, "contents", "1", "parts", "2", "thoughtSignature"), R"("CALL")");
}

TEST(ChatToGemini, ASignatureWhereGooglesOwnChatCompletionsHaveItIsKept) {
  const std::string made = messages_to_gemini(
      R"([{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"SIG"}}}]},{"role":"tool","tool_call_id":"a","content":"1"}])",
      kPro);
  EXPECT_EQ(at(made, "contents", "1", "parts", "0", "thoughtSignature"), R"("SIG")");
}

TEST(ChatToGemini, WhatAnotherVendorHasSignedIsDroppedAndTold) {
  constexpr std::string_view kBody =
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"CLAUDE"},{"type":"text","text":"Yo"}]},{"role":"user","content":"So?"}]})";
  EXPECT_EQ(request(Form::Messages, Form::Gemini, kPro, kBody).find("CLAUDE"), std::string::npos);
  EXPECT_EQ(told(Form::Messages, Form::Gemini, kPro, kBody), "reasoning");
}

}  // namespace
}  // namespace drover::translate
