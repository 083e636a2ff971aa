#include "console/key_table.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "base/printable.h"
#include "console/display_width.h"

namespace drover::console {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyColumns = 6;
constexpr std::string_view kGap = "  ";
/// A column is cut to no less, so that names stay apart.
constexpr std::size_t kNarrowest = 8;

json::value parsed_json(std::string_view text) {
  boost::system::error_code trouble;
  json::value value = json::parse(json::string_view(text.data(), text.size()), trouble);
  return trouble ? json::value(nullptr) : value;
}

/// The text of a member: strings as they are, null and what is missing as nothing, all else as JSON.
std::string member_text(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  if (const auto* text = value->if_string()) return printable(std::string_view(text->data(), text->size()));
  return printable(json::serialize(*value));
}

bool is_true(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// "usd 5.00 a month", "requests 60 a 1m", "concurrent 4".
std::string limit_text(const json::value& value) {
  const json::object* const limit = value.if_object();
  if (limit == nullptr) return {};
  std::string out = member_text(*limit, "unit") + " " + member_text(*limit, "amount");
  const std::string window = member_text(*limit, "window");
  if (window == "total") {
    out += " in all";
  } else if (!window.empty()) {
    out += " a " + window;
  }
  if (member_text(*limit, "action") == "tell") out += " (soft)";
  const std::string models = member_text(*limit, "models");
  if (!models.empty() && models != "[]") out += " of " + models;
  return out;
}

std::string limits_text(const json::object& key) {
  const json::value* const list = key.if_contains("limits");
  std::string out;
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& each : list->get_array()) out += (out.empty() ? "" : ", ") + limit_text(each);
  return out;
}

std::string state_text(const json::object& key) {
  if (is_true(key, "archived")) return "deleted";
  return is_true(key, "blocked") ? "blocked" : "active";
}

using Line = std::array<std::string, kKeyColumns>;

Line line_of(const json::object& key) {
  const std::string expires = member_text(key, "expires");
  return {member_text(key, "name"),
          member_text(key, "id"),
          state_text(key),
          member_text(key, "principal"),
          expires.empty() ? std::string("never") : expires,
          limits_text(key)};
}

/// Takes from the widest columns until all fit.
void narrow(std::array<std::size_t, kKeyColumns>& widths, std::size_t columns) {
  const std::size_t gaps = kGap.size() * (kKeyColumns - 1);
  for (;;) {
    std::size_t all = gaps;
    for (const std::size_t width : widths) all += width;
    const auto widest = std::ranges::max_element(widths);
    if (columns == 0 || all <= columns || *widest <= kNarrowest) return;
    *widest -= std::min(*widest - kNarrowest, all - columns);
  }
}

/// The keys of all pages; nothing: one is no list.
Result<json::array> keys_of(std::span<const std::string> pages) {
  json::array out;
  for (const std::string& page : pages) {
    json::value value = parsed_json(page);
    json::value* const data = value.is_object() ? value.get_object().if_contains("data") : nullptr;
    if (data == nullptr || !data->is_array()) {
      return fail(Error{.kind = ErrorKind::BadResponse, .code = "no_list", .message = "the answer is no list of keys"});
    }
    for (json::value& each : data->get_array()) out.push_back(std::move(each));
  }
  return out;
}

}  // namespace

Result<std::string> key_table(std::span<const std::string> pages, std::size_t columns) {
  const auto keys = keys_of(pages);
  if (!keys) return fail(keys.error());
  std::vector<Line> lines{{"NAME", "ID", "STATE", "PRINCIPAL", "EXPIRES", "LIMITS"}};
  for (const json::value& each : *keys) {
    if (each.is_object()) lines.push_back(line_of(each.get_object()));
  }
  std::array<std::size_t, kKeyColumns> widths{};
  for (const Line& line : lines) {
    for (std::size_t at = 0; at < kKeyColumns; ++at) widths[at] = std::max(widths[at], display_width(line[at]));
  }
  narrow(widths, columns);
  std::string out;
  for (const Line& line : lines) {
    std::string text;
    for (std::size_t at = 0; at < kKeyColumns; ++at) {
      text += (at == 0 ? "" : std::string(kGap)) + padded(cut(line[at], widths[at]), widths[at]);
    }
    while (text.ends_with(' ')) text.pop_back();
    out += (columns == 0 ? text : cut(text, columns)) + "\n";
  }
  return out;
}

Result<std::string> key_array(std::span<const std::string> pages) {
  const auto keys = keys_of(pages);
  if (!keys) return fail(keys.error());
  return json::serialize(*keys);
}

std::string next_page(std::string_view page) {
  const json::value value = parsed_json(page);
  return value.is_object() ? member_text(value.get_object(), "next") : std::string();
}

std::string first_id(std::string_view page) {
  const auto keys = keys_of(std::array{std::string(page)});
  if (!keys || keys->empty() || !keys->front().is_object()) return {};
  return member_text(keys->front().get_object(), "id");
}

Result<std::string> key_text(std::string_view key) {
  const json::value value = parsed_json(key);
  const json::object* const object = value.if_object();
  if (object == nullptr || !object->contains("id")) {
    return fail(Error{.kind = ErrorKind::BadResponse, .code = "no_key", .message = "the answer is no key"});
  }
  constexpr auto kShown = std::to_array<std::string_view>({"name", "id", "shown", "principal", "owner", "expires",
                                                           "increase", "models", "apis", "providers", "networks",
                                                           "tags", "metadata", "created", "changed", "former"});
  std::string out;
  const auto line = [&](std::string_view name, const std::string& text) {
    if (!text.empty() && text != "[]" && text != "{}") out += padded(name, 10) + " " + text + "\n";
  };
  for (const std::string_view name : kShown) line(name, member_text(*object, name));
  line("state", state_text(*object));
  line("limits", limits_text(*object));
  line("secret", member_text(*object, "secret"));
  return out;
}

std::string api_error(int status, std::string_view body) {
  const json::value value = parsed_json(body);
  const json::value* const error = value.is_object() ? value.get_object().if_contains("error") : nullptr;
  if (error == nullptr || !error->is_object()) return "it answered with status " + std::to_string(status);
  const std::string field = member_text(error->get_object(), "field");
  return (field.empty() ? "" : field + ": ") + member_text(error->get_object(), "message");
}

}  // namespace drover::console
