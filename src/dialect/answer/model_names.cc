#include "dialect/answer/model_names.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace drover::dialect {
namespace {

/// How a dialect writes the list. `front` stands before each name.
struct Spelling {
  std::string_view list;
  std::string_view name;
  std::string_view front;
};
constexpr Spelling kSpellings[] = {{.list = "data", .name = "id", .front = ""},
                                   {.list = "models", .name = "name", .front = "models/"}};

void add_names(const boost::json::object& body, const Spelling& as, std::size_t most, std::vector<std::string>& names) {
  const boost::json::value* list = body.if_contains(as.list);
  if (list == nullptr || !list->is_array()) return;
  for (const boost::json::value& entry : list->get_array()) {
    if (names.size() == most) return;
    if (!entry.is_object()) continue;
    const boost::json::value* named = entry.get_object().if_contains(as.name);
    if (named == nullptr || !named->is_string()) continue;
    std::string_view name = named->get_string();
    if (name.starts_with(as.front)) name.remove_prefix(as.front.size());
    names.emplace_back(name);
  }
}

}  // namespace

std::vector<std::string> names_in(std::string_view body, std::size_t most) {
  std::vector<std::string> names;
  boost::system::error_code problem;
  const boost::json::value parsed =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), problem, {}, {.max_depth = 32});
  if (problem || !parsed.is_object()) return names;
  for (const Spelling& spelling : kSpellings) add_names(parsed.get_object(), spelling, most, names);
  return names;
}

}  // namespace drover::dialect
