#include "dialect/gemini/chunk.h"

#include <algorithm>
#include <array>

#include "dialect/answer/price_facts.h"
#include "dialect/answer/token_count.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::gemini_detail {
namespace {

constexpr auto kMalformedEnds =
    std::to_array<std::string_view>({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
                                     "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"});

/// Whether one of a content's parts says something. A part with a signature alone does not.
bool parts_say(JsonReader reader) {
  bool says = false;
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Array || !reader.enter()) return false;
  while (reader.next_element()) {
    if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) {
      reader.take();
      continue;
    }
    while (reader.next_member(key)) {
      const std::string_view value = reader.take();
      const bool beside = key == "thought" || key == "thoughtSignature";
      // A call without arguments is one all the same.
      says = says || (!beside && (key == "functionCall" || raw_truthy(value)));
    }
  }
  return says;
}

void read_candidate(std::string_view raw, Chunk& chunk) {
  JsonReader reader(raw);
  std::string_view key, index, reason;
  bool says = false;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "content") says = parts_say(JsonReader(raw_member(value, "parts")));
    if (key == "index") index = value;
    if (key == "finishReason") reason = raw_string(value).value_or("");
  }
  chunk.has_candidate = true;
  chunk.has_content = chunk.has_content || says;
  const auto at = static_cast<std::size_t>(std::max<std::int64_t>(raw_integer(index).value_or(0), 0));
  if (at < kMaxChoices) chunk.choices.begun.set(at);
  if (reason.empty() || reason == "FINISH_REASON_UNSPECIFIED") return;
  chunk.finished = true;
  chunk.stopped = chunk.stopped && reason == "STOP";
  chunk.malformed = chunk.malformed || std::ranges::find(kMalformedEnds, reason) != kMalformedEnds.end();
  if (at < kMaxChoices) chunk.choices.ended.set(at);
}

}  // namespace

Chunk read_chunk(std::string_view data) {
  Chunk chunk;
  JsonReader reader(data);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return chunk;
  while (reader.next_member(key)) {
    if (key == "candidates" && reader.kind() == JsonReader::Kind::Array && reader.enter()) {
      while (reader.next_element()) read_candidate(reader.take(), chunk);
      continue;
    }
    const std::string_view value = reader.take();
    if (key == "error" && raw_truthy(value)) chunk.error = value;
    if (key == "usageMetadata") chunk.usage = value;
    if (key == "promptFeedback") chunk.blocked = raw_truthy(raw_member(value, "blockReason"));
  }
  chunk.readable = reader.at_end() && !reader.broken();
  return chunk;
}

void read_usage(std::string_view raw, Usage& usage) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  std::int64_t prompt = 0;
  std::int64_t output = 0;
  std::int64_t cached = 0;
  std::int32_t reasoning = 0;
  bool known = false;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "trafficType") usage.tier = service_tier(value);
    const auto number = token_count(value);
    if (!number.has_value()) continue;
    known = known || key == "promptTokenCount" || key == "candidatesTokenCount" || key == "thoughtsTokenCount";
    if (key == "promptTokenCount" || key == "toolUsePromptTokenCount") prompt += *number;
    if (key == "candidatesTokenCount" || key == "thoughtsTokenCount") output += *number;
    if (key == "thoughtsTokenCount") reasoning = token_detail(value);
    if (key == "cachedContentTokenCount") cached = *number;
  }
  if (!known) return;  // the kind of traffic alone
  usage.known = true;
  usage.input_tokens = std::min(prompt, kMaxTokensBelieved);
  usage.output_tokens = std::min(output, kMaxTokensBelieved);
  usage.cached_tokens = cached;
  usage.reasoning_tokens = reasoning;
}

std::string_view out_of_list(std::string_view data) {
  JsonReader reader(data);
  if (reader.kind() != JsonReader::Kind::Array || !reader.enter() || !reader.next_element()) return data;
  return reader.take();
}

}  // namespace drover::dialect::gemini_detail
