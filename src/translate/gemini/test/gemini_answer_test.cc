// Answers of Google's models, for clients of the other forms.
#include "translate/gemini/partial_arguments.h"
#include "translate/test/test_kit.h"

namespace drover::translate {
namespace {

using namespace test_kit;

/// A chunk with these parts, and what else is said of the candidate and of the whole.
std::string chunk(std::string_view parts, std::string_view candidate = "", std::string_view rest = "") {
  return R"({"candidates":[{"content":{"role":"model","parts":[)" + std::string(parts) + R"(]},"index":0)" +
         std::string(candidate) + R"(}],"modelVersion":"gemini-3-pro","responseId":"R1")" + std::string(rest) + "}";
}
constexpr std::string_view kStop = R"(,"finishReason":"STOP")";
constexpr std::string_view kUsage =
    R"(,"usageMetadata":{"promptTokenCount":20,"cachedContentTokenCount":8,"toolUsePromptTokenCount":3,"candidatesTokenCount":5,"thoughtsTokenCount":7,"totalTokenCount":35})";

FoldedAnswer read(const std::vector<std::string>& events) {
  return fold_stream(Form::Gemini, wire(Form::Gemini, events));
}
std::vector<std::string> kinds(const FoldedAnswer& answer) {
  std::vector<std::string> found;
  for (const FoldedBlock& block : answer.blocks) {
    switch (block.kind) {
      case BlockKind::Text: found.push_back("text " + block.text); break;
      case BlockKind::Thinking: found.push_back("thinking " + block.text); break;
      case BlockKind::Sealed: found.push_back("sealed " + block.seal + " " + block.thought_id); break;
      case BlockKind::Call: found.push_back("call " + block.id + " " + block.name + " " + plain({block.text})); break;
      default: found.emplace_back("other");
    }
  }
  return found;
}
using Kinds = std::vector<std::string>;

TEST(GeminiAnswer, TextThoughtsAndCallsAreBlocksInTheirOrder) {
  const FoldedAnswer answer =
      read({chunk(R"({"text":"hm","thought":true})"), chunk(R"({"text":" so","thought":true},{"text":"I "})"),
            chunk(R"({"text":"look"},{"functionCall":{"id":"c1","name":"f","args":{"a":[1,"x\n"]}}})", kStop, kUsage)});
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(kinds(answer), (Kinds{"thinking hm so", "text I look", "call c1 f {\"a\":[1,\"x\\n\"]}"}));
  EXPECT_EQ(answer.stop, StopReason::Calls);
}

TEST(GeminiAnswer, TheUsageOfTheLastChunkCountsWithThoughtsInTheOutput) {
  const FoldedAnswer answer =
      read({chunk(R"({"text":"a"})", "", R"(,"usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":1})"),
            chunk(R"({"text":"b"})", kStop, kUsage)});
  EXPECT_EQ(answer.usage.input(), 23);
  EXPECT_EQ(answer.usage.cache_read, 8);
  EXPECT_EQ(answer.usage.output, 12);
  EXPECT_EQ(answer.usage.reasoning, 7);
}

TEST(GeminiAnswer, ParallelCallsWithoutIdsGetIdsOfTheAnswers) {
  const FoldedAnswer answer = read(
      {chunk(
           R"({"functionCall":{"name":"f","args":{"n":1}},"thoughtSignature":"SIG"},{"functionCall":{"name":"f","args":{"n":2}}})"),
       chunk(R"({"text":""})", kStop)});
  EXPECT_EQ(kinds(answer), (Kinds{"sealed SIG call_R1_0", "call call_R1_0 f {\"n\":1}", "call call_R1_1 f {\"n\":2}"}));
  EXPECT_EQ(answer.stop, StopReason::Calls);
}

TEST(GeminiAnswer, WithoutAnIdOfTheAnswerTheRequestsIsTaken) {
  const std::string body =
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}]})";
  EXPECT_EQ(at(plain_answer(Form::Chat, Form::Gemini, body), "choices", "0", "message", "tool_calls", "0", "id"),
            R"("call_req_1_0")");
}

TEST(GeminiAnswer, ArgumentsInPiecesArePutTogether) {
  const FoldedAnswer answer = read(
      {chunk(R"({"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"S"})"),
       chunk(
           R"({"functionCall":{"partialArgs":[{"jsonPath":"$.place.city","stringValue":"Bos","willContinue":true}],"willContinue":true}})"),
       chunk(
           R"({"functionCall":{"partialArgs":[{"jsonPath":"$.place.city","stringValue":"ton\n"},{"jsonPath":"$.days[0]","numberValue":1.5},{"jsonPath":"$.days[1]","boolValue":true},{"jsonPath":"$['a b']","nullValue":"NULL_VALUE"}],"willContinue":true}})"),
       chunk(R"({"functionCall":{}})"), chunk(R"({"functionCall":{"name":"g"}})"), chunk(R"({"text":""})", kStop)});
  EXPECT_EQ(kinds(answer), (Kinds{"sealed S call_R1_0",
                                  R"(call call_R1_0 f {"place":{"city":"Boston\n"},"days":[1.5,true],"a b":null})",
                                  "call call_R1_1 g {}"}));
}

