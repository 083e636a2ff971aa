#include "dialect/json/json_text.h"

#include <simdjson.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace drover::dialect {

std::string json_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string sound_text(std::string_view text) {
  std::string out(text);
  if (simdjson::validate_utf8(text.data(), text.size())) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

}  // namespace drover::dialect
