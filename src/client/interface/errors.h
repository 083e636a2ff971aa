// From the program's own errors to those of the library's interface.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "drover/error.h"

namespace drover::client {

[[nodiscard]] v0::ErrorKind public_kind(ErrorKind kind);
/// Kind, status, code, message and wait, without the parts of an answer.
[[nodiscard]] v0::Error public_error(const Error& error);

/// "client_closed": the Client was destroyed while the call ran.
[[nodiscard]] v0::Error closed_error();
/// "cancelled": the caller cancelled the call.
[[nodiscard]] v0::Error cancelled_error();
/// "forked": used in a child of the process that made the client.
[[nodiscard]] v0::Error forked_error();
/// The error of a request that cannot be sent as it is.
[[nodiscard]] v0::Error bad_request(std::string code, std::string message);

/// "Name: value\r\n" lines as a list.
[[nodiscard]] std::vector<v0::Field> fields_of(std::string_view lines);

}  // namespace drover::client
