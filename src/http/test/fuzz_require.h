// The assertion of the fuzz targets. For fuzz targets only.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace drover {

/// Stops the program and prints the property that does not hold; libFuzzer then keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace drover
