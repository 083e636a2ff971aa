#include "translate/messages/schema.h"

#include <algorithm>
#include <array>

#include "translate/model/limits.h"
#include "translate/read/json_walk.h"
#include "translate/write/json_nested.h"
#include "translate/write/json_out.h"

namespace drover::translate {
namespace {

constexpr auto kKept =
    std::to_array<std::string_view>({"type", "enum", "const", "default", "$ref", "required", "title"});
constexpr auto kListsOfSchemas = std::to_array<std::string_view>({"anyOf", "allOf"});
constexpr auto kMapsOfSchemas = std::to_array<std::string_view>({"properties", "$defs", "definitions"});
constexpr auto kFormats = std::to_array<std::string_view>(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"});
/// Says nothing that binds the output.
constexpr auto kSilent =
    std::to_array<std::string_view>({"$schema", "$id", "$comment", "examples", "additionalProperties"});

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

class Rewriter {
 public:
  explicit Rewriter(std::string& out) : json_(out) {}
  [[nodiscard]] bool weakened() const { return weakened_; }

  bool schema(std::string_view raw, std::size_t depth) {
    if (!is_object(raw)) {  // true and false are schemas too
      json_.raw(raw);
      return true;
    }
    if (depth == kMaxSchemaDepth) return false;
    std::string_view description;
    std::string moved;  // the inside of a JSON string
    bool good = true;
    json_.open('{');
    for_members(raw, [&](std::string_view key, std::string_view value) {
      if (key == "description") {
        description = text_of(value).escaped;
      } else {
        good = good && keyword(key, value, depth, moved);
      }
    });
    if (const auto type = dialect::raw_member(raw, "type"); type.find("\"object\"") != std::string_view::npos) {
      json_.key("additionalProperties").boolean(false);
    }
    if (!description.empty() || !moved.empty()) write_description(description, moved);
    json_.close('}');
    return good;
  }

 private:
  bool keyword(std::string_view key, std::string_view value, std::size_t depth, std::string& moved) {
    if (is_one_of(key, kKept)) {
      json_.key(key).raw(value);
      return true;
    }
    if (key == "format" && is_one_of(text_of(value).escaped, kFormats)) {
      json_.key(key).raw(value);
      return true;
    }
    if (key == "oneOf" || is_one_of(key, kListsOfSchemas)) return list(key == "oneOf" ? "anyOf" : key, value, depth);
    if (is_one_of(key, kMapsOfSchemas)) return map(key, value, depth);
    if (key == "items" && is_object(value)) {
      json_.key(key);
      return schema(value, depth + 1);
    }
    if (is_one_of(key, kSilent)) return true;
    weakened_ = true;
    if (!moved.empty()) moved += "; ";
    moved.append(key).append(": ");
    append_escaped(value, moved);
    return true;
  }

  bool list(std::string_view key, std::string_view value, std::size_t depth) {
    return write_list(json_, key, value, [&](std::string_view each) { return schema(each, depth + 1); });
  }
  bool map(std::string_view key, std::string_view value, std::size_t depth) {
    return write_map(json_, key, value, [&](std::string_view each) { return schema(each, depth + 1); });
  }

  void write_description(std::string_view description, std::string_view moved) {
    std::string& out = json_.key("description").value();
    out += '"';
    out += description;
    if (!description.empty() && !moved.empty()) out += "\\n";
    if (!moved.empty()) out.append("{").append(moved).append("}");
    out += '"';
  }

  JsonOut json_;
  bool weakened_ = false;
};

}  // namespace

SchemaFit append_claude_schema(std::string_view schema, std::string& out) {
  const std::size_t before = out.size();
  Rewriter rewriter(out);
  if (rewriter.schema(schema, 0)) return rewriter.weakened() ? SchemaFit::Weakened : SchemaFit::Whole;
  out.resize(before);
  return SchemaFit::TooDeep;
}

}  // namespace drover::translate
