// The error of a text or a number that somebody wrote wrong: an amount of money, a window, a list of prices.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"

namespace drover::money {

/// `code` names the fault for programs; `message` is one sentence for a person and holds nothing of the input.
[[nodiscard]] inline Error input_error(std::string code, std::string message) {
  return {.kind = ErrorKind::BadRequest,
          .scope = ErrorScope::Request,
          .status = 400,
          .code = std::move(code),
          .message = std::move(message)};
}

}  // namespace drover::money
