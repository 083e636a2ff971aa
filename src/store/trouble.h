// The errors of a store, and what may be done after each. Every one is about the gateway (ErrorScope::Gateway); `code` says
// which it is, and the message holds no value of a client's, no key and no password.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace drover::store {

inline constexpr std::string_view kAway = "store_away";          ///< no connection, or no answer in time: try again
inline constexpr std::string_view kLocked = "store_locked";      ///< another process holds it: try again
inline constexpr std::string_view kFull = "store_full";          ///< no room on its disk
inline constexpr std::string_view kReadOnly = "store_read_only"; ///< it takes no writes
inline constexpr std::string_view kFileTrouble = "store_file";   ///< the file or its folder cannot be used
inline constexpr std::string_view kDamaged = "store_damaged";    ///< the file is no database, or a broken one
inline constexpr std::string_view kForeign = "store_foreign";    ///< a database of another program
inline constexpr std::string_view kNewer = "store_newer";        ///< made by a later drover
inline constexpr std::string_view kLogin = "store_login";        ///< the user, the password or the database is refused
inline constexpr std::string_view kEncoding = "store_encoding";  ///< the database is not UTF-8
inline constexpr std::string_view kRefused = "store_refused";    ///< the values themselves: trying again does not help
inline constexpr std::string_view kConflict = "store_conflict";  ///< a unique value is there already
inline constexpr std::string_view kFailed = "store_failed";      ///< anything else that the database said

inline constexpr std::string_view kVersionConflict = "version_conflict";      ///< somebody changed the record since
inline constexpr std::string_view kNameTaken = "name_taken";                  ///< another key has this name
inline constexpr std::string_view kKeyExists = "key_exists";                  ///< another record has this id or digest
inline constexpr std::string_view kIdempotencyUsed = "idempotency_key_used";  ///< its answer is there: look it up

inline constexpr std::string_view kBadPlace = "store_place";  ///< the text that names the store is wrong

/// The error with this code (one of the above): its kind, status and retry class follow from it.
[[nodiscard]] Error store_error(std::string_view code, std::string message);

/// The same rows would be refused again: they must not be kept for another try.
[[nodiscard]] bool about_the_values(const Error& error);

/// Somebody must change something (a password, a setting, the program): waiting does not help.
[[nodiscard]] bool needs_a_person(const Error& error);

}  // namespace drover::store
