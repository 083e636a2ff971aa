#include "dialect/gemini/replies.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "dialect/json/json_text.h"

namespace drover::dialect::gemini_detail {
namespace {

struct StatusWord {
  int status;
  std::string_view word;
};

/// https://cloud.google.com/apis/design/errors#handling_errors
constexpr auto kStatusWords = std::to_array<StatusWord>({{400, "INVALID_ARGUMENT"},
                                                         {401, "UNAUTHENTICATED"},
                                                         {403, "PERMISSION_DENIED"},
                                                         {404, "NOT_FOUND"},
                                                         {408, "DEADLINE_EXCEEDED"},
                                                         {409, "ABORTED"},
                                                         {429, "RESOURCE_EXHAUSTED"},
                                                         {499, "CANCELLED"},
                                                         {500, "INTERNAL"},
                                                         {501, "UNIMPLEMENTED"},
                                                         {502, "UNAVAILABLE"},
                                                         {503, "UNAVAILABLE"},
                                                         {504, "DEADLINE_EXCEEDED"},
                                                         {529, "UNAVAILABLE"}});

boost::json::object model_entry(std::string_view name) {
  const std::string shown = sound_text(name);
  return {{"name", "models/" + shown},
          {"displayName", shown},
          {"supportedGenerationMethods", boost::json::array{"generateContent", "countTokens"}}};
}

}  // namespace

std::string_view status_word(int status) {
  const auto* const found = std::ranges::find(kStatusWords, status, &StatusWord::status);
  if (found != kStatusWords.end()) return found->word;
  return status >= 400 && status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
}

std::string error_body(const ErrorReply& reply) {
  boost::json::object error{
      {"code", reply.status}, {"message", sound_text(reply.message)}, {"status", status_word(reply.status)}};
  boost::json::array details;
  if (!reply.code.empty()) {
    details.push_back(boost::json::object{{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                                          {"reason", sound_text(reply.code)},
                                          {"domain", "drover"}});
  }
  if (!reply.request_id.empty()) {
    details.push_back(boost::json::object{{"@type", "type.googleapis.com/google.rpc.RequestInfo"},
                                          {"requestId", sound_text(reply.request_id)}});
  }
  if (!details.empty()) error["details"] = std::move(details);
  return boost::json::serialize(boost::json::object{{"error", std::move(error)}});
}

std::string error_event(const ErrorReply& reply) {
  return "data: " + error_body(reply) + "\n\n";
}

std::string models_body(const std::vector<std::string>& names) {
  boost::json::array models;
  models.reserve(names.size());
  for (const std::string& name : names) models.push_back(model_entry(name));
  return boost::json::serialize(boost::json::object{{"models", std::move(models)}});
}

std::string model_body(std::string_view name) {
  return boost::json::serialize(model_entry(name));
}

}  // namespace drover::dialect::gemini_detail
