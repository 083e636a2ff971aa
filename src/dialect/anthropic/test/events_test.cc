#include "dialect/anthropic/events.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dialect/answer/long_event.h"

namespace drover::dialect {
namespace {

struct Stream {
  AnswerState state;
  Error failure;
  Api api = Api::Messages;

  EventKind named(std::string_view name, std::string_view data) {
    const http::SseEvent event{.bytes = data, .name = name, .data = data, .data_lines = 1};
    return anthropic().read_event(api, event, state, failure);
  }
  [[nodiscard]] bool complete() const { return anthropic().stream_complete(api, state); }
};

constexpr std::string_view kText =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}})";

TEST(AnthropicEvents, BeforeContentAreLifecycleOrPings) {
  Stream stream;
  EXPECT_EQ(stream.named("message_start", R"({"message":{"usage":{"input_tokens":7,"output_tokens":1}}})"),
            EventKind::Lifecycle);
  EXPECT_EQ(stream.named("content_block_start", R"({"index":0,"content_block":{"type":"text","text":""}})"),
            EventKind::Lifecycle);
  EXPECT_EQ(stream.named("ping", R"({"type": "ping"})"), EventKind::Comment);
  EXPECT_EQ(stream.named("content_block_delta", R"({"delta":{"type":"input_json_delta","partial_json":""}})"),
            EventKind::Lifecycle);
  EXPECT_EQ(stream.named("content_block_stop", R"({"index":0})"), EventKind::Lifecycle);
  EXPECT_FALSE(stream.state.content_seen);
  EXPECT_EQ(stream.state.usage.input_tokens, 7);
}

TEST(AnthropicEvents, DeltasOfEveryKindAreContent) {
  for (const std::string_view delta :
       {R"({"delta":{"type":"text_delta","text":"x"}})", R"({"delta":{"type":"thinking_delta","thinking":"x"}})",
        R"({"delta":{"type":"signature_delta","signature":"x"}})",
        R"({"delta":{"type":"input_json_delta","partial_json":"{"}})",
        R"({"delta":{"type":"citations_delta","citation":{"a":1}}})", R"({"delta":{"type":"new","x":[1]}})", "{}",
        "no json"}) {
    Stream stream;
    EXPECT_EQ(stream.named("content_block_delta", delta), EventKind::Content) << delta;
  }
}

TEST(AnthropicEvents, BlocksThatComeWholeAreContent) {
  for (const std::string_view block :
       {R"({"type":"redacted_thinking","data":"abc"})", R"({"type":"web_search_tool_result","content":[{"a":1}]})",
        R"({"type":"text","text":"already"})", R"({"type":"tool_use","id":"t","name":"n","input":{"a":1}})",
        R"({"type":"compaction"})"}) {
    Stream stream;
    EXPECT_EQ(stream.named("content_block_start", "{\"content_block\":" + std::string(block) + "}"), EventKind::Content)
        << block;
  }
}

TEST(AnthropicEvents, CallsBeginEmpty) {
  for (const std::string_view type : {"tool_use", "server_tool_use", "mcp_tool_use"}) {
    Stream stream;
    EXPECT_EQ(stream.named("content_block_start", "{\"content_block\":{\"type\":\"" + std::string(type) +
                                                      "\",\"id\":\"t\",\"name\":\"n\",\"input\":{}}}"),
              EventKind::Lifecycle)
        << type;
  }
}

TEST(AnthropicEvents, BehindContentEveryEventIsPartOfTheAnswer) {
  Stream stream;
  EXPECT_EQ(stream.named("content_block_delta", kText), EventKind::Content);
  EXPECT_EQ(stream.named("content_block_stop", R"({"index":0})"), EventKind::Content);
  EXPECT_EQ(stream.named("content_block_start", R"({"index":1,"content_block":{"type":"text","text":""}})"),
            EventKind::Content);
  EXPECT_EQ(stream.state.content_events, 1U);
  EXPECT_EQ(stream.named("something_new", "{}"), EventKind::Content);
}

TEST(AnthropicEvents, EndWithMessageStopOnly) {
  Stream stream;
  EXPECT_EQ(stream.named("content_block_delta", kText), EventKind::Content);
  EXPECT_EQ(stream.named("message_delta", R"({"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}})"),
            EventKind::Content);
  EXPECT_TRUE(stream.state.finish_seen);
  EXPECT_EQ(stream.state.usage.output_tokens, 9);
  EXPECT_FALSE(stream.complete()) << "C13";
  EXPECT_EQ(stream.named("message_stop", R"({"type":"message_stop"})"), EventKind::Terminator);
  EXPECT_TRUE(stream.complete());
}

