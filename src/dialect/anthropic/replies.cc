#include "dialect/anthropic/replies.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "dialect/anthropic/error_type.h"
#include "dialect/json/json_text.h"

namespace drover::dialect::anthropic_detail {
namespace {

namespace json = boost::json;

/// When a model was made is not known here, and this room has no clock; the SDKs want a date.
constexpr std::string_view kLongAgo = "1970-01-01T00:00:00Z";

json::object model_object(std::string_view name) {
  const std::string shown = sound_text(name);
  return {{"type", "model"}, {"id", shown}, {"display_name", shown}, {"created_at", kLongAgo}};
}

}  // namespace

std::string error_body(const ErrorReply& reply) {
  json::object error{{"type", error_type(reply.status)}, {"message", sound_text(reply.message)}};
  if (!reply.code.empty()) error["details"] = json::object{{"error_code", sound_text(reply.code)}};
  json::object body{{"type", "error"}, {"error", std::move(error)}};
  if (!reply.request_id.empty()) body["request_id"] = sound_text(reply.request_id);
  return json::serialize(body);
}

std::string error_event(const ErrorReply& reply) {
  return "event: error\ndata: " + error_body(reply) + "\n\n";
}

std::string models_body(const std::vector<std::string>& names) {
  json::array models;
  models.reserve(names.size());
  for (const std::string& name : names) models.push_back(model_object(name));
  json::object body{{"data", std::move(models)}, {"has_more", false}, {"first_id", nullptr}, {"last_id", nullptr}};
  if (!names.empty()) {
    body["first_id"] = sound_text(names.front());
    body["last_id"] = sound_text(names.back());
  }
  return json::serialize(body);
}

std::string model_body(std::string_view name) {
  return json::serialize(model_object(name));
}

}  // namespace drover::dialect::anthropic_detail
