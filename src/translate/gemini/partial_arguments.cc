#include "translate/gemini/partial_arguments.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "translate/model/limits.h"
#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

/// One step of a path: a member's name or the place in a list.
struct Step {
  std::string_view name = {};
  std::optional<std::size_t> index = {};
};

/// Takes a step off the front of a path behind its "$": ".name", "[3]", "['name']". Nothing: it is none.
std::optional<Step> take_step(std::string_view& path) {
  if (path.starts_with('.')) {
    const std::string_view name = path.substr(1, path.find_first_of(".[", 1) - 1);
    path.remove_prefix(1 + name.size());
    if (name.empty()) return std::nullopt;
    return Step{.name = name};
  }
  if (!path.starts_with('[') || path.size() < 3) return std::nullopt;
  const char quote = path[1];
  if (quote == '\'' || quote == '"') {
    const std::size_t end = path.find(quote, 2);
    if (end == std::string_view::npos || path.substr(end + 1, 1) != "]") return std::nullopt;
    const Step step{.name = path.substr(2, end - 2)};
    path.remove_prefix(end + 2);
    return step;
  }
  std::size_t index = 0;
  const auto read = std::from_chars(path.data() + 1, path.data() + path.size(), index);
  if (read.ec != std::errc() || read.ptr == path.data() + path.size() || *read.ptr != ']') return std::nullopt;
  path.remove_prefix(static_cast<std::size_t>(read.ptr - path.data()) + 1);
  return Step{.index = index};
}

}  // namespace

void PartialArguments::clear() {
  root_ = {.kind = Kind::Object};
  values_ = bytes_ = 0;
}

bool PartialArguments::room_for_value() {
  return ++values_ <= kMaxArgumentValues;
}

PartialArguments::Value* PartialArguments::member(Value& of, std::string_view key) {
  if (of.kind == Kind::Unset) of.kind = Kind::Object;
  if (of.kind != Kind::Object) return nullptr;
  std::string name;
  append_escaped(key, name);
  // The last one is nearly always meant.
  for (std::size_t at = of.keys.size(); at > 0; --at) {
    if (of.keys[at - 1] == name) return &of.values[at - 1];
  }
  bytes_ += name.size();
  if (!room_for_value() || bytes_ > kMaxHeldBytes) return nullptr;
  of.keys.push_back(std::move(name));
  return &of.values.emplace_back();
}

PartialArguments::Value* PartialArguments::element(Value& of, std::size_t index) {
  if (of.kind == Kind::Unset) of.kind = Kind::List;
  if (of.kind != Kind::List || index > of.values.size()) return nullptr;
  if (index < of.values.size()) return &of.values[index];
  return room_for_value() ? &of.values.emplace_back() : nullptr;
}

PartialArguments::Value* PartialArguments::find(std::string_view path) {
  if (!path.starts_with('$') || path.size() == 1) return nullptr;
  path.remove_prefix(1);
  Value* at = &root_;
  for (std::size_t depth = 0; !path.empty(); ++depth) {
    const auto step = take_step(path);
    if (!step.has_value() || depth == kMaxArgumentDepth) return nullptr;
    at = step->index.has_value() ? element(*at, *step->index) : member(*at, step->name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

bool PartialArguments::set(Value& value, std::string_view raw) {
  const bool text = is_string(raw);
  if (value.kind == Kind::Unset) value.kind = text ? Kind::Text : Kind::Raw;
  if (value.kind != (text ? Kind::Text : Kind::Raw)) return false;
  const std::string_view said = text ? text_of(raw).escaped : raw;
  bytes_ += said.size();
  if (bytes_ > kMaxHeldBytes) return false;
  if (!text) value.text.clear();
  value.text += said;
  return true;
}

bool PartialArguments::add(std::string_view piece) {
  std::string_view path, value;
  bool null = false;
  for_members(piece, [&](std::string_view key, std::string_view raw) {
    if (key == "jsonPath") path = raw;
    if (key == "stringValue" || key == "numberValue" || key == "boolValue") value = raw;
    if (key == "nullValue") null = true;
  });
  if (!is_string(path)) return false;
  if (null) value = "null";
  if (value.empty()) return true;
  const bool fits = is_string(value) || is_number(value) || bool_of(value).has_value() || null;
  Value* const place = fits ? find(plain(text_of(path))) : nullptr;
  return place != nullptr && set(*place, value);
}

void PartialArguments::write_value(const Value& value, std::string& out) {
  switch (value.kind) {
    case Kind::Unset: out += "null"; return;
    case Kind::Raw: out += value.text; return;
    case Kind::Text: out.append("\"").append(value.text).append("\""); return;
    case Kind::Object:
    case Kind::List: break;
  }
  const bool object = value.kind == Kind::Object;
  out += object ? '{' : '[';
  for (std::size_t at = 0; at < value.values.size(); ++at) {
    if (at > 0) out += ',';
    if (object) out.append("\"").append(value.keys[at]).append("\":");
    write_value(value.values[at], out);
  }
  out += object ? '}' : ']';
}

void PartialArguments::write(std::string& out) const {
  write_value(root_, out);
}

}  // namespace drover::translate
