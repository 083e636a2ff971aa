#include "dialect/openai/usage.h"

#include "dialect/answer/token_count.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::openai_detail {
namespace {

/// One member of a details object; 0 when it is not there.
std::int64_t detail(std::string_view raw, std::string_view name) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return 0;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == name) return token_count(value).value_or(0);
  }
  return 0;
}

}  // namespace

void read_usage(std::string_view raw, Usage& usage) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  Usage seen;
  std::int64_t total = 0;
  std::int64_t reasoning = 0;
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
      seen.cached_tokens = detail(value, "cached_tokens");
    } else if (key == "completion_tokens_details" || key == "output_tokens_details") {
      reasoning = detail(value, "reasoning_tokens");
    } else if (key == "prompt_cache_hit_tokens" && seen.cached_tokens == 0) {  // DeepSeek
      seen.cached_tokens = number.value_or(0);
    }
  }
  if (!seen.known) return;
  // Some servers (xAI) leave reasoning out of the completion's count, though it is billed; the total gives it away.
  if (reasoning > 0 && total == seen.input_tokens + seen.output_tokens + reasoning) seen.output_tokens += reasoning;
  usage = seen;
}

}  // namespace drover::dialect::openai_detail
