#include "dialect/openai/events.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dialect/answer/usage_edit.h"
#include "dialect/openai/chat_chunk.h"
#include "dialect/request/id_mark.h"

namespace drover::dialect {
namespace {

/// One stream being read, event by event.
class Stream {
 public:
  explicit Stream(Api api) : api_(api) {}

  EventKind data(std::string_view json) { return named("", json); }
  EventKind named(std::string_view name, std::string_view json) {
    return openai().read_event(api_, {.bytes = json, .name = name, .data = json, .data_lines = 1}, state, failure);
  }
  [[nodiscard]] bool complete() const { return openai().stream_complete(api_, state); }

  AnswerState state;
  Error failure;

 private:
  Api api_;
};

std::string delta(std::string_view inside, std::string_view finish = "null") {
  return R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{)" +
         std::string(inside) + R"(},"logprobs":null,"finish_reason":)" + std::string(finish) + R"(}],"usage":null})";
}

TEST(ChatEvents, TheRoleAndEmptyDeltasAreLifecycle) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(delta(R"("role":"assistant","content":"","refusal":null)")), EventKind::Lifecycle);
  EXPECT_EQ(stream.data(delta(R"("role":null,"content":null,"tool_calls":[])")), EventKind::Lifecycle);
  EXPECT_EQ(stream.data(delta("")), EventKind::Lifecycle);
  EXPECT_EQ(stream.data(delta("", "\"\"")), EventKind::Lifecycle);
  EXPECT_FALSE(stream.state.content_seen);
}

TEST(ChatEvents, EveryKindOfDeltaIsContent) {
  for (const std::string_view inside :
       {R"("content":"Hi")", R"("refusal":"no")", R"("reasoning_content":"hm")", R"("reasoning":"hm")",
        R"("tool_calls":[{"index":0,"function":{"arguments":""}}])", R"("function_call":{"name":"f"})",
        R"("audio":{"id":"a"})"}) {
    Stream stream(Api::Chat);
    EXPECT_EQ(stream.data(delta(inside)), EventKind::Content) << inside;
    EXPECT_TRUE(stream.state.content_seen);
    EXPECT_EQ(stream.state.content_events, 1U);
  }
}

TEST(ChatEvents, AFinishIsContentEvenWithoutAny) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(delta("", "\"stop\"")), EventKind::Content);
  EXPECT_TRUE(stream.state.finish_seen);
}

TEST(ChatEvents, ChoicesThatInterleaveAreAllLookedAt) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"choices":[{"index":0,"delta":{}},{"index":1,"delta":{"content":"x"}}]})"),
            EventKind::Content);
}

TEST(ChatEvents, TheExtraUsageEventIsUsage) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,)"
                        R"("prompt_tokens_details":{"cached_tokens":4}}})"),
            EventKind::Usage);
  EXPECT_TRUE(stream.state.usage.known);
  EXPECT_EQ(stream.state.usage.input_tokens, 9);
  EXPECT_EQ(stream.state.usage.output_tokens, 12);
  EXPECT_EQ(stream.state.usage.cached_tokens, 4);
}

TEST(ChatEvents, FilterResultsWithoutChoicesAreLifecycle) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"id":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]})"),
            EventKind::Lifecycle);
}

TEST(ChatEvents, C11_AnErrorFirstIsAnErrorWithItsClass) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"error":{"message":"The server is overloaded","type":"overloaded_error","code":null}})"),
            EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::Overloaded);
  EXPECT_EQ(stream.failure.status, 503);
  EXPECT_EQ(stream.failure.code, "overloaded_error");
}

TEST(ChatEvents, C12_AnErrorInTheMiddleIsAnError) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(delta(R"("content":"Hi")")), EventKind::Content);
  EXPECT_EQ(stream.data(
                R"({"choices":[{"delta":{"content":""},"finish_reason":"error"}],"error":{"code":429,"message":"x"}})"),
            EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::RateLimited);
  EXPECT_FALSE(stream.complete());
}

TEST(ChatEvents, C12_AnEventNamedErrorIsOneWhateverItHolds) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.named("error", "overloaded, sorry"), EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::ServerError);
}

