#include "dialect/answer/plain_answer.h"

#include <gtest/gtest.h>

#include <string>

#include "dialect/request/id_mark.h"

namespace drover::dialect {
namespace {

struct Read {
  std::optional<Error> failure;
  AnswerState state;
  [[nodiscard]] std::string code() const { return failure.has_value() ? failure->code : "good"; }
};

Read read(Api api, std::string_view body) {
  Read out;
  out.failure = openai().read_plain(api, body, out.state);
  return out;
}

TEST(PlainAnswer, TakesUsageOfAChat) {
  const Read good =
      read(Api::Chat, R"({"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})");
  EXPECT_EQ(good.code(), "good");
  EXPECT_EQ(good.state.usage.output_tokens, 2);
}

TEST(PlainAnswer, TakesUsageOfTheOthers) {
  EXPECT_EQ(
      read(Api::Embeddings, R"({"data":[{"embedding":[0.1,-2e-5]}],"usage":{"prompt_tokens":8,"total_tokens":8}})")
          .state.usage.input_tokens,
      8);
  EXPECT_EQ(read(Api::Responses, R"({"error":null,"output":[],"usage":{"input_tokens":3,"output_tokens":4}})")
                .state.usage.output_tokens,
            4);
  EXPECT_EQ(read(Api::Audio, R"({"text":"hi","usage":{"type":"tokens","input_tokens":5}})").state.usage.input_tokens,
            5);
}

TEST(PlainAnswer, AResponseNamesItself) {
  EXPECT_EQ(read(Api::Responses, R"({"id":"resp_1","error":null,"output":[{"id":"msg_1"}]})").state.made[0],
            id_mark("resp_1"));
  EXPECT_EQ(read(Api::Responses, R"({"id":7,"output":[{}]})").state.made[0], 0U);
  EXPECT_EQ(read(Api::Chat, R"({"id":"chatcmpl-1","choices":[{}]})").state.made[0], 0U);
}

TEST(PlainAnswer, AResponseNamesTheLastTextItSealed) {
  const Read read_it = read(
      Api::Responses,
      R"({"output":[{"type":"reasoning","encrypted_content":"one"},{"encrypted_content":"two"},{"id":"m"}],"id":"r"})");
  EXPECT_EQ(read_it.state.made[0], id_mark("r"));
  EXPECT_EQ(read_it.state.made[1], id_mark("two"));
}

TEST(PlainAnswer, WhatAPathWithoutAModelMadeNamesItself) {
  for (const Dialect* dialect : {&openai(), &anthropic()}) {
    AnswerState state;
    const std::string body = R"({"id":"batch_1","output_file_id":"file-2","error_file_id":null,"data":{"id":"no"}})" +
                             std::string(kPadding, ' ');
    ASSERT_FALSE(dialect->read_plain(Api::Pinned, std::string_view(body).substr(0, body.size() - kPadding), state));
    EXPECT_EQ(state.made, (std::array<std::uint64_t, 3>{id_mark("batch_1"), id_mark("file-2"), 0}));
  }
}

TEST(PlainAnswer, AnswersWithoutUsageAreGood) {
  const Read good = read(Api::Chat, R"({"choices":[{"message":{"content":"x"}}]})");
  EXPECT_EQ(good.code(), "good");
  EXPECT_FALSE(good.state.usage.known);
}

TEST(PlainAnswer, C9_AnErrorInA200IsClassifiedByItsCode) {
  const Read failed = read(Api::Chat, R"({"error":{"message":"Provider returned error","code":429,"metadata":{}}})");
  ASSERT_TRUE(failed.failure.has_value());
  EXPECT_EQ(failed.failure->kind, ErrorKind::RateLimited);
  EXPECT_EQ(failed.failure->status, 429);
  EXPECT_EQ(read(Api::Chat, R"({"error":"Network connection lost."})").failure->kind, ErrorKind::ServerError);
  EXPECT_EQ(read(Api::Chat, R"({"code":"insufficient_quota","error":"no money"})").failure->kind,
            ErrorKind::QuotaExhausted);
  EXPECT_EQ(read(Api::Images, R"({"error":{"code":"moderation_blocked"}})").failure->kind, ErrorKind::ContentPolicy);
}

TEST(PlainAnswer, C9_AFailedResponseIsAFailure) {
  EXPECT_EQ(read(Api::Responses, R"({"status":"failed","output":[],"error":{"code":"server_error","message":"m"}})")
                .failure->kind,
            ErrorKind::ServerError);
  EXPECT_EQ(read(Api::Responses, R"({"status":"failed","output":[{"x":1}]})").code(), "failed_answer");
}

TEST(PlainAnswer, C9_AnErrorBesideAnAnswerIsTheClientsToSee) {
  EXPECT_EQ(read(Api::Chat, R"({"error":"partly","choices":[{"message":{"content":"x"}}]})").code(), "good");
}

TEST(PlainAnswer, C10_APageIsOfTheWrongType) {
  const Read page = read(Api::Chat, "\n<!doctype html><html>");
  ASSERT_TRUE(page.failure.has_value());
  EXPECT_EQ(page.failure->kind, ErrorKind::WrongContentType);
  EXPECT_EQ(page.failure->status, 502);
}

TEST(PlainAnswer, C21_EmptyChoicesAreAFailure) {
  EXPECT_EQ(read(Api::Chat, R"({"choices":[]})").code(), "empty_answer");
  EXPECT_EQ(read(Api::Chat, R"({"choices":[],"usage":{"prompt_tokens":1}})").code(), "empty_answer");
  EXPECT_EQ(read(Api::Chat, R"({"message":"Network connection lost."})").code(), "unexpected_answer");
}

TEST(PlainAnswer, K3_WhatIsNoAnswerIsAFailureUnderAnyName) {
  for (const std::string_view body : {"",
                                      " ",
                                      "<html>",
                                      "{}",
                                      "[]",
                                      "null",
                                      "17",
                                      "true",
                                      "\"text\"",
                                      "upstream error",
                                      R"({"detail":"x"})",
                                      R"({"detail":[{"msg":"x"}]})",
                                      R"({"code":500,"message":"x"})",
                                      R"({"error_code":17,"error_msg":"x"})",
                                      R"({"success":false,"errors":[{"message":"x"}]})",
                                      R"([{"error":{"code":500}}])",
                                      R"({"object":"error"})",
                                      R"({"error":"x"})",
                                      R"({"error":{"message":"x"}})",
                                      R"({"error":17})",
                                      R"({"error":["x"]})",
                                      R"({"error":true})",
                                      R"({"message":"x"})",
                                      R"({"msg":"x","code":-1})",
                                      R"({"status":"queued"})",
                                      R"({"id":"x","usage":{}})"}) {
    for (const Api api : {Api::Chat, Api::Completions, Api::Embeddings, Api::Responses}) {
      const Read seen = read(api, body);
      ASSERT_TRUE(seen.failure.has_value()) << body;
      EXPECT_NE(seen.failure->retry, RetryClass::Never) << body;
    }
    AnswerState state;
    EXPECT_TRUE(anthropic().read_plain(Api::Messages, body, state).has_value()) << body;
  }
}

TEST(PlainAnswer, K3_AChatWithoutAChoiceIsNone) {
  for (const std::string_view body :
       {R"({"choices":null})", R"({"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}})",
        R"({"choices":{}})", R"({"choices":null,"base_resp":{"status_code":1000}})",
        R"({"choices":[{"finish_reason":"error","message":{}}]})",
        R"({"choices":[{"finish_reason":"insufficient_system_resource","message":{"content":"x"}}]})",
        R"({"choices":[{"message":{"content":""},"error":{"code":502,"message":"x"}}]})",
        R"({"error":{"code":502,"message":"x"},"choices":[{"message":{"content":""},"finish_reason":null}]})"}) {
    EXPECT_TRUE(read(Api::Chat, body).failure.has_value()) << body;
  }
  EXPECT_EQ(read(Api::Chat, R"({"choices":null,"base_resp":{"status_code":1008}})").failure.value_or(Error{}).kind,
            ErrorKind::QuotaExhausted);
  EXPECT_TRUE(read(Api::Embeddings, R"({"object":"list","data":[]})").failure.has_value());
  EXPECT_TRUE(read(Api::Embeddings, R"({"object":"list","data":null})").failure.has_value());
}

