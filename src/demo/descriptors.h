// Room for file descriptors: a request in flight holds four of them here, because clients, gateway and mock are one
// process.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace drover::demo {

/// Raises the process's own limit up to what the system allows. Errors: LocalResource when that is less than `needed`,
/// with the sentence that says what to do.
[[nodiscard]] Result<void> raise_descriptor_limit(std::uint64_t needed);

}  // namespace drover::demo
