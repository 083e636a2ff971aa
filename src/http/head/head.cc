#include "http/head/head.h"

#include "http/bytes.h"

namespace drover::http {

bool head_detail::iequals(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size < 4) {
    for (std::size_t at = 0; at < size; ++at) {
      if (lower(a[at]) != lower(b[at])) return false;
    }
    return true;
  }
  if (size < 8) return lower_word(load_short_word(a)) == lower_word(load_short_word(b));
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    if (lower_word(load_word(a, at)) != lower_word(load_word(b, at))) return false;
  }
  return lower_word(load_word(a, size - 8)) == lower_word(load_word(b, size - 8));  // overlaps the words before
}

std::optional<std::string_view> head_detail::find(const Fields& fields, std::string_view name) {
  for (const Field& field : fields) {
    // Most names differ in length or first letter, which is compared without a call.
    if (field.name.size() != name.size() || (!name.empty() && lower(field.name.front()) != lower(name.front())))
      continue;
    if (iequals(field.name, name)) return field.value;
  }
  return std::nullopt;
}

}  // namespace drover::http
