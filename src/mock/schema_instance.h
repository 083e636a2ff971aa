// The smallest value that satisfies a JSON Schema, as far as schemas of tools and of structured answers go: types,
// enum, const, required members, local $refs, anyOf/oneOf/allOf, bounds of numbers, texts and lists, formats. Patterns
// are not: a text that needs one gets an ordinary text. Pure and bounded, whatever the schema.
#pragma once

#include <boost/json/value.hpp>

namespace drover::mock {

/// Members of objects are those of `required`, or all of them where it is missing.
[[nodiscard]] boost::json::value schema_instance(const boost::json::value& schema);

}  // namespace drover::mock
