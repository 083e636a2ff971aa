// As of 2026-11: https://platform.claude.com/docs/en/about-claude/models,
// https://developers.openai.com/api/docs/models, https://ai.google.dev/gemini-api/docs/models.
#include "translate/model/capabilities.h"

#include <array>

#include "base/glob.h"

namespace drover::translate {
namespace {

struct Row {
  std::string_view model;  ///< a name or a glob (base/glob.h)
  Capabilities can;
};

constexpr std::int64_t k32 = 32'000;
constexpr std::int64_t k64 = 64'000;
constexpr std::int64_t k128 = 128'000;

constexpr Capabilities kNewClaude{.max_output_tokens = k128,
                                  .thinking = ThinkingControl::Adaptive,
                                  .effort_above_high = true,
                                  .sampling = false,
                                  .system_in_place = true,
                                  .prefill = false,
                                  .cache_marks = true};
constexpr Capabilities kClaude46{.max_output_tokens = k128,
                                 .thinking = ThinkingControl::Adaptive,
                                 .temperature_with_top_p = false,
                                 .top_k = true,
                                 .prefill = false,
                                 .cache_marks = true};
constexpr Capabilities old_claude(std::int64_t most, ThinkingControl thinking, bool schema) {
  return {.max_output_tokens = most,
          .thinking = thinking,
          .temperature_with_top_p = false,
          .top_k = true,
          .schema_output = schema,
          .cache_marks = true};
}
constexpr Capabilities kClaude45 = old_claude(k64, ThinkingControl::Budget, true);
constexpr Capabilities kClaude3{.max_output_tokens = 4'096, .top_k = true, .schema_output = false, .cache_marks = true};

/// The longest that fits is taken; "claude-*" is the row of those that come next.
constexpr auto kMessages = std::to_array<Row>({
    {"claude-*", kNewClaude},
    {"claude-opus-4-7*",
     {.max_output_tokens = k128,
      .thinking = ThinkingControl::Adaptive,
      .effort_above_high = true,
      .sampling = false,
      .prefill = false,
      .cache_marks = true}},
    {"claude-opus-4-6*", kClaude46},
    {"claude-sonnet-4-6*", kClaude46},
    {"claude-opus-4-5*", kClaude45},
    {"claude-sonnet-4-5*", kClaude45},
    {"claude-haiku-4-5*", kClaude45},
    {"claude-opus-4-1*", old_claude(k32, ThinkingControl::Budget, true)},
    {"claude-sonnet-4-2*", old_claude(k64, ThinkingControl::Budget, false)},
    {"claude-sonnet-4-0*", old_claude(k64, ThinkingControl::Budget, false)},
    {"claude-opus-4-2*", old_claude(k32, ThinkingControl::Budget, false)},
    {"claude-opus-4-0*", old_claude(k32, ThinkingControl::Budget, false)},
    {"claude-3-7-*", old_claude(k64, ThinkingControl::Budget, false)},
    {"claude-3-5-*", {.max_output_tokens = 8'192, .top_k = true, .schema_output = false, .cache_marks = true}},
    {"claude-3-*", kClaude3},
    {"claude-2*", kClaude3},
});
/// Another server that speaks Messages: what all of them take.
constexpr Capabilities kAnyMessages{.max_output_tokens = 8'192, .top_k = true, .schema_output = false};

constexpr Capabilities kGpt4{.schema_output = true, .system_in_place = true, .new_names = true};
constexpr Capabilities kReasoning{
    .thinking = ThinkingControl::Effort, .sampling = false, .system_in_place = true, .new_names = true};
constexpr Capabilities gpt5(bool off, bool above_high, bool tools, bool marks) {
  return {.thinking = ThinkingControl::Effort,
          .effort_off = off,
          .effort_above_high = above_high,
          .sampling = false,
          .system_in_place = true,
          .cache_marks = marks,
          .custom_tools = true,
          .tools_with_reasoning = tools,
          .new_names = true};
}

/// OpenAI's models, on both of its forms.
constexpr auto kOpenAi = std::to_array<Row>({
    {"gpt-*", gpt5(true, true, false, true)},
    {"gpt-3*", kGpt4},
    {"gpt-4*", kGpt4},
    {"gpt-5", gpt5(false, false, true, false)},
    {"gpt-5-*", gpt5(false, false, true, false)},
    {"gpt-5-chat*", kGpt4},
    {"gpt-5.1*", gpt5(true, false, true, false)},
    {"gpt-5.2*", gpt5(true, true, true, false)},
    {"gpt-5.3*", gpt5(true, true, true, false)},
    {"gpt-5.4*", gpt5(true, true, false, false)},
    {"gpt-5.4-nano*", gpt5(true, false, false, false)},
    {"gpt-5.5*", gpt5(true, true, false, false)},
    {"gpt-oss*", {.thinking = ThinkingControl::Effort, .system_in_place = true}},
    {"chatgpt-*", kGpt4},
    {"o1*", kReasoning},
    {"o3*", kReasoning},
    {"o4*", kReasoning},
    {"deepseek-*", {.system_in_place = true, .reasoning_echo = true}},
});
/// Another server that speaks chat completions (vLLM, Ollama, Mistral): the oldest names, which all of them know.
constexpr Capabilities kAnyChat{.thinking = ThinkingControl::Effort, .top_k = true, .system_in_place = true};

constexpr std::int64_t kGeminiOutput = 65'536;
/// Gemini 3 and what comes next: levels of thinking, signatures on every call.
constexpr Capabilities gemini3(bool minimal, bool medium) {
  return {.max_output_tokens = kGeminiOutput,
          .thinking = ThinkingControl::Effort,
          .effort_off = false,
          .top_k = true,
          .effort_minimal = minimal,
          .effort_medium = medium,
          .media_in_results = true,
          .call_signatures = true};
}
/// Gemini 2.5: budgets of thinking.
constexpr Capabilities gemini25(bool off, std::int64_t least, std::int64_t most) {
  return {.max_output_tokens = kGeminiOutput,
          .thinking = ThinkingControl::Budget,
          .effort_off = off,
          .top_k = true,
          .least_thinking = least,
          .most_thinking = most,
          .schema_with_tools = false};
}
/// Another server that speaks Gemini, and the older models.
constexpr Capabilities kAnyGemini{.max_output_tokens = 8'192, .top_k = true, .schema_with_tools = false};

constexpr auto kGemini = std::to_array<Row>({
    {"gemini-*", gemini3(true, true)},
    {"gemini-pro*", gemini3(false, true)},
    {"gemini-3-pro*", gemini3(false, false)},
    {"gemini-3.1-pro*", gemini3(false, true)},
    {"gemini-3.5-pro*", gemini3(false, true)},
    {"gemini-2.5-pro*", gemini25(false, 128, 32'768)},
    {"gemini-2.5-flash*", gemini25(true, 1, 24'576)},
    {"gemini-2.5-flash-lite*", gemini25(true, 512, 24'576)},
    {"gemini-2.5-flash-image*", kAnyGemini},
    {"gemini-2.0-*", kAnyGemini},
    {"gemini-1*", kAnyGemini},
    {"gemma-*", {.max_output_tokens = 8'192, .top_k = true, .schema_output = false, .system_instruction = false}},
});

/// Vertex and the SDKs write the place of a model before its name.
std::string_view without_place(std::string_view model) {
  const std::size_t slash = model.rfind('/');
  return slash == std::string_view::npos ? model : model.substr(slash + 1);
}

template <std::size_t N>
const Capabilities* find(const std::array<Row, N>& rows, std::string_view model) {
  for (const Row& row : rows) {
    if (row.model == model) return &row.can;
  }
  const Row* const glob = longest_glob(rows, model, [](const Row& row) { return row.model; });
  return glob == nullptr ? nullptr : &glob->can;
}

}  // namespace

const Capabilities& capabilities_of(Form form, std::string_view model) {
  if (form == Form::Messages) {
    const Capabilities* const known = find(kMessages, model);
    return known == nullptr ? kAnyMessages : *known;
  }
  if (form == Form::Gemini) {
    const Capabilities* const known = find(kGemini, without_place(model));
    return known == nullptr ? kAnyGemini : *known;
  }
  const Capabilities* const known = find(kOpenAi, model);
  return known == nullptr ? kAnyChat : *known;
}

}  // namespace drover::translate
