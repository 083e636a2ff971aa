#include "dialect/gemini/body_models.h"

#include <algorithm>
#include <vector>

#include "dialect/gemini/paths.h"
#include "dialect/json/json_reader.h"
#include "dialect/json/json_scan.h"
#include "dialect/json/json_text.h"

namespace drover::dialect {
namespace {

/// The raw values of all members called "model" in an object; views of it. A member may be there twice.
void add_models_in(std::string_view object, std::vector<std::string_view>& found) {
  JsonReader reader(object);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (json_unescape(key) == "model") found.push_back(value);
  }
}

std::vector<std::string_view> models_in(std::string_view body) {
  std::vector<std::string_view> found;
  add_models_in(body, found);
  JsonReader reader(body);
  std::string_view key;
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return found;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    const std::string name = json_unescape(key);
    if (name == "generateContentRequest" || name == "generate_content_request") add_models_in(value, found);
    if (name != "requests") continue;
    JsonReader list(value);
    if (list.kind() != JsonReader::Kind::Array || !list.enter()) continue;
    while (list.next_element()) add_models_in(list.take(), found);
  }
  return found;
}

/// A name with escapes in it is another one: nobody writes a model so.
bool is_model(std::string_view raw, std::string_view model) {
  const auto name = raw_string(raw);
  return name.has_value() && bare_model(*name) == bare_model(model);
}

}  // namespace

bool names_other_model(std::string_view body, std::string_view model) {
  for (const std::string_view raw : models_in(body)) {
    if (!is_model(raw, model)) return true;
  }
  return false;
}

std::optional<std::string> with_body_models(std::string_view body, std::string_view model) {
  if (!names_other_model(body, model)) return std::nullopt;
  const std::string name =
      json_string((model.starts_with("tunedModels/") ? "" : "models/") + std::string(bare_model(model)));
  std::vector<std::string_view> places = models_in(body);
  std::ranges::sort(places, {}, &std::string_view::data);
  std::string renamed;
  std::size_t at = 0;
  for (const std::string_view raw : places) {
    const auto begin = static_cast<std::size_t>(raw.data() - body.data());
    renamed.append(body.substr(at, begin - at)).append(name);
    at = begin + raw.size();
  }
  return renamed.append(body.substr(at));
}

}  // namespace drover::dialect
