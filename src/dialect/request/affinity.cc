#include "dialect/request/affinity.h"

#include <array>
#include <utility>

#include "base/hash.h"
#include "dialect/json/json_reader.h"
#include "dialect/request/routed_keys.h"

namespace drover::dialect {
namespace {

bool is_user_message(std::string_view element) {
  JsonReader reader(element);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return false;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "role") return value == "\"user\"";
  }
  return false;
}

/// The elements of an array up to and including the first user message; the whole when it is a plain string.
std::string_view opening(std::string_view raw) {
  const std::string_view seen = raw.substr(0, kAffinityBytes);
  JsonReader reader(seen);
  if (reader.kind() != JsonReader::Kind::Array || !reader.enter()) return seen;
  while (reader.next_element()) {
    const std::string_view element = reader.take();
    if (reader.broken()) return seen;  // it goes on behind what is looked at
    if (is_user_message(element)) return seen.substr(0, static_cast<std::size_t>(element.end() - seen.begin()));
  }
  return seen;
}

bool has_conversation(Api api) {
  return api == Api::Chat || api == Api::Completions || api == Api::Responses || api == Api::Messages;
}

std::uint64_t never_zero(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

void add_opening(std::string_view raw, std::uint64_t place, std::uint64_t& hash) {
  if (!raw.empty() && raw != "null") hash = never_zero(hash64(opening(raw), hash + place));
}

}  // namespace

std::uint64_t affinity(const AffinitySource& request) {
  const auto value = [&request](Key key) -> std::string_view {
    const auto range = request.keys.find(request.scan, key);
    return range.has_value() ? range->of(request.body) : std::string_view{};
  };
  const std::array<std::pair<Key, std::string_view>, 3> names = {
      {{kPromptCacheKey, value(kPromptCacheKey)},
       {kUser, value(kUser)},
       {kMetadata, raw_member(value(kMetadata), "user_id")}}};
  for (const auto& [key, raw] : names) {
    const auto name = raw_string(raw);
    if (name.has_value() && !name->empty()) return never_zero(hash64(*name, key));
  }
  if (!has_conversation(request.api)) return 0;
  std::uint64_t hash = 0;
  for (const Key key : {kInstructions, kSystem, kMessages, kInput, kPrompt}) add_opening(value(key), key, hash);
  return hash;
}

std::uint64_t conversation_affinity(std::span<const std::string_view> values) {
  std::uint64_t hash = 0;
  for (std::size_t at = 0; at < values.size(); ++at) add_opening(values[at], at, hash);
  return hash;
}

}  // namespace drover::dialect
