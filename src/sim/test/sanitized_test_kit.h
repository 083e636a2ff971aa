// Whether a test is compiled with a sanitizer, takes ten times as long, and should do a tenth of its work.
#pragma once

namespace drover::sim {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DROVER_SANITIZED 1
#endif
#endif

#ifdef DROVER_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace drover::sim
