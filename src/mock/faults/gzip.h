// A gzip stream that does not compress (stored blocks): enough to be a content coding nobody asked for. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace drover::mock {

/// Wraps a body that comes in pieces.
class Gzip {
 public:
  /// The coded form of the next piece; the first brings the header.
  [[nodiscard]] std::string piece(std::string_view bytes);
  /// What ends the stream.
  [[nodiscard]] std::string finish();

 private:
  bool begun_ = false;
  std::uint32_t crc_ = 0xffffffffU;
  std::uint32_t size_ = 0;
};

}  // namespace drover::mock
