// The text of the answer: the newest text of the conversation, or words drawn from the seed and the question; JSON if a
// schema wants it. The same question always gets the same text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mock/answers/ask.h"
#include "mock/provider/settings.h"

namespace drover::mock {

struct Choice {
  std::vector<std::string> tokens;              ///< joined they are the text; empty when a tool is called
  std::vector<std::vector<std::string>> calls;  ///< for each call the pieces of its arguments
  bool cut_short = false;                       ///< max_tokens ended it
};

struct Reply {
  std::string id;  ///< hexadecimal, from the question
  std::vector<Choice> choices;
  std::int64_t output_tokens = 0;
};

[[nodiscard]] Reply make_reply(const Ask& ask, const Settings& settings);

[[nodiscard]] std::string text_of(const Choice& choice);
/// What a model that thinks says before its answer, whole and in pieces, and what its maker wants back with it.
inline constexpr std::string_view kThought = "The mock thinks.";
inline constexpr auto kThoughtPieces = std::to_array<std::string_view>({"The mock", " thinks."});
inline constexpr std::string_view kThoughtSignature = "bW9jay10aG91Z2h0cw==";

/// The `created` of every answer: a fixed time, because answers are compared byte by byte.
inline constexpr std::int64_t kCreated = 1'767'225'600;  // 2026-01-01T00:00:00Z

}  // namespace drover::mock
