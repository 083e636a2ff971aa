#include "mock/answers/answer.h"

#include <boost/json.hpp>

#include "mock/apis/anthropic_messages.h"
#include "mock/apis/gemini.h"

namespace drover::mock {

namespace json = boost::json;

Answer plain_answer(Call call, std::string body) {
  Answer answer;
  answer.call = call;
  answer.pieces.push_back(Piece{.role = Role::Content, .bytes = std::move(body)});
  return answer;
}

ProviderError usual_error(int status, std::string_view code) {
  ProviderError error{.status = status,
                      .type = "server_error",
                      .code = {},
                      .message = "The server had an error while processing your request."};
  switch (status) {
    case 400: error = {status, "invalid_request_error", "invalid_value", "The request is not valid."}; break;
    case 401: error = {status, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."}; break;
    case 402: error = {status, "insufficient_quota", "payment_required", "Your credit balance is too low."}; break;
    case 403:
      error = {status, "invalid_request_error", "unsupported_country_region_territory",
               "Country, region, or territory not supported."};
      break;
    case 404:
      error = {status, "invalid_request_error", "model_not_found",
               "The model does not exist or you do not have access to it."};
      break;
    case 413: error = {status, "invalid_request_error", "request_too_large", "The request is too large."}; break;
    case 429: error = {status, "requests", "rate_limit_exceeded", "Rate limit reached for requests."}; break;
    case 502: error = {status, "server_error", "bad_gateway", "Bad gateway."}; break;
    case 503:
      error = {status, "server_error", "server_is_overloaded",
               "The engine is currently overloaded, please try again later."};
      break;
    case 504: error = {status, "server_error", "timeout", "The request timed out."}; break;
    case 529: error = {status, "overloaded_error", "overloaded", "Overloaded."}; break;
    default: break;
  }
  if (!code.empty()) error.code = code;
  if (error.code == "insufficient_quota") {
    error.type = "insufficient_quota";
    error.message = "You exceeded your current quota, please check your plan and billing details.";
  }
  return error;
}

std::string error_json(const ProviderError& error) {
  json::object inner{{"message", error.message}, {"type", error.type}, {"param", nullptr}, {"code", nullptr}};
  if (!error.code.empty()) inner["code"] = error.code;
  return json::serialize(json::object{{"error", std::move(inner)}});
}

Answer unknown_url(Call call) {
  return error_answer(call, {404, "invalid_request_error", "unknown_url", "Unknown request URL."});
}

Answer error_answer(Call call, const ProviderError& error) {
  Answer answer = plain_answer(call, speaks_anthropic(call) ? anthropic_error_json(error)
                                     : speaks_gemini(call)  ? gemini_error_json(error)
                                                            : error_json(error));
  answer.status = error.status;
  return answer;
}

std::string error_event(Call call, const ProviderError& error, bool first) {
  if (speaks_gemini(call)) return gemini_error_piece(call, error, first);
  if (speaks_anthropic(call)) return event("error", anthropic_error_json(error));
  if (call != Call::Responses) return event({}, error_json(error));
  const json::object flat{
      {"type", "error"}, {"code", error.code}, {"message", error.message}, {"param", nullptr}, {"sequence_number", 1}};
  return event("error", json::serialize(flat));
}

std::string web_page(int status) {
  return "<!DOCTYPE html>\n<html><head><title>" + std::to_string(status) +
         "</title></head>\n<body><h1>One more step</h1><p>Please sign in to continue.</p></body></html>\n";
}

std::string event(std::string_view name, std::string_view data) {
  std::string text;
  text.reserve(name.size() + data.size() + 20);
  if (!name.empty()) text.append("event: ").append(name).append("\n");
  return text.append("data: ").append(data).append("\n\n");
}

}  // namespace drover::mock
