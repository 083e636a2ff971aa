// What can be read of an error body, whatever its shape: OpenAI's object, a string, Google's array, FastAPI's `detail`,
// a flat object, or an HTML page. Views into the body; says nothing about what it means.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::dialect {

struct ErrorFacts {
  std::string_view code;         ///< error.code when it is a string; raw, without quotes
  std::string_view type;         ///< error.type, else error.status (Google)
  std::string_view detail;       ///< a more exact code: error.details.error_code, details[].reason, innererror.code
  std::string_view message;      ///< raw, escapes and all
  std::string_view retry_delay;  ///< Google's RetryInfo: "37s"
  std::int64_t number = 0;       ///< error.code or error.status when it is a number, also one in quotes; else 0
  bool html = false;

  [[nodiscard]] bool empty() const {
    return code.empty() && type.empty() && detail.empty() && message.empty() && number == 0;
  }
};

/// Most bytes of a body that are looked at; an error says what it is at its front.
inline constexpr std::size_t kErrorBytes = 64 * 1024;

/// Reads an error body. It may be cut: what stands before the cut is read.
[[nodiscard]] ErrorFacts read_error_facts(std::string_view body);
/// Reads the value of an `error` member: an object or a string.
[[nodiscard]] ErrorFacts read_error_value(std::string_view raw);

}  // namespace drover::dialect
