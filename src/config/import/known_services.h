// The services that LiteLLM knows by the word before the slash of a model ("groq/llama-3.3-70b"): where each has its
// API in OpenAI's or Anthropic's shape, and which variable LiteLLM takes its key from.
#pragma once

#include <cstdint>
#include <string_view>

namespace drover::config::litellm {

enum class Shape : std::uint8_t {
  OpenAi,
  Anthropic,
  Azure,    ///< OpenAI's shape under /openai/v1 of a resource, the key in "api-key"
  Ollama,   ///< OpenAI's shape under /v1 of what LiteLLM calls the base; without a key
  Foreign,  ///< an API of its own, or signed requests: drover cannot speak it
};

struct Service {
  std::string_view word;
  Shape shape = Shape::OpenAi;
  std::string_view base_url;  ///< empty: LiteLLM asks for an api_base
  std::string_view variable;  ///< empty: it works without a key
};

/// Null: no service has this word.
[[nodiscard]] const Service* service(std::string_view word);
/// The service of a model without a known word before its slash ("gpt-4o", "claude-sonnet-4-5"). Null: none is known.
[[nodiscard]] const Service* service_of_model(std::string_view model);

}  // namespace drover::config::litellm
