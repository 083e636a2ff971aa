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
    const std::uint64_t frames = events_ * (shortest_ + kOneToken);
    return static_cast<std::int64_t>(events_ + (bytes_ > frames ? (bytes_ - frames) / kBytesPerToken : 0));
  }

 private:
  static constexpr std::uint64_t kBytesPerToken = 4;
  /// By which events of one token differ in length.
  static constexpr std::uint64_t kOneToken = 12;

  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t shortest_ = ~std::uint64_t{0};
};

}  // namespace drover::dialect
