#include "dialect/openai/usage.h"

#include "dialect/answer/price_facts.h"
#include "dialect/answer/token_count.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::openai_detail {
namespace {

void read_input_details(std::string_view raw, Usage& usage) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "cached_tokens") usage.cached_tokens = token_count(value).value_or(0);
    if (key == "cache_write_tokens") usage.cache_write_tokens = token_count(value).value_or(0);
    if (key == "audio_tokens") usage.audio_input_tokens = token_detail(value);
  }
}

void read_output_details(std::string_view raw, Usage& usage) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "reasoning_tokens") usage.reasoning_tokens = token_detail(value);
    if (key == "audio_tokens") usage.audio_output_tokens = token_detail(value);
  }
}

}  // namespace

void read_usage(std::string_view raw, Usage& usage) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  Usage seen;
  std::int64_t total = 0;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    const auto number = token_count(value);
    if (number.has_value()) seen.known = true;
    if (key == "prompt_tokens" || key == "input_tokens") {
      seen.input_tokens = number.value_or(0);
    } else if (key == "completion_tokens" || key == "output_tokens") {
      seen.output_tokens = number.value_or(0);
    } else if (key == "total_tokens") {
      total = number.value_or(0);
    } else if (key == "prompt_tokens_details" || key == "input_tokens_details") {
      read_input_details(value, seen);
    } else if (key == "completion_tokens_details" || key == "output_tokens_details") {
      read_output_details(value, seen);
    } else if (key == "cost") {  // OpenRouter
      seen.cost_nano_usd = nano_usd(value);
    } else if (key == "prompt_cache_hit_tokens" && seen.cached_tokens == 0) {  // DeepSeek
      seen.cached_tokens = number.value_or(0);
    }
  }
  if (!seen.known) return;
  // Some servers (xAI) leave reasoning out of the completion's count, though it is billed; the total gives it away.
  const std::int64_t reasoning = seen.reasoning_tokens;
  if (reasoning > 0 && total == seen.input_tokens + seen.output_tokens + reasoning) seen.output_tokens += reasoning;
  seen.tier = usage.tier;
  usage = seen;
}

}  // namespace drover::dialect::openai_detail
