// Faults in the transport of an answer: cut, stalled, dripped, badly framed, with too many bytes. Pure.
#pragma once

#include "mock/answers/script.h"

namespace drover::mock {

/// Multiplies the waits when the fault is Slow.
void slow_down(Pace& pace, const Fault& fault);

/// Changes a laid-out script (step 0 is the head, then one step for each non-empty piece, then the end of the framing).
void disturb(Script& script, const Answer& answer, const Fault& fault);

}  // namespace drover::mock
