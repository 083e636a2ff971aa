// The wire forms of a conversation that can be translated into one another. A form is one API of one dialect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace drover::translate {

enum class Form : std::uint8_t {
  Chat,       ///< OpenAI: POST /v1/chat/completions
  Messages,   ///< Anthropic: POST /v1/messages
  Responses,  ///< OpenAI: POST /v1/responses
  Gemini,     ///< Google: POST /v1beta/models/NAME:generateContent and :streamGenerateContent
};
inline constexpr std::size_t kForms = 4;

/// The word for a form in metrics and in messages.
[[nodiscard]] constexpr std::string_view to_string(Form form) {
  switch (form) {
    case Form::Chat: return "chat";
    case Form::Messages: return "messages";
    case Form::Responses: return "responses";
    case Form::Gemini: return "gemini";
  }
  return "chat";
}

}  // namespace drover::translate
