#include "mock/answers/schema_instance.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "mock/answers/json_object.h"
#include "mock/answers/pattern_text.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

/// Most values of one instance; a schema that needs more is refused.
constexpr int kMostValues = 10'000;
/// From this depth on a value that may be null is null, which ends lists that refer to themselves.
constexpr int kDeep = 12;
constexpr int kDeepestSchema = 64;
constexpr std::size_t kMostItems = 100;
constexpr std::size_t kLongestText = 10'000;

struct Format {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Format, 12> kFormats = {{{"date-time", "2026-01-01T00:00:00Z"},
                                              {"date", "2026-01-01"},
                                              {"time", "00:00:00Z"},
                                              {"duration", "P1D"},
                                              {"email", "mock@example.com"},
                                              {"uri", "https://example.com/"},
                                              {"url", "https://example.com/"},
                                              {"hostname", "example.com"},
                                              {"ipv4", "127.0.0.1"},
                                              {"ipv6", "::1"},
                                              {"uuid", "00000000-0000-4000-8000-000000000000"},
                                              {"byte", "bW9jaw=="}}};

const json::value* find(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

double number_in(const json::object& object, std::string_view name, double otherwise) {
  const json::value* value = find(object, name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

std::size_t count_in(const json::object& object, std::string_view name, std::size_t otherwise, std::size_t most) {
  const double wanted = number_in(object, name, static_cast<double>(otherwise));
  return static_cast<std::size_t>(std::clamp(wanted, 0.0, static_cast<double>(most)));
}

/// "a~1b" → "a/b": RFC 6901 section 3.
std::string unescaped(std::string_view step) {
  std::string text;
  for (std::size_t at = 0; at < step.size(); ++at) {
    const bool escape = step[at] == '~' && at + 1 < step.size();
    text.push_back(escape ? (step[++at] == '1' ? '/' : '~') : step[at]);
  }
  return text;
}

class Maker {
 public:
  explicit Maker(const json::value& root) : root_(root) {}

  /// Whether a text does not fit its pattern.
  [[nodiscard]] bool unfit() const { return unfit_; }

  /// `variant`: values of different variants differ if the schema allows it.
  json::value make(const json::value& schema, int depth, int variant = 0) {
    if (++made_ > kMostValues || depth > kDeepestSchema) return nullptr;
    if (!schema.is_object()) return "mock";
    const json::object whole = resolved(schema.get_object(), depth);
    if (const json::value* constant = find(whole, "const")) return *constant;
    if (const json::value* choices = find(whole, "enum");
        choices != nullptr && choices->is_array() && !choices->get_array().empty()) {
      const json::array& list = choices->get_array();
      return list[static_cast<std::size_t>(variant) % list.size()];
    }
    const std::string_view type = type_of(whole, depth);
    if (type == "null") return nullptr;
    if (type == "boolean") return variant % 2 == 0;
    if (type == "integer") return whole_number(whole, variant);
    if (type == "number") return number(whole, variant);
    if (type == "array") return list(whole, depth);
    if (type == "object") return object(whole, depth);
    return text(whole, variant);
  }

 private:
  const json::value* target_of(std::string_view reference) const {
    if (!reference.starts_with('#')) return nullptr;
    reference.remove_prefix(1);
    const json::value* at = &root_;
    while (reference.starts_with('/')) {
      reference.remove_prefix(1);
      const std::size_t end = std::min(reference.find('/'), reference.size());
      at = at->is_object() ? at->get_object().if_contains(unescaped(reference.substr(0, end))) : nullptr;
      if (at == nullptr) return nullptr;
      reference.remove_prefix(end);
    }
    return reference.empty() ? at : nullptr;
  }

  /// Merges `more` into `all`: members of `properties` and names of `required` are added, of other members the first
  /// counts.
  static void merge(json::object& all, const json::object& more) {
    for (const auto& [name, value] : more) {
      json::value* there = all.if_contains(name);
      if (there == nullptr) {
        all[name] = value;
      } else if (name == "properties" && there->is_object() && value.is_object()) {
        for (const auto& [property, schema] : value.get_object()) there->get_object().insert({{property, schema}});
      } else if (name == "required" && there->is_array() && value.is_array()) {
        for (const json::value& required : value.get_array()) there->get_array().push_back(required);
      }
    }
  }

  bool is_null_type(const json::value& schema) const {
    return schema.is_object() && text_in(schema.get_object(), "type") == "null";
  }

  /// The alternative to use: the first that is not null, or at great depth the one that is null.
  const json::value* alternative(const json::array& list, int depth) const {
    const auto null = std::ranges::find_if(list, [&](const json::value& each) { return is_null_type(each); });
    if (depth >= kDeep && null != list.end()) return &*null;
    const auto first = std::ranges::find_if(list, [&](const json::value& each) { return !is_null_type(each); });
    return first != list.end() ? &*first : list.empty() ? nullptr : &list.front();
  }

  /// The schema without references and combinations.
  json::object resolved(const json::object& schema, int depth) {
    json::object all = schema;
    for (int step = 0; step < kDeepestSchema; ++step) {
      json::object next;
      bool changed = false;
      const auto take = [&](const json::value* from) {
        changed = true;
        if (from != nullptr && from->is_object() && ++made_ <= kMostValues) merge(next, from->get_object());
      };
      for (const auto& [name, value] : all) {
        if (name == "$ref" && value.is_string()) {
          take(target_of(std::string_view(value.get_string())));
        } else if ((name == "anyOf" || name == "oneOf") && value.is_array()) {
          take(alternative(value.get_array(), depth));
        } else if (name == "allOf" && value.is_array()) {
          changed = true;
          for (const json::value& each : value.get_array()) take(&each);
        }
      }
      if (!changed) return all;
      for (const std::string_view name : {"$ref", "anyOf", "oneOf", "allOf"}) all.erase(name);
      merge(all, next);
    }
    return all;
  }

  static std::string_view type_of(const json::object& schema, int depth) {
    const json::value* type = find(schema, "type");
    if (type != nullptr && type->is_string()) return std::string_view(type->get_string());
    if (type != nullptr && type->is_array()) {
      for (const json::value& each : type->get_array()) {
        if (each.is_string() && (each == "null") == (depth >= kDeep)) return std::string_view(each.get_string());
      }
      for (const json::value& each : type->get_array()) {
        if (each.is_string()) return std::string_view(each.get_string());
      }
    }
    if (schema.contains("properties")) return "object";
    if (schema.contains("items") || schema.contains("prefixItems")) return "array";
    return "string";
  }

  struct Bounds {
    double low;
    double high;
  };
  /// `gap`: the distance to a bound that is excluded.
  static Bounds bounds(const json::object& schema, double gap) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    return {.low = std::max(number_in(schema, "minimum", -kNone), number_in(schema, "exclusiveMinimum", -kNone) + gap),
            .high = std::min(number_in(schema, "maximum", kNone), number_in(schema, "exclusiveMaximum", kNone) - gap)};
  }

  static json::value whole_number(const json::object& schema, int variant) {
    const Bounds bound = bounds(schema, 1);
    const double step = std::max(number_in(schema, "multipleOf", 1), 1.0);
    double value =
        std::clamp(42.0 + variant, std::ceil(bound.low), std::max(std::floor(bound.high), std::ceil(bound.low)));
    if (step > 1) {
      value = std::ceil(value / step) * step;
      if (value > bound.high) value = std::floor(bound.high / step) * step;
    }
    constexpr double kMost = 9e15;  // whole numbers beyond are not exact
    return static_cast<std::int64_t>(std::clamp(value, -kMost, kMost));
  }

  static json::value number(const json::object& schema, int variant) {
    const Bounds open = bounds(schema, 0);
    double value = 4.25 + variant;
    if (value < open.low || value > open.high || schema.contains("exclusiveMinimum") ||
        schema.contains("exclusiveMaximum")) {
      const double low = std::isfinite(open.low) ? open.low : open.high - 2;
      const double high = std::isfinite(open.high) ? open.high : open.low + 2;
      if (value <= open.low || value >= open.high) value = low + (high - low) / 2;
    }
    const double step = number_in(schema, "multipleOf", 0);
    if (step > 0) {
      value = std::ceil(value / step) * step;
      if (value > open.high) value = std::floor(open.high / step) * step;
    }
    return value;
  }

  json::value text(const json::object& schema, int variant) {
    const std::size_t least = count_in(schema, "minLength", 0, kLongestText);
    if (const json::value* pattern = find(schema, "pattern"); pattern != nullptr && pattern->is_string()) {
      const auto made = text_for(std::string_view(pattern->get_string()), {.least = least, .variant = variant});
      if (!made) unfit_ = true;
      return json::string(made.value_or("mock"));
    }
    const std::string_view format = text_in(schema, "format");
    const auto known = std::ranges::find(kFormats, format, &Format::name);
    if (known != kFormats.end()) return json::string(known->text);
    std::string made = "mock";
    if (variant > 0) made += std::to_string(variant);
    while (made.size() < least) made += "mock";
    const std::size_t most = count_in(schema, "maxLength", kLongestText, kLongestText);
    if (made.size() > std::max(most, least)) made.resize(std::max(most, least));
    return json::string(made);
  }

  json::value list(const json::object& schema, int depth) {
    json::array made;
    if (const json::value* front = find(schema, "prefixItems"); front != nullptr && front->is_array()) {
      for (const json::value& each : front->get_array()) made.push_back(make(each, depth + 1));
    }
    const std::size_t least = count_in(schema, "minItems", 0, kMostItems);
    const json::value any = true;
    const json::value* items = find(schema, "items");
    while (made.size() < least && made_ < kMostValues) {
      made.push_back(make(items != nullptr ? *items : any, depth + 1, static_cast<int>(made.size())));
    }
    return made;
  }

  json::value object(const json::object& schema, int depth) {
    json::object made;
    const json::value* properties = find(schema, "properties");
    const json::value* required = find(schema, "required");
    const json::value any = true;
    const bool named = required != nullptr && required->is_array();
    if (named) {
      for (const json::value& name : required->get_array()) {
        if (!name.is_string() || made.contains(name.get_string())) continue;
        const json::value* own = properties != nullptr && properties->is_object()
                                     ? properties->get_object().if_contains(name.get_string())
                                     : nullptr;
        made[name.get_string()] = make(own != nullptr ? *own : any, depth + 1);
      }
      return made;
    }
    if (properties == nullptr || !properties->is_object()) return made;
    for (const auto& [name, own] : properties->get_object()) {
      if (depth < kDeep) made[name] = make(own, depth + 1);  // an optional member
    }
    return made;
  }

  const json::value& root_;
  int made_ = 0;
  bool unfit_ = false;
};

}  // namespace

std::optional<json::value> schema_instance(const json::value& schema) {
  Maker maker(schema);
  json::value made = maker.make(schema, 0);
  if (maker.unfit()) return std::nullopt;
  return made;
}

}  // namespace drover::mock
