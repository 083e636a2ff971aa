// Input in Gemini's form, or for it, that is wrong: each kind with what comes of it.
#include "translate/gemini/google_schema.h"
#include "translate/model/base64.h"
#include "translate/model/limits.h"
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

constexpr std::string_view kAnyGemini = "gemini-3-flash";

std::string bad(std::string_view body) {
  return refusal(Form::Gemini, Form::Messages, kClaude, body);
}
std::string bad_contents(std::string_view contents) {
  return bad(R"({"contents":)" + std::string(contents) + "}");
}
std::string bad_parts(std::string_view parts) {
  return bad_contents(R"([{"role":"user","parts":[{"text":"Hi"},)" + std::string(parts) + "]}]");
}
std::string bad_model_parts(std::string_view parts, std::string_view answer = "") {
  return bad_contents(R"([{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[)" + std::string(parts) +
                      "]}" + std::string(answer) + "]");
}

TEST(BadGemini, WhatHasTheWrongTypeIsRefused) {
  EXPECT_EQ(bad(R"([])"), "invalid_type");
  EXPECT_EQ(bad_contents(R"({"parts":[]})"), "invalid_type");
  EXPECT_EQ(bad_contents(R"(["Hi"])"), "invalid_type");
  EXPECT_EQ(bad_contents(R"([{"parts":"Hi"}])"), "invalid_type");
  EXPECT_EQ(bad_parts(R"("Hi")"), "invalid_type");
  EXPECT_EQ(bad(R"({"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":[]})"), "invalid_type");
  EXPECT_EQ(bad(R"({"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"temperature":"hot"}})"),
            "invalid_type");
  EXPECT_EQ(bad(R"({"contents":[{"parts":[{"text":"Hi"}]}],"tools":1})"), "invalid_type");
}

TEST(BadGemini, UnknownRolesPartsAndWordsAreRefused) {
  EXPECT_EQ(bad_contents(R"([{"role":"narrator","parts":[{"text":"Hi"}]}])"), "invalid_role");
  EXPECT_EQ(bad_parts(R"({"hologram":{}})"), "unsupported_by_target");
  EXPECT_EQ(
      bad(R"({"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"thinkingConfig":{"thinkingLevel":"WILD"}}})"),
      "invalid_value");
  EXPECT_EQ(
      bad(R"({"contents":[{"parts":[{"text":"Hi"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":{"functionCallingConfig":{"mode":"WILD"}}})"),
      "invalid_tool_choice");
}

TEST(BadGemini, NothingToSayIsRefused) {
  EXPECT_EQ(bad("{}"), "missing_messages");
  EXPECT_EQ(bad_contents("[]"), "missing_messages");
  EXPECT_EQ(bad_contents(R"([{"role":"user","parts":[]}])"), "empty_messages");
  EXPECT_EQ(
      refusal(Form::Chat, Form::Gemini, kAnyGemini, R"({"model":"m","messages":[{"role":"system","content":"S"}]})"),
      "empty_messages");
}

TEST(BadGemini, CallsAndResultsMustBelongTogether) {
  EXPECT_EQ(bad_model_parts(R"({"functionCall":{"name":"f","args":{}}})"), "tool_call_without_result");
  EXPECT_EQ(bad_parts(R"({"functionResponse":{"name":"f","response":{}}})"), "tool_result_without_call");
  EXPECT_EQ(bad_model_parts(R"({"functionCall":{"name":"f"}})",
                            R"(,{"parts":[{"functionResponse":{"name":"g","response":{}}}]})"),
            "tool_result_without_call");
  EXPECT_EQ(bad_model_parts(R"({"functionCall":{"id":"a","name":"f"}},{"functionCall":{"id":"a","name":"f"}})"),
            "duplicate_tool_call_id");
  EXPECT_EQ(bad_model_parts(R"({"functionCall":{"args":{}}})"), "invalid_tool_call");
  EXPECT_EQ(bad_model_parts(R"({"functionCall":{"name":"f","args":[1]}})"), "invalid_type");
  EXPECT_EQ(bad_parts(R"({"functionCall":{"name":"f"}})"), "misplaced_part");
}

