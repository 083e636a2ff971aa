// A look at every candidate of a request for which nothing is open: what could serve as a last resort, and when
// something is usable again.
#pragma once

#include <cstdint>
#include <optional>

#include "core/targets/target_book.h"

namespace drover::core {

struct Survey {
  std::optional<TargetId> open;
  std::optional<TargetId> last_resort;
  std::uint32_t open_fallback = 0;
  std::uint32_t last_resort_fallback = 0;
  std::optional<TargetId> lacking;  ///< well, but without the API: used when no other target is left
  std::uint32_t lacking_fallback = 0;
  Instant last_resort_until = kNever;
  bool any = false;
  bool all_limited = true;
  Instant soonest = kNever;
  ErrorKind why = ErrorKind::NoUpstream;
};

[[nodiscard]] Survey survey(TargetBook& targets, const PickRequest& request, Instant now);

}  // namespace drover::core
