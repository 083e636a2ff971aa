// The mock provider as a program.
#pragma once

#include <iosfwd>

#include "mock/provider/settings.h"

namespace drover::mock {

/// Listens, prints the addresses and a request to paste, and serves until SIGTERM or SIGINT. Returns the exit code: 0,
/// or 1 when it could not listen (the reason is printed).
[[nodiscard]] int run(const Settings& settings, std::ostream& out);

}  // namespace drover::mock
