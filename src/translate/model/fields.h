// Fields of requests that are carried as they stand, or are lost: the table. What has to be understood is read by the
// readers themselves.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "translate/model/form.h"
#include "translate/model/losses.h"

namespace drover::translate {

struct FieldRow {
  /// Its name in each form, in the order of Form; empty: the form has no such field.
  std::array<std::string_view, kForms> names = {};
  Severity severity = Severity::Dropped;  ///< where the other form has none
  std::string_view neutral = {};          ///< a raw value that says nothing
};

/// The row of a field of a request in this form; nothing when it is not in the table.
[[nodiscard]] std::optional<std::size_t> find_field(Form form, std::string_view name);
[[nodiscard]] const FieldRow& field_row(std::size_t row);
/// What the row is called when it is lost: its name in the form it came from.
[[nodiscard]] std::string_view field_name(std::size_t row, Form form);
/// Whether the raw value asks for nothing: null, an empty list or object, or the row's neutral value.
[[nodiscard]] bool says_nothing(std::size_t row, std::string_view raw);

}  // namespace drover::translate
