#include "store/database/postgres_trouble.h"

#include <libpq-fe.h>

#include <algorithm>

#include "base/printable.h"
#include "store/clean_text.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr std::size_t kMaxLine = 300;

bool is_state(std::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
  });
}

/// The SQLSTATE in "FATAL:  28P01: password authentication failed": libpq has no function for one of a connection attempt.
std::string_view state_in(std::string_view message) {
  for (std::size_t at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
    const std::string_view state = message.substr(at + 3, 5);
    if (is_state(state) && message.substr(at + 8, 2) == ": ") return state;
  }
  return {};
}

std::string_view or_empty(const char* text) { return text != nullptr ? std::string_view(text) : std::string_view{}; }

}  // namespace

std::string first_line(std::string_view message) {
  if (const std::string_view state = state_in(message); !state.empty()) {
    message.remove_prefix(static_cast<std::size_t>(state.data() - message.data()) + 7);
  }
  std::string line(message.substr(0, message.find('\n')));
  clean_and_cut(line, kMaxLine);
  return line.empty() ? "the connection failed" : printable(line);
}

std::string_view code_of_state(std::string_view state) {
  const auto starts = [state](std::string_view prefix) { return state.starts_with(prefix); };
  if (state == "23505") return kConflict;
  if (state == "53100") return kFull;
  if (state == "25006") return kReadOnly;
  if (starts("28") || state == "3D000" || state == "42501" || state == "3F000") return kLogin;
  if (starts("22") || starts("23")) return kRefused;
  // The connection, the server's end, its want of resources, its cancel, a deadlock, a lock that was not given in time.
  if (starts("08") || starts("53") || starts("57") || starts("40") || state == "55P03") return kAway;
  return kFailed;
}

Error connect_trouble(const pg_conn* connection, const std::string& place) {
  const std::string_view message = or_empty(PQerrorMessage(connection));
  std::string_view code = code_of_state(state_in(message));
  if (code == kFailed) code = PQconnectionNeedsPassword(connection) != 0 ? kLogin : kAway;
  return store_error(code, "the store " + place + ": " + first_line(message));
}

Error statement_trouble(const pg_result* result, const std::string& place) {
  const std::string_view state = or_empty(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  // Without a state it is libpq that speaks, of the connection.
  const std::string_view code = state.empty() ? kAway : code_of_state(state);
  std::string said = first_line(or_empty(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
  if (code == kRefused) said = "it refuses a value (" + std::string(state) + ")";
  return store_error(code, "the store " + place + ": " + said);
}

}  // namespace drover::store
