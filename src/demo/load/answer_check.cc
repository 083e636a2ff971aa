#include "demo/load/answer_check.h"

#include <boost/json.hpp>

namespace drover::demo {
namespace {

namespace json = boost::json;

bool whole_json(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return false;
  const json::value* choices = value.get_object().if_contains("choices");
  const json::value* usage = value.get_object().if_contains("usage");
  return choices != nullptr && choices->is_array() && !choices->get_array().empty() && usage != nullptr &&
         usage->is_object();
}

}  // namespace

void AnswerCheck::feed(std::string_view bytes) {
  if (too_long_ || body_.size() + bytes.size() > kMostAnswerBytes) {
    too_long_ = true;
    return;
  }
  body_.append(bytes);
  if (!streamed_) return;
  std::size_t taken = 0;
  http::SseEvent event;
  while (scanner_.next(std::string_view(body_).substr(taken), event)) {
    take(event);
    taken += event.bytes.size();
    scanner_.reset();
  }
  body_.erase(0, taken);
}

void AnswerCheck::take(const http::SseEvent& event) {
  if (event.is_comment()) return;
  done_ = event.data == "[DONE]";
  if (event.data.starts_with("{\"error\"")) error_ = true;
  if (event.data.find("\"delta\":{\"content\":") != std::string_view::npos) content_ = true;
  if (event.data.find("\"finish_reason\":\"stop\"") != std::string_view::npos) finished_ = true;
  if (event.data.find("\"usage\":{") != std::string_view::npos) usage_ = true;
}

Flaw AnswerCheck::verdict() const {
  if (error_) return Flaw::ErrorEvent;
  if (too_long_) return Flaw::Incomplete;
  if (!streamed_) return whole_json(body_) ? Flaw::None : Flaw::Incomplete;
  return content_ && finished_ && usage_ && done_ && body_.empty() ? Flaw::None : Flaw::Incomplete;
}

}  // namespace drover::demo
