// An error of the gateway's own that the request itself has brought about.
#pragma once

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

}  // namespace drover::gateway
