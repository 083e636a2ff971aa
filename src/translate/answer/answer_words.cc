#include "translate/answer/answer_words.h"

#include <algorithm>
#include <array>

namespace drover::translate {
namespace {

constexpr auto kPrefixes = std::to_array<std::string_view>({"chatcmpl-", "msg_", "resp_", ""});  // in the order of Form

std::int64_t at_least_0(std::int64_t tokens) {
  return std::max<std::int64_t>(tokens, 0);
}

}  // namespace

std::string_view chat_finish(StopReason reason) {
  switch (reason) {
    case StopReason::MaxTokens:
    case StopReason::ContextFull: return "length";
    case StopReason::Calls: return "tool_calls";
    case StopReason::Refused: return "content_filter";
    case StopReason::End:
    case StopReason::StopSequence:
    case StopReason::Paused: return "stop";
  }
  return "stop";
}

std::string_view messages_stop(StopReason reason) {
  switch (reason) {
    case StopReason::MaxTokens: return "max_tokens";
    case StopReason::ContextFull: return "model_context_window_exceeded";
    case StopReason::Calls: return "tool_use";
    case StopReason::Refused: return "refusal";
    case StopReason::StopSequence: return "stop_sequence";
    case StopReason::Paused: return "pause_turn";
    case StopReason::End: return "end_turn";
  }
  return "end_turn";
}

std::string_view responses_incomplete(StopReason reason, bool refuses_in_words) {
  switch (reason) {
    case StopReason::MaxTokens:
    case StopReason::ContextFull: return "max_output_tokens";
    case StopReason::Refused: return refuses_in_words ? "" : "content_filter";
    default: return "";
  }
}

void write_chat_usage(const AnswerUsage& usage, JsonOut& json) {
  const std::int64_t output = at_least_0(usage.output);
  json.open('{').key("prompt_tokens").number(usage.input()).key("completion_tokens").number(output);
  json.key("total_tokens").number(usage.input() + output);
  json.key("prompt_tokens_details").open('{').key("cached_tokens").number(at_least_0(usage.cache_read));
  if (usage.cache_write > 0) json.key("cache_write_tokens").number(usage.cache_write);
  json.close('}').key("completion_tokens_details").open('{');
  json.key("reasoning_tokens").number(at_least_0(usage.reasoning)).close('}').close('}');
}

void write_messages_usage(const AnswerUsage& usage, JsonOut& json) {
  json.open('{').key("input_tokens").number(at_least_0(usage.uncached));
  json.key("cache_creation_input_tokens").number(at_least_0(usage.cache_write));
  json.key("cache_read_input_tokens").number(at_least_0(usage.cache_read));
  json.key("output_tokens").number(at_least_0(usage.output));
  if (usage.reasoning > 0)
    json.key("output_tokens_details").open('{').key("thinking_tokens").number(usage.reasoning).close('}');
  json.close('}');
}

void write_responses_usage(const AnswerUsage& usage, JsonOut& json) {
  const std::int64_t output = at_least_0(usage.output);
  json.open('{').key("input_tokens").number(usage.input());
  json.key("input_tokens_details").open('{').key("cached_tokens").number(at_least_0(usage.cache_read));
  if (usage.cache_write > 0) json.key("cache_write_tokens").number(usage.cache_write);
  json.close('}').key("output_tokens").number(output);
  json.key("output_tokens_details").open('{').key("reasoning_tokens").number(at_least_0(usage.reasoning)).close('}');
  json.key("total_tokens").number(usage.input() + output).close('}');
}

void append_front_id(Form front, Text upstream, std::string_view request_id, std::string& out) {
  std::string_view own = upstream.escaped;
  for (const std::string_view prefix : kPrefixes) {
    if (own.starts_with(prefix)) own.remove_prefix(prefix.size());
  }
  out += kPrefixes[static_cast<std::size_t>(front)];
  own.empty() ? append_escaped(request_id, out) : void(out += own);
}

}  // namespace drover::translate