TEST(GeminiAnswer, ACallWhoseEndIsMissingEndsWhereTheNextThingBegins) {
  const FoldedAnswer answer =
      read({chunk(R"({"functionCall":{"name":"f","willContinue":true}})"),
            chunk(R"({"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"x"}],"willContinue":true}})"),
            chunk(R"({"functionCall":{"name":"g","willContinue":true}})"), chunk(R"({"text":"done"})", kStop)});
  EXPECT_EQ(kinds(answer), (Kinds{R"(call call_R1_0 f {"a":"x"})", "call call_R1_1 g {}", "text done"}));
}

TEST(GeminiAnswer, APlaceInTheArgumentsThatCannotBeIsAnError) {
  for (const std::string_view path :
       {"", "$", "a", "$.", "$[2]", "$.a[", "$.a[x]", "$.a['b", "$.a[18446744073709551616]"}) {
    const FoldedAnswer answer = read({chunk(R"({"functionCall":{"name":"f","partialArgs":[{"jsonPath":")" +
                                            std::string(path) + R"(","stringValue":"x"}]}})"),
                                      chunk("", kStop)});
    EXPECT_TRUE(answer.error.has_value()) << path;
  }
  PartialArguments arguments;
  EXPECT_TRUE(arguments.add(R"({"jsonPath":"$.a","stringValue":"x"})"));
  EXPECT_FALSE(arguments.add(R"({"jsonPath":"$.a.b","stringValue":"x"})"));
  EXPECT_FALSE(arguments.add(R"({"jsonPath":"$.a","numberValue":1})"));
  EXPECT_FALSE(arguments.add(R"({"jsonPath":"$.o","stringValue":{}})"));
}

TEST(GeminiAnswer, ArgumentsHaveALimitInDepthAndInNumber) {
  PartialArguments deep;
  std::string path = "$";
  for (std::size_t step = 0; step <= kMaxArgumentDepth; ++step) path += ".a";
  EXPECT_FALSE(deep.add(R"({"jsonPath":")" + path + R"(","stringValue":"x"})"));
  PartialArguments many;
  bool taken = true;
  std::size_t at = 0;
  for (; taken && at <= kMaxArgumentValues; ++at) {
    taken = many.add(R"({"jsonPath":"$[')" + std::to_string(at) + R"(']","numberValue":1})");
  }
  EXPECT_FALSE(taken);
}

TEST(GeminiAnswer, ASignatureOnATextStandsBeforeTheText) {
  const FoldedAnswer answer = read({chunk(R"({"text":"I","thoughtSignature":"S1"})"), chunk(R"({"text":" see"})"),
                                    chunk(R"({"text":"","thoughtSignature":"S2"})", kStop)});
  EXPECT_EQ(kinds(answer), (Kinds{"sealed S1 ", "text I see", "sealed S2 "}));
}

TEST(GeminiAnswer, APictureIsMarkdownInTheText) {
  const FoldedAnswer answer =
      read({chunk(R"({"text":"Here: "},{"inlineData":{"mimeType":"image/png","data":"AAAA"}})", kStop)});
  EXPECT_EQ(kinds(answer), (Kinds{"text Here: ![image](data:image/png;base64,AAAA)"}));
}

TEST(GeminiAnswer, EachReasonHasItsClass) {
  const auto stop = [](std::string_view reason) {
    return read({chunk(R"({"text":"a"})", R"(,"finishReason":")" + std::string(reason) + "\"")}).stop;
  };
  EXPECT_EQ(stop("STOP"), StopReason::End);
  EXPECT_EQ(stop("MAX_TOKENS"), StopReason::MaxTokens);
  for (const std::string_view reason : {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
                                        "IMAGE_SAFETY", "NO_IMAGE", "MODEL_ARMOR"})
    EXPECT_EQ(stop(reason), StopReason::Refused) << reason;
  for (const std::string_view reason :
       {"OTHER", "FINISH_REASON_UNSPECIFIED", "MALFORMED_FUNCTION_CALL", "OF_NEXT_YEAR"})
    EXPECT_EQ(stop(reason), StopReason::End) << reason;
}

TEST(GeminiAnswer, ACallThatTheModelCouldNotWriteIsAnErrorWhereNothingWasSaid) {
  const std::string body = R"({"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","index":0}]})";
  EXPECT_EQ(fold_plain(Form::Gemini, body).error->code, "upstream_invalid");
  EXPECT_TRUE(read({body}).error.has_value());
  EXPECT_FALSE(read({chunk(R"({"text":"a"})"), body}).error.has_value());
}

TEST(GeminiAnswer, ABlockedPromptIsARefusal) {
  const std::string body =
      R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":4},"responseId":"R"})";
  EXPECT_EQ(at(plain_answer(Form::Chat, Form::Gemini, body), "choices", "0", "finish_reason"), R"("content_filter")");
  EXPECT_EQ(at(plain_answer(Form::Messages, Form::Gemini, body), "stop_reason"), R"("refusal")");
  EXPECT_TRUE(read({body}).whole);
}

