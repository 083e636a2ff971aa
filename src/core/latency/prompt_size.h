// The class of a prompt's length, which decides how long its answer may take to begin. Reading a prompt takes a time
// that grows with its length; without classes, a target that reads a long prompt would look like one that hangs.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "base/units.h"

namespace drover::core {

/// Up to this length in tokens, reading the prompt adds little to the time to first content (network, queue,
/// scheduling).
inline constexpr std::int64_t kOrdinaryPrompt = 8192;
/// The longest class begins at 32 times that: contexts of a quarter of a million tokens and more.
inline constexpr std::size_t kPromptClasses = 6;

/// 0: an ordinary prompt; each further class is twice as long as the one before. Reading takes at most in proportion.
class PromptSize {
 public:
  PromptSize() = default;
  explicit PromptSize(Tokens input) {
    const auto ordinary = static_cast<std::uint64_t>((std::max<std::int64_t>(input.value, 1) - 1) / kOrdinaryPrompt);
    size_ = std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(ordinary)), kPromptClasses - 1);
  }
  static PromptSize of_class(std::size_t index) {
    PromptSize size;
    size.size_ = index;
    return size;
  }

  [[nodiscard]] std::size_t index() const { return size_; }
  /// Scales a time for ordinary prompts to this prompt.
  [[nodiscard]] Duration scaled(Duration ordinary) const {
    return ordinary > kNoLimit / factor() ? kNoLimit : ordinary * factor();
  }
  /// Scales the time that this prompt took to an ordinary prompt.
  [[nodiscard]] Duration unscaled(Duration taken) const { return taken / factor(); }

 private:
  [[nodiscard]] std::int64_t factor() const { return std::int64_t{1} << size_; }

  std::size_t size_ = 0;
};

}  // namespace drover::core
