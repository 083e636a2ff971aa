// Where the store is, as the setting `store:` and the command line name it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace drover::store {

struct Place {
  enum class Kind : std::uint8_t { Sqlite, Postgres };
  Kind kind = Kind::Sqlite;

  std::string path{};  ///< of the SQLite file

  std::string host{};  ///< of the PostgreSQL server: a name, an address, or the folder of its Unix socket; empty: libpq's
  std::uint16_t port = 5432;
  std::string user{};  ///< empty: libpq's (PGUSER, or the name of the process's user)
  Secret password{};   ///< empty: libpq's (PGPASSWORD, ~/.pgpass), or none
  std::string database{};
  /// What else the URL says, such as {"sslmode", "verify-full"}: only names that parse_place knows.
  std::vector<std::pair<std::string, std::string>> options{};
};

/// Reads "sqlite:PATH", a bare path, or "postgres://user:password@host:port/database?sslmode=require" (also
/// "postgresql://"; percent escapes as in each URL; `?host=/run/postgresql` for a Unix socket).
/// Errors: kBadPlace with one sentence. It never holds the text itself, because a password may be in it.
[[nodiscard]] Result<Place> parse_place(std::string_view text);

/// "sqlite:PATH" or "postgres://user@host:port/database": for logs and errors, without the password.
[[nodiscard]] std::string shown(const Place& place);

}  // namespace drover::store
