// How reasoning that only its maker can go on with travels through a client of another dialect: the client gets it in
// the field in which its own dialect has such things, with a mark of ours that says whose it is, and sends it back with
// the next request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "translate/model/model.h"

namespace drover::translate {

/// What a field of a client's holds.
struct Carried {
  Maker maker = Maker::Nobody;
  bool sealed = false;         ///< the maker's text is all there is; otherwise it signs a text
  std::string_view id = {};    ///< the maker's name for the thought; may be empty
  std::string_view seal = {};  ///< the signature or the sealed text
};

/// "drover.openai.rs_1.gAAAA": for the signature of a thinking block, or the encrypted_content of a reasoning item.
void append_carried(const Carried& carried, std::string& out);
/// Reads one; nothing when it is no such text.
[[nodiscard]] std::optional<Carried> read_carried(std::string_view text);

/// The same in base64, for a field in which programs expect bytes (Gemini's thoughtSignature).
void append_carried_bytes(const Carried& carried, std::string& out);
/// Reads one; nothing when it is no such text. The views are into `scratch`.
[[nodiscard]] std::optional<Carried> read_carried_bytes(std::string_view text, std::string& scratch);

/// The names of the formats of `reasoning_details` (OpenRouter's field of a chat message).
inline constexpr std::string_view kClaudeDetails = "anthropic-claude-v1";
inline constexpr std::string_view kResponsesDetails = "openai-responses-v1";
inline constexpr std::string_view kGeminiDetails = "google-gemini-v1";
/// Which maker a format belongs to; Nobody: none of these.
[[nodiscard]] Maker maker_of_details(std::string_view format);

}  // namespace drover::translate
