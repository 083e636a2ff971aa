// Faults in how an answer travels: cut, stalled, dripped, badly framed, with bytes too many. Pure.
#pragma once

#include "mock/answers/script.h"

namespace drover::mock {

/// Multiplies the waits when the fault is Slow.
void slow_down(Pace& pace, const Fault& fault);

/// Changes a script as laid out (step 0 is the head, then one step per non-empty piece, then the end of the framing).
void disturb(Script& script, const Answer& answer, const Fault& fault);

}  // namespace drover::mock