TEST(AnthropicEvents, AnAnswerWithoutTextIsOneWhenItSaysWhyItStopped) {
  Stream stream;
  EXPECT_EQ(stream.named("message_delta", R"({"delta":{"stop_reason":"refusal"}})"), EventKind::Content);
  EXPECT_EQ(stream.named("message_stop", "{}"), EventKind::Terminator);
}

TEST(AnthropicEvents, C21_AnEndBeforeAnythingWasSaidIsAFailure) {
  Stream stream;
  EXPECT_EQ(stream.named("message_start", "{}"), EventKind::Lifecycle);
  EXPECT_EQ(stream.named("message_stop", "{}"), EventKind::Error);
  EXPECT_EQ(stream.failure.code, "empty_answer");
}

struct InBand {
  std::string_view type;
  ErrorKind kind;
  int status;
};

TEST(AnthropicEvents, C11_ErrorsMeanTheStatusOfTheirType) {
  for (const auto& [type, kind, status] : std::vector<InBand>{{"overloaded_error", ErrorKind::Overloaded, 529},
                                                              {"rate_limit_error", ErrorKind::RateLimited, 429},
                                                              {"api_error", ErrorKind::ServerError, 500},
                                                              {"timeout_error", ErrorKind::ServerError, 504},
                                                              {"authentication_error", ErrorKind::KeyRejected, 401},
                                                              {"permission_error", ErrorKind::Forbidden, 403},
                                                              {"billing_error", ErrorKind::QuotaExhausted, 402},
                                                              {"invalid_request_error", ErrorKind::UserError, 400}}) {
    Stream stream;
    const std::string data = R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":"m"}})";
    EXPECT_EQ(stream.named("error", data), EventKind::Error) << type;
    EXPECT_EQ(stream.failure.kind, kind) << type;
    EXPECT_EQ(stream.failure.status, status) << type;
    EXPECT_EQ(stream.failure.code, type);
    EXPECT_EQ(stream.named("", data), EventKind::Error) << "some servers leave the event line out";
  }
}

TEST(AnthropicEvents, WithoutAnEventLineAreKnownByTheirType) {
  Stream stream;
  EXPECT_EQ(stream.named("", R"({"type":"message_start","message":{}})"), EventKind::Lifecycle);
  EXPECT_EQ(stream.named("", R"({"type":"ping"})"), EventKind::Comment);
  EXPECT_EQ(stream.named("", kText), EventKind::Content);
  EXPECT_EQ(stream.named("", "[DONE]"), EventKind::Comment);
  EXPECT_EQ(stream.named("", R"({"error":"broken"})"), EventKind::Error);
  EXPECT_EQ(stream.named("", R"({"type":"message_stop"})"), EventKind::Terminator);
}

TEST(AnthropicEvents, C16_WhatCannotBeReadIsHeldBeforeContentAndPassedOnBehindIt) {
  Stream stream;
  EXPECT_EQ(stream.named("", "{\"type\":\"mess"), EventKind::Lifecycle);
  EXPECT_EQ(stream.named("content_block_delta", kText), EventKind::Content);
  EXPECT_EQ(stream.named("", "{\"type\":\"mess"), EventKind::Content);
}

TEST(AnthropicEvents, K3_AFailureIsOneUnderAnyNameAndAHeartbeatIsNone) {
  for (const std::string_view told :
       {R"({"detail":"Not authenticated"})", R"({"code":500,"message":"boom"})", R"({"error_code":17,"error_msg":"m"})",
        R"({"object":"error","message":"m"})", R"({"success":false,"errors":[{"message":"m"}]})", R"({"message":"m"})",
        R"({"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})", R"([{"error":{"code":500}}])"}) {
    Stream stream;
    EXPECT_EQ(stream.named("message_start", R"({"message":{}})"), EventKind::Lifecycle);
    EXPECT_EQ(stream.named("", told), EventKind::Error) << told;
  }
  for (const std::string_view beat : {R"({"status":"queued"})", R"({"type":"status","message":"queued"})", "{}"}) {
    Stream stream;
    EXPECT_EQ(stream.named("", beat), EventKind::Lifecycle) << beat;
  }
}

