// The members of a request body that change the mock's answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drover::mock {

/// The calls that the mock answers.
enum class Call : std::uint8_t {
  Chat,
  Completions,
  Responses,
  Embeddings,
  Moderations,
  Transcriptions,
  Models,
  Model,
  Files,
  Images,
  Speech,
  Rerank,
  Batches,
  StoredResponses,
  Messages,  ///< Anthropic's dialect from here on
  MessageBatches,
  CountTokens,
  AnthropicModels,
  AnthropicModel,
  Generate,  ///< Google's dialect from here on
  GenerateList,
  GeminiCountTokens,
  GeminiEmbed,
  GeminiBatchEmbed,
  GeminiModels,
  GeminiModel,
  Unknown
};

[[nodiscard]] constexpr bool speaks_anthropic(Call call) {
  return call == Call::Messages || call == Call::MessageBatches || call == Call::CountTokens ||
         call == Call::AnthropicModels || call == Call::AnthropicModel;
}

[[nodiscard]] constexpr bool speaks_gemini(Call call) {
  switch (call) {
    case Call::Generate:
    case Call::GenerateList:
    case Call::GeminiCountTokens:
    case Call::GeminiEmbed:
    case Call::GeminiBatchEmbed:
    case Call::GeminiModels:
    case Call::GeminiModel: return true;
    default: return false;
  }
}

/// The call of `method path`; `versioned` when the head names a version of Anthropic's API.
[[nodiscard]] Call call_of(std::string_view method, std::string_view path, bool versioned = false);

/// A function that the client offers.
struct Tool {
  std::string name;
  std::string arguments;  ///< JSON text that fits the function's parameters
  bool unfit = false;     ///< no arguments fit: they need a pattern that the mock cannot fill
};

struct Ask {
  Call call = Call::Unknown;
  std::string model = {};
  bool stream = false;
  bool include_usage = false;
  std::uint64_t choices = 1;                     ///< n
  std::optional<std::int64_t> most_tokens = {};  ///< max_tokens under any of its names
  std::vector<Tool> calls = {};                  ///< the functions to call in place of words; at most kMaxCalls
  bool thinks = false;                           ///< thoughts come before the answer
  std::string said = {};                         ///< the newest text of the conversation, cut to kMaxSaid
  std::size_t tools_answered = 0;                ///< results of tools in the newest text; 0: it is no tool's
  std::size_t images = 0;                        ///< in the newest entry of the conversation
  std::optional<std::string> structured = {};    ///< the JSON that a schema wants in place of words
  bool store = true;                             ///< responses
  std::string previous = {};                     ///< responses: the response before it
  std::string input_items = {};                  ///< responses: the input as JSON, for a later GET
  std::uint64_t fingerprint = 0;                 ///< of the question: equal for plain and streamed, every key and model
  std::int64_t input_tokens = 1;                 ///< about four bytes of text each

  std::size_t inputs = 1;       ///< embeddings, moderations
  bool base64 = false;          ///< embeddings
  std::size_t dimensions = 16;  ///< embeddings; short, so that a page of them can be read
  bool streamable = false;      ///< whether the call knows `stream`
};

/// Bounds on what one request may make the mock do.
inline constexpr std::uint64_t kMaxChoices = 128;
inline constexpr std::size_t kMaxCalls = 8;
inline constexpr std::size_t kMaxInputs = 2048;
inline constexpr std::size_t kMaxDimensions = 3072;
/// Most bytes of a prompt that the answer repeats.
inline constexpr std::size_t kMaxSaid = 64 * 1024;

/// Reads a JSON body, or the form of a transcription. Errors: BadRequest or UserError with status 400 and a provider's
/// words, without the client's text.
[[nodiscard]] Result<Ask> read_ask(Call call, std::string_view content_type, std::string_view body);

}  // namespace drover::mock
