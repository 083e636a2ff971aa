// What a failure, a refusal or a probe is evidence of. The narrowest node that explains a failure is charged first, and
// a wider one when its other parts fail the same way. A probe's answer changes its key and its server, never a target
// or a cooldown.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "core/health/blame.h"
#include "core/health/cause.h"
#include "core/health/check_points.h"
#include "core/targets/target_book.h"

namespace drover::core {

/// What a charge is about: the target, its trial, the error, and the cause that an explanation shows later.
struct Blame {
  TargetId target{};
  std::uint8_t trial_levels = 0;
  const Error* error = nullptr;
  Cause cause{};
};

/// Lives for one event; borrows all that it is made from.
class Evidence {
 public:
  /// `random`: for the jitter of cooldowns and ejections.
  Evidence(TargetBook& targets, Random& random, Instant now) : targets_(targets), random_(random), now_(now) {}

  /// Charges the target alone until enough parts of the wider node agree.
  void charge(const Blame& blame, Charge due);
  /// Charges the node at the level of `due`.
  void apply(const Blame& blame, Charge due);
  void learn_credential(const Refusal& refusal, Verdict verdict);
  void lacks_api(const Refusal& refusal);
  /// See Fleet::on_probe. True: a node has come back.
  [[nodiscard]] bool probed(CheckPoints& checks, const ProbeAnswer& answer);

 private:
  [[nodiscard]] bool probe_succeeded(const TargetState& target, Level level);
  void probe_failed(const TargetState& target, Charge due, const Error& error);
  [[nodiscard]] HealthTree& nodes() { return targets_.nodes(); }
  [[nodiscard]] const HealthSettings& health() const { return targets_.plan().health; }

  TargetBook& targets_;
  Random& random_;
  Instant now_;
};

}  // namespace drover::core
