#include "net/loop/seed.h"

#include <random>

namespace drover::net {

std::uint64_t fresh_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace drover::net
