// The fields of keys and principals in the admin API: one table each, which reads a create or a PATCH, writes an answer
// and describes itself in the OpenAPI document.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string_view>

#include "directory/records.h"
#include "gateway/admin/api/values.h"

namespace drover::gateway::admin {

template <class Record>
struct Field {
  std::string_view name;
  std::string_view schema;  ///< of OpenAPI, as JSON
  std::string_view about;   ///< one sentence
  /// Null: it cannot be set (read-only).
  void (*read)(const boost::json::value& value, std::string_view field, Reading& reading, Record& record) = nullptr;
  /// What null in a PATCH does; null: it cannot be cleared.
  void (*clear)(Record& record) = nullptr;
  /// Null: it is not in answers.
  boost::json::value (*write)(const Record& record) = nullptr;
};

[[nodiscard]] std::span<const Field<directory::Key>> key_fields();
[[nodiscard]] std::span<const Field<directory::Principal>> principal_fields();

/// Sets what the object names, and leaves the rest. Unknown and read-only fields are faults.
void apply(const boost::json::object& object, Reading& reading, directory::Key& key);
void apply(const boost::json::object& object, Reading& reading, directory::Principal& principal);

/// Without digests, so without anything that a secret could be tried against.
[[nodiscard]] boost::json::object to_json(const directory::Key& key);
[[nodiscard]] boost::json::object to_json(const directory::Principal& principal);

}  // namespace drover::gateway::admin
