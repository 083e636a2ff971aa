// Chance as an argument: a small, fast generator with a seed. Not for secrets.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace drover {

/// xoshiro256++ (Blackman and Vigna, public domain), seeded by splitmix64. Satisfies UniformRandomBitGenerator.
/// One per thread or per simulation; same seed, same sequence on every machine.
class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() {
    const std::uint64_t answer = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return answer;
  }

  /// Uniform in [0, bound). `bound` 0 gives 0.
  std::uint64_t below(std::uint64_t bound);

  /// Uniform in [0, 1).
  double unit();

 private:
  std::uint64_t state_[4];
};

}  // namespace drover