TEST(PlainAnswer, K3_UnusualAnswersAreGood) {
  for (const std::string_view body :
       {R"({"choices":[{"message":{"content":""},"finish_reason":"stop"}]})",
        R"({"choices":[{"message":{"content":null},"finish_reason":"length"}],"usage":null})",
        R"({"choices":[{"message":{"content":null,"tool_calls":[{"id":"t"}]},"finish_reason":"tool_calls"}]})",
        R"({"choices":[{"text":"x"}]})", R"({"choices":[{"delta":{"content":"x"}}]})", R"({"choices":["x"]})",
        R"({"error":null,"code":0,"message":"ok","choices":[{"message":{"content":"x"}}]})",
        R"({"base_resp":{"status_code":0},"choices":[{"message":{"content":"x"}}]})",
        "\xEF\xBB\xBF{\"choices\":[{\"message\":{\"content\":\"x\"}}]}"}) {
    EXPECT_EQ(read(Api::Chat, body).code(), "good") << body;
  }
  EXPECT_EQ(read(Api::Responses, R"({"object":"response","status":"queued","output":[]})").code(), "good");
  EXPECT_EQ(read(Api::Responses, R"({"id":"r","object":"response","status":"in_progress"})").code(), "good");
  EXPECT_EQ(read(Api::Moderations, R"({"results":[]})").code(), "good");
  EXPECT_EQ(read(Api::Rerank, R"({"results":[{"index":0}]})").code(), "good");
}

