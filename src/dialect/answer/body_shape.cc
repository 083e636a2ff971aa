#include "dialect/answer/body_shape.h"

#include <array>

#include "dialect/failure/error_facts.h"

namespace drover::dialect {

BodyShape shape_of_body(std::string_view front) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (kByteOrderMark.starts_with(front)) return BodyShape::Unknown;
  front = without_lead(front);
  if (front.empty()) return BodyShape::Unknown;
  switch (front.front()) {
    case '{':
    case '[': return BodyShape::Json;
    case '<': return BodyShape::Page;
    case ':': return BodyShape::Events;
    default: break;
  }
  constexpr auto kFields = std::to_array<std::string_view>({"data:", "event:", "id:", "retry:"});
  for (const std::string_view field : kFields) {
    if (front.starts_with(field)) return BodyShape::Events;
    if (field.starts_with(front)) return BodyShape::Unknown;
  }
  return BodyShape::Text;
}

}  // namespace drover::dialect
