#include "dialect/request/request_inspector.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "dialect/json/json_reader.h"
#include "dialect/request/affinity.h"
#include "dialect/request/id_mark.h"
#include "dialect/request/media_type.h"
#include "dialect/request/routed_keys.h"
#include "http/head/head.h"

namespace drover::dialect {
namespace {

Error wrong_type(std::string_view key, std::string_view wanted) {
  return request_refusal(ErrorKind::BadRequest, 400, "wrong_type",
                         "\"" + std::string(key) + "\" must be " + std::string(wanted));
}

/// Paths that have no streams: what they make of the flag is their own matter, and their answer is JSON.
bool never_streams(Api api) {
  return api == Api::Embeddings || api == Api::Moderations || api == Api::CountTokens || api == Api::Rerank;
}

bool takes_forms(Api api) {
  return api == Api::Images || api == Api::Audio || api == Api::OtherModel;
}

/// true, false, or false for null and absent. Anything else is an error, whatever a server might make of it.
Result<bool> flag(std::optional<ByteRange> range, std::string_view body, Key key) {
  if (!range.has_value()) return false;
  const std::string_view raw = range->of(body);
  if (raw == "true") return true;
  if (raw == "false" || raw == "null") return false;
  return fail(wrong_type(kRoutedKeys[key], "true or false"));
}

bool present(std::optional<ByteRange> range, std::string_view body) {
  return range.has_value() && range->of(body) != "null";
}

bool includes_usage(std::string_view stream_options) {
  JsonReader reader(stream_options);
  std::string_view key;
  bool asked = false;
  if (!reader.enter()) return false;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "include_usage") asked = value == "true";
  }
  return asked;
}

/// What an execution leaves behind at the provider decides whether a second one does harm. Responses are stored there
/// unless the request says store: false.
struct Traces {
  bool store = false;
  bool stores_by_default = false;
  bool background = false;
  bool continues = false;
};

Repeat repeat_of(Api api, const Traces& traces) {
  switch (api) {
    case Api::Chat:
    case Api::Completions:
    case Api::Responses:
    case Api::Embeddings:
    case Api::Moderations:
    case Api::Rerank:
    case Api::Messages:
    case Api::CountTokens:
    case Api::Generate:
      return traces.store || traces.stores_by_default || traces.background || traces.continues ? Repeat::NotExecuted
                                                                                               : Repeat::Free;
    case Api::Models: return Repeat::Free;
    case Api::Images:
    case Api::Audio:
    case Api::OtherModel: return Repeat::NotExecuted;
    case Api::Pinned: break;
  }
  return Repeat::Never;
}

/// What else an account holds that a request may need, named anywhere inside its messages.
enum Deep : std::size_t { kFileId, kEncryptedContent, kDeep };
constexpr std::array<std::string_view, kDeep> kDeepNames = {"file_id", "encrypted_content"};

std::uint64_t deep_mark(const JsonScan& scan, std::string_view body, Deep name) {
  const auto text = scan.last_text(name);
  return text.has_value() ? id_mark(text->of(body)) : 0;
}

/// A conversation is named by its id, alone or in an object.
std::uint64_t continued(const KeyList& keys, const JsonScan& scan, std::string_view body) {
  for (const Key key : {kPreviousResponseId, kConversation}) {
    const auto range = keys.find(scan, key);
    if (!range.has_value()) continue;
    const std::string_view raw = range->of(body);
    const std::string_view id = raw.starts_with('{') ? raw_member(raw, "id") : raw;
    if (const auto text = raw_string(id); text.has_value() && !text->empty()) return id_mark(*text);
  }
  return 0;
}

}  // namespace

Error request_refusal(ErrorKind kind, int status, std::string code, std::string message) {
  return Error{.kind = kind,
               .scope = ErrorScope::Request,
               .retry = RetryClass::Never,
               .status = status,
               .code = std::move(code),
               .message = std::move(message)};
}

