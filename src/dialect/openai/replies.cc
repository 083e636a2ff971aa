#include "dialect/openai/replies.h"

#include <algorithm>
#include <array>
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

/// The codes of a failed response that tell a program what to do; it repeats the request after every other.
constexpr std::array<std::string_view, 6> kTellingCodes = {"context_length_exceeded", "insufficient_quota",
                                                           "invalid_prompt",          "rate_limit_exceeded",
                                                           "server_is_overloaded",    "usage_not_included"};

/// In OpenAI's own words, which agents decide by: whether the same request may succeed later.
std::string_view failed_code(const ErrorReply& reply) {
  const auto* const telling = std::ranges::find(kTellingCodes, reply.code);
  if (telling != kTellingCodes.end()) return *telling;
  if (reply.status == 429) return "rate_limit_exceeded";
  const bool passes = reply.status == 408 || reply.status == 409 || reply.status == 425;
  return reply.status >= 400 && reply.status < 500 && !passes ? "invalid_prompt" : "server_error";
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
  data["sequence_number"] = 0;  // how many events came before is not known here, and some SDKs want a number
  data["code"] = sound_text(reply.code);
  data["message"] = sound_text(reply.message);
  data["param"] = nullptr;
  return "event: error\ndata: " + json::serialize(data) + "\n\n";
}

std::string failed_response(const ErrorReply& reply) {
  json::object response;
  response["id"] = "resp_" + sound_text(reply.request_id);
  response["object"] = "response";
  response["created_at"] = 0;
  response["status"] = "failed";
  response["error"] = json::object{{"code", failed_code(reply)}, {"message", sound_text(reply.message)}};
  response["incomplete_details"] = nullptr;
  response["model"] = "";
  response["output"] = json::array();
  response["parallel_tool_calls"] = true;
  response["tool_choice"] = "auto";
  response["tools"] = json::array();
  response["usage"] = nullptr;
  json::object data;
  data["type"] = "response.failed";
  data["sequence_number"] = 1;
  data["response"] = std::move(response);
  return "event: response.failed\ndata: " + json::serialize(data) + "\n\n";
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