TEST(PlainAnswer, K3_AnErrorInA200IsNotCertainByItsNumberAlone) {
  EXPECT_EQ(read(Api::Chat, R"({"object":"error","code":400,"message":"m"})").failure.value_or(Error{}).retry,
            RetryClass::OtherKey);
  EXPECT_EQ(read(Api::Chat, R"({"error":{"code":"context_length_exceeded"}})").failure.value_or(Error{}).retry,
            RetryClass::Never);
}

TEST(PlainAnswer, K3_AnOperatorsRuleLooksAtAnyAnswerWithoutChoices) {
  const FailureRules rules = {{.status = kInsideAnswer,
                               .text = "no luck",
                               .kind = ErrorKind::Overloaded,
                               .scope = ErrorScope::Provider,
                               .retry = RetryClass::OtherProvider}};
  for (const std::string_view body : {R"({"odd":{"note":"no luck today"}})", R"({"choices":[],"note":"no luck"})"}) {
    AnswerState state;
    state.rules = &rules;
    EXPECT_EQ(openai().read_plain(Api::Chat, body, state).value_or(Error{}).kind, ErrorKind::Overloaded) << body;
  }
}

TEST(PlainAnswer, K3_ElsewhereOnlyWhatSaysSoOutrightIsAFailure) {
  EXPECT_TRUE(read(Api::Images, R"({"detail":"x"})").failure.has_value());
  EXPECT_TRUE(read(Api::Rerank, R"({"success":false,"message":"x"})").failure.has_value());
  EXPECT_EQ(read(Api::OtherModel, R"({"status":"failed"})").code(), "good");
  EXPECT_EQ(read(Api::Pinned, R"({"success":false})").code(), "good");
}

TEST(PlainAnswer, SkipsTheBlankLinesOfAKeepAlive) {
  EXPECT_EQ(read(Api::Chat, "\n\n\n{\"choices\":[{}],\"usage\":{\"prompt_tokens\":1}}").state.usage.input_tokens, 1);
}

TEST(PlainAnswer, RefusesWhatIsCut) {
  const std::string whole = R"({"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":1}})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(read(Api::Chat, std::string_view(whole).substr(0, size)).code(), "unreadable_answer") << size;
  }
  EXPECT_EQ(read(Api::Chat, whole + "x").code(), "unreadable_answer");
}

TEST(PlainAnswer, LeavesSoundsAndTextsAlone) {
  EXPECT_EQ(read(Api::Audio, std::string_view("ID3\0\xFF", 5)).code(), "good");
  EXPECT_EQ(read(Api::Audio, "1\n00:00 --> 00:01\nhi").code(), "good");
  EXPECT_EQ(read(Api::Images, "{\"data\":").code(), "good");
  EXPECT_EQ(read(Api::OtherModel, "").code(), "good");
}

TEST(PlainAnswer, DoesNotLookIntoHugeOnes) {
  EXPECT_EQ(read(Api::Chat, std::string(kMaxAnswerRead + 1, 'x')).code(), "good");
}

}  // namespace
}  // namespace drover::dialect
