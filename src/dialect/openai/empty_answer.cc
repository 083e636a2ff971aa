#include "dialect/openai/empty_answer.h"

#include "dialect/json/json_reader.h"
#include "dialect/openai/chat_chunk.h"

namespace drover::dialect::openai_detail {
namespace {

/// Whether `fits` says so of each element. An array that is none, or broken, has other things in it.
bool all_of(std::string_view array, bool (*fits)(std::string_view element)) {
  JsonReader reader(array);
  if (reader.kind() != JsonReader::Kind::Array || !reader.enter()) return false;
  while (reader.next_element()) {
    if (!fits(reader.take())) return false;
  }
  return !reader.broken();
}

}  // namespace

bool chat_says_nothing(std::string_view body) {
  const ChatChunk answer = read_chat_chunk(body);
  return answer.readable && answer.has_choices && !answer.has_content && answer.stopped;
}

bool response_says_nothing(std::string_view body) {
  if (raw_string(raw_member(body, "status")).value_or("completed") != "completed") return false;
  return all_of(raw_member(body, "output"), is_empty_item);
}

bool is_empty_item(std::string_view item) {
  if (raw_string(raw_member(item, "type")) != "message") return false;
  return all_of(raw_member(item, "content"), is_empty_part);
}

bool is_empty_part(std::string_view part) {
  return raw_string(raw_member(part, "type")) == "output_text" && !raw_truthy(raw_member(part, "text"));
}

}  // namespace drover::dialect::openai_detail
