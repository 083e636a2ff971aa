// The smallest value that satisfies a JSON Schema, as far as schemas of tools and of structured answers go: types,
// enum, const, required members, local $refs, anyOf/oneOf/allOf, bounds of numbers, texts and lists, formats, and
// simple patterns (pattern_text.h). Pure and bounded, whatever the schema.
#pragma once

#include <boost/json/value.hpp>
#include <optional>

namespace drover::mock {

/// Members of objects are those of `required`, or all of them where it is missing. Nothing where a text would have to
/// fit a `pattern` that is not simple: whoever must answer with one refuses the schema, as providers do.
[[nodiscard]] std::optional<boost::json::value> schema_instance(const boost::json::value& schema);

}  // namespace drover::mock