TEST(AnthropicEvents, K9_AReasonThatIsNullIsNone) {
  for (const std::string_view reason : {"null", "\"null\""}) {
    Stream stream;
    EXPECT_EQ(stream.named("message_delta", R"({"delta":{"stop_reason":)" + std::string(reason) + "}}"),
              EventKind::Lifecycle);
    EXPECT_EQ(stream.named("message_stop", "{}"), EventKind::Error);
  }
}

TEST(AnthropicEvents, OfOtherPathsAreContentUntilTheyFail) {
  Stream stream{.state = {}, .failure = {}, .api = Api::OtherModel};
  EXPECT_EQ(stream.named("completion", R"({"completion":"x"})"), EventKind::Content);
  EXPECT_EQ(stream.named("error", R"({"error":{"type":"overloaded_error"}})"), EventKind::Error);
  EXPECT_TRUE(stream.complete());
}

TEST(AnthropicEvents, ThatAreTooLongToHoldAreStillKnownByTheirName) {
  AnswerState state;
  Error failure;
  const std::string result =
      "event: content_block_start\ndata: {\"content_block\":{\"type\":\"web_search_tool_result\",\"content\":\"" +
      std::string(70'000, 'x');
  EXPECT_EQ(anthropic().read_event(Api::Messages, long_event(result), state, failure), EventKind::Content);
  const std::string start = "event: message_start\ndata: {\"message\":{\"x\":\"" + std::string(70'000, 'x');
  AnswerState fresh;
  EXPECT_EQ(anthropic().read_event(Api::Messages, long_event(start), fresh, failure), EventKind::Lifecycle);
}

constexpr std::string_view kWhole =
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n"
    "event: content_block_start\ndata: {\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
    "event: ping\ndata: {\"type\": \"ping\"}\n\n"
    "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"\xE0\xB8\x81\"}}\r\n\r\n"
    "event: content_block_stop\ndata:{\"index\":0}\n\n"
    "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"},\ndata: \"usage\":{\"output_tokens\":2}}\n\n"
    "event: message_stop\ndata: {\"type\":\"message_stop\"      }\n\n";

TEST(AnthropicStream, C15_IsReadTheSameWhereverItIsCut) {
  const std::vector<EventKind> expected = {EventKind::Lifecycle, EventKind::Lifecycle, EventKind::Comment,
                                           EventKind::Content,   EventKind::Content,   EventKind::Content,
                                           EventKind::Terminator};
  for (std::size_t cut = 0; cut <= kWhole.size(); ++cut) {
    Stream stream;
    std::vector<EventKind> kinds;
    http::SseScanner scanner;
    std::string held;
    for (const std::string_view piece : {kWhole.substr(0, cut), kWhole.substr(cut)}) {
      held += piece;
      http::SseEvent event;
      while (scanner.next(held, event)) {
        kinds.push_back(anthropic().read_event(Api::Messages, event, stream.state, stream.failure));
        held.erase(0, event.bytes.size());
      }
    }
    ASSERT_EQ(kinds, expected) << cut;
    EXPECT_EQ(stream.state.usage.input_tokens, 3);
    EXPECT_EQ(stream.state.usage.output_tokens, 2);
    EXPECT_TRUE(stream.complete());
  }
}

TEST(AnthropicEvents, AnEndWithoutAWordIsAFailureWhereARuleSaysSo) {
  const FailureRules rule{{.empty = true, .kind = ErrorKind::ServerError, .scope = ErrorScope::Request}};
  for (const FailureRules* rules : {&rule, static_cast<const FailureRules*>(nullptr)}) {
    Stream stream;
    stream.state.rules = rules;
    EXPECT_EQ(stream.named("content_block_start", R"({"content_block":{"type":"text","text":""}})"),
              EventKind::Lifecycle);
    EXPECT_EQ(stream.named("message_delta", R"({"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":0}})"),
              rules != nullptr ? EventKind::Lifecycle : EventKind::Content);
    EXPECT_EQ(stream.named("message_stop", "{}"), rules != nullptr ? EventKind::Error : EventKind::Terminator);
  }
}

TEST(AnthropicEvents, AnEndForAnotherReasonSaysSomething) {
  const FailureRules rule{{.empty = true}};
  Stream stream;
  stream.state.rules = &rule;
  EXPECT_EQ(stream.named("message_delta", R"({"delta":{"stop_reason":"max_tokens"}})"), EventKind::Content);
  EXPECT_EQ(stream.named("message_stop", "{}"), EventKind::Terminator);
}

}  // namespace
}  // namespace drover::dialect
