#include "console/key_request.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace drover::console {

std::string new_key_json(const NewKey& key) {
  using boost::json::array;
  using boost::json::object;
  object fields{{"name", key.name}};
  if (!key.principal.empty()) fields["principal"] = key.principal;
  if (!key.owner.empty()) fields["owner"] = key.owner;
  if (!key.expires_in.empty()) fields["expires_in"] = key.expires_in;
  if (!key.models.empty()) fields["models"] = array(key.models.begin(), key.models.end());
  array limits;
  if (!key.budget.empty()) {
    limits.push_back(object{{"unit", "usd"}, {"amount", key.budget}, {"window", key.window}});
  }
  if (key.requests) limits.push_back(object{{"unit", "requests"}, {"amount", *key.requests}, {"window", "1m"}});
  if (!limits.empty()) fields["limits"] = std::move(limits);
  return boost::json::serialize(fields);
}

std::string rotation_json(const std::string& grace) {
  if (grace.empty()) return {};
  return boost::json::serialize(boost::json::object{{"grace", grace}});
}

}  // namespace drover::console
