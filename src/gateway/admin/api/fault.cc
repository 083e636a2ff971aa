#include "gateway/admin/api/fault.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace drover::gateway::admin {
namespace {

constexpr std::string_view kJsonAnswer =
    "Content-Type: application/json\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

}  // namespace

Fault not_found(std::string_view what) {
  return {.status = 404, .type = "not_found", .message = "there is no such " + std::string(what)};
}

Fault fault_of(const Error& error) {
  if (error.code == "version_conflict") {
    return {.status = 409, .type = "conflict", .message = "somebody else changed this record; read it again"};
  }
  if (error.code == "name_taken") {
    return {.status = 409, .type = "name_taken", .message = "another key has this name", .field = "name"};
  }
  if (error.code == "key_exists") {
    return {.status = 409, .type = "conflict", .message = "a record with this id is there already"};
  }
  if (error.code == "idempotency_key_used") {
    return {.status = 409, .type = "in_progress", .message = "the same call is being answered; ask again"};
  }
  return {.status = 503,
          .type = error.code.empty() ? std::string("store_failed") : error.code,
          .message = "the store cannot be asked now; nothing was changed that the answer does not tell"};
}

Reply json_reply(int status, std::string body, std::string_view more_fields) {
  return {.status = status, .fields = std::string(kJsonAnswer).append(more_fields), .body = std::move(body)};
}

Reply fault_reply(const Fault& fault, Form form) {
  const bool own = form == Form::Own;
  const std::string_view place = own ? "field" : "param";
  boost::json::object error{{"type", fault.type}, {"message", fault.message}, {place, nullptr}};
  if (!fault.field.empty()) error[place] = fault.field;
  if (!own) error["code"] = std::to_string(fault.status);
  std::string more;
  if (fault.status == 401) more = "WWW-Authenticate: Bearer realm=\"drover admin\"\r\n";
  if (fault.status == 503) more = "Retry-After: 1\r\n";
  return json_reply(fault.status, boost::json::serialize(boost::json::object{{"error", std::move(error)}}) + "\n",
                    more);
}

}  // namespace drover::gateway::admin
