#include "dialect/openai/replies.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "dialect/json/json_text.h"

namespace drover::dialect::openai_detail {
namespace {

namespace json = boost::json;

json::object error_object(const ErrorReply& reply) {
  json::object error;
  error["message"] = sound_text(reply.message);
  error["type"] = sound_text(error_type(reply.status));
  error["param"] = nullptr;
  error["code"] = sound_text(reply.code);
  if (!reply.request_id.empty()) error["request_id"] = sound_text(reply.request_id);
  return error;
}

json::object model_object(std::string_view name) {
  json::object model;
  model["id"] = sound_text(name);
  model["object"] = "model";
  model["created"] = 0;  // when a model was made is not known here, and this room has no clock
  model["owned_by"] = "drover";
  return model;
}

}  // namespace

std::string_view error_type(int status) {
  switch (status) {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 408:
    case 504: return "timeout_error";
    case 429: return "rate_limit_error";
    case 503: return "service_unavailable_error";
    default: return status >= 400 && status < 500 ? "invalid_request_error" : "server_error";
  }
}

std::string error_body(const ErrorReply& reply) {
  json::object body;
  body["error"] = error_object(reply);
  return json::serialize(body);
}

std::string error_event(Api api, const ErrorReply& reply) {
  json::object data;
  data["error"] = error_object(reply);
  if (api != Api::Responses) return "data: " + json::serialize(data) + "\n\n";
  data["type"] = "error";
  data["code"] = sound_text(reply.code);
  data["message"] = sound_text(reply.message);
  data["param"] = nullptr;
  return "event: error\ndata: " + json::serialize(data) + "\n\n";
}

std::string models_body(const std::vector<std::string>& names) {
  json::array models;
  models.reserve(names.size());
  for (const std::string& name : names) models.push_back(model_object(name));
  json::object body;
  body["object"] = "list";
  body["data"] = std::move(models);
  return json::serialize(body);
}

std::string model_body(std::string_view name) {
  return json::serialize(model_object(name));
}

}  // namespace drover::dialect::openai_detail
