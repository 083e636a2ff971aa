// Reads a plain 2xx answer: its usage, or the failure inside it. What a dialect adds is a few rules.
#pragma once

#include <optional>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/error_facts.h"

namespace drover::dialect {

/// Longest answer that is looked into; a longer one is passed on as it is, its usage unknown. Reading takes about 1 ms
/// for 4 MiB.
inline constexpr std::size_t kMaxAnswerRead = 16 * 1024 * 1024;

/// What one API's answers look like.
struct PlainRules {
  std::string_view own = {};  ///< the member in which the answer stands; empty: it may have any shape
  /// Notes in `state.made` what only the account that answered can go on with; nullptr: nothing.
  void (*note_made)(std::string_view body, AnswerState& state) = nullptr;
  bool empty_is_failure = false;                          ///< an empty answer without usage says that the server failed
  bool (*says_nothing)(std::string_view body) = nullptr;  ///< it ended well, and there is nothing in it
  void (*read_usage)(std::string_view raw, Usage& usage) = nullptr;
  /// What an error inside a 200 means.
  Error (*classify_inside)(const ErrorFacts& facts, const FailureRules* rules) = nullptr;
};

/// See Dialect::read_plain.
[[nodiscard]] std::optional<Error> read_plain(const PlainRules& rules, std::string_view body, AnswerState& state);

}  // namespace drover::dialect