TEST(ChatEvents, AStringForAnErrorIsOne) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"error":"engine died"})"), EventKind::Error);
}

TEST(ChatEvents, AnErrorThatIsNullOrInsideContentIsNone) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"error":null,"choices":[{"delta":{"content":"{\"error\":\"x\"}"}}]})"), EventKind::Content);
  EXPECT_EQ(stream.data(R"({"choices":[{"delta":{"content":"x","error":{"a":1}}}]})"), EventKind::Content);
}

TEST(ChatEvents, AFinishThatMeansAFaultIsAnError) {
  for (const std::string_view reason : {"\"error\"", "\"insufficient_system_resource\""}) {
    Stream stream(Api::Chat);
    EXPECT_EQ(stream.data(delta("", reason)), EventKind::Error);
    EXPECT_FALSE(stream.complete());
  }
}

TEST(ChatEvents, C13_CompleteNeedsDoneOrAFinish) {
  Stream stream(Api::Chat);
  EXPECT_FALSE(stream.complete());
  (void)stream.data(delta(R"("content":"Hi")"));
  EXPECT_FALSE(stream.complete());
  Stream finished = stream;
  (void)finished.data(delta("", "\"stop\""));
  EXPECT_TRUE(finished.complete());
  EXPECT_EQ(stream.data("[DONE]"), EventKind::Terminator);
  EXPECT_TRUE(stream.complete());
}

TEST(ChatEvents, C14_KeepAlivesAreComments) {
  Stream stream(Api::Chat);
  AnswerState& state = stream.state;
  EXPECT_EQ(
      openai().read_event(Api::Chat, {.bytes = ": keep-alive\n\n", .name = {}, .data = {}}, state, stream.failure),
      EventKind::Comment);
  EXPECT_EQ(stream.named("ping", "{}"), EventKind::Comment);
  EXPECT_EQ(stream.data(""), EventKind::Comment);
  EXPECT_FALSE(state.content_seen);
}

TEST(ChatEvents, C15_SeveralDataLinesAreOneText) {
  Stream stream(Api::Chat);
  const std::string bytes = "data: {\"choices\":[],\r\ndata:\"usage\":{\"prompt_tokens\":1}}\r\n\r\n";
  EXPECT_EQ(openai().read_event(Api::Chat, {.bytes = bytes, .name = {}, .data = {}, .data_lines = 2}, stream.state,
                                stream.failure),
            EventKind::Usage);
}

TEST(ChatEvents, C16_WhatCannotBeReadIsHeldBeforeContentAndPassedOnBehindIt) {
  for (const std::string_view text : {"hello", "{", "\xFF\xFE", "[1,2", "{\"a\":1}}", "null"}) {
    Stream stream(Api::Chat);
    EXPECT_EQ(stream.data(text), EventKind::Lifecycle) << text;
    EXPECT_FALSE(stream.state.usage.known);
    EXPECT_EQ(stream.data(delta(R"("content":"Hi")")), EventKind::Content);
    EXPECT_NE(stream.data(text), EventKind::Error) << text;
  }
  Stream cut(Api::Chat);
  EXPECT_EQ(cut.data("{\"choices\":[{\"delta\":{\"content\":\"x"), EventKind::Content);
}

TEST(ChatEvents, K3_AFailureIsOneUnderAnyName) {
  for (const std::string_view told :
       {R"({"object":"error","message":"boom","code":500})", R"({"code":"boom","message":"m"})",
        R"({"error_code":336501,"error_msg":"m"})", R"({"detail":"Internal"})", R"({"detail":[{"msg":"m"}]})",
        R"({"success":false,"errors":[{"code":7,"message":"m"}]})", R"([{"error":{"code":500,"message":"m"}}])",
        R"({"choices":null,"base_resp":{"status_code":1000,"status_msg":"unknown error"}})",
        R"({"choices":[],"usage":{"total_tokens":0},"base_resp":{"status_code":1013,"status_msg":"m"}})",
        R"({"error":["boom"]})", R"({"error":17})", R"({"error":true})", R"({"message":"boom"})",
        R"({"status":"error","message":"boom"})", R"({"type":"server_error","message":"boom"})",
        R"({"errorCode":"X1","errorMessage":"boom"})", R"({"choices":[{"delta":{},"error":{"code":502}}]})",
        R"({"choices":[{"delta":{"content":""},"finish_reason":"abort"}]})",
        R"({"choices":[],"x_groq":{"id":"r","error":"boom"}})"}) {
    Stream stream(Api::Chat);
    EXPECT_EQ(stream.data(told), EventKind::Error) << told;
    EXPECT_NE(stream.failure.retry, RetryClass::Never) << told;
    Stream begun(Api::Chat);
    EXPECT_EQ(begun.data(delta(R"("role":"assistant")")), EventKind::Lifecycle);
    EXPECT_EQ(begun.data(told), EventKind::Error) << told;
  }
}

