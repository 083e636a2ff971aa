// Shared by the tests of /v1/messages: requests, events and gateways in Anthropic's dialect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "integration/gateway_fixture.h"

namespace drover::test {

inline constexpr std::string_view kMessages = "/v1/messages";
inline const Fields kVersioned = {{"anthropic-version", "2023-06-01"}};

inline std::string message_body(std::string_view model, std::string_view more = {}) {
  return "{\"model\":\"" + std::string(model) +
         "\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]" + std::string(more) + "}";
}
inline std::string plain_message() {
  return message_body("claude");
}
inline std::string streamed_message() {
  return message_body("claude", ",\"stream\":true");
}

inline constexpr const char* kPlainMessage =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}})";

inline std::string message_event(std::string_view name, std::string_view members = {}) {
  return "event: " + std::string(name) + "\ndata: {\"type\":\"" + std::string(name) + "\"" + std::string(members) +
         "}\n\n";
}
inline std::string message_start() {
  return message_event("message_start", R"(,"message":{"id":"msg_1","usage":{"input_tokens":3,"output_tokens":1}})") +
         message_event("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})");
}
inline std::string text_delta(std::string_view text) {
  return message_event("content_block_delta",
                       R"(,"index":0,"delta":{"type":"text_delta","text":")" + std::string(text) + "\"}");
}
inline std::string message_end() {
  return message_event("content_block_stop", R"(,"index":0)") +
         message_event("message_delta", R"(,"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4})") +
         message_event("message_stop");
}

/// A server's address without "/v1", as Anthropic's base URLs are written.
inline std::string root_of(std::string url) {
  return url.substr(0, url.rfind("/v1"));
}

/// One provider "claude" in Anthropic's dialect with these keys, for every model name; `more` is further YAML.
inline std::string anthropic_provider(const std::vector<std::string>& servers, const std::vector<std::string>& keys,
                                      const std::string& more = {}) {
  std::vector<std::string> roots;
  for (const std::string& server : servers) roots.push_back(root_of(server));
  std::string yaml = one_provider(roots, keys, more);
  const std::string_view name = "  one:\n";
  yaml.insert(yaml.find(name) + name.size(), "    dialect: anthropic\n");
  return yaml;
}

/// What a model that speaks one dialect only has in its settings.
inline constexpr const char* kUntranslated = ", translate: off";

/// gpt-4o in OpenAI's dialect and claude in Anthropic's, at one server each.
inline std::string both_dialects(const std::string& openai_url, const std::string& anthropic_url,
                                 const std::string& of_models = {}) {
  return std::string(kBase) + "providers:\n  o: { base_url: \"" + openai_url + "\", keys: [ { value: " + kKeyOne +
         " } ] }\n  a: { dialect: anthropic, base_url: \"" + root_of(anthropic_url) +
         "\", keys: [ { value: " + kKeyTwo +
         " } ] }\nmodels:\n  gpt-4o: { targets: [ o ]" + of_models + " }\n  claude: { targets: [ a ]" + of_models + " }\n";
}

}  // namespace drover::test
