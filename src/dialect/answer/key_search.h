// Finds one provider key in the bytes of good answers, also where JSON escapes stand in it, and cuts of any kind
// between them. Made for bytes that nearly never hold it: two searches for single bytes are what it costs then.
// Failures are read word by word instead (redact.h).
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dialect/json/json_scan.h"

namespace drover::dialect {

class KeySearch {
 public:
  /// Shortest key that is looked for, and shortest without a digit: "none", "ollama" and their like are words of
  /// answers.
  static constexpr std::size_t kShortest = 8;
  static constexpr std::size_t kShortestWithoutDigit = 16;

  /// `key` outlives the search. An empty or short one is never found.
  explicit KeySearch(std::string_view key);

  /// Whether the bytes can go on as they are: the key is not in them, and no beginning of it at their end.
  [[nodiscard]] bool clean(std::string_view text) const;
  /// Writes '*' over every occurrence, so that lengths stay what they were announced as.
  void mask(std::string& text) const;
  /// How many bytes at the end of `text` may be the beginning of the key.
  [[nodiscard]] std::size_t open_end(std::string_view text) const;

 private:
  enum class Match : std::uint8_t { No, Open, Whole };

  /// Whether the key stands at `at`; `size`: how many bytes it takes there, or how many there are of it.
  [[nodiscard]] Match match(std::string_view text, std::size_t at, std::size_t& size) const;
  [[nodiscard]] bool has_literal(std::string_view text) const;
  [[nodiscard]] bool has_escapes(std::string_view text) const;

  std::string_view key_;
  std::size_t rare_at_ = 0;  ///< where the key's rarest byte stands in it
  bool has_slash_ = false;
  std::bitset<256> may_end_;  ///< bytes that a beginning of the key can end with
};

/// What is held back of an answer because it may be the beginning of the key.
class KeyGuard {
 public:
  /// `pieces` as they may go down: empty when they may go as they are. `last`: nothing follows them.
  [[nodiscard]] std::optional<std::string> held_to(const KeySearch& search, std::span<const std::string_view> pieces,
                                                   bool last);

 private:
  std::string kept_;
};

}  // namespace drover::dialect
