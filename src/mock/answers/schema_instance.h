// The smallest value that satisfies a JSON Schema of a tool or a structured answer: types, enum, const, required
// members, local $refs, anyOf/oneOf/allOf, bounds of numbers, texts and lists, formats, and simple patterns
// (pattern_text.h). Pure and bounded for any schema.
#pragma once

#include <boost/json/value.hpp>
#include <optional>

namespace drover::mock {

/// Objects have the members of `required`, or all members if it is missing. Nothing when a text would have to fit a
/// `pattern` that is not simple: the schema must then be refused, as providers do.
[[nodiscard]] std::optional<boost::json::value> schema_instance(const boost::json::value& schema);

}  // namespace drover::mock
