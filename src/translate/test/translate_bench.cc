// What translating costs: a small chat request, one piece of a stream, a plain answer. And what a tree of Boost.JSON
// would cost for the reading alone.
#include <benchmark/benchmark.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "translate/translate.h"

namespace drover::translate {
namespace {

constexpr std::string_view kChat =
    R"({"model":"gpt-4o","stream":true,"max_tokens":512,"messages":[{"role":"system","content":"You are a helpful assistant."},)"
    R"({"role":"user","content":"What is the weather in Paris, and what should I wear there tomorrow?"},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}}]},)"
    R"({"role":"tool","tool_call_id":"call_1","content":"18 degrees, light rain"}],"tools":[{"type":"function","function":{"name":"get_weather",)"
    R"("description":"Current weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]})";

void translate(benchmark::State& state, Form back, std::string_view model) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(translate_request(kChat, {.front = Form::Chat, .back = back, .model = model}));
  }
}
void BM_ChatRequestToMessages(benchmark::State& state) {
  translate(state, Form::Messages, "claude-sonnet-4-5");
}
BENCHMARK(BM_ChatRequestToMessages);
void BM_ChatRequestToResponses(benchmark::State& state) {
  translate(state, Form::Responses, "gpt-5");
}
BENCHMARK(BM_ChatRequestToResponses);

void BM_BoostJsonReadsTheSameRequest(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(boost::json::parse(kChat));
}
BENCHMARK(BM_BoostJsonReadsTheSameRequest);

void piece(benchmark::State& state, Form front, Form back, std::string_view first, std::string_view open,
           std::string_view data) {
  Answer answer({.front = front, .back = back, .model = "asked", .request_id = "req_1"});
  std::string out;
  const auto give = [&](std::string_view json) {
    answer.on_event({.bytes = json, .name = {}, .data = json, .data_lines = 1}, out);
  };
  give(first);
  if (!open.empty()) give(open);
  for (auto _ : state) {
    out.clear();
    give(data);
    benchmark::DoNotOptimize(out.data());
  }
}

constexpr std::string_view kClaudeStart =
    R"({"type":"message_start","message":{"id":"msg_1","model":"c","usage":{"input_tokens":9,"output_tokens":1}}})";
constexpr std::string_view kClaudeOpen =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})";
constexpr std::string_view kClaudePiece =
    R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" world and"}})";
constexpr std::string_view kChatPiece =
    R"({"id":"chatcmpl-BHkLmNoPqRsTuVwXyZ012345678","object":"chat.completion.chunk","created":1755780000,"model":"gpt-4o-2024-08-06",)"
    R"("service_tier":"default","system_fingerprint":"fp_0123456789","choices":[{"index":0,"delta":{"content":" world"},"logprobs":null,)"
    R"("finish_reason":null}],"usage":null,"obfuscation":"aBcDeFgHiJ"})";

void BM_PieceOfMessagesToChat(benchmark::State& state) {
  piece(state, Form::Chat, Form::Messages, kClaudeStart, kClaudeOpen, kClaudePiece);
}
BENCHMARK(BM_PieceOfMessagesToChat);
void BM_PieceOfChatToMessages(benchmark::State& state) {
  piece(state, Form::Messages, Form::Chat, kChatPiece, "", kChatPiece);
}
BENCHMARK(BM_PieceOfChatToMessages);

void BM_BoostJsonReadsAPieceOfChat(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(boost::json::parse(kChatPiece));
}
BENCHMARK(BM_BoostJsonReadsAPieceOfChat);

void BM_PlainMessagesAnswerToChat(benchmark::State& state) {
  constexpr std::string_view kAnswer =
      R"({"id":"msg_1","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"It rains a little in Paris."}],)"
      R"("stop_reason":"end_turn","usage":{"input_tokens":30,"output_tokens":9}})";
  for (auto _ : state) {
    Answer answer({.front = Form::Chat, .back = Form::Messages, .model = "asked", .request_id = "req_1"});
    benchmark::DoNotOptimize(answer.plain(kAnswer));
  }
}
BENCHMARK(BM_PlainMessagesAnswerToChat);

}  // namespace
}  // namespace drover::translate
