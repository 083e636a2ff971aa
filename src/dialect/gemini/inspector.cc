#include "dialect/gemini/inspector.h"

#include <algorithm>
#include <array>
#include <optional>

#include "dialect/json/json_reader.h"
#include "dialect/request/affinity.h"
#include "dialect/request/id_mark.h"
#include "dialect/request/media_type.h"
#include "dialect/request/request_inspector.h"

namespace drover::dialect::gemini_detail {
namespace {

/// Google takes each of them in two spellings.
enum Member : std::size_t {
  kContents,
  kSystem,
  kSystemApart,
  kConfig,
  kConfigApart,
  kCached,
  kCachedApart,
  kBodyModel
};
constexpr auto kMembers =
    std::to_array<std::string_view>({"contents", "systemInstruction", "system_instruction", "generationConfig",
                                     "generation_config", "cachedContent", "cached_content", "model"});
/// Files that the request names, anywhere below its top.
constexpr auto kFileNames = std::to_array<std::string_view>({"fileUri", "file_uri"});
/// Where files stand that an account has put there. Others can be read by anybody.
constexpr std::string_view kFilesPlace = "https://generativelanguage.googleapis.com/";

std::optional<std::int64_t> number_in(std::string_view object, std::string_view name, std::string_view apart) {
  const auto number = raw_integer(raw_member(object, name));
  return number.has_value() ? number : raw_integer(raw_member(object, apart));
}

}  // namespace

GeminiInspector::GeminiInspector(Api api, std::string_view content_type, std::string_view body) : body_(body) {
  result_.repeat = api == Api::Pinned ? Repeat::Never : Repeat::Free;
  if (api == Api::Pinned || api == Api::Models) return;
  if (has_odd_charset(content_type)) {
    scan_ = request_refusal(ErrorKind::Unsupported, 415, "unsupported_charset", "send this as UTF-8");
  } else if (!is_json_type(content_type)) {
    scan_ = request_refusal(ErrorKind::Unsupported, 415, "unsupported_content_type",
                            "send this with Content-Type: application/json");
  } else {
    scan_.emplace<JsonScan>(body, kMembers, kFileNames);
  }
}

Result<bool> GeminiInspector::step(std::size_t budget) {
  if (const auto* error = std::get_if<Error>(&scan_)) return fail(*error);
  auto* const scan = std::get_if<JsonScan>(&scan_);
  if (scan == nullptr) return true;
  const Result<bool> done = scan->step(budget);
  if (!done.has_value() || !*done) return done;
  if (!scan->is_object()) {
    return fail(request_refusal(ErrorKind::BadRequest, 400, "invalid_json", "the request body must be a JSON object"));
  }
  finish(*scan);
  return true;
}

void GeminiInspector::finish(const JsonScan& scan) {
  const auto value = [&](Member first, Member apart) -> std::string_view {
    const auto range = scan.member(first).has_value() ? scan.member(first) : scan.member(apart);
    return range.has_value() ? range->of(body_) : std::string_view();
  };
  const std::string_view config = value(kConfig, kConfigApart);
  const std::int64_t answers = std::clamp<std::int64_t>(
      number_in(config, "candidateCount", "candidate_count").value_or(1), 1, static_cast<std::int64_t>(kMaxChoices));
  const std::int64_t each = std::clamp<std::int64_t>(
      number_in(config, "maxOutputTokens", "max_output_tokens").value_or(0), 0, kMaxOutputEstimate);
  result_.choices = static_cast<std::uint32_t>(answers);
  result_.output_tokens_estimate = std::min(each * answers, kMaxOutputEstimate);
  result_.input_tokens_estimate = static_cast<std::int64_t>(scan.text_bytes() / 4 + scan.numbers());
  // The path names the model; what is here too is kept to be compared.
  if (const auto model = scan.member(kBodyModel)) {
    const std::string_view raw = model->of(body_);
    result_.model = json_unescape(raw_string(raw).value_or(raw));
  }
  const std::string_view cached = raw_string(value(kCached, kCachedApart)).value_or("");
  result_.continues = cached.empty() ? 0 : id_mark(cached);
  for (std::size_t name = 0; name < kFileNames.size() && result_.continues == 0; ++name) {
    const auto uri = scan.last_text(name);
    if (uri.has_value() && uri->of(body_).starts_with(kFilesPlace)) result_.continues = id_mark(uri->of(body_));
  }
  const auto contents = scan.member(kContents);
  const std::array<std::string_view, 2> conversation = {
      value(kSystem, kSystemApart), contents.has_value() ? contents->of(body_) : std::string_view()};
  result_.affinity = conversation_affinity(conversation);
}

}  // namespace drover::dialect::gemini_detail
