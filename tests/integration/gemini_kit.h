// Shared by the tests of Gemini: requests, answers and events in Google's dialect.
#pragma once

#include <string>
#include <string_view>

#include "integration/messages_kit.h"

namespace drover::test {

inline constexpr const char* kGoogleKey = "AIza-test-google-0a1b2c3d4e5f6a7b8c9d";
inline constexpr const char* kSpareGoogleKey = "AIza-test-spare-9d8c7b6a5f4e3d2c1b0a";

inline std::string generate_body(std::string_view more = {}) {
  return R"({"contents":[{"role":"user","parts":[{"text":"hello"}]}])" + std::string(more) + "}";
}

inline constexpr const char* kPlainGenerated =
    R"({"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":4},"modelVersion":"gemini-2.5-pro","responseId":"r1"})";

/// One event of a stream with this text.
inline std::string generated(std::string_view text) {
  return R"(data: {"candidates":[{"content":{"parts":[{"text":")" + std::string(text) +
         R"("}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}})"
         "\r\n\r\n";
}
inline constexpr const char* kGeneratedEnd =
    R"(data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}})"
    "\r\n\r\n";

inline std::string generated_stream(std::string_view text) {
  return kStreamHead + chunk(generated(text)) + chunk(kGeneratedEnd) + "0\r\n\r\n";
}

inline std::string google_error(int code, std::string_view status, std::string_view message,
                                std::string_view details = {}) {
  return "{\"error\":{\"code\":" + std::to_string(code) + ",\"message\":\"" + std::string(message) +
         "\",\"status\":\"" + std::string(status) + "\"" + std::string(details) + "}}";
}

/// A line of the configuration: a provider in Gemini's dialect. `url` as url_of() gives it.
inline std::string gemini_line(std::string_view name, const std::string& url, std::string_view keys,
                               std::string_view more = {}) {
  return "  " + std::string(name) + ": { dialect: gemini, base_url: " + root_of(url) + std::string(more) +
         ", keys: [ " + std::string(keys) + " ] }\n";
}

}  // namespace drover::test
