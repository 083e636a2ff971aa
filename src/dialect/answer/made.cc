#include "dialect/answer/made.h"

#include "dialect/json/json_reader.h"
#include "dialect/request/id_mark.h"

namespace drover::dialect {
namespace {

/// Places in AnswerState::made.
enum Made : std::size_t { kItself, kOutputFile, kErrorFile, kSealed = kOutputFile };

std::uint64_t mark_of(std::string_view raw) {
  return id_mark(raw_string(raw).value_or(""));
}

}  // namespace

void note_made_object(std::string_view body, AnswerState& state) {
  JsonReader reader(body);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "id") state.made[kItself] = mark_of(value);
    if (key == "output_file_id") state.made[kOutputFile] = mark_of(value);
    if (key == "error_file_id") state.made[kErrorFile] = mark_of(value);
  }
}

void note_made_response(std::string_view body, AnswerState& state) {
  JsonReader reader(body);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    if (key == "output" && reader.kind() == JsonReader::Kind::Array && reader.enter()) {
      while (reader.next_element()) note_sealed(reader.take(), state);
      continue;
    }
    const std::string_view value = reader.take();
    if (key == "id") state.made[kItself] = mark_of(value);
  }
}

void note_sealed(std::string_view item, AnswerState& state) {
  if (const std::uint64_t mark = mark_of(raw_member(item, "encrypted_content")); mark != 0) state.made[kSealed] = mark;
}

}  // namespace drover::dialect
