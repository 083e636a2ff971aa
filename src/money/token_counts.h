// The tokens that one request took, by what they cost.
#pragma once

#include <cstdint>

namespace drover::money {

struct TokenCounts {
  std::int64_t input_uncached = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write_5m = 0;
  std::int64_t cache_write_1h = 0;
  std::int64_t output = 0;     ///< with reasoning
  std::int64_t reasoning = 0;  ///< of the output
  std::int64_t audio_in = 0;   ///< of the input that is not cached
  std::int64_t audio_out = 0;  ///< of the output

  friend bool operator==(const TokenCounts&, const TokenCounts&) = default;
};

}  // namespace drover::money
