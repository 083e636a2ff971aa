// Makes the gateway's own errors: for a request that is wrong, and for a request that there is no room for.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/error.h"

namespace drover::gateway {

[[nodiscard]] inline Error request_error(int status, ErrorKind kind, std::string code, std::string message) {
  return Error{.kind = kind,
               .scope = ErrorScope::Request,
               .status = status,
               .code = std::move(code),
               .message = std::move(message)};
}

/// 503: the gateway has no room for it now.
[[nodiscard]] inline Error shed_error(std::string code, std::string message) {
  Error error = request_error(503, ErrorKind::Shed, std::move(code), std::move(message));
  error.scope = ErrorScope::Gateway;
  error.retry_after = std::chrono::seconds(1);
  return error;
}

}  // namespace drover::gateway
