// Reads members of a client's JSON object. A member that is missing, or has another type, is empty.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <string_view>
#include <utility>

namespace drover::mock {

/// A view into `object`, or `otherwise`.
[[nodiscard]] inline std::string_view text_in(const boost::json::object& object, std::string_view name,
                                              std::string_view otherwise = {}) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : otherwise;
}

/// Null: the member is no object.
[[nodiscard]] inline const boost::json::object* object_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

/// Empty: the text is no object.
[[nodiscard]] inline boost::json::object parsed_object(std::string_view text) {
  boost::json::error_code error;
  boost::json::value parsed = boost::json::parse(text, error, {}, {.max_depth = 256});
  return !error && parsed.is_object() ? std::move(parsed.get_object()) : boost::json::object{};
}

/// One page of a list, as both dialects write it. The page holds the whole list.
[[nodiscard]] inline boost::json::object list_page(boost::json::array data) {
  boost::json::object page{{"has_more", false}, {"first_id", nullptr}, {"last_id", nullptr}};
  const auto id_of = [](const boost::json::value& item) {
    return item.is_object() && item.get_object().contains("id") ? item.get_object().at("id")
                                                                : boost::json::value(nullptr);
  };
  if (!data.empty()) {
    page["first_id"] = id_of(data.front());
    page["last_id"] = id_of(data.back());
  }
  page["data"] = std::move(data);
  return page;
}

}  // namespace drover::mock