TEST(ChatEvents, K3_TheClassOfAFlatFailureIsWhatItsFieldsTell) {
  const auto kind = [](std::string_view told) {
    Stream stream(Api::Chat);
    EXPECT_EQ(stream.data(told), EventKind::Error) << told;
    return stream.failure.kind;
  };
  EXPECT_EQ(kind(R"({"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})"),
            ErrorKind::QuotaExhausted);
  EXPECT_EQ(kind(R"({"base_resp":{"status_code":1002,"status_msg":"x"}})"), ErrorKind::RateLimited);
  EXPECT_EQ(kind(R"({"base_resp":{"status_code":1004,"status_msg":"x"}})"), ErrorKind::KeyRejected);
  EXPECT_EQ(kind(R"({"code":429,"message":"slow"})"), ErrorKind::RateLimited);
  EXPECT_EQ(kind(R"({"code":30001,"message":"x"})"), ErrorKind::QuotaExhausted);
  EXPECT_EQ(kind(R"({"object":"error","message":"m","type":"x","code":"context_length_exceeded"})"),
            ErrorKind::ContextTooLong);
}

TEST(ChatEvents, K3_HeartbeatsAreLifecycleAndCommitNothing) {
  for (const std::string_view beat :
       {R"({"type":"ping"})", R"({"status":"queued"})", R"({"status":"processing","message":"please wait"})",
        R"({"type":"status","message":"queued"})", "{}", "[]", "null", "17", R"("waiting")", R"({"choices":null})",
        R"({"type":"heartbeat","content":"still here"})", R"({"status":"queued","text":"third"})",
        R"({"code":0,"message":"ok"})", R"({"base_resp":{"status_code":0,"status_msg":""}})", R"({"error":null})",
        R"({"error":false,"errors":[]})", R"({"success":true})"}) {
    Stream stream(Api::Chat);
    EXPECT_EQ(stream.data(beat), EventKind::Lifecycle) << beat;
    EXPECT_FALSE(stream.complete()) << beat;
    EXPECT_EQ(stream.data("[DONE]"), EventKind::Error) << beat;
    EXPECT_EQ(stream.failure.code, "empty_answer");
  }
}

TEST(ChatEvents, K3_OnlyAnErrorThatClientsKnowIsShownToThem) {
  Stream flat(Api::Chat);
  EXPECT_EQ(flat.data(R"({"object":"error","message":"m","code":500})"), EventKind::Error);
  EXPECT_FALSE(flat.state.error_shown);
  Stream known(Api::Chat);
  EXPECT_EQ(known.data(R"({"error":{"message":"m"}})"), EventKind::Error);
  EXPECT_TRUE(known.state.error_shown);
}

TEST(ChatEvents, K9_AreCompleteWhenEveryChoiceHasEnded) {
  const auto piece = [](int index, std::string_view finish) {
    return R"({"choices":[{"index":)" + std::to_string(index) + R"(,"delta":{"content":"x"},"finish_reason":)" +
           std::string(finish) + "}]}";
  };
  Stream two(Api::Chat);
  two.state.choices_due = 2;
  (void)two.data(piece(0, "null"));
  (void)two.data(piece(1, "null"));
  (void)two.data(piece(0, "\"stop\""));
  EXPECT_FALSE(two.complete());
  Stream both = two;
  (void)both.data(piece(1, "\"length\""));
  EXPECT_TRUE(both.complete());
  Stream one_of_two(Api::Chat);
  one_of_two.state.choices_due = 2;
  (void)one_of_two.data(piece(0, "\"stop\""));
  EXPECT_FALSE(one_of_two.complete()) << "the second never began";
  Stream unasked(Api::Chat);
  (void)unasked.data(piece(0, "\"stop\""));
  (void)unasked.data(piece(7, "null"));
  EXPECT_FALSE(unasked.complete()) << "what began must end";
  (void)unasked.data(piece(100'000, "null"));
  (void)unasked.data(piece(7, "\"stop\""));
  EXPECT_TRUE(unasked.complete());
}

TEST(ChatEvents, K9_AFinishReasonThatIsTheWordNullIsNone) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(delta(R"("content":"Hi")", "\"null\"")), EventKind::Content);
  EXPECT_FALSE(stream.complete());
}