TEST(BadGemini, PicturesThatAreNoneAreRefused) {
  EXPECT_EQ(bad_parts(R"({"inlineData":{"mimeType":"image/png","data":"no base64!"}})"), "invalid_image");
  EXPECT_EQ(bad_parts(R"({"inlineData":{"mimeType":"PNG","data":"AAAA"}})"), "invalid_image");
  EXPECT_EQ(bad_parts(R"({"inlineData":{"mimeType":"video/mp4","data":"AAAA"}})"), "unsupported_by_target");
  EXPECT_EQ(bad_parts(R"({"fileData":{"mimeType":"image/png"}})"), "invalid_file");
  EXPECT_EQ(bad_parts(R"({"fileData":{"mimeType":"image/png","fileUri":"file:///etc/passwd"}})"),
            "unsupported_by_target");
}

TEST(BadGemini, ArgumentsThatAreNoObjectAreRefusedForGoogle) {
  for (const std::string_view arguments : {"{oops", "[1]", "1"}) {
    EXPECT_EQ(
        refusal(
            Form::Chat, Form::Gemini, kAnyGemini,
            R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":")" +
                std::string(arguments) + R"("}}]},{"role":"tool","tool_call_id":"a","content":"1"}]})"),
        "invalid_tool_arguments");
  }
}

TEST(BadGemini, ASchemaThatIsNestedTooDeepIsRefused) {
  const auto nested = [](std::size_t depth) {
    std::string schema = R"({"type":"STRING"})";
    for (std::size_t level = 0; level < depth; ++level) schema = R"({"type":"ARRAY","items":)" + schema + "}";
    return schema;
  };
  std::string out = "x";
  EXPECT_FALSE(append_json_schema(nested(kMaxSchemaDepth), out));
  EXPECT_EQ(out, "x");
  EXPECT_TRUE(append_json_schema(nested(kMaxSchemaDepth - 1), out));
  EXPECT_EQ(
      bad(R"({"contents":[{"parts":[{"text":"Hi"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":)" +
          nested(kMaxSchemaDepth) + "}]}]}"),
      "invalid_schema");
}

TEST(BadGemini, TenThousandToolsAndCallsAreTranslatedInTime) {
  std::string tools, calls, results;
  for (int at = 0; at < 10'000; ++at) {
    const std::string name = "f" + std::to_string(at);
    tools += (at == 0 ? "" : ",") + (R"({"name":")" + name + R"(","parameters":{"type":"OBJECT"}})");
    calls += (at == 0 ? "" : ",") + std::string(R"({"functionCall":{"name":"f"},"thoughtSignature":"S"})");
    results += (at == 0 ? "" : ",") + std::string(R"({"functionResponse":{"name":"f","response":{"output":"1"}}})");
  }
  const std::string body = R"({"tools":[{"functionDeclarations":[)" + tools +
                           R"(]}],"contents":[{"parts":[{"text":"Hi"}]},{"role":"model","parts":[)" + calls +
                           R"(]},{"parts":[)" + results + "]}]}";
  const std::string chat = request(Form::Gemini, Form::Chat, kGpt, body);
  EXPECT_EQ(count(at(chat, "tools")), 10'000U);
  const std::string back = request(Form::Chat, Form::Gemini, kAnyGemini, chat);
  EXPECT_EQ(count(at(back, "contents", "1", "parts")), 10'000U);
}

TEST(BadGemini, ASignatureThatIsNoneOfOursIsGooglesAndIsKept) {
  for (const std::string_view signature :
       {"ZHJvdmVyL!", "ZHJvdmVyLg==", "ZHJvdmVyLnh4", "ZHJvdmVyLm9wZW5haS4uIg==", "?"}) {
    const std::string body =
        R"({"contents":[{"parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Yo","thoughtSignature":")" +
        std::string(signature) + R"("}]},{"parts":[{"text":"So?"}]}]})";
    EXPECT_EQ(told(Form::Gemini, Form::Chat, kGpt, body), "reasoning") << signature;
  }
}

TEST(Base64, IsReadBackInEitherAlphabetAndRefusesWhatIsNone) {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\x00"}) {
    std::string text, again;
    append_base64(bytes, text);
    EXPECT_EQ(text.size() % 4, 0U);
    EXPECT_TRUE(append_from_base64(text, again));
    EXPECT_EQ(again, bytes);
  }
  std::string out;
  EXPECT_TRUE(append_from_base64("__-_", out));
  EXPECT_FALSE(append_from_base64("a b=", out));
  EXPECT_FALSE(append_from_base64("A", out));
}

}  // namespace
}  // namespace drover::translate
