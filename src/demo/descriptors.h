// File descriptors for the demonstration: a request in flight holds four, because clients, gateway and mock are one
// process.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace drover::demo {

/// Raises the process's limit as far as the system allows. Errors: LocalResource when that is below `needed`, with a
/// sentence that says what to do.
[[nodiscard]] Result<void> raise_descriptor_limit(std::uint64_t needed);

}  // namespace drover::demo
