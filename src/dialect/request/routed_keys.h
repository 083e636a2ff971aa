// The top-level keys of a request that decide something here, and which of them each dialect knows. A request that has
// one of its dialect's keys twice is refused.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "dialect/json/json_scan.h"

namespace drover::dialect {

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
  kMetadata,
  kMaxTokens,
  kMaxCompletionTokens,
  kMaxOutputTokens,
  kN,
  kMessages,
  kInput,
  kInstructions,
  kSystem,
  kPrompt,
  kModels,
  kRoute,
  kFallbacks,
  kFallbackModels,
  kContextWindowFallbacks,
  kContentPolicyFallbacks,
  kModelList,
  kUserConfig,
  kPreset,
  kExtraBody,
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
                                                                    "metadata",
                                                                    "max_tokens",
                                                                    "max_completion_tokens",
                                                                    "max_output_tokens",
                                                                    "n",
                                                                    "messages",
                                                                    "input",
                                                                    "instructions",
                                                                    "system",
                                                                    "prompt",
                                                                    "models",
                                                                    "route",
                                                                    "fallbacks",
                                                                    "fallback_models",
                                                                    "context_window_fallbacks",
                                                                    "content_policy_fallbacks",
                                                                    "model_list",
                                                                    "user_config",
                                                                    "preset",
                                                                    "extra_body"};

/// Of these, those by which routers behind a provider (OpenRouter, LiteLLM) take another model than the one named.
inline constexpr std::array kOtherModelKeys =
    std::to_array<Key>({kModels, kRoute, kFallbacks, kFallbackModels, kContextWindowFallbacks, kContentPolicyFallbacks,
                        kModelList, kUserConfig, kPreset, kExtraBody});

[[nodiscard]] inline bool names_other_models(std::string_view name) {
  return std::ranges::any_of(kOtherModelKeys, [name](Key key) { return kRoutedKeys[key] == name; });
}

/// The keys one dialect looks for: what the others mean is its providers' matter. Begins with kModel and kStream.
class KeyList {
 public:
  consteval KeyList(std::initializer_list<Key> keys) {
    for (const Key key : keys) add(key);
    for (const Key key : kOtherModelKeys) add(key);
  }

  /// For a JsonScan. They live as long as the list.
  [[nodiscard]] std::span<const std::string_view> names() const { return {names_.data(), size_}; }
  /// Of names(), those that are looked for where nothing is known but that there may be a model.
  [[nodiscard]] std::span<const std::string_view> least_names() const { return names().first(2); }

  /// Where the value of `key` stands; nothing when it is not there or not this dialect's.
  [[nodiscard]] std::optional<ByteRange> find(const JsonScan& scan, Key key) const {
    if (key != kModel && places_[key] == 0) return std::nullopt;
    return scan.member(places_[key]);
  }

 private:
  consteval void add(Key key) {
    places_[key] = static_cast<std::uint8_t>(size_);
    names_[size_++] = kRoutedKeys[key];
  }

  std::array<std::string_view, kKeys> names_{};
  std::array<std::uint8_t, kKeys> places_{};  ///< in names_; 0 is kModel's
  std::size_t size_ = 0;
};

/// The form fields that do the same in a multipart body.
enum FormField : std::size_t { kFormModel, kFormStream, kFormOtherModels };
inline constexpr std::array<std::string_view, 5> kRoutedFields = {"model", "stream", "models", "route", "fallbacks"};

}  // namespace drover::dialect