TEST(ChatEvents, C17_OddUsageNeverHarmsAndTheLastOneCounts) {
  Stream stream(Api::Chat);
  const auto usage = [&](std::string_view value) {
    return stream.data(R"({"choices":[],"usage":)" + std::string(value) + "}");
  };
  EXPECT_EQ(usage("null"), EventKind::Lifecycle);
  EXPECT_EQ(usage("12"), EventKind::Lifecycle);
  EXPECT_EQ(usage("{}"), EventKind::Usage);
  EXPECT_EQ(usage(R"({"prompt_tokens":null})"), EventKind::Usage);
  EXPECT_FALSE(stream.state.usage.known);
  (void)usage(R"({"prompt_tokens":-5,"completion_tokens":99999999999999999999})");
  EXPECT_EQ(stream.state.usage.input_tokens, 0);
  EXPECT_EQ(stream.state.usage.output_tokens, 1'000'000'000);
  (void)usage(R"({"prompt_tokens":3,"completion_tokens":4})");
  (void)usage("null");
  EXPECT_EQ(stream.state.usage.input_tokens, 3);
  EXPECT_EQ(stream.state.usage.output_tokens, 4);
}

TEST(ChatEvents, UsageInAChunkWithContentIsTaken) {
  Stream stream(Api::Chat);
  EXPECT_EQ(
      stream.data(
          R"({"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":1}})"),
      EventKind::Content);
  EXPECT_EQ(stream.state.usage.input_tokens, 7);
}

TEST(ChatEvents, UsageInGroqsPlaceIsTaken) {
  Stream stream(Api::Chat);
  (void)stream.data(
      R"({"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":7,"completion_tokens":1}}})");
  EXPECT_EQ(stream.state.usage.input_tokens, 7);
}

TEST(ChatEvents, ReasoningThatIsNotInTheCountIsAdded) {
  Stream stream(Api::Chat);
  (void)stream.data(
      R"({"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"completion_tokens_details":{"reasoning_tokens":20}}})");
  EXPECT_EQ(stream.state.usage.output_tokens, 25);
}

TEST(ChatEvents, C21_AStreamThatOnlyEndsIsAFailure) {
  Stream stream(Api::Chat);
  (void)stream.data(delta(R"("role":"assistant")"));
  EXPECT_EQ(stream.data("[DONE]"), EventKind::Error);
  EXPECT_EQ(stream.failure.code, "empty_answer");
}

TEST(ChatEvents, TheCheapLookAgreesWithTheCloserOne) {
  for (const std::string_view text :
       {R"({"choices":[{"delta":{"content":"x"},"finish_reason":null}],"usage":null,"error":null})",
        R"({ "choices" : [ { "delta" : { "content" : "x" } } ] })", R"({"choices":[{"text":"x"}]})",
        R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]})"}) {
    EXPECT_TRUE(openai_detail::is_plain_content(text)) << text;
    EXPECT_TRUE(openai_detail::read_chat_chunk(text).has_content) << text;
  }
  for (const std::string_view text :
       {R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1}})",
        R"({"choices":[{"delta":{"content":""}}]})",
        R"({"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]})",
        R"({"choices":[{"delta":{"content":"x"}}],"error":{"a":1}})", "{\n  \"error\": \"x\", \"content\": \"y\"}",
        R"({"choices":[{"delta":{"content":null}}]})", R"(["content":"x"])", "{", R"({"content"})", R"({"content":)",
        R"({"content":")"}) {
    EXPECT_FALSE(openai_detail::is_plain_content(text)) << text;
  }
}

