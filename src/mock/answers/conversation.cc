#include "mock/answers/conversation.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>

#include "mock/answers/json_object.h"

namespace drover::mock {
namespace {

namespace json = boost::json;

bool is_image(std::string_view type) {
  return type == "image" || type == "image_url" || type == "input_image";
}

void add_result(Newest& newest, std::string text) {
  if (newest.results++ > 0) text = newest.text + ", " + text;
  newest.text = std::move(text);
  newest.of_a_tool = true;
}

// The last text among the parts of a content: the prompt, after the texts that programs put before it. Depth is the
// JSON parser's: a result's content has no results in it.
Newest newest_of_content(const json::value& content) {
  if (content.is_string()) return {.text = std::string(content.get_string())};
  Newest newest;
  if (!content.is_array()) return newest;
  for (const json::value& part : content.get_array()) {
    if (!part.is_object()) continue;
    const json::object& object = part.get_object();
    const std::string_view type = text_in(object, "type");
    if (is_image(type)) ++newest.images;
    if (type == "tool_result") {
      const json::value* inner = object.if_contains("content");
      Newest result = inner != nullptr ? newest_of_content(*inner) : Newest{};
      newest.images += result.images;
      add_result(newest, std::move(result.text));
    } else if (const std::string_view text = text_in(object, "text"); !text.empty() && !newest.of_a_tool) {
      newest.text = std::string(text);
    }
  }
  return newest;
}

// Agents put an instruction after the prompt, which needs no answer.
bool instructs(const json::value& entry) {
  const std::string_view role = entry.is_object() ? text_in(entry.get_object(), "role") : std::string_view();
  return role == "system" || role == "developer";
}

// Whether a tool's result is an entry of its own, as a chat and Responses have it.
bool is_result(const json::value& entry) {
  if (!entry.is_object()) return false;
  return text_in(entry.get_object(), "type") == "function_call_output" || text_in(entry.get_object(), "role") == "tool";
}

Newest newest_in(const json::value& entry) {
  const json::object& object = entry.get_object();
  for (const std::string_view name : {"content", "output"}) {
    if (const json::value* content = object.if_contains(name)) return newest_of_content(*content);
  }
  return {};
}

}  // namespace

Newest newest_of(const json::object& body) {
  const json::value* list = nullptr;
  for (const std::string_view name : {"messages", "input", "prompt"}) {
    if (list == nullptr) list = body.if_contains(name);
  }
  if (list == nullptr) return {};
  if (list->is_string()) return {.text = std::string(list->get_string())};
  if (!list->is_array() || list->get_array().empty()) return {};
  const json::array& entries = list->get_array();
  const auto found = std::find_if_not(entries.rbegin(), entries.rend(), instructs);
  const auto last = found != entries.rend() ? found : entries.rbegin();
  if (last->is_string()) return {.text = std::string(last->get_string())};
  if (!last->is_object()) return {};
  if (!is_result(*last)) return newest_in(*last);
  const auto call = std::find_if_not(last, entries.rend(), is_result);
  Newest newest;
  for (auto result = call.base(); result != last.base(); ++result) {
    Newest one = newest_in(*result);
    newest.images += one.images;
    add_result(newest, std::move(one.text));
  }
  return newest;
}

}  // namespace drover::mock
