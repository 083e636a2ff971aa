#include "dialect/anthropic/usage.h"

#include <algorithm>

#include "dialect/answer/price_facts.h"
#include "dialect/answer/token_count.h"
#include "dialect/json/json_reader.h"

namespace drover::dialect::anthropic_detail {

void read_usage(std::string_view raw, Usage& usage) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  std::int64_t uncached =
      std::max<std::int64_t>(usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens, 0);
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "service_tier") usage.tier = service_tier(value);
    if (key == "cache_creation") {
      usage.cache_write_1h_tokens = token_detail(raw_member(value, "ephemeral_1h_input_tokens"));
    }
    const auto number = token_count(value);
    if (!number.has_value()) continue;  // null, or an object of details
    if (key == "input_tokens") {
      uncached = *number;
    } else if (key == "cache_read_input_tokens") {
      usage.cached_tokens = *number;
    } else if (key == "cache_creation_input_tokens") {
      usage.cache_write_tokens = *number;
    } else if (key == "output_tokens") {
      usage.output_tokens = *number;
    } else {
      continue;
    }
    usage.known = true;
  }
  usage.input_tokens = std::min(uncached + usage.cached_tokens + usage.cache_write_tokens, kMaxTokensBelieved);
}

}  // namespace drover::dialect::anthropic_detail
