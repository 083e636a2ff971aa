#include "dialect/request/body_edits.h"

#include <utility>

#include "dialect/json/json_bytes.h"
#include "dialect/json/json_reader.h"
#include "dialect/json/json_text.h"

namespace drover::dialect {
namespace {

BodyEdit insertion(std::size_t at, std::string text) {
  return {.begin = at, .end = at, .text = std::move(text)};
}

/// Inside an existing stream_options: its other members stay as they are.
BodyEdit into_stream_options(const Inspection& inspection, std::string_view body) {
  const std::size_t begin = inspection.stream_options_begin;
  const std::string_view raw = body.substr(begin, inspection.stream_options_end - begin);
  if (kind_of(raw) != JsonReader::Kind::Object) {  // null
    return {.begin = begin, .end = inspection.stream_options_end, .text = R"({"include_usage":true})"};
  }
  JsonReader reader(raw);
  reader.enter();
  std::string_view key;
  bool has_members = false;
  BodyEdit last;
  while (reader.next_member(key)) {
    has_members = true;
    const std::string_view value = reader.take();
    if (key != "include_usage") continue;
    const auto at = static_cast<std::size_t>(value.data() - body.data());
    last = {.begin = at, .end = at + value.size(), .text = "true"};  // twice: the last one is what servers take
  }
  if (!last.text.empty()) return last;
  return insertion(begin + 1, has_members ? R"("include_usage":true,)" : R"("include_usage":true)");
}

std::size_t behind_brace(std::string_view body) {
  std::size_t at = 0;
  while (at < body.size() && is_json_space(body[at])) ++at;
  return at + 1;  // a body that was inspected begins with '{'
}

/// For a body that names no model: in place of its null, as its first member, or as the first part of a form.
BodyEdit missing_model(const Inspection& inspection, std::string_view body, std::string_view model) {
  if (!inspection.model_is_json) {
    const std::string_view delimiter = body.substr(0, body.find("\r\n"));
    std::string part(delimiter);
    part.append("\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n").append(model).append("\r\n");
    return insertion(0, std::move(part));
  }
  if (inspection.model_end > inspection.model_begin) {
    return {.begin = inspection.model_begin, .end = inspection.model_end, .text = json_string(model)};
  }
  const std::size_t begin = behind_brace(body);
  std::size_t next = begin;
  while (next < body.size() && is_json_space(body[next])) ++next;
  const bool empty = next < body.size() && body[next] == '}';
  return insertion(begin, "\"model\":" + json_string(model) + (empty ? "" : ","));
}

BodyEdit usage_edit(const Inspection& inspection, std::string_view body) {
  if (inspection.has_stream_options) return into_stream_options(inspection, body);
  // A body that says stream: true is not empty.
  return insertion(behind_brace(body), R"("stream_options":{"include_usage":true},)");
}

}  // namespace

bool asks_for_usage(Api api, const Inspection& inspection, UsageWish wish) {
  const bool has_option = api == Api::Chat || api == Api::Completions;
  return wish == UsageWish::Ask && has_option && inspection.stream && !inspection.asks_usage;
}

BodyEdits body_edits(Api api, const Inspection& inspection, std::string_view body, std::string_view model,
                     UsageWish wish) {
  BodyEdits edits;
  const bool renamed = inspection.model != model;
  if (inspection.has_model && inspection.model_is_missing) {
    if (renamed || !inspection.model_may_be_missing) (void)edits.push_back(missing_model(inspection, body, model));
  } else if (inspection.has_model && renamed) {
    (void)edits.push_back({.begin = inspection.model_begin,
                           .end = inspection.model_end,
                           .text = inspection.model_is_json ? json_string(model) : std::string(model)});
  }
  if (asks_for_usage(api, inspection, wish)) (void)edits.push_back(usage_edit(inspection, body));
  if (edits.size() == 2 && edits[1].begin < edits[0].begin) std::swap(edits[0], edits[1]);
  return edits;
}

std::size_t edited_size(std::string_view body, const BodyEdits& edits) {
  std::size_t size = body.size();
  for (const BodyEdit& edit : edits) size = size - (edit.end - edit.begin) + edit.text.size();
  return size;
}

std::string apply_edits(std::string_view body, const BodyEdits& edits) {
  std::string out;
  out.reserve(edited_size(body, edits));
  std::size_t at = 0;
  for (const BodyEdit& edit : edits) {
    out += body.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out += body.substr(at);
  return out;
}

}  // namespace drover::dialect
