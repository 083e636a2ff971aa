// What can be read of an error body, whatever its shape: OpenAI's object, a string, Google's array, FastAPI's `detail`,
// a flat object under any of its usual names, or an HTML page. Views into the body; says nothing about what it means.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::dialect {

struct ErrorFacts {
  std::string_view code;         ///< error.code when it is a string or no status; raw, without quotes
  std::string_view type;         ///< error.type, else error.status (Google)
  std::string_view detail;       ///< a more exact code: error.details.error_code, details[].reason, innererror.code
  std::string_view message;      ///< raw, escapes and all
  std::string_view retry_delay;  ///< a span: Google's RetryInfo "37s", Codex's resets_in_seconds; raw, without quotes
  std::string_view reset;        ///< a point in time: resets_at; the same
  std::int64_t number = 0;       ///< error.code or error.status when it is a number, also one in quotes; else 0
  bool html = false;
  bool object = false;  ///< the body is a JSON object, or an array of them
  bool own = false;     ///< the API itself spoke: an error object, a code or type, or a list of what is invalid
  bool failed = false;  ///< a member says outright that this is a failure, so that it needs no status to be one

  [[nodiscard]] bool empty() const {
    return code.empty() && type.empty() && detail.empty() && message.empty() && number == 0;
  }
};

/// Most bytes of a body that is no JSON that are looked at: a page says what it is at its front. JSON may echo a
/// request of any length before it says what is wrong; who reads it bounds it.
inline constexpr std::size_t kErrorBytes = 64 * 1024;

/// Reads an error body. It may be cut: what stands before the cut is read.
[[nodiscard]] ErrorFacts read_error_facts(std::string_view body);
/// Reads the value of an `error` member: of any type.
[[nodiscard]] ErrorFacts read_error_value(std::string_view raw);

/// `body` without the byte order mark and the white space at its front.
[[nodiscard]] std::string_view without_lead(std::string_view body);

}  // namespace drover::dialect
