// What the first bytes of an answer show it to be, whatever its Content-Type says: providers and what stands before
// them mislabel good answers (text/plain, application/octet-stream, application/json for a stream).
#pragma once

#include <cstdint>
#include <string_view>

namespace drover::dialect {

enum class BodyShape : std::uint8_t {
  Unknown,  ///< too few bytes yet
  Json,
  Events,
  Page,
  Text,  ///< none of these
};

/// `front`: all that has come so far. Byte order marks and white space before the first byte that tells are skipped.
[[nodiscard]] BodyShape shape_of_body(std::string_view front);

}  // namespace drover::dialect