RequestInspector::RequestInspector(const KeyList& keys, Api api, std::string_view content_type, std::string_view body)
    : keys_(keys), api_(api), body_(body) {
  result_.repeat = repeat_of(api, {});
  if (api == Api::Pinned || api == Api::Models) return;
  if (has_odd_charset(content_type)) {
    // In another character set the same bytes may name another model.
    scan_ = request_refusal(ErrorKind::Unsupported, 415, "unsupported_charset", "send this as UTF-8");
  } else if (api == Api::OtherModel && body.empty()) {
    // Nothing to read: SDKs name JSON as the type also where a call has no body.
  } else if (is_json_type(content_type)) {
    // What the other keys mean on a path nobody here knows is that path's matter.
    if (api == Api::OtherModel) {
      scan_.emplace<JsonScan>(body, keys.least_names());
    } else {
      scan_.emplace<JsonScan>(body, keys.names(), kDeepNames);
    }
  } else if (takes_forms(api) && is_form_type(content_type)) {
    const auto boundary = form_boundary(content_type);
    if (boundary.has_value()) {
      // What the other fields mean on a path nobody here knows is that path's matter.
      const std::span<const std::string_view> fields = kRoutedFields;
      scan_.emplace<MultipartScan>(body, *boundary, api == Api::OtherModel ? fields.first(kFormOtherModels) : fields);
    } else {
      scan_ = request_refusal(
          ErrorKind::BadRequest, 400, "invalid_multipart",
          "the Content-Type of a form needs one boundary of 1 to 70 allowed characters, and beside it at "
          "most charset=utf-8");
    }
  } else if (api != Api::OtherModel) {
    scan_ = request_refusal(ErrorKind::Unsupported, 415, "unsupported_content_type",
                            takes_forms(api) ? "send this with Content-Type: application/json or multipart/form-data"
                                             : "send this with Content-Type: application/json");
  }
}

Result<bool> RequestInspector::step(std::size_t budget) {
  if (const auto* error = std::get_if<Error>(&scan_)) return fail(*error);
  if (auto* json = std::get_if<JsonScan>(&scan_)) {
    const Result<bool> done = json->step(budget);
    if (!done.has_value() || !*done) return done;
    return finish_json(*json);
  }
  if (auto* form = std::get_if<MultipartScan>(&scan_)) {
    const Result<bool> done = form->step(budget);
    if (!done.has_value() || !*done) return done;
    return finish_form(*form);
  }
  return true;
}

Result<bool> RequestInspector::finish_json(const JsonScan& scan) {
  if (!scan.is_object()) {
    return fail(request_refusal(ErrorKind::BadRequest, 400, "invalid_json", "the request body must be a JSON object"));
  }
  const auto model = keys_.find(scan, kModel);
  if (!model.has_value() || model->of(body_) == "null") {
    miss_model(model.value_or(ByteRange{}));
  } else {
    const auto name = raw_string(model->of(body_));
    if (!name.has_value()) return fail(wrong_type("model", "a string"));
    const Result<bool> set = set_model(json_unescape(name->substr(0, 6 * kMaxModelBytes + 6)), *model);
    if (!set.has_value()) return set;
  }
  const Result<bool> stream = flag(keys_.find(scan, kStream), body_, kStream);
  if (!stream.has_value()) return stream;
  const Result<bool> store = flag(keys_.find(scan, kStore), body_, kStore);
  if (!store.has_value()) return store;
  const Result<bool> background = flag(keys_.find(scan, kBackground), body_, kBackground);
  if (!background.has_value()) return background;
  result_.stream = *stream && !never_streams(api_);
  if (const auto options = keys_.find(scan, kStreamOptions); options.has_value()) {
    const std::string_view raw = options->of(body_);
    if (raw != "null" && raw.front() != '{') return fail(wrong_type("stream_options", "an object"));
    result_.has_stream_options = true;
    result_.stream_options_begin = options->begin;
    result_.stream_options_end = options->end;
    result_.asks_usage = includes_usage(raw);
  }
  const auto stored = keys_.find(scan, kStore);
  const bool says_no = stored.has_value() && stored->of(body_) == "false";
  result_.repeat = repeat_of(api_, {.store = *store,
                                    .stores_by_default = api_ == Api::Responses && !says_no,
                                    .background = *background,
                                    .continues = present(keys_.find(scan, kConversation), body_) ||
                                                 present(keys_.find(scan, kPreviousResponseId), body_)});
  result_.names_other_models =
      std::ranges::any_of(kOtherModelKeys, [&](Key key) { return keys_.find(scan, key).has_value(); });
  result_.continues = continued(keys_, scan, body_);
  if (result_.continues == 0) result_.continues = deep_mark(scan, body_, kFileId);
  result_.sealed = deep_mark(scan, body_, kEncryptedContent);
  result_.affinity = affinity({.api = api_, .keys = keys_, .scan = scan, .body = body_});
  read_limits(scan);
  return true;
}

