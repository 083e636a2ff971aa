// A value or the reason there is none.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace drover {

template <class T>
using Result = std::expected<T, Error>;

/// The error side of a Result: `return fail(std::move(error));`. Cold, so that compilers lay out the way through a
/// function that meets no error in one piece, wherever errors are made.
[[nodiscard, gnu::cold, gnu::noinline]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace drover
