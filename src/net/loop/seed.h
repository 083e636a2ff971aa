// A seed from the machine for a Random: another one each time, from std::random_device.
#pragma once

#include <cstdint>

namespace drover::net {

[[nodiscard]] std::uint64_t fresh_seed();

}  // namespace drover::net