TEST(GeminiAnswer, AStreamThatIsCutEndsInTheClientsErrorForm) {
  const std::string out = stream(Form::Messages, Form::Gemini, {chunk(R"({"text":"a"})")});
  EXPECT_THAT(out, HasSubstr("event: error"));
  EXPECT_THAT(out, Not(HasSubstr("message_stop")));
  EXPECT_THAT(stream(Form::Chat, Form::Gemini, {chunk(R"({"text":"a"})")}), Not(HasSubstr("[DONE]")));
}

TEST(GeminiAnswer, AnErrorInTheStreamAloneOrInAListIsTold) {
  constexpr std::string_view kError =
      R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})";
  for (const std::string& event : {std::string(kError), "[" + std::string(kError) + "]"}) {
    const FoldedAnswer answer = read({chunk(R"({"text":"a"})"), event});
    ASSERT_TRUE(answer.error.has_value());
    EXPECT_EQ(answer.error->status, 503);
    EXPECT_EQ(answer.error->kind, ErrorKind::Overloaded);
    EXPECT_TRUE(fold_plain(Form::Gemini, event).error.has_value());
  }
}

TEST(GeminiAnswer, AStreamThatCameAsOneListIsReadAsAPlainAnswer) {
  const std::string list = "[" + chunk(R"({"text":"a"})") + "," + chunk(R"({"text":"b"})", kStop, kUsage) + "]";
  EXPECT_EQ(kinds(fold_plain(Form::Gemini, list)), (Kinds{"text ab"}));
  EXPECT_TRUE(fold_plain(Form::Gemini, "[" + chunk(R"({"text":"a"})") + "]").error.has_value());
}

TEST(GeminiAnswer, OnlyTheFirstCandidateIsRead) {
  const FoldedAnswer answer =
      read({R"({"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]},"finishReason":"STOP"}]})",
            chunk(R"({"text":"yes"})", kStop)});
  EXPECT_EQ(kinds(answer), (Kinds{"text yes"}));
}

TEST(GeminiAnswer, WhatIsNoAnswerIsAnError) {
  for (const std::string_view body : {"[]", "{}", "1", "\"x\"", R"({"candidates":[]})", R"({"candidates":1})",
                                      R"([1,{"candidates":{}}])", "", "{", "<html>"}) {
    EXPECT_TRUE(fold_plain(Form::Gemini, body).error.has_value()) << body;
    EXPECT_FALSE(read({std::string(body)}).whole) << body;
  }
}

TEST(GeminiAnswer, TheSignatureGoesToTheClientAndComesBackToTheCall) {
  const std::vector<std::string> events = {
      chunk(R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"S/+="})", kStop)};
  const std::string chat = stream(Form::Chat, Form::Gemini, events);
  EXPECT_THAT(
      chat,
      HasSubstr(
          R"("reasoning_details":[{"type":"reasoning.encrypted","data":"S/+=","id":"call_R1_0","format":"google-gemini-v1","index":0}])"));
  const std::string claude = stream(Form::Messages, Form::Gemini, events);
  EXPECT_THAT(claude, HasSubstr(R"({"type":"redacted_thinking","data":"drover.google.call_R1_0.S/+="})"));
  const std::string back = request(
      Form::Messages, Form::Gemini, "gemini-3-pro",
      R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"drover.google.call_R1_0.S/+="},{"type":"tool_use","id":"call_R1_0","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_R1_0","content":"1"}]}]})");
  EXPECT_EQ(at(back, "contents", "1", "parts", "0", "thoughtSignature"), R"("S/+=")");
}

/// Notes in a map.
class GeminiNotes final : public ReasoningNotes {
 public:
  explicit GeminiNotes(ReasoningNote note) : note_(std::move(note)) {}
  [[nodiscard]] std::optional<std::string> find(std::string_view call_id) const override {
    return call_id == note_.call_id ? std::optional(note_.thoughts) : std::nullopt;
  }

 private:
  ReasoningNote note_;
};

TEST(GeminiAnswer, TheGatewayRemembersSignaturesForClientsThatSendNoneBack) {
  Answer answer(context(Form::Chat, Form::Gemini));
  std::string out;
  answer.feed(wire(Form::Gemini, {chunk(R"({"functionCall":{"name":"f","args":{}},"thoughtSignature":"SIG"})", kStop)}),
              out);
  answer.end_of_body(out);
  const auto note = answer.note();
  ASSERT_TRUE(note.has_value());
  const GeminiNotes notes(*note);
  const auto made = translate_request(
      R"({"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_R1_0","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_R1_0","content":"1"}]})",
      {.front = Form::Chat, .back = Form::Gemini, .model = "gemini-3-pro", .notes = &notes});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(at(made->body, "contents", "1", "parts", "0", "thoughtSignature"), R"("SIG")");
}

}  // namespace
}  // namespace drover::translate
