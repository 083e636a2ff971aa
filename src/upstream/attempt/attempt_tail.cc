// What an upstream sends behind the event that ends its stream: a second picture, the usage, a "[DONE]" behind an end
// of the stream's own. It goes down until the body ends, which is mostly at once; an upstream that keeps its body open
// is waited for during kTail. Nothing of it changes what came of the request.
#include "upstream/attempt/attempt.h"
#include "upstream/run/run.h"

namespace drover::upstream {

/// The last event waits for what the next read says: mostly that the body ends here, too, and then both go down in one
/// write.
void Attempt::begin_tail() {
  phase_ = Phase::Tail;
  learn_owner();  // the client may go on with it as soon as it has the event
  run_.answer_ends();
  run_.emit(core::AttemptEnded{id_, used()});
}

void Attempt::add_to_tail(std::string_view bytes) {
  hold(bytes, held_);
  if (held_.size() > kMaxHeldBytes) pass_held({}, net::More::Yes);
}

/// There is nothing to be read now.
void Attempt::tail_pauses() {
  if (!held_.empty()) pass_held({}, net::More::Yes);
}

void Attempt::end_tail() {
  phase_ = Phase::Over;
  pass_held({}, net::More::No);
}

void Attempt::cut_tail() {
  if (!in_tail()) return;
  end_tail();
  cancel();
}

}  // namespace drover::upstream