void RequestInspector::read_limits(const JsonScan& scan) {
  const auto number = [&](Key key, std::int64_t least, std::int64_t most) {
    const auto range = keys_.find(scan, key);
    if (!range.has_value()) return least;
    return std::clamp(raw_integer(range->of(body_)).value_or(least), least, most);
  };
  const std::int64_t each =
      std::max({number(kMaxTokens, 0, kMaxOutputEstimate), number(kMaxCompletionTokens, 0, kMaxOutputEstimate),
                number(kMaxOutputTokens, 0, kMaxOutputEstimate)});
  const std::int64_t answers = number(kN, 1, static_cast<std::int64_t>(kMaxChoices));
  result_.choices = static_cast<std::uint32_t>(answers);
  result_.output_tokens_estimate = std::min(each * answers, kMaxOutputEstimate);
  result_.input_tokens_estimate = static_cast<std::int64_t>(scan.text_bytes() / 4 + scan.numbers());
}

Result<bool> RequestInspector::finish_form(const MultipartScan& scan) {
  result_.model_is_json = false;
  if (const auto model = scan.field(kFormModel)) {
    const Result<bool> set = set_model(std::string(model->of(body_).substr(0, kMaxModelBytes + 1)), *model);
    if (!set.has_value()) return set;
  } else {
    miss_model({});
  }
  if (const auto stream = scan.field(kFormStream)) {
    const std::string_view text = stream->of(body_);
    result_.stream = http::iequals(text, "true") || text == "1";
    if (!result_.stream && !http::iequals(text, "false") && text != "0" && !text.empty()) {
      return fail(wrong_type("stream", "true or false"));
    }
  }
  result_.choices = 0;
  for (std::size_t field = kFormOtherModels; field < kRoutedFields.size(); ++field) {
    result_.names_other_models |= scan.field(field).has_value();
  }
  result_.input_tokens_estimate = static_cast<std::int64_t>(scan.text_bytes() / 4);
  return true;
}

Result<bool> RequestInspector::set_model(std::string model, ByteRange where) {
  if (model.empty()) return fail(wrong_type("model", "a name, not an empty string"));
  if (!is_model_name(model)) {
    return fail(request_refusal(ErrorKind::BadRequest, 400, "bad_model",
                                "\"model\" must be at most 512 bytes of UTF-8 and have no control characters"));
  }
  result_.has_model = true;
  result_.model = std::move(model);
  result_.model_begin = where.begin;
  result_.model_end = where.end;
  return true;
}

void RequestInspector::miss_model(ByteRange where) {
  result_.model_is_missing = true;
  result_.model_begin = where.begin;
  result_.model_end = where.end;
}

bool is_model_name(std::string_view name) {
  const bool has_control = std::ranges::any_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  return !name.empty() && name.size() <= kMaxModelBytes && !has_control &&
         simdjson::validate_utf8(name.data(), name.size());
}

}  // namespace drover::dialect