TEST(ChatEvents, KeysInsideTextDeceiveNoLook) {
  Stream stream(Api::Chat);
  EXPECT_EQ(stream.data(R"({"choices":[{"delta":{"content":"a, \"error\": {}, \"usage\": 1 "}}]})"),
            EventKind::Content);
  EXPECT_EQ(stream.data(R"({"choices":[{"delta":{"role":", \"content\": \"x"}}]})"), EventKind::Lifecycle);
}

TEST(CompletionEvents, TextIsContent) {
  Stream stream(Api::Completions);
  EXPECT_EQ(stream.data(R"({"choices":[{"text":"","index":0,"finish_reason":null}]})"), EventKind::Lifecycle);
  EXPECT_EQ(stream.data(R"({"choices":[{"text":"a","index":0,"finish_reason":null}]})"), EventKind::Content);
  EXPECT_EQ(stream.data("[DONE]"), EventKind::Terminator);
}

TEST(ResponsesEvents, AreKnownByTheirNames) {
  Stream stream(Api::Responses);
  for (const std::string_view name : {"response.created", "response.queued", "response.in_progress",
                                      "response.output_item.added", "response.content_part.added"}) {
    EXPECT_EQ(stream.named(name, "{}"), EventKind::Lifecycle) << name;
  }
  EXPECT_EQ(stream.named("response.output_text.delta", R"({"delta":"x"})"), EventKind::Content);
  EXPECT_EQ(stream.named("response.web_search_call.searching", "{}"), EventKind::Content);
  EXPECT_FALSE(stream.complete());
  EXPECT_EQ(
      stream.named(
          "response.completed",
          R"({"type":"response.completed","response":{"id":"r","usage":{"input_tokens":5,"output_tokens":6,"input_tokens_details":{"cached_tokens":2}}}})"),
      EventKind::Terminator);
  EXPECT_TRUE(stream.complete());
  EXPECT_EQ(stream.state.usage.input_tokens, 5);
  EXPECT_EQ(stream.state.usage.cached_tokens, 2);
}

TEST(ResponsesEvents, AreKnownByTheirTypeWithoutAnEventLine) {
  Stream stream(Api::Responses);
  EXPECT_EQ(stream.data(R"({"type":"response.created","response":{"error":null}})"), EventKind::Lifecycle);
  EXPECT_EQ(stream.data(R"({"type":"response.incomplete","response":{}})"), EventKind::Terminator);
}

TEST(ResponsesEvents, TheFirstNamesTheResponse) {
  Stream stream(Api::Responses);
  (void)stream.named("response.created", R"({"type":"response.created","response":{"id":"resp_1","status":"x"}})");
  EXPECT_EQ(stream.state.made.front(), id_mark("resp_1"));
}

TEST(ResponsesEvents, ATerminatorWhoseDataIsCutStillEndsTheStream) {
  Stream stream(Api::Responses);
  EXPECT_EQ(stream.named("response.completed", R"({"type":"response.completed","response":{"output":[{"text":"aaa)"),
            EventKind::Terminator);
  EXPECT_FALSE(stream.state.usage.known);
}

TEST(ResponsesEvents, C11_AFailureAfterLifecycleIsAnErrorByItsInnerCode) {
  Stream stream(Api::Responses);
  (void)stream.named("response.created", "{}");
  EXPECT_EQ(stream.named("response.failed",
                         R"({"response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"m"}}})"),
            EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::RateLimited);
  EXPECT_EQ(stream.named("error", R"({"type":"error","code":"insufficient_quota","message":"m","param":null})"),
            EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::QuotaExhausted);
  EXPECT_EQ(stream.named("error", R"({"type":"error","error":{"code":"invalid_prompt"}})"), EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::ContentPolicy);
  EXPECT_EQ(stream.failure.retry, RetryClass::Never);
}

TEST(ResponsesEvents, K9_EndOnlyWithTheirLastEvent) {
  Stream stream(Api::Responses);
  EXPECT_EQ(stream.named("response.output_text.delta", R"({"delta":"x"})"), EventKind::Content);
  EXPECT_EQ(stream.data("[DONE]"), EventKind::Error);
  EXPECT_EQ(stream.failure.kind, ErrorKind::Truncated);
  EXPECT_FALSE(stream.complete());
}

