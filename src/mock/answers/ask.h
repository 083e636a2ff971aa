// What the mock read in a request body: the few members that change its answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drover::mock {

/// The calls the mock can answer.
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
  Unknown
};

[[nodiscard]] constexpr bool speaks_anthropic(Call call) {
  return call == Call::Messages || call == Call::MessageBatches || call == Call::CountTokens ||
         call == Call::AnthropicModels || call == Call::AnthropicModel;
}

/// What `method path` is; `versioned` when the head names a version of Anthropic's API.
[[nodiscard]] Call call_of(std::string_view method, std::string_view path, bool versioned = false);

/// A function the client offers.
struct Tool {
  std::string name;
  std::string arguments;  ///< JSON text that fits the function's parameters
  bool unfit = false;     ///< none does: they want a pattern that the mock cannot fill
};

struct Ask {
  Call call = Call::Unknown;
  std::string model = {};
  bool stream = false;
  bool include_usage = false;
  std::uint64_t choices = 1;                     ///< n
  std::optional<std::int64_t> most_tokens = {};  ///< max_tokens under any of its names
  std::optional<Tool> tool = {};                 ///< the function to call instead of talking
  std::string said = {};                         ///< the newest text of the conversation, cut to kMaxSaid
  bool tool_answered = false;                    ///< it is what a tool answered
  std::optional<std::string> structured = {};    ///< the JSON that a schema asks for instead of words
  bool store = true;                             ///< responses
  std::string previous = {};                     ///< responses: the one that it goes on with
  std::string input_items = {};                  ///< responses: the input as JSON, to be asked for later
  std::uint64_t fingerprint = 0;  ///< of what was asked: the same for plain and streamed, any key, any model
  std::int64_t input_tokens = 1;  ///< about four bytes of text each

  std::size_t inputs = 1;       ///< embeddings, moderations
  bool base64 = false;          ///< embeddings
  std::size_t dimensions = 16;  ///< embeddings; short, so that a page of them can be read
  bool streamable = false;      ///< whether `stream` means anything to this call
};

/// Bounds of what one request may ask the mock to make.
inline constexpr std::uint64_t kMaxChoices = 128;
inline constexpr std::size_t kMaxInputs = 2048;
inline constexpr std::size_t kMaxDimensions = 3072;
/// Most bytes of a prompt that are said again.
inline constexpr std::size_t kMaxSaid = 64 * 1024;

/// Reads a JSON body, or the form of a transcription. Errors: BadRequest or UserError with status 400 and the
/// provider's words; never with the client's text in it.
[[nodiscard]] Result<Ask> read_ask(Call call, std::string_view content_type, std::string_view body);

}  // namespace drover::mock
