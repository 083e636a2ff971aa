// The top-level keys of a request that decide something here. A request that has one of them twice is refused.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace drover::dialect::openai_detail {

enum Key : std::size_t {
  kModel,
  kStream,
  kStreamOptions,
  kStore,
  kBackground,
  kConversation,
  kPreviousResponseId,
  kPromptCacheKey,
  kUser,
  kMaxTokens,
  kMaxCompletionTokens,
  kMaxOutputTokens,
  kN,
  kMessages,
  kInput,
  kInstructions,
  kSystem,
  kPrompt,
  kKeys,
};

inline constexpr std::array<std::string_view, kKeys> kRoutedKeys = {"model",
                                                                    "stream",
                                                                    "stream_options",
                                                                    "store",
                                                                    "background",
                                                                    "conversation",
                                                                    "previous_response_id",
                                                                    "prompt_cache_key",
                                                                    "user",
                                                                    "max_tokens",
                                                                    "max_completion_tokens",
                                                                    "max_output_tokens",
                                                                    "n",
                                                                    "messages",
                                                                    "input",
                                                                    "instructions",
                                                                    "system",
                                                                    "prompt"};

/// The form fields that do the same in a multipart body.
enum FormField : std::size_t { kFormModel, kFormStream, kFormFields };
inline constexpr std::array<std::string_view, kFormFields> kRoutedFields = {"model", "stream"};

}  // namespace drover::dialect::openai_detail
