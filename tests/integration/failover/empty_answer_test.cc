// Answers that end well and say nothing, with and without the rule that makes failures of them, through the whole
// gateway.
#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kEmptyChat =
    R"({"id":"c0","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":0}})";
constexpr const char* kEmptyUsage =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":0}}\n\n";

/// Two providers in this order at one server, whose keys go out after a single failure that counts.
std::string in_order(const std::string& url, bool with_rule, const std::string& dialect = "openai") {
  const std::string rule = with_rule ? ", errors: [ { empty: true, class: empty_answer } ]" : "";
  const auto provider = [&](const std::string& name, const std::string& key) {
    return "  " + name + ": { dialect: " + dialect + ", base_url: \"" + url + "\", keys: [ { value: " + key + " } ]" +
           rule + " }\n";
  };
  return "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nthreads: 1\nhealth: { probe: off, eject_after: 1 }\nproviders:\n" +
         provider("first", kKeyOne) + provider("second", kKeyTwo) +
         "models:\n  \"*\": { targets: [ first, { provider: second, priority: 1 } ] }\n";
}

std::string streamed(const std::string& events) {
  return kStreamHead + chunk(events) + "0\r\n\r\n";
}

TEST(EmptyAnswer, IsTriedElsewhereAndChargesNobodyWhereTheRuleSaysSo) {
  RawUpstream upstream;
  Gateway gateway(in_order(url_of(upstream), true));
  upstream.next(Say{}.bytes(sized(kEmptyChat)));
  upstream.next(Say{}.bytes(sized(kPlainAnswer)));
  const Answer plain = gateway.post(kChat, plain_chat());
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.body, kPlainAnswer);
  EXPECT_EQ(attempts(plain), 2);

  upstream.next(Say{}.bytes(streamed(std::string(kFinish) + kEmptyUsage + kDone)));
  upstream.next(Say{}.bytes(streamed(delta("hi") + kFinish + kDone)));
  const Answer stream = gateway.post(kChat, streamed_chat());
  EXPECT_EQ(stream.body, delta("hi") + kFinish + kDone);
  EXPECT_EQ(attempts(stream), 2) << "the first is asked first again: it was not ejected";
  EXPECT_THAT(gateway.admin("/status").body, HasSubstr("\"green\":2,\"yellow\":0,\"red\":0"));
}

TEST(EmptyAnswer, OfAStreamWithoutAnEndMarkIsOneToo) {
  RawUpstream upstream;
  Gateway gateway(in_order(url_of(upstream), true));
  upstream.next(Say{}.bytes(streamed(kFinish)));
  upstream.next(Say{}.bytes(streamed(delta("hi") + kFinish + kDone)));
  EXPECT_EQ(gateway.post(kChat, streamed_chat()).body, delta("hi") + kFinish + kDone);
}

TEST(EmptyAnswer, OfAMessageIsTriedElsewhereToo) {
  RawUpstream upstream;
  Gateway gateway(in_order(root_of(url_of(upstream)), true, "anthropic"));
  upstream.next(Say{}.bytes(streamed(message_start() + message_end())));
  upstream.next(Say{}.bytes(streamed(message_start() + text_delta("hi") + message_end())));
  EXPECT_EQ(gateway.post(kMessages, streamed_message()).body, message_start() + text_delta("hi") + message_end());
  const std::string empty =
      R"({"id":"m","type":"message","content":[{"type":"text","text":""}],"stop_reason":"end_turn"})";
  upstream.next(Say{}.bytes(sized(empty)));
  upstream.next(Say{}.bytes(sized(kPlainMessage)));
  EXPECT_EQ(gateway.post(kMessages, plain_message()).body, kPlainMessage);
}

TEST(EmptyAnswer, IsToldAsAFailureWhenNobodySaysMore) {
  RawUpstream upstream;
  Gateway gateway(in_order(url_of(upstream), true) + "retry: { same_target: 0 }\n");
  upstream.always(Say{}.bytes(sized(kEmptyChat)));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 502);
  EXPECT_THAT(answer.body, HasSubstr("\"code\":\"empty_answer\""));
}

TEST(EmptyAnswer, IsPassedOnAsItIsWithoutTheRule) {
  RawUpstream upstream;
  Gateway gateway(in_order(url_of(upstream), false));
  upstream.next(Say{}.bytes(sized(kEmptyChat)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).body, kEmptyChat);
  const std::string events = std::string(kFinish) + kEmptyUsage + kDone;
  upstream.next(Say{}.bytes(streamed(events)));
  const Answer stream =
      gateway.post(kChat, chat_body("gpt-4o", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
  EXPECT_EQ(stream.body, events);
  EXPECT_EQ(attempts(stream), 1);
}

}  // namespace
}  // namespace drover::test
