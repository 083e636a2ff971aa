#include "translate/model/fields.h"

#include "dialect/json/json_reader.h"

namespace drover::translate {
namespace {

constexpr auto kDropped = Severity::Dropped;
constexpr auto kRefused = Severity::Refused;

/// chat, messages, responses, gemini. What two forms share is carried as it stands; Gemini's names are those of its
/// generationConfig too.
constexpr auto kRows = std::to_array<FieldRow>({
    {{"seed", "", "", "seed"}, kDropped},
    {{"frequency_penalty", "", "", "frequencyPenalty"}, kDropped, "0"},
    {{"presence_penalty", "", "", "presencePenalty"}, kDropped, "0"},
    {{"logit_bias", "", ""}, kDropped},
    {{"prediction", "", ""}, kDropped},
    {{"logprobs", "", ""}, kRefused, "false"},
    {{"top_logprobs", "", ""}, kRefused, "0"},
    {{"", "", "top_logprobs"}, kRefused, "0"},
    {{"audio", "", ""}, kRefused},
    {{"web_search_options", "", ""}, kDropped},
    {{"moderation", "", "moderation"}, kDropped},
    {{"prompt_cache_key", "", "prompt_cache_key"}, kDropped},
    {{"prompt_cache_retention", "", "prompt_cache_retention"}, kDropped},
    {{"prompt_cache_options", "", "prompt_cache_options"}, kDropped},
    {{"metadata", "", "metadata"}, kDropped},
    // A place for the model's own state or tools at the provider.
    {{"", "container", ""}, kRefused},
    {{"", "mcp_servers", ""}, kRefused},
    {{"", "inference_geo", ""}, kRefused},
    {{"", "context_management", ""}, kDropped},
    {{"", "speed", ""}, kDropped, "\"standard\""},
    {{"", "cache_control", ""}, kDropped},
    {{"", "fallbacks", ""}, kDropped},
    {{"", "user_profile_id", ""}, kDropped},
    // What is kept at the provider: only it can go on with it.
    {{"", "", "previous_response_id"}, kRefused},
    {{"", "", "conversation"}, kRefused},
    {{"", "", "prompt"}, kRefused},
    {{"", "", "background"}, kRefused, "false"},
    {{"", "", "context_management"}, kDropped},
    {{"", "", "max_tool_calls"}, kDropped},
    {{"", "", "truncation"}, kDropped, "\"disabled\""},
    // What Google keeps, filters or makes besides text.
    {{"", "", "", "cachedContent"}, kRefused},
    {{"", "", "", "speechConfig"}, kRefused},
    {{"", "", "", "imageConfig"}, kRefused},
    {{"", "", "", "responseLogprobs"}, kRefused, "false"},
    {{"", "", "", "logprobs"}, kRefused, "0"},
    {{"", "", "", "safetySettings"}, kDropped},
    {{"", "", "", "labels"}, kDropped},
    {{"", "", "", "mediaResolution"}, kDropped},
    {{"", "", "", "audioTimestamp"}, kDropped, "false"},
    {{"", "", "", "enableEnhancedCivicAnswers"}, kDropped, "false"},
});

}  // namespace

std::optional<std::size_t> find_field(Form form, std::string_view name) {
  for (std::size_t row = 0; row < kRows.size(); ++row) {
    if (kRows[row].names[static_cast<std::size_t>(form)] == name) return row;
  }
  return std::nullopt;
}

const FieldRow& field_row(std::size_t row) {
  return kRows[row];
}

std::string_view field_name(std::size_t row, Form form) {
  return kRows[row].names[static_cast<std::size_t>(form)];
}

bool says_nothing(std::size_t row, std::string_view raw) {
  const FieldRow& field = kRows[row];
  if (raw == "null" || raw == field.neutral) return true;
  if (field.neutral == "0" && raw.starts_with("0") && !dialect::raw_truthy(raw)) return true;
  const auto kind = dialect::kind_of(raw);
  const bool holds_others = kind == dialect::JsonReader::Kind::Array || kind == dialect::JsonReader::Kind::Object;
  return holds_others && !dialect::raw_truthy(raw);
}

}  // namespace drover::translate
