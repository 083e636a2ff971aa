// How many tokens a streamed answer has said so far, before its usage is known: an estimate from the sizes of its events.
#pragma once

#include <algorithm>
#include <cstdint>


namespace drover::dialect {

/// Most providers send an event for each token; some put many into one. The shortest event shows what the frame around the
/// text takes, so what an event has beyond it counts like any text.
class TokenMeter {
 public:
  void content(std::size_t bytes) {
    ++events_;
    bytes_ += bytes;
    shortest_ = std::min<std::uint64_t>(shortest_, bytes);
  }
  [[nodiscard]] std::int64_t tokens() const {
    if (events_ == 0) return 0;
    return static_cast<std::int64_t>(events_ + (bytes_ - events_ * shortest_) / kBytesPerToken);
  }

 private:
  static constexpr std::uint64_t kBytesPerToken = 4;

  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t shortest_ = ~std::uint64_t{0};
};

}  // namespace drover::dialect
