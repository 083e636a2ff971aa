#include "dialect/answer/model_names.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace drover::dialect {

std::vector<std::string> names_in(std::string_view body, std::size_t most) {
  std::vector<std::string> names;
  boost::system::error_code problem;
  const boost::json::value parsed =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), problem, {}, {.max_depth = 32});
  if (problem || !parsed.is_object()) return names;
  const boost::json::value* data = parsed.get_object().if_contains("data");
  if (data == nullptr || !data->is_array()) return names;
  for (const boost::json::value& entry : data->get_array()) {
    if (names.size() == most) break;
    if (!entry.is_object()) continue;
    const boost::json::value* id = entry.get_object().if_contains("id");
    if (id != nullptr && id->is_string()) names.emplace_back(id->get_string());
  }
  return names;
}

}  // namespace drover::dialect
