// What an upstream sends behind the event that ends its stream: a second picture, the usage, a "[DONE]" behind an end
// of the stream's own. It goes down until the body ends, which is mostly at once; an upstream that keeps its body open
// is waited for during kTail, or kQuietTail where that keeps the client waiting. Nothing of it changes what came of the
// request.
#include "upstream/attempt/attempt.h"
#include "upstream/run/run.h"

namespace drover::upstream {

/// The last event waits for what the next read says: mostly that the body ends here, too, and then both go down in one
/// write.
void Attempt::begin_tail() {
  phase_ = Phase::Tail;
  keep_note();
  learn_owner();  // the client may go on with it as soon as it has the event
  run_.answer_ends(*this);
  run_.emit(core::AttemptEnded{id_, used()});
}

void Attempt::add_to_tail(std::string_view bytes) {
  hold(bytes, held_);
  if (held_.size() > kMaxHeldBytes) pass_held({}, net::More::Yes);
}

bool Attempt::may_go_on() const {
  return run_.parts_.request->api == dialect::Api::Images && answer_.choices_due == 0;
}

/// There is nothing to be read now.
void Attempt::tail_pauses() {
  if (!held_.empty()) pass_held({}, net::More::Yes);
}

void Attempt::end_tail() {
  phase_ = Phase::Over;
  if (translator_ && !translator_->ended()) translator_->end_of_body(held_);
  pass_held({}, net::More::No);
}

void Attempt::cut_tail() {
  if (!in_tail()) return;
  end_tail();
  cancel();
}

}  // namespace drover::upstream
