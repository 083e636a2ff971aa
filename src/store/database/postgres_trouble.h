// What PostgreSQL says went wrong, as an error of the store. Only its first line is passed on, never the details, in which
// the values of a row may be.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

struct pg_conn;
struct pg_result;

namespace drover::store {

/// The first line, without its severity and code, safe to print, at most 300 bytes.
[[nodiscard]] std::string first_line(std::string_view message);

/// Why there is no connection: kLogin when somebody must change something, else kAway.
[[nodiscard]] Error connect_trouble(const pg_conn* connection, const std::string& place);

/// Why a statement failed.
[[nodiscard]] Error statement_trouble(const pg_result* result, const std::string& place);

/// The code of trouble.h for an SQLSTATE (PostgreSQL manual, appendix A).
[[nodiscard]] std::string_view code_of_state(std::string_view state);

}  // namespace drover::store
