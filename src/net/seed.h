// A seed from the machine for a Random: another one each time. Not for secrets.
#pragma once

#include <cstdint>

namespace drover::net {

[[nodiscard]] std::uint64_t fresh_seed();

}  // namespace drover::net
