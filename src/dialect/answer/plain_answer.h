// Reads a plain 2xx answer: its usage, or the failure that it is. What a dialect adds is a few rules.
#pragma once

#include <optional>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/failure/error_facts.h"

namespace drover::dialect {

class JsonReader;

/// Longest answer that is looked into; a longer one is passed on as it is, its usage unknown. Reading takes about 1 ms
/// for 4 MiB.
inline constexpr std::size_t kMaxAnswerRead = 16 * 1024 * 1024;

/// The members of an answer by which it is judged; raw, empty where there is none.
struct AnswerMembers {
  std::string_view error;   ///< a truthy one
  std::string_view answer;  ///< choices, data, output, content or results, whichever comes last
  std::string_view own;     ///< the member that the rules name
  std::string_view usage;
  std::string_view service_tier;
  std::string_view status;
  std::string_view object;
  std::string_view stop_reason;
  std::string_view broken;  ///< what the answer says of why it broke off
  bool broken_off = false;  ///< the provider could not finish it
  bool hollow = false;      ///< something is in `own`, but nothing is said in it
  bool readable = false;    ///< the body is one JSON object
};

/// What one API's answers look like.
struct PlainRules {
  std::string_view own = {};  ///< the member in which the answer stands; empty: it may have any shape
  bool flat_errors = false;   ///< any shape, but one that says outright that it is a failure is one
  /// Walks through the value of `own`, for what can only be seen inside; nullptr: it is stepped over.
  void (*walk)(JsonReader& reader, AnswerMembers& members) = nullptr;
  /// Whether these are an answer, be it an empty one; nullptr: when something is in `own`.
  bool (*is_answer)(const AnswerMembers& members) = nullptr;
  /// Notes in `state.made` what only the account that answered can go on with; nullptr: nothing.
  void (*note_made)(std::string_view body, AnswerState& state) = nullptr;
  bool (*says_nothing)(std::string_view body) = nullptr;  ///< it ended well, and there is nothing in it
  void (*read_usage)(std::string_view raw, Usage& usage) = nullptr;
  /// What an error inside a 200 means.
  Error (*classify_inside)(const ErrorFacts& facts, const FailureRules* rules) = nullptr;
};

/// See Dialect::read_front.
[[nodiscard]] std::optional<Error> read_front(const PlainRules& rules, std::string_view front, AnswerState& state);

/// See Dialect::read_plain.
[[nodiscard]] std::optional<Error> read_plain(const PlainRules& rules, std::string_view body, AnswerState& state);

}  // namespace drover::dialect
