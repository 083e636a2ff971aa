// Walks over JSON that has been judged (dialect::JsonScan), and asks it for values of the types that are expected.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dialect/json/json_reader.h"
#include "translate/model/text.h"

namespace drover::translate {

using JsonKind = dialect::JsonReader::Kind;

/// Calls `visit(name, raw value)` for each member of the object. False: `raw` is no object.
template <class Visit>
bool for_members(std::string_view raw, Visit visit) {
  dialect::JsonReader reader(raw);
  if (reader.kind() != JsonKind::Object || !reader.enter()) return false;
  std::string_view name;
  while (reader.next_member(name)) visit(name, reader.take());
  return !reader.broken();
}

/// Calls `visit(raw value)` for each element of the array. False: `raw` is no array.
template <class Visit>
bool for_elements(std::string_view raw, Visit visit) {
  dialect::JsonReader reader(raw);
  if (reader.kind() != JsonKind::Array || !reader.enter()) return false;
  while (reader.next_element()) visit(reader.take());
  return !reader.broken();
}

[[nodiscard]] inline bool is_object(std::string_view raw) {
  return dialect::kind_of(raw) == JsonKind::Object;
}
[[nodiscard]] inline bool is_array(std::string_view raw) {
  return dialect::kind_of(raw) == JsonKind::Array;
}
[[nodiscard]] inline bool is_string(std::string_view raw) {
  return dialect::kind_of(raw) == JsonKind::String;
}
[[nodiscard]] inline bool is_number(std::string_view raw) {
  return dialect::kind_of(raw) == JsonKind::Number;
}
/// Not there, or null.
[[nodiscard]] inline bool is_absent(std::string_view raw) {
  return raw.empty() || raw == "null";
}

/// The inside of a string; empty when `raw` is none.
[[nodiscard]] inline Text text_of(std::string_view raw) {
  return {dialect::raw_string(raw).value_or("")};
}

[[nodiscard]] inline std::optional<bool> bool_of(std::string_view raw) {
  if (raw == "true") return true;
  if (raw == "false") return false;
  return std::nullopt;
}

/// The inside of the string `member` of an object: for words that have no escapes, such as a type.
[[nodiscard]] inline std::string_view word_in(std::string_view object, std::string_view member) {
  return text_of(dialect::raw_member(object, member)).escaped;
}

}  // namespace drover::translate
