// One rule by which a provider's failure gets its class. The built-in ones are in failure_table.h; an operator may put
// own ones before them, per provider.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace drover::dialect {

/// As a row's status: for errors inside a 200 only.
inline constexpr int kInsideAnswer = 200;

/// Which failures a row is for. Empty or 0 fits all.
struct FailureRow {
  int status = 0;              ///< exactly this one; kInsideAnswer: an error in a 200
  std::string_view code = {};  ///< the provider's code, or its more exact detail
  std::string_view type = {};
  std::string_view front = {};  ///< how the message begins (case does not matter)
  std::string_view text = {};   ///< what the message contains (case does not matter)
  /// The same, of the provider's own words only: the message's front, up to the first thing quoted or behind a colon,
  /// which may be the client's.
  std::string_view words = {};
  bool as_request = false;  ///< only for a 4xx by which the request is wrong (not 401, 402, 403, 408, 429, …)
  bool html = false;        ///< the body is a page
  bool empty = false;           ///< for answers that end well and say nothing, and for no other failure
  ErrorKind kind = ErrorKind::ServerError;
  ErrorScope scope = ErrorScope::Target;
  RetryClass retry = RetryClass::OtherKey;
};

/// An operator's rows for one provider: looked at before the table, from the first on. Views into the configuration.
using FailureRules = std::vector<FailureRow>;

}  // namespace drover::dialect
