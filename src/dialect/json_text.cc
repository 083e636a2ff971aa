#include "dialect/json_text.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace drover::dialect {

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace drover::dialect
