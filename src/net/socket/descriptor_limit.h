// How many descriptors (sockets, files) the process may have open.
#pragma once

#include <cstdint>

namespace drover::net {

/// The limit in force (the soft one of RLIMIT_NOFILE).
[[nodiscard]] std::uint64_t descriptor_limit();

/// Raises the limit as far as the process may (to the hard one), and returns the limit that is then in force.
std::uint64_t raise_descriptor_limit();

}  // namespace drover::net
