// The errors this room makes, each with its scope, retry class and status in one place.
#pragma once

#include <string>

#include "base/error.h"

namespace drover::net {

/// An error of a kind that this room uses. `code` and `message` may be empty when the kind says enough.
[[nodiscard, gnu::cold]] Error trouble(ErrorKind kind, std::string code = {}, std::string message = {});

/// The error of a system call that failed to open something: our own shortage (descriptors, ports, memory) is
/// LocalResource, other failures are `otherwise`. `doing` begins the message: "connecting to 10.0.0.5:8000".
[[nodiscard, gnu::cold]] Error system_trouble(ErrorKind otherwise, int error_number, const std::string& doing);

}  // namespace drover::net