TEST(ResponsesEvents, K3_OfAnotherShapeAreFailuresOrHeartbeats) {
  for (const std::string_view told :
       {R"({"detail":"x"})", R"({"code":500,"message":"x"})", R"({"error":"x"})", R"({"error_code":1,"error_msg":"x"})",
        R"({"type":"response.completed","response":{"status":"failed","error":{"code":"server_error"}}})"}) {
    Stream stream(Api::Responses);
    EXPECT_EQ(stream.data(told), EventKind::Error) << told;
  }
  for (const std::string_view beat : {R"({"type":"ping"})", R"({"type":"keepalive"})", R"({"status":"queued"})", "x"}) {
    Stream stream(Api::Responses);
    EXPECT_EQ(stream.data(beat), EventKind::Lifecycle) << beat;
    EXPECT_FALSE(stream.complete());
  }
}

TEST(MediaEvents, K9_WithoutTheirLastEventAreIncomplete) {
  Stream images(Api::Images);
  EXPECT_EQ(images.named("image_generation.partial_image", "{}"), EventKind::Content);
  EXPECT_FALSE(images.complete());
  Stream words(Api::Audio);
  EXPECT_EQ(words.data(R"({"type":"transcript.text.delta","delta":"x"})"), EventKind::Content);
  EXPECT_FALSE(words.complete());
  Stream unknown(Api::Audio);
  EXPECT_EQ(unknown.data(R"({"chunk":"x"})"), EventKind::Content);
  EXPECT_TRUE(unknown.complete()) << "what its last event is called is not known";
}

TEST(MediaEvents, K10_OfSeveralPicturesTheLastEndsTheStream) {
  Stream two(Api::Images);
  two.state.choices_due = 2;
  EXPECT_EQ(two.named("image_generation.completed", "{}"), EventKind::Content);
  EXPECT_FALSE(two.complete());
  EXPECT_EQ(two.named("image_generation.completed", "{}"), EventKind::Terminator);
  Stream form(Api::Images);
  form.state.choices_due = 0;
  EXPECT_EQ(form.named("image_edit.completed", "{}"), EventKind::Content);
  EXPECT_EQ(form.named("image_edit.completed", "{}"), EventKind::Content);
  EXPECT_TRUE(form.complete()) << "how many is not known: the end of the body ends it";
}

TEST(MediaEvents, EndWithDoneOrCompleted) {
  Stream stream(Api::Audio);
  EXPECT_EQ(stream.data(R"({"type":"transcript.text.delta","delta":"x"})"), EventKind::Content);
  EXPECT_EQ(
      stream.data(R"({"type":"transcript.text.done","usage":{"type":"tokens","input_tokens":3,"output_tokens":1}})"),
      EventKind::Terminator);
  EXPECT_EQ(stream.state.usage.input_tokens, 3);
  Stream images(Api::Images);
  EXPECT_EQ(images.named("image_generation.partial_image", "{}"), EventKind::Content);
  EXPECT_EQ(images.named("image_generation.completed", "{}"), EventKind::Terminator);
}

TEST(OtherEvents, AreContentUntilTheyFail) {
  Stream stream(Api::OtherModel);
  EXPECT_EQ(stream.data("anything"), EventKind::Content);
  EXPECT_EQ(stream.named("x.done", "{}"), EventKind::Content);
  EXPECT_EQ(stream.data(R"({"error":{"code":503}})"), EventKind::Error);
  EXPECT_TRUE(stream.complete());
}

TEST(UsageEdit, TakesOutTheExtraEventAndNothingElse) {
  UsageEdit edit;
  std::string replacement;
  EXPECT_EQ(edit.on_event({}, EventKind::Usage, replacement), Edit::Drop);
  for (const EventKind kind :
       {EventKind::Comment, EventKind::Lifecycle, EventKind::Content, EventKind::Terminator, EventKind::Error}) {
    EXPECT_EQ(edit.on_event({}, kind, replacement), Edit::Keep);
  }
}

}  // namespace
}  // namespace drover::dialect
