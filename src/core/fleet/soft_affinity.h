// Soft affinity: a conversation goes to the target that it went to last, because the provider's prompt cache is there.
// Affinity is a preference: while the home is limited, out or overloaded, a stand-in takes the conversation's requests,
// and the home takes them again when it is well.
#pragma once

#include <cstdint>
#include <optional>

#include "core/fleet/affinity_table.h"
#include "core/targets/target_book.h"

namespace drover::core {

/// One request at one pool. Lives for one choice; borrows all that it is made from.
class SoftAffinity {
 public:
  SoftAffinity(AffinityTable& conversations, TargetBook& targets, PoolId pool, const PickRequest& request, Instant now)
      : conversations_(conversations), targets_(targets), pool_(pool), request_(request), now_(now) {}

  /// The home of the request's conversation, or its stand-in, when it is in this tier and may be used.
  [[nodiscard]] std::optional<TargetId> home(const Tier& tier) const;
  /// The conversation goes to this target instead.
  void remember(TargetId target) const;

 private:
  [[nodiscard]] std::uint64_t conversation() const;
  /// How long a conversation is remembered; 0: the pool has no affinity.
  [[nodiscard]] Duration span() const;

  AffinityTable& conversations_;
  TargetBook& targets_;
  PoolId pool_;
  const PickRequest& request_;
  Instant now_;
};

}  // namespace drover::core
