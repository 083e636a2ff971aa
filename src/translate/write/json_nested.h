// Writes lists and maps of values that are written again one by one, such as the schemas inside a schema.
#pragma once

#include <string_view>

#include "translate/read/json_walk.h"
#include "translate/write/json_out.h"

namespace drover::translate {

/// The array `value` under `key`; `each(element)` writes an element. False: one could not be written.
template <class Each>
bool write_list(JsonOut& json, std::string_view key, std::string_view value, const Each& each) {
  bool good = true;
  json.key(key).open('[');
  for_elements(value, [&](std::string_view element) { good = good && each(element); });
  json.close(']');
  return good;
}

/// The object `value` under `key`; its names stay, and `each(member)` writes the value of one.
template <class Each>
bool write_map(JsonOut& json, std::string_view key, std::string_view value, const Each& each) {
  bool good = true;
  json.key(key).open('{');
  for_members(value, [&](std::string_view name, std::string_view member) {
    if (!good) return;
    json.key(name);
    good = each(member);
  });
  json.close('}');
  return good;
}

}  // namespace drover::translate
