// A value, or the error that there is instead.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace drover {

template <class T>
using Result = std::expected<T, Error>;

/// The error side of a Result: `return fail(std::move(error));`. Cold, so that compilers keep the path without errors
/// of each function in one piece.
[[nodiscard, gnu::cold, gnu::noinline]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace drover
