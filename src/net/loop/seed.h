// A seed for a Random from std::random_device, a new one each time.
#pragma once

#include <cstdint>

namespace drover::net {

[[nodiscard]] std::uint64_t fresh_seed();

}  // namespace drover::net
