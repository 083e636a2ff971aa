// What an upstream says went wrong, for a client of another dialect: its class stays, its words stay, its shape does
// not.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "translate/model/form.h"

namespace drover::translate {

/// Longest message of an upstream's that is told.
inline constexpr std::size_t kMaxToldMessage = 2'000;

/// What an error body, or an event with an error, says. `status`: the answer's; 0 where it was told inside a 200, and
/// then the error itself says which. Keys must have been taken out of it (dialect/failure/redact.h).
[[nodiscard]] Error told_error(int status, std::string_view body);

/// The body of an error in the client's form: the status decides its type, and a code of another dialect stands beside
/// it as what the upstream said. `request_id` may be empty.
[[nodiscard]] std::string error_body(Form front, const Error& error, std::string_view request_id);
/// The same as the last event of a stream, before any other was sent.
[[nodiscard]] std::string error_event(Form front, const Error& error, std::string_view request_id);

}  // namespace drover::translate
