#include "dialect/json/json_bytes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace drover::dialect {
namespace {

#if defined(__x86_64__)

__attribute__((target("avx2"))) unsigned stops_in(const char* at) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
  const __m256i marks = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
  return static_cast<unsigned>(_mm256_movemask_epi8(_mm256_or_si256(control, marks)));
}

__attribute__((target("avx2"))) const char* by_32(const char* at, const char* end) {
  for (; end - at >= 64; at += 64) {
    const unsigned first = stops_in(at);
    const unsigned second = stops_in(at + 32);
    if ((first | second) == 0) continue;
    return first != 0 ? at + __builtin_ctz(first) : at + 32 + __builtin_ctz(second);
  }
  return find_string_stop(at, end);
}

#endif

using Search = const char* (*)(const char*, const char*);

Search best_search() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return by_32;
#endif
  return find_string_stop;
}

}  // namespace

const char* find_string_stop_far(const char* at, const char* end) {
  static const Search search = best_search();
  return search(at, end);
}

}  // namespace drover::dialect
