#include "translate/gemini/google_schema.h"

#include <algorithm>
#include <array>

#include "translate/model/limits.h"
#include "translate/read/json_walk.h"
#include "translate/write/json_nested.h"
#include "translate/write/json_out.h"

namespace drover::translate {
namespace {

/// Google's 64-bit numbers may stand in quotes.
constexpr auto kCounts = std::to_array<std::string_view>(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"});
/// They say nothing to other vendors' models, or in another way elsewhere.
constexpr auto kGoogleOnly = std::to_array<std::string_view>({"propertyOrdering", "nullable", "example"});

class SchemaOfGoogle {
 public:
  explicit SchemaOfGoogle(std::string& out) : json_(out) {}

  bool schema(std::string_view raw, std::size_t depth) {
    if (!is_object(raw)) {
      json_.raw(raw);
      return true;
    }
    if (depth == kMaxSchemaDepth) return false;
    const bool nullable = dialect::raw_member(raw, "nullable") == "true";
    bool good = true;
    json_.open('{');
    for_members(raw, [&](std::string_view key, std::string_view value) {
      good = good && keyword(key, value, depth, nullable);
    });
    json_.close('}');
    return good;
  }

 private:
  bool keyword(std::string_view key, std::string_view value, std::size_t depth, bool nullable) {
    if (std::ranges::find(kGoogleOnly, key) != kGoogleOnly.end()) return true;
    if (key == "type" && is_string(value)) {
      type(text_of(value).escaped, nullable);
      return true;
    }
    if (key == "format" && value == "\"enum\"") return true;
    if (key == "anyOf") return list(key, value, depth);
    if (key == "properties" || key == "$defs" || key == "defs") return map(key == "defs" ? "$defs" : key, value, depth);
    json_.key(key);
    if (key == "items" || key == "additionalProperties") return schema(value, depth + 1);
    const bool count = std::ranges::find(kCounts, key) != kCounts.end();
    const std::string_view quoted = count ? text_of(value).escaped : std::string_view();
    json_.raw(dialect::raw_integer(quoted).has_value() && is_json(quoted) ? quoted : value);
    return true;
  }

  void type(std::string_view word, bool nullable) {
    std::string small(word);
    for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (small == "type_unspecified") return;
    json_.key("type");
    if (!nullable) {
      json_.word(small);
      return;
    }
    json_.open('[').word(small).word("null").close(']');
  }

  bool list(std::string_view key, std::string_view value, std::size_t depth) {
    return write_list(json_, key, value, [&](std::string_view each) { return schema(each, depth + 1); });
  }
  bool map(std::string_view key, std::string_view value, std::size_t depth) {
    return write_map(json_, key, value, [&](std::string_view each) { return schema(each, depth + 1); });
  }

  JsonOut json_;
};

}  // namespace

bool append_json_schema(std::string_view schema, std::string& out) {
  const std::size_t before = out.size();
  if (SchemaOfGoogle(out).schema(schema, 0)) return true;
  out.resize(before);
  return false;
}

}  // namespace drover::translate
