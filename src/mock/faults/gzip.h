// A gzip stream without compression (stored blocks): enough for a content coding that was not asked for. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace drover::mock {

/// Codes a body that comes in pieces.
class Gzip {
 public:
  /// The coded form of the next piece, after the header in the first.
  [[nodiscard]] std::string piece(std::string_view bytes);
  /// The end of the stream.
  [[nodiscard]] std::string finish();

 private:
  bool begun_ = false;
  std::uint32_t crc_ = 0xffffffffU;
  std::uint32_t size_ = 0;
};

}  // namespace drover::mock
